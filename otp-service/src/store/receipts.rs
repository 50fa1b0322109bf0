//! Receipts that were believed, so that each counts once (G-09).

use storage::{Sql, StoreError};

/// Notes a receipt. Whether it is the first of its kind.
pub(crate) fn note(sql: &Sql<'_>, id: &str, now: i64) -> Result<bool, StoreError> {
    let inserted = sql.execute(
        "INSERT INTO receipts (id, received_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
        &[id.into(), now.into()],
    )?;
    Ok(inserted > 0)
}
