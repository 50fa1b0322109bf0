//! Private keys for session JWTs, sealed with the service's own key.

use storage::{Sql, StoreError};

/// A key as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredKey {
    /// `jwk_…`
    pub(crate) id: String,
    pub(crate) sealed: String,
}

/// The keys of an app, newest first.
pub(crate) fn of_app(sql: &Sql<'_>, app_id: &str) -> Result<Vec<StoredKey>, StoreError> {
    sql.query(
        "SELECT id, sealed_key FROM signing_keys WHERE app_id = $1 ORDER BY created_at DESC, id DESC",
        &[app_id.into()],
        |row| Ok(StoredKey { id: row.text(0)?, sealed: row.text(1)? }),
    )
}

/// Adds the first key of an app, unless somebody else was faster; answers the keys that count.
pub(crate) fn insert_first(
    sql: &Sql<'_>,
    app_id: &str,
    key: &StoredKey,
    now: i64,
) -> Result<Vec<StoredKey>, StoreError> {
    if of_app(sql, app_id)?.is_empty() {
        sql.execute(
            "INSERT INTO signing_keys (id, app_id, sealed_key, created_at) VALUES ($1, $2, $3, $4)",
            &[
                (&key.id).into(),
                app_id.into(),
                (&key.sealed).into(),
                now.into(),
            ],
        )?;
    }
    of_app(sql, app_id)
}
