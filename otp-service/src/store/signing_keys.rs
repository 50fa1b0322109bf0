//! Private keys for session JWTs, sealed with the service's own key.

use storage::{Row, Sql, StoreError};

/// A key as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredKey {
    /// `jwk_…`
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) sealed: String,
    /// Unix seconds.
    pub(crate) created_at: i64,
    /// It is published at once and signs from then on, Unix seconds.
    pub(crate) signs_from: i64,
}

const KEY: &str = "SELECT id, app_id, sealed_key, created_at, signs_from FROM signing_keys";
const ORDER: &str = "ORDER BY signs_from DESC, created_at DESC, id DESC";

fn key(row: &Row<'_>) -> Result<StoredKey, StoreError> {
    Ok(StoredKey {
        id: row.text(0)?,
        app_id: row.text(1)?,
        sealed: row.text(2)?,
        created_at: row.int(3)?,
        signs_from: row.int(4)?,
    })
}

/// The keys of an app; those that sign last come first.
pub(crate) fn of_app(sql: &Sql<'_>, app_id: &str) -> Result<Vec<StoredKey>, StoreError> {
    sql.query(
        &format!("{KEY} WHERE app_id = $1 {ORDER}"),
        &[app_id.into()],
        key,
    )
}

/// The keys of all apps in the same order.
pub(crate) fn all(sql: &Sql<'_>) -> Result<Vec<StoredKey>, StoreError> {
    sql.query(&format!("{KEY} {ORDER}"), &[], key)
}

pub(crate) fn insert(sql: &Sql<'_>, key: &StoredKey) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO signing_keys (id, app_id, sealed_key, created_at, signs_from) VALUES ($1, $2, $3, $4, $5)",
        &[
            (&key.id).into(),
            (&key.app_id).into(),
            (&key.sealed).into(),
            key.created_at.into(),
            key.signs_from.into(),
        ],
    )
    .map(drop)
}

/// Adds the first key of an app, unless somebody else was faster; answers the keys that count.
pub(crate) fn insert_first(sql: &Sql<'_>, key: &StoredKey) -> Result<Vec<StoredKey>, StoreError> {
    if of_app(sql, &key.app_id)?.is_empty() {
        insert(sql, key)?;
    }
    of_app(sql, &key.app_id)
}

/// The key lies under another seal.
pub(crate) fn reseal(sql: &Sql<'_>, id: &str, sealed: &str) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE signing_keys SET sealed_key = $1 WHERE id = $2",
        &[sealed.into(), id.into()],
    )
    .map(drop)
}

/// Removes the keys whose successors have been signing since this time or longer. How many.
pub(crate) fn remove_replaced(sql: &Sql<'_>, since: i64) -> Result<usize, StoreError> {
    sql.execute(
        "DELETE FROM signing_keys WHERE EXISTS (SELECT 1 FROM signing_keys successor
             WHERE successor.app_id = signing_keys.app_id AND successor.signs_from > signing_keys.signs_from
             AND successor.signs_from <= $1)",
        &[since.into()],
    )
}
