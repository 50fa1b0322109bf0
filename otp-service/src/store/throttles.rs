//! What each number and address has done, and the answer to its last send.

use storage::{Sql, StoreError};

use super::{from_json, strange, to_json};
use crate::address::Address;
use crate::rules::throttle::Throttle;

/// The last send to an address: a digest of the request, and the answer it got.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastSend {
    pub(crate) request: String,
    pub(crate) answer: String,
    /// Unix seconds, 0 when there was none.
    pub(crate) at: i64,
}

/// An address that did nothing yet has an empty history.
pub(crate) fn load(
    sql: &Sql<'_>,
    app_id: &str,
    address: &Address,
) -> Result<(Throttle, LastSend), StoreError> {
    let counter = |value: i64| u32::try_from(value).map_err(|_| strange("throttles.failures"));
    let found = sql.query_one(
        "SELECT failures, recent_failures, last_failure_at, wait_until, sends, last_request, last_answer, last_sent_at
         FROM throttles WHERE app_id = $1 AND address = $2",
        &[app_id.into(), address.as_str().into()],
        |row| {
            let throttle = Throttle {
                failures: counter(row.int(0)?)?,
                recent_failures: counter(row.int(1)?)?,
                last_failure_at: row.int(2)?,
                wait_until: row.int(3)?,
                sends: from_json(&row.text(4)?, "throttles.sends")?,
            };
            Ok((throttle, LastSend { request: row.text(5)?, answer: row.text(6)?, at: row.int(7)? }))
        },
    )?;
    Ok(found.unwrap_or_default())
}

pub(crate) fn save(
    sql: &Sql<'_>,
    app_id: &str,
    address: &Address,
    throttle: &Throttle,
    last_send: &LastSend,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO throttles (app_id, address, failures, recent_failures, last_failure_at, wait_until, sends,
             last_request, last_answer, last_sent_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (app_id, address) DO UPDATE SET failures = excluded.failures,
             recent_failures = excluded.recent_failures, last_failure_at = excluded.last_failure_at,
             wait_until = excluded.wait_until, sends = excluded.sends, last_request = excluded.last_request,
             last_answer = excluded.last_answer, last_sent_at = excluded.last_sent_at",
        &[
            app_id.into(),
            address.as_str().into(),
            i64::from(throttle.failures).into(),
            i64::from(throttle.recent_failures).into(),
            throttle.last_failure_at.into(),
            throttle.wait_until.into(),
            (&to_json(&throttle.sends, "throttles.sends")?).into(),
            (&last_send.request).into(),
            (&last_send.answer).into(),
            last_send.at.into(),
        ],
    )?;
    Ok(())
}

/// Forgets the failures of an address; its sends stay counted. Whether there were any.
pub(crate) fn unblock(sql: &Sql<'_>, app_id: &str, address: &str) -> Result<bool, StoreError> {
    let freed = sql.execute(
        "UPDATE throttles SET failures = 0, recent_failures = 0, last_failure_at = 0, wait_until = 0
         WHERE app_id = $1 AND address = $2 AND (failures > 0 OR wait_until > 0)",
        &[app_id.into(), address.into()],
    )?;
    Ok(freed > 0)
}
