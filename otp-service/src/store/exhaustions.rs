//! Challenges that ended by wrong codes, to see somebody guess all over the service (G-06).

use storage::{Sql, StoreError};

/// Notes one.
pub(crate) fn note(sql: &Sql<'_>, challenge_id: &str, now: i64) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO exhaustions (challenge_id, exhausted_at) VALUES ($1, $2) ON CONFLICT (challenge_id) DO NOTHING",
        &[challenge_id.into(), now.into()],
    )?;
    Ok(())
}

/// How many there were after a time.
pub(crate) fn since(sql: &Sql<'_>, since: i64) -> Result<i64, StoreError> {
    let found = sql.query_one(
        "SELECT COUNT(*) FROM exhaustions WHERE exhausted_at > $1",
        &[since.into()],
        |row| row.int(0),
    )?;
    Ok(found.unwrap_or(0))
}
