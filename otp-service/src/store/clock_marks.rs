//! Where the clock of each machine stood last.

use edge::clock::Mark;
use storage::{Sql, StoreError};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// The marks of all machines.
pub(crate) fn all(sql: &Sql<'_>) -> Result<Vec<Mark>, StoreError> {
    sql.query("SELECT boot, unix_ms, up_ms FROM clock_marks", &[], |row| {
        Ok(Mark {
            boot: row.text(0)?,
            unix_ms: row.int(1)?,
            up_ms: row.int(2)?,
        })
    })
}

/// Replaces the mark of a machine, unless another process on it has seen a later time. Marks that lie
/// a day behind tell nothing any more.
pub(crate) fn save(sql: &Sql<'_>, mark: &Mark) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO clock_marks (boot, unix_ms, up_ms) VALUES ($1, $2, $3)
         ON CONFLICT (boot) DO UPDATE SET unix_ms = excluded.unix_ms, up_ms = excluded.up_ms
         WHERE excluded.unix_ms - excluded.up_ms >= clock_marks.unix_ms - clock_marks.up_ms",
        &[(&mark.boot).into(), mark.unix_ms.into(), mark.up_ms.into()],
    )?;
    sql.execute(
        "DELETE FROM clock_marks WHERE unix_ms < $1",
        &[(mark.unix_ms - DAY_MS).into()],
    )
    .map(drop)
}
