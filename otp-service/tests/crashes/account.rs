//! What one caller knows of one number: the acts that were answered, and those whose answer never
//! came. An act is noted as unknown before it is tried and as answered after its answer, so that a
//! kill at any moment leaves the truth here.

use std::time::Instant;

use serde_json::{Value, json};

/// Wrong codes that end a challenge.
pub(crate) const TRIES: u32 = 5;

/// How far an act has come.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    #[default]
    NotTried,
    Unknown,
    Answered,
}

/// Acts of one kind, by what is known of them.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) answered: u32,
    pub(crate) unknown: u32,
}

impl Count {
    pub(crate) fn tried(&mut self) {
        self.unknown += 1;
    }

    pub(crate) fn answered(&mut self) {
        self.unknown -= 1;
        self.answered += 1;
    }

    pub(crate) fn most(self) -> u32 {
        self.answered + self.unknown
    }
}

/// A code on its way, as its send was answered.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) user_id: String,
    pub(crate) method_id: String,
    pub(crate) challenge_id: String,
}

/// A session that a verification gave.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) token: String,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) number: String,
    /// The newest send that was answered.
    pub(crate) sent: Option<Sent>,
    pub(crate) sends: Count,
    /// What the phone shows of the answered sends.
    pub(crate) codes: Vec<String>,
    pub(crate) wrong: Count,
    pub(crate) verify: Act,
    /// The code that was presented, and when.
    pub(crate) presented: Option<(String, Instant)>,
    pub(crate) session: Option<Session>,
    pub(crate) sign_out: Act,
    pub(crate) deletion: Act,
    /// A limit that was told: no send before then.
    pub(crate) no_send_before: Option<Instant>,
    /// The session was refused once: it never works again.
    pub(crate) refused: bool,
}

impl Account {
    /// The account of the `index`th number: each is one that can be dialled, and nobody else's here.
    pub(crate) fn new(index: u64) -> Self {
        Self {
            number: format!("+1212{}{:04}", 200 + index / 10_000 % 800, index % 10_000),
            sent: None,
            sends: Count::default(),
            codes: Vec::new(),
            wrong: Count::default(),
            verify: Act::NotTried,
            presented: None,
            session: None,
            sign_out: Act::NotTried,
            deletion: Act::NotTried,
            no_send_before: None,
            refused: false,
        }
    }

    pub(crate) fn send_body(&self) -> Value {
        json!({"phone_number": self.number, "expires_in": 10})
    }

    pub(crate) fn resend_body(&self) -> Value {
        let mut body = self.send_body();
        body["challenge_id"] = self.sent().challenge_id.as_str().into();
        body
    }

    pub(crate) fn verify_body(&self, code: &str) -> Value {
        let sent = self.sent();
        json!({
            "method_id": sent.method_id,
            "challenge_id": sent.challenge_id,
            "otp": code,
            "session_expires_in": 60,
        })
    }

    pub(crate) fn token_body(&self) -> Value {
        json!({"session_token": self.session().token})
    }

    #[track_caller]
    pub(crate) fn sent(&self) -> &Sent {
        self.sent.as_ref().expect("a send was answered")
    }

    #[track_caller]
    pub(crate) fn session(&self) -> &Session {
        self.session.as_ref().expect("a verification was answered")
    }

    /// A code that was never sent; a different one for every `step` up to ten.
    pub(crate) fn wrong_code(&self, step: u32) -> String {
        let right = |code: &String| self.codes.contains(code);
        let mut candidates = (1..).map(|offset| {
            let first: u32 = self.codes.first().unwrap().parse().unwrap();
            format!("{:06}", (first + step * 1000 + offset) % 1_000_000)
        });
        candidates.find(|code| !right(code)).unwrap()
    }
}
