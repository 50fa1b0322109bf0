//! Sessions. Of a token only the hash is here (C-02).

use shared::otp_service::{DeviceFingerprint, Factor, Session};
use storage::{Row, Sql, StoreError};

use super::{api_keys, from_json, to_json};
use crate::rules::session::Lifetime;

/// A session as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredSession {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) token_hash: String,
    /// Grows with every new token.
    pub(crate) generation: i64,
    pub(crate) lifetime: Lifetime,
    /// Unix seconds.
    pub(crate) updated_at: i64,
    pub(crate) factors: Vec<Factor>,
    pub(crate) ip: String,
    pub(crate) user_agent: String,
}

impl StoredSession {
    /// As the contract shows it.
    pub(crate) fn into_wire(self) -> Session {
        Session {
            id: self.id,
            user_id: self.user_id,
            started_at: self.lifetime.started_at,
            expires_at: self.lifetime.expires_at,
            last_active_at: self.lifetime.last_active_at,
            created_at: self.lifetime.started_at,
            updated_at: self.updated_at,
            factors: self.factors,
            device_fingerprint: DeviceFingerprint {
                ip: Some(self.ip),
                user_agent: Some(self.user_agent),
            },
        }
    }
}

const SESSION: &str =
    "SELECT id, user_id, token_hash, generation, started_at, expires_at, last_active_at, ended_at,
         updated_at, factors, ip, user_agent
     FROM sessions WHERE app_id = $1";

fn session(row: &Row<'_>) -> Result<StoredSession, StoreError> {
    Ok(StoredSession {
        id: row.text(0)?,
        user_id: row.text(1)?,
        token_hash: row.text(2)?,
        generation: row.int(3)?,
        lifetime: Lifetime {
            started_at: row.int(4)?,
            expires_at: row.int(5)?,
            last_active_at: row.int(6)?,
            ended_at: row.int(7)?,
        },
        updated_at: row.int(8)?,
        factors: from_json(&row.text(9)?, "sessions.factors")?,
        ip: row.text(10)?,
        user_agent: row.text(11)?,
    })
}

/// How a caller names a session.
#[derive(Clone)]
pub(crate) enum SessionRef {
    /// By the hash of its newest token.
    TokenHash(String),
    /// By its id, which a JWT carries too.
    Id(String),
}

impl std::fmt::Debug for SessionRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionRef")
    }
}

/// The session that is named, live or not.
pub(crate) fn find(
    sql: &Sql<'_>,
    app_id: &str,
    named: &SessionRef,
) -> Result<Option<StoredSession>, StoreError> {
    match named {
        SessionRef::TokenHash(hash) => by_token_hash(sql, app_id, hash),
        SessionRef::Id(id) => by_id(sql, app_id, id),
    }
}

/// The session whose newest token has this hash, live or not.
fn by_token_hash(
    sql: &Sql<'_>,
    app_id: &str,
    hash: &str,
) -> Result<Option<StoredSession>, StoreError> {
    sql.query_one(
        &format!("{SESSION} AND token_hash = $2"),
        &[app_id.into(), hash.into()],
        session,
    )
}

/// The session with this id, live or not.
pub(crate) fn by_id(
    sql: &Sql<'_>,
    app_id: &str,
    id: &str,
) -> Result<Option<StoredSession>, StoreError> {
    sql.query_one(
        &format!("{SESSION} AND id = $2"),
        &[app_id.into(), id.into()],
        session,
    )
}

/// The sessions of a user that nobody ended, newest first; some may be past their time.
pub(crate) fn of_user(
    sql: &Sql<'_>,
    app_id: &str,
    user_id: &str,
) -> Result<Vec<StoredSession>, StoreError> {
    let query =
        format!("{SESSION} AND user_id = $2 AND ended_at = 0 ORDER BY started_at DESC, id DESC");
    sql.query(&query, &[app_id.into(), user_id.into()], session)
}

pub(crate) fn save(sql: &Sql<'_>, app_id: &str, session: &StoredSession) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO sessions (id, app_id, user_id, token_hash, generation, started_at, expires_at, last_active_at,
             updated_at, ended_at, factors, ip, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash, generation = excluded.generation,
             expires_at = excluded.expires_at, last_active_at = excluded.last_active_at,
             updated_at = excluded.updated_at, ended_at = excluded.ended_at, factors = excluded.factors",
        &[
            (&session.id).into(),
            app_id.into(),
            (&session.user_id).into(),
            (&session.token_hash).into(),
            session.generation.into(),
            session.lifetime.started_at.into(),
            session.lifetime.expires_at.into(),
            session.lifetime.last_active_at.into(),
            session.updated_at.into(),
            session.lifetime.ended_at.into(),
            (&to_json(&session.factors, "sessions.factors")?).into(),
            (&session.ip).into(),
            (&session.user_agent).into(),
        ],
    )?;
    Ok(())
}

/// Ends all open sessions. How many.
pub(crate) fn end_all_of_all(sql: &Sql<'_>, now: i64) -> Result<usize, StoreError> {
    let apps = api_keys::apps(sql)?;
    apps.iter()
        .map(|app_id| end_all(sql, app_id, None, now))
        .sum()
}

/// Ends the open sessions of a user, or of all users of the app. How many.
pub(crate) fn end_all(
    sql: &Sql<'_>,
    app_id: &str,
    user_id: Option<&str>,
    now: i64,
) -> Result<usize, StoreError> {
    sql.execute(
        "UPDATE sessions SET ended_at = $1, updated_at = $1
         WHERE app_id = $2 AND ($3 = '' OR user_id = $3) AND ended_at = 0",
        &[
            now.into(),
            app_id.into(),
            user_id.unwrap_or_default().into(),
        ],
    )
}
