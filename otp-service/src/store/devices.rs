//! Browsers that have signed in before (B-14). Of a token only the hash is here.

use storage::{Row, Sql, StoreError};

use super::{from_json, to_json, users};
use crate::address::Address;
use crate::rules::throttle::Throttle;

/// A browser as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredDevice {
    pub(crate) id: String,
    pub(crate) method_id: String,
    pub(crate) token_hash: String,
    /// What was done from there.
    pub(crate) history: Throttle,
    /// Of the last sign-in, Unix seconds.
    pub(crate) used_at: i64,
    /// Unix seconds.
    pub(crate) expires_at: i64,
}

const DEVICE: &str =
    "SELECT devices.id, devices.method_id, devices.token_hash, devices.history, devices.used_at,
         devices.expires_at
     FROM devices JOIN methods ON methods.id = devices.method_id WHERE devices.app_id = $1";

fn device(row: &Row<'_>) -> Result<StoredDevice, StoreError> {
    Ok(StoredDevice {
        id: row.text(0)?,
        method_id: row.text(1)?,
        token_hash: row.text(2)?,
        history: from_json(&row.text(3)?, "devices.history")?,
        used_at: row.int(4)?,
        expires_at: row.int(5)?,
    })
}

/// The browser whose token has this hash, if it has signed in with this address.
pub(crate) fn find(
    sql: &Sql<'_>,
    app_id: &str,
    address: &Address,
    token_hash: &str,
    now: i64,
) -> Result<Option<StoredDevice>, StoreError> {
    let query = format!(
        "{DEVICE} AND devices.token_hash = $2 AND methods.kind = $3 AND methods.address = $4 AND devices.expires_at > $5"
    );
    let kind = users::kind_text(address.method_type());
    sql.query_one(
        &query,
        &[
            app_id.into(),
            token_hash.into(),
            kind.into(),
            address.as_str().into(),
            now.into(),
        ],
        device,
    )
}

/// The browser with this id.
pub(crate) fn by_id(
    sql: &Sql<'_>,
    app_id: &str,
    id: &str,
) -> Result<Option<StoredDevice>, StoreError> {
    let query = format!("{DEVICE} AND devices.id = $2");
    sql.query_one(&query, &[app_id.into(), id.into()], device)
}

/// The browsers that have signed in with this address.
pub(crate) fn of_address(
    sql: &Sql<'_>,
    app_id: &str,
    address: &str,
) -> Result<Vec<StoredDevice>, StoreError> {
    let query = format!("{DEVICE} AND methods.address = $2");
    sql.query(&query, &[app_id.into(), address.into()], device)
}

pub(crate) fn save(sql: &Sql<'_>, app_id: &str, device: &StoredDevice) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO devices (id, app_id, method_id, token_hash, history, used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET history = excluded.history, used_at = excluded.used_at,
             expires_at = excluded.expires_at",
        &[
            (&device.id).into(),
            app_id.into(),
            (&device.method_id).into(),
            (&device.token_hash).into(),
            (&to_json(&device.history, "devices.history")?).into(),
            device.used_at.into(),
            device.expires_at.into(),
        ],
    )
    .map(drop)
}

/// Forgets the browsers of a method but for so many, those that signed in last.
pub(crate) fn keep_newest(sql: &Sql<'_>, method_id: &str, most: usize) -> Result<(), StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    sql.execute(
        "DELETE FROM devices WHERE method_id = $1 AND id NOT IN
             (SELECT id FROM devices WHERE method_id = $1 ORDER BY used_at DESC, id DESC LIMIT $2)",
        &[method_id.into(), most.into()],
    )
    .map(drop)
}
