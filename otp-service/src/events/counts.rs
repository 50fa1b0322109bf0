//! The words that events are counted by, and the counters.

use edge::closed_set;
use edge::metrics::{CommitEnd, Commits, Counted, Counter, Gauge, Registry};
use storage::{Database, StoreError};

use crate::commands::send_code::Hold;
use crate::commands::verify_code;
use crate::rules::pumping::Suspicion;
use crate::rules::throttle::{Pace, Refusal};

closed_set! {
    /// What came of a send.
    pub(super) enum SendResult {
        Queued => "queued",
        Repeated => "repeated",
        NumberWaits => "number_waits",
        NumberLocked => "number_locked",
        CoolDown => "cool_down",
        Hour => "hour",
        Day => "day",
        NoUser => "no_user",
        OtherRequest => "key_used_for_another_request",
        Budget => "budget",
        PrefixPaced => "prefix_paced",
        PrefixBlocked => "prefix_blocked",
        NoGateway => "no_gateway",
    }
}

closed_set! {
    /// What came of a code.
    pub(super) enum VerifyResult {
        Right => "right",
        Repeated => "repeated",
        Wrong => "wrong",
        Exhausted => "exhausted",
        Expired => "expired",
        NoChallenge => "no_challenge",
        NumberWaits => "number_waits",
        NumberLocked => "number_locked",
        InvalidSession => "invalid_session",
        UserInactive => "user_inactive",
        OtherRequest => "key_used_for_another_request",
    }
}

closed_set! {
    /// The limit that held a number back.
    pub(super) enum Limit {
        Failures => "failures",
        Locked => "locked",
        CoolDown => "cool_down",
        Hour => "hour",
        Day => "day",
    }
}

closed_set! {
    /// How a session came to its token.
    pub(super) enum Begun {
        Made => "made",
        Rotated => "rotated",
    }
}

closed_set! {
    /// Why sessions ended.
    pub(crate) enum Ended {
        /// The caller said so.
        Deleted => "deleted",
        /// Its user began one too many (C-09).
        CrowdedOut => "crowded_out",
        /// Its user is gone.
        UserDeleted => "user_deleted",
        /// The number or address that it was made with is gone (C-10).
        AddressRemoved => "address_removed",
    }
}

closed_set! {
    /// Where a session's JWT came from.
    pub(crate) enum Jwt {
        Signed => "signed",
        Reused => "reused",
    }
}

impl From<Refusal> for SendResult {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Wait(_) => Self::NumberWaits,
            Refusal::Locked => Self::NumberLocked,
            Refusal::Paced(_, Pace::CoolDown) => Self::CoolDown,
            Refusal::Paced(_, Pace::Hour) => Self::Hour,
            Refusal::Paced(_, Pace::Day) => Self::Day,
        }
    }
}

impl From<Hold> for SendResult {
    fn from(hold: Hold) -> Self {
        match hold {
            Hold::Budget(_) => Self::Budget,
            Hold::Prefix(Suspicion::Paced(_)) => Self::PrefixPaced,
            Hold::Prefix(Suspicion::Blocked(_)) => Self::PrefixBlocked,
            Hold::NoGateway => Self::NoGateway,
        }
    }
}

impl From<Refusal> for Limit {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Wait(_) => Self::Failures,
            Refusal::Locked => Self::Locked,
            Refusal::Paced(_, Pace::CoolDown) => Self::CoolDown,
            Refusal::Paced(_, Pace::Hour) => Self::Hour,
            Refusal::Paced(_, Pace::Day) => Self::Day,
        }
    }
}

impl From<&verify_code::Outcome> for VerifyResult {
    fn from(outcome: &verify_code::Outcome) -> Self {
        use verify_code::Outcome;
        match outcome {
            Outcome::Verified { repeated: true, .. } => Self::Repeated,
            Outcome::Verified { .. } => Self::Right,
            Outcome::Invalid => Self::NoChallenge,
            Outcome::Wrong { .. } => Self::Wrong,
            Outcome::Exhausted { .. } => Self::Exhausted,
            Outcome::Expired => Self::Expired,
            Outcome::Refused(Refusal::Locked) => Self::NumberLocked,
            Outcome::Refused(Refusal::Wait(_) | Refusal::Paced(..)) => Self::NumberWaits,
            Outcome::InvalidSession => Self::InvalidSession,
            Outcome::UserInactive => Self::UserInactive,
            Outcome::OtherRequest => Self::OtherRequest,
        }
    }
}

#[derive(Debug)]
pub(super) struct Counts {
    pub(super) sends: Counted<SendResult>,
    pub(super) verifies: Counted<VerifyResult>,
    pub(super) throttled: Counted<Limit>,
    pub(super) sessions_begun: Counted<Begun>,
    pub(super) sessions_ended: Counted<Ended>,
    pub(super) sessions_reused: Counter,
    pub(super) jwts: Counted<Jwt>,
    pub(super) messages_waiting: Gauge,
    pub(super) exhausted_ten_minutes: Gauge,
    pub(super) exhausted_day: Gauge,
}

impl Counts {
    pub(super) fn register(registry: &mut Registry, database: &Database) -> Self {
        let commits = Commits::register(registry, database.waiting());
        database
            .watch(move |commit| commits.over(commit.commands, commit.took, end(commit.failure)));
        let (sessions_reused, messages_waiting) = (Counter::default(), Gauge::default());
        registry.register(
            "otp_sessions_reused",
            "Session checks with a session that has ended",
            sessions_reused.clone(),
        );
        registry.register(
            "otp_messages_waiting",
            "Messages that no gateway has taken yet",
            messages_waiting.clone(),
        );
        let (exhausted_ten_minutes, exhausted_day) = (Gauge::default(), Gauge::default());
        registry.register(
            "otp_challenges_exhausted_ten_minutes",
            "Challenges ended by wrong codes in the last ten minutes, of all services on the database",
            exhausted_ten_minutes.clone(),
        );
        registry.register(
            "otp_challenges_exhausted_day",
            "Challenges ended by wrong codes in the last 24 hours, of all services on the database",
            exhausted_day.clone(),
        );
        Self {
            sends: Counted::register(
                registry,
                "otp_sends",
                "Codes asked for, by what came of it",
                "result",
            ),
            verifies: Counted::register(
                registry,
                "otp_verifies",
                "Codes presented, by what came of it",
                "result",
            ),
            throttled: Counted::register(
                registry,
                "otp_numbers_throttled",
                "Times that a number or address was held back, by the limit",
                "limit",
            ),
            sessions_begun: Counted::register(
                registry,
                "otp_session_tokens",
                "Session tokens given, for a new session or in place of an old token",
                "how",
            ),
            sessions_ended: Counted::register(
                registry,
                "otp_sessions_ended",
                "Sessions ended before their time; all those of a user at once count as one",
                "why",
            ),
            sessions_reused,
            jwts: Counted::register(
                registry,
                "otp_session_jwts",
                "Session JWTs given, signed for it or a moment before",
                "how",
            ),
            messages_waiting,
            exhausted_ten_minutes,
            exhausted_day,
        }
    }
}

fn end(failure: Option<&StoreError>) -> CommitEnd {
    match failure {
        None => CommitEnd::Committed,
        Some(StoreError::Unavailable(_)) => CommitEnd::Unavailable,
        Some(_) => CommitEnd::Broken,
    }
}
