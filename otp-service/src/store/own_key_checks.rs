//! Check values of the service's own keys: which keys this database was used with. From a check value
//! nothing can be made (E-01).

use storage::{Sql, StoreError};

/// The check values, that of the newest key first.
pub(crate) fn newest_first(sql: &Sql<'_>) -> Result<Vec<String>, StoreError> {
    sql.query(
        "SELECT check_value FROM own_key_checks ORDER BY place DESC",
        &[],
        |row| row.text(0),
    )
}

/// The key with this check value is in use from now on.
pub(crate) fn insert(sql: &Sql<'_>, check_value: &str, now: i64) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO own_key_checks (check_value, place, used_from)
         VALUES ($1, (SELECT COALESCE(MAX(place), 0) + 1 FROM own_key_checks), $2)",
        &[check_value.into(), now.into()],
    )
    .map(drop)
}
