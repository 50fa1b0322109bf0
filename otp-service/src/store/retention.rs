//! What is forgotten, and when (E-06). Each run takes a bounded share, so that sign-in never waits
//! for it; what is left over goes with the next run.

use storage::{Sql, StoreError};

const DAY: i64 = 24 * 3600;

/// Forgets a share of what is due. Answers how many rows it touched.
pub(crate) fn forget(sql: &Sql<'_>, now: i64) -> Result<usize, StoreError> {
    let steps = [
        // Texts whose code has ended (E-02).
        (
            "UPDATE messages SET text = '' WHERE id IN
                 (SELECT id FROM messages WHERE expires_at <= $1 AND text <> '' LIMIT 500)",
            now,
        ),
        // Challenges, with their messages, a day after their end.
        ("DELETE FROM challenges WHERE id IN (SELECT id FROM challenges WHERE expires_at <= $1 LIMIT 500)", now - DAY),
        (
            "DELETE FROM replays WHERE (app_id, endpoint, idempotency_key) IN
                 (SELECT app_id, endpoint, idempotency_key FROM replays WHERE created_at <= $1 LIMIT 500)",
            now - DAY,
        ),
        // Sessions a week after their end.
        ("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT 500)", now - 7 * DAY),
        (
            "DELETE FROM sessions WHERE id IN
                 (SELECT id FROM sessions WHERE ended_at > 0 AND ended_at <= $1 LIMIT 500)",
            now - 7 * DAY,
        ),
        // Histories in which nothing counts any more; failures stay until a success (B-03).
        (
            "DELETE FROM throttles WHERE (app_id, address) IN
                 (SELECT app_id, address FROM throttles WHERE failures = 0 AND last_sent_at <= $1 LIMIT 500)",
            now - DAY,
        ),
    ];
    let mut touched = 0;
    for (statement, before) in steps {
        touched += sql.execute(statement, &[before.into()])?;
    }
    Ok(touched)
}
