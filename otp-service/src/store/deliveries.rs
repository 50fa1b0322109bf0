//! What became of messages, in sums: for weights, for the usual time, for budgets.

use storage::{Sql, StoreError};

use super::messages::status;
use crate::rules::delivery::Status;

/// So many messages are looked at at most.
const MOST: i64 = 5_000;

/// A message that a gateway took, or failed to take.
#[derive(Debug, Clone)]
pub(crate) struct Handed {
    pub(crate) gateway: String,
    pub(crate) country: String,
    pub(crate) status: Status,
    /// Unix seconds.
    pub(crate) handed_at: i64,
    /// Unix seconds; 0 while nothing is final.
    pub(crate) settled_at: i64,
}

/// The newest messages that gateways took after a time.
pub(crate) fn handed_since(sql: &Sql<'_>, since: i64) -> Result<Vec<Handed>, StoreError> {
    sql.query(
        "SELECT gateway, country, status, handed_at, settled_at FROM messages
         WHERE handed_at > 0 AND handed_at > $1 ORDER BY handed_at DESC LIMIT $2",
        &[since.into(), MOST.into()],
        |row| {
            Ok(Handed {
                gateway: row.text(0)?,
                country: row.text(1)?,
                status: status(row, 2)?,
                handed_at: row.int(3)?,
                settled_at: row.int(4)?,
            })
        },
    )
}

/// What one minute of one country took.
#[derive(Debug, Clone)]
pub(crate) struct Spent {
    pub(crate) country: String,
    /// Unix minutes.
    pub(crate) minute: i64,
    pub(crate) messages: i64,
    /// Millionths of the currency's unit.
    pub(crate) money: i64,
}

/// What was spent after a time, without what surely did not go and what went to the outbox.
pub(crate) fn spent_since(sql: &Sql<'_>, since: i64) -> Result<Vec<Spent>, StoreError> {
    sql.query(
        "SELECT country, created_at / 60 AS minute, COUNT(*), CAST(SUM(cost) AS BIGINT) FROM messages
         WHERE created_at > $1 AND gateway <> 'outbox' AND NOT (status = 'failed' AND handed_at = 0)
         GROUP BY country, created_at / 60",
        &[since.into()],
        |row| {
            Ok(Spent {
                country: row.text(0)?,
                minute: row.int(1)?,
                messages: row.int(2)?,
                money: row.int(3)?,
            })
        },
    )
}
