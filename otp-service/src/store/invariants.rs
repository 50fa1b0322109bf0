//! What is true of the rows at any moment, as far as SQL can see it: `otp-service check` and the tests
//! of crash safety ask for it. What one row can't break by its types and keys is not asked again.

use storage::{Sql, StoreError};

/// A challenge is kept for a day after its end; of younger sessions the challenge is surely there.
const YOUNG: i64 = 12 * 3600;

/// What is not to be, each with the question how often it is so; `$1` is the time of [`YOUNG`].
const NEVER: [(&str, &str); 11] = [
    (
        "numbers and addresses belong to more than one user",
        "SELECT COUNT(*) FROM (SELECT 1 FROM methods GROUP BY app_id, kind, address HAVING COUNT(*) > 1) AS found",
    ),
    (
        "users have a verified number or address and never signed in",
        "SELECT COUNT(*) FROM users WHERE status = 'pending'
             AND EXISTS (SELECT 1 FROM methods WHERE methods.user_id = users.id AND methods.verified = 1)",
    ),
    (
        "challenges compared more often than five times",
        "SELECT COUNT(*) FROM challenges WHERE tries < 0 OR tries > 5",
    ),
    (
        "challenges succeeded without a try or a code",
        "SELECT COUNT(*) FROM challenges WHERE succeeded_at > 0 AND (tries < 1 OR succeeded_digest = '')",
    ),
    (
        "challenges gave a session without a success",
        "SELECT COUNT(*) FROM challenges WHERE succeeded_at = 0 AND session_id <> ''",
    ),
    (
        "challenges gave a session or a token that is not there",
        "SELECT COUNT(*) FROM challenges WHERE session_id <> '' AND NOT EXISTS
             (SELECT 1 FROM sessions WHERE sessions.id = challenges.session_id
                 AND sessions.generation >= challenges.session_generation)",
    ),
    (
        "sessions got one token from more than one challenge",
        "SELECT COUNT(*) FROM (SELECT 1 FROM challenges WHERE session_id <> ''
             GROUP BY session_id, session_generation HAVING COUNT(*) > 1) AS found",
    ),
    (
        "sessions live that no challenge gave",
        "SELECT COUNT(*) FROM sessions WHERE ended_at = 0 AND started_at > $1 AND NOT EXISTS
             (SELECT 1 FROM challenges WHERE challenges.session_id = sessions.id)",
    ),
    (
        "sessions live whose user is disabled",
        "SELECT COUNT(*) FROM sessions JOIN users ON users.id = sessions.user_id
         WHERE sessions.ended_at = 0 AND users.status = 'inactive'",
    ),
    (
        "messages are with a gateway, or are not, and their text is still kept",
        "SELECT COUNT(*) FROM messages WHERE text <> '' AND gateway <> 'outbox'
             AND status NOT IN ('queued', 'dispatching')",
    ),
    (
        "messages are held by nobody",
        "SELECT COUNT(*) FROM messages WHERE status = 'dispatching' AND (holder = '' OR gateway = '')",
    ),
];

/// What is broken, each with how often; nothing when all is well.
pub(crate) fn broken(sql: &Sql<'_>, now: i64) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for (never, question) in NEVER {
        let young = [(now - YOUNG).into()];
        let params = if question.contains("$1") {
            &young[..]
        } else {
            &[]
        };
        match sql.query_one(question, params, |row| row.int(0))? {
            Some(0) | None => {}
            Some(times) => found.push(format!("{times} {never}")),
        }
    }
    Ok(found)
}
