//! Secret keys and the apps that they open. Only hashes of keys are kept (E-03).

use storage::{Sql, StoreError};

use crate::app::{App, Mode};
use crate::ids::{self, Kind};
use crate::random::Random;
use crate::secrets::fingerprint;

/// The app that a key opens, unless the key is unknown or revoked.
pub(crate) fn app_of(sql: &Sql<'_>, key_hash: &str) -> Result<Option<App>, StoreError> {
    sql.query_one(
        "SELECT app_id FROM api_keys WHERE hash = $1 AND revoked_at = 0",
        &[key_hash.into()],
        |row| Ok(App { id: row.text(0)? }),
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
