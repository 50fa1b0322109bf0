//! What is told: the events, and the body of each. Ids and times, the app's own id for the person, and a number where the
//! calls of the app's servers tell it too; never a token or a code.
//!
//! A message's id is made of what it tells, so an event that is noted twice is one message.

use edge::closed_set;
use edge::metrics::ClosedSet;
use edge::utc::for_programs;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::store::{Account, Challenge, SignIn};

closed_set! {
    /// What has happened.
    pub(crate) enum EventKind {
        /// An account was made, by a first sign-in or by one of the app's servers.
        AccountCreated => "account.created",
        /// Somebody has signed in.
        SessionCreated => "session.created",
        /// A session was ended through this backend before its time.
        SessionEnded => "session.ended",
        /// Somebody has proved a number for one of the app's servers.
        ChallengeCompleted => "challenge.completed",
    }
}

closed_set! {
    /// Why a session ended.
    pub(crate) enum EndedBy {
        /// The person has signed out of it.
        SignOut => "sign_out",
        /// The person has ended it from another session.
        OtherSession => "other_session",
        /// The same browser has signed in again.
        NextSignIn => "next_sign_in",
        /// One of the app's servers has ended it.
        AppServer => "app_server",
        /// The account was deleted.
        AccountDeletion => "account_deletion",
    }
}

/// A message that is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) kind: EventKind,
    pub(crate) body: String,
}

impl Message {
    /// `subject` is the id of what it happened to, which it happens to once; `at` when, Unix seconds.
    fn new(kind: EventKind, subject: &str, at: i64, data: &Value) -> Self {
        let event = kind.as_str();
        let digest = Sha256::digest(format!("{event} {subject}"));
        let id: String = digest
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let body = json!({"type": event, "timestamp": for_programs(at), "data": data});
        Self {
            id: format!("msg_{id}"),
            kind,
            body: body.to_string(),
        }
    }

    pub(crate) fn account_created(account: &Account) -> Self {
        let data = json!({
            "account_id": account.account_id,
            "user_id": account.user_id,
            "external_id": account.external_id,
            "phone_number": account.phone_number,
            "created_at": account.created_at,
        });
        let at = account.created_at;
        Self::new(EventKind::AccountCreated, &account.account_id, at, &data)
    }

    pub(crate) fn session_created(account: &Account, sign_in: &SignIn) -> Self {
        let data = json!({
            "session_id": sign_in.session_id,
            "account_id": account.account_id,
            "user_id": account.user_id,
            "external_id": account.external_id,
            "started_at": sign_in.started_at,
            "expires_at": sign_in.expires_at,
        });
        let (subject, at) = (&sign_in.session_id, sign_in.started_at);
        Self::new(EventKind::SessionCreated, subject, at, &data)
    }

    pub(crate) fn session_ended(account: &Account, session_id: &str, by: EndedBy, at: i64) -> Self {
        let data = json!({
            "session_id": session_id,
            "account_id": account.account_id,
            "user_id": account.user_id,
            "external_id": account.external_id,
            "ended_at": at,
            "ended_by": by.as_str(),
        });
        Self::new(EventKind::SessionEnded, session_id, at, &data)
    }

    /// `account` is the challenge's, where it has one.
    pub(crate) fn challenge_completed(
        challenge: &Challenge,
        account: Option<&Account>,
        at: i64,
    ) -> Self {
        let data = json!({
            "challenge_id": challenge.challenge_id,
            "purpose": challenge.wanted.purpose,
            "phone_number": challenge.wanted.phone_number,
            "account_id": challenge.wanted.account_id,
            "external_id": account.and_then(|account| account.external_id.as_ref()),
            "verified_at": at,
        });
        Self::new(
            EventKind::ChallengeCompleted,
            &challenge.challenge_id,
            at,
            &data,
        )
    }
}
