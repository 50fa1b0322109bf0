//! First answers to requests with an `Idempotency-Key`. An answer here holds ids, never a secret.

use storage::{Sql, StoreError};

use crate::secrets::RequestDigest;

/// Where a key counts: per app and endpoint.
#[derive(Debug, Clone)]
pub(crate) struct ReplayKey {
    pub(crate) endpoint: &'static str,
    pub(crate) key: String,
    /// Of what was asked for, without the device.
    pub(crate) request: RequestDigest,
}

/// What is known under a key.
#[derive(Debug)]
pub(crate) enum Replay {
    /// Nothing yet.
    New,
    /// The answer to the same request.
    Same(String),
    /// The key was used for another request.
    Different,
}

pub(crate) fn find(sql: &Sql<'_>, app_id: &str, replay: &ReplayKey) -> Result<Replay, StoreError> {
    let found = sql.query_one(
        "SELECT request, answer FROM replays WHERE app_id = $1 AND endpoint = $2 AND idempotency_key = $3",
        &[app_id.into(), replay.endpoint.into(), (&replay.key).into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )?;
    Ok(match found {
        None => Replay::New,
        Some((request, answer)) if replay.request.is(&request) => Replay::Same(answer),
        Some(_) => Replay::Different,
    })
}

pub(crate) fn insert(
    sql: &Sql<'_>,
    app_id: &str,
    replay: &ReplayKey,
    answer: &str,
    now: i64,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO replays (app_id, endpoint, idempotency_key, request, answer, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            app_id.into(),
            replay.endpoint.into(),
            (&replay.key).into(),
            replay.request.current().into(),
            answer.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// Forgets the answer to a request: its repeat is a request again.
pub(crate) fn forget(
    sql: &Sql<'_>,
    app_id: &str,
    endpoint: &str,
    key: &str,
) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM replays WHERE app_id = $1 AND endpoint = $2 AND idempotency_key = $3",
        &[app_id.into(), endpoint.into(), key.into()],
    )
    .map(drop)
}
