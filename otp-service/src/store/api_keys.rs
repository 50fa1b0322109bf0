//! Secret keys and the apps that they open. Only hashes of keys are kept (E-03).

use storage::{Sql, StoreError};

use super::strange;
use crate::app::{App, Mode};
use crate::ids::{self, Kind};
use crate::random::Random;
use crate::secrets::fingerprint;

/// The app that a key opens, unless the key is unknown or revoked, and whether the key was ever used.
pub(crate) fn app_of(sql: &Sql<'_>, key_hash: &str) -> Result<Option<(App, bool)>, StoreError> {
    sql.query_one(
        "SELECT api_keys.app_id, apps.mode, api_keys.first_used_at
         FROM api_keys JOIN apps ON apps.id = api_keys.app_id
         WHERE api_keys.hash = $1 AND api_keys.revoked_at = 0",
        &[key_hash.into()],
        |row| {
            let app = App {
                id: row.text(0)?,
                mode: Mode::parse(&row.text(1)?).ok_or_else(|| strange("apps.mode"))?,
            };
            Ok((app, row.int(2)? > 0))
        },
    )
}

/// Notes that a key is used. Its id, if it never was before.
pub(crate) fn first_use(
    sql: &Sql<'_>,
    key_hash: &str,
    now: i64,
) -> Result<Option<String>, StoreError> {
    sql.query_one(
        "UPDATE api_keys SET first_used_at = $1 WHERE hash = $2 AND first_used_at = 0 RETURNING id",
        &[now.into(), key_hash.into()],
        |row| row.text(0),
    )
}

/// Whether there is any key that works.
pub(crate) fn any(sql: &Sql<'_>) -> Result<bool, StoreError> {
    let found = sql.query_one(
        "SELECT COUNT(*) FROM api_keys WHERE revoked_at = 0",
        &[],
        |row| row.int(0),
    )?;
    Ok(found.unwrap_or(0) > 0)
}

/// Makes a key known; it opens the app of its mode, which is made where there is none.
pub(crate) fn insert(
    sql: &Sql<'_>,
    key: &str,
    mode: Mode,
    random: &Random,
    now: i64,
) -> Result<(), StoreError> {
    let id = |kind| {
        let bytes = random
            .bytes()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok::<_, StoreError>(ids::new(kind, now, bytes))
    };
    let app = sql.query_one(
        "SELECT id FROM apps WHERE mode = $1",
        &[mode.as_str().into()],
        |row| row.text(0),
    )?;
    let app_id = match app {
        Some(app_id) => app_id,
        None => {
            let app_id = id(Kind::App)?;
            sql.execute(
                "INSERT INTO apps (id, mode, created_at) VALUES ($1, $2, $3)",
                &[(&app_id).into(), mode.as_str().into(), now.into()],
            )?;
            app_id
        }
    };
    let last_four = key.get(key.len().saturating_sub(4)..).unwrap_or_default();
    sql.execute(
        "INSERT INTO api_keys (id, app_id, hash, last_four, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5, 0)
         ON CONFLICT (hash) DO NOTHING",
        &[(&id(Kind::Key)?).into(), (&app_id).into(), (&fingerprint(key)).into(), last_four.into(), now.into()],
    )?;
    Ok(())
}

/// A key as people see it.
#[derive(Debug, Clone)]
pub(crate) struct ListedKey {
    pub(crate) id: String,
    pub(crate) mode: String,
    pub(crate) last_four: String,
    /// Unix seconds.
    pub(crate) created_at: i64,
    /// Unix seconds, 0 while it works.
    pub(crate) revoked_at: i64,
}

/// All keys, oldest first.
pub(crate) fn list(sql: &Sql<'_>) -> Result<Vec<ListedKey>, StoreError> {
    sql.query(
        "SELECT api_keys.id, apps.mode, api_keys.last_four, api_keys.created_at, api_keys.revoked_at
         FROM api_keys JOIN apps ON apps.id = api_keys.app_id ORDER BY api_keys.created_at, api_keys.id",
        &[],
        |row| {
            Ok(ListedKey {
                id: row.text(0)?,
                mode: row.text(1)?,
                last_four: row.text(2)?,
                created_at: row.int(3)?,
                revoked_at: row.int(4)?,
            })
        },
    )
}

/// The key stops working. Whether there is such a key.
pub(crate) fn revoke(sql: &Sql<'_>, id: &str, now: i64) -> Result<bool, StoreError> {
    sql.execute(
        "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0",
        &[now.into(), id.into()],
    )?;
    Ok(sql
        .query_one(
            "SELECT id FROM api_keys WHERE id = $1",
            &[id.into()],
            |row| row.text(0),
        )?
        .is_some())
}

/// The ids of all apps.
pub(crate) fn apps(sql: &Sql<'_>) -> Result<Vec<String>, StoreError> {
    sql.query("SELECT id FROM apps ORDER BY id", &[], |row| row.text(0))
}
