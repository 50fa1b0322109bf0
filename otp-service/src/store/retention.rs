//! What is forgotten, and when (E-06). A bite takes a bounded number of rows, found by an index, so that
//! no sign-in waits for long behind it; who calls goes on until a bite finds less.

use storage::{Sql, StoreError};

const DAY: i64 = 24 * 3600;

/// Something that is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Texts whose code has ended (E-02).
    Texts,
    /// The answer to the last send to an address, a minute after it: an equal send is another one by
    /// then, and histories have to stay small (B-13).
    Repeats,
    /// Challenges, 24 hours after their last code.
    Challenges,
    /// First answers to requests with an `Idempotency-Key`, after 24 hours.
    Replays,
    /// Sessions, 7 days after their time was over.
    ExpiredSessions,
    /// Sessions, 7 days after they were too long without use.
    IdleSessions,
    /// Sessions, 7 days after somebody ended them.
    EndedSessions,
    /// IP address and user agent of a session, 30 days after it began, whether it lives or not.
    Fingerprints,
    /// Browsers that have not signed in for 180 days (B-14).
    Devices,
    /// What became of a message, after 30 days.
    Deliveries,
    /// Histories in which nothing counts any more; failures stay until a success (B-03).
    Throttles,
    /// Challenges that ended by wrong codes, after the day in which they are counted (G-06).
    Exhaustions,
    /// Receipts that were believed, when their signature's time is over for long.
    Receipts,
}

impl Due {
    pub(crate) const ALL: [Self; 13] = [
        Self::Texts,
        Self::Repeats,
        Self::Challenges,
        Self::Replays,
        Self::ExpiredSessions,
        Self::IdleSessions,
        Self::EndedSessions,
        Self::Fingerprints,
        Self::Devices,
        Self::Deliveries,
        Self::Throttles,
        Self::Exhaustions,
        Self::Receipts,
    ];

    /// The statement; `$1` is the time before which it is due, `$2` how many rows may go. The order
    /// keeps PostgreSQL at the index also where it expects much.
    pub(crate) fn statement(self) -> &'static str {
        match self {
            Self::Texts => {
                "UPDATE messages SET text = '' WHERE id IN
                     (SELECT id FROM messages WHERE text <> '' AND expires_at <= $1 ORDER BY expires_at LIMIT $2)"
            }
            Self::Repeats => {
                "UPDATE throttles SET last_request = '', last_answer = '' WHERE (app_id, address) IN
                     (SELECT app_id, address FROM throttles WHERE last_answer <> '' AND last_sent_at <= $1
                      ORDER BY last_sent_at LIMIT $2)"
            }
            Self::Challenges => {
                "DELETE FROM challenges WHERE id IN
                     (SELECT id FROM challenges WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)"
            }
            Self::Replays => {
                "DELETE FROM replays WHERE (app_id, endpoint, idempotency_key) IN
                     (SELECT app_id, endpoint, idempotency_key FROM replays
                      WHERE created_at <= $1 ORDER BY created_at LIMIT $2)"
            }
            Self::ExpiredSessions => {
                "DELETE FROM sessions WHERE id IN
                     (SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)"
            }
            Self::IdleSessions => {
                "DELETE FROM sessions WHERE id IN
                     (SELECT id FROM sessions WHERE last_active_at <= $1 ORDER BY last_active_at LIMIT $2)"
            }
            Self::EndedSessions => {
                "DELETE FROM sessions WHERE id IN
                     (SELECT id FROM sessions WHERE ended_at > 0 AND ended_at <= $1 ORDER BY ended_at LIMIT $2)"
            }
            Self::Devices => {
                "DELETE FROM devices WHERE id IN
                     (SELECT id FROM devices WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)"
            }
            Self::Fingerprints => {
                "UPDATE sessions SET ip = '', user_agent = '' WHERE id IN
                     (SELECT id FROM sessions WHERE (ip <> '' OR user_agent <> '') AND started_at <= $1
                      ORDER BY started_at LIMIT $2)"
            }
            Self::Deliveries => {
                "DELETE FROM messages WHERE id IN
                     (SELECT id FROM messages WHERE created_at <= $1 ORDER BY created_at LIMIT $2)"
            }
            Self::Exhaustions => {
                "DELETE FROM exhaustions WHERE challenge_id IN
                     (SELECT challenge_id FROM exhaustions WHERE exhausted_at <= $1 ORDER BY exhausted_at LIMIT $2)"
            }
            Self::Receipts => {
                "DELETE FROM receipts WHERE id IN
                     (SELECT id FROM receipts WHERE received_at <= $1 ORDER BY received_at LIMIT $2)"
            }
            Self::Throttles => {
                "DELETE FROM throttles WHERE (app_id, address) IN
                     (SELECT app_id, address FROM throttles WHERE failures = 0 AND last_sent_at <= $1
                      ORDER BY last_sent_at LIMIT $2)"
            }
        }
    }

    /// For how many seconds it is kept.
    fn kept(self, session_idle: i64) -> i64 {
        match self {
            Self::Texts | Self::Devices => 0,
            Self::Repeats => 60,
            Self::Receipts => 3600,
            Self::Challenges | Self::Replays | Self::Throttles | Self::Exhaustions => DAY,
            Self::ExpiredSessions | Self::EndedSessions => 7 * DAY,
            Self::IdleSessions => 7 * DAY + session_idle,
            Self::Fingerprints | Self::Deliveries => 30 * DAY,
        }
    }

    /// Takes a bite of at most so many rows. How many it found.
    pub(crate) fn bite(
        self,
        sql: &Sql<'_>,
        session_idle: i64,
        now: i64,
        most: i64,
    ) -> Result<usize, StoreError> {
        let before = now - self.kept(session_idle);
        sql.execute(self.statement(), &[before.into(), most.into()])
    }
}
