//! A message on its way out of the queue: who holds it, until when, and what became of it.

use storage::{Sql, StoreError};

use super::messages::status;
use crate::rules::delivery::Status;

/// A message that waits to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) id: String,
    pub(crate) country: String,
    /// Unix seconds.
    pub(crate) since: i64,
    /// When its code ends, Unix seconds.
    pub(crate) expires_at: i64,
}

/// The first of the queue that have waited for a while and can still be sent in time.
pub(crate) fn queue(
    sql: &Sql<'_>,
    queued_before: i64,
    lives_until: i64,
    most: i64,
) -> Result<Vec<Waiting>, StoreError> {
    sql.query(
        "SELECT id, country, created_at, expires_at FROM messages
         WHERE status = 'queued' AND created_at <= $1 AND expires_at >= $2 ORDER BY place LIMIT $3",
        &[queued_before.into(), lives_until.into(), most.into()],
        |row| {
            Ok(Waiting {
                id: row.text(0)?,
                country: row.text(1)?,
                since: row.int(2)?,
                expires_at: row.int(3)?,
            })
        },
    )
}

/// What whoever holds a message needs to hand it over.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) to: String,
    pub(crate) sealed_text: String,
    pub(crate) country: String,
    /// When its code ends, Unix seconds.
    pub(crate) expires_at: i64,
}

/// Takes a message out of the queue for one holder; `None` when somebody else has it, or it is too late.
pub(crate) fn claim(
    sql: &Sql<'_>,
    id: &str,
    gateway: &str,
    (holder, until): (&str, i64),
    lives_until: i64,
) -> Result<Option<Held>, StoreError> {
    sql.query_one(
        "UPDATE messages SET status = 'dispatching', gateway = $1, holder = $2, held_until = $3
         WHERE id = $4 AND status = 'queued' AND expires_at >= $5
         RETURNING id, address, text, country, expires_at",
        &[
            gateway.into(),
            holder.into(),
            until.into(),
            id.into(),
            lives_until.into(),
        ],
        |row| {
            Ok(Held {
                id: row.text(0)?,
                to: row.text(1)?,
                sealed_text: row.text(2)?,
                country: row.text(3)?,
                expires_at: row.int(4)?,
            })
        },
    )
}

/// The holder goes on to another gateway. Whether it still holds the message.
pub(crate) fn pass_on(
    sql: &Sql<'_>,
    id: &str,
    gateway: &str,
    (holder, until): (&str, i64),
) -> Result<bool, StoreError> {
    let passed = sql.execute(
        "UPDATE messages SET status = 'dispatching', gateway = $1, held_until = $2, reason = '', settled_at = 0
         WHERE id = $3 AND holder = $4 AND status IN ('dispatching', 'unknown')",
        &[gateway.into(), until.into(), id.into(), holder.into()],
    )?;
    Ok(passed > 0)
}

/// How far a message has come, with what is given back should it fail.
pub(crate) struct State {
    pub(crate) id: String,
    pub(crate) status: Status,
    pub(crate) app_id: String,
    /// A phone number or an e-mail address.
    pub(crate) to: String,
    pub(crate) country: String,
    pub(crate) gateway: String,
    pub(crate) holder: String,
    pub(crate) created_at: i64,
    pub(crate) cost: i64,
    pub(crate) device_id: String,
    pub(crate) endpoint: String,
    pub(crate) idempotency_key: String,
}

const STATE: &str =
    "SELECT id, status, app_id, address, country, gateway, holder, created_at, cost, device_id, endpoint, idempotency_key
     FROM messages";

fn state(row: &storage::Row<'_>) -> Result<State, StoreError> {
    Ok(State {
        id: row.text(0)?,
        status: status(row, 1)?,
        app_id: row.text(2)?,
        to: row.text(3)?,
        country: row.text(4)?,
        gateway: row.text(5)?,
        holder: row.text(6)?,
        created_at: row.int(7)?,
        cost: row.int(8)?,
        device_id: row.text(9)?,
        endpoint: row.text(10)?,
        idempotency_key: row.text(11)?,
    })
}

/// The message with this id.
pub(crate) fn by_id(sql: &Sql<'_>, id: &str) -> Result<Option<State>, StoreError> {
    sql.query_one(&format!("{STATE} WHERE id = $1"), &[id.into()], state)
}

/// The message that a gateway calls so.
pub(crate) fn by_reference(
    sql: &Sql<'_>,
    gateway: &str,
    reference: &str,
) -> Result<Option<State>, StoreError> {
    sql.query_one(
        &format!("{STATE} WHERE gateway_ref <> '' AND gateway_ref = $1 AND gateway = $2"),
        &[reference.into(), gateway.into()],
        state,
    )
}

/// Messages that no gateway took in time.
pub(crate) fn too_late(
    sql: &Sql<'_>,
    lives_until: i64,
    most: i64,
) -> Result<Vec<State>, StoreError> {
    sql.query(
        &format!("{STATE} WHERE status = 'queued' AND expires_at < $1 ORDER BY place LIMIT $2"),
        &[lives_until.into(), most.into()],
        state,
    )
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) status: Status,
    /// A word; `""` where there is nothing to say.
    pub(crate) reason: &'a str,
    /// Whether a gateway surely has it, or had it.
    pub(crate) handed: bool,
    pub(crate) now: i64,
}

/// Writes down how far a message has come. Its text is needed no more (E-02).
pub(crate) fn save(sql: &Sql<'_>, id: &str, change: Change<'_>) -> Result<(), StoreError> {
    let settled = change.status.is_final() || change.status == Status::Unknown;
    sql.execute(
        "UPDATE messages SET status = $1, reason = $2, text = '',
             handed_at = CASE WHEN handed_at = 0 THEN $3 ELSE handed_at END, settled_at = $4
         WHERE id = $5",
        &[
            change.status.as_str().into(),
            change.reason.into(),
            if change.handed { change.now } else { 0 }.into(),
            if settled { change.now } else { 0 }.into(),
            id.into(),
        ],
    )
    .map(drop)
}

/// Notes what the gateway calls a message.
pub(crate) fn name(sql: &Sql<'_>, id: &str, reference: &str) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE messages SET gateway_ref = $1 WHERE id = $2",
        &[reference.into(), id.into()],
    )
    .map(drop)
}

/// Messages whose holder is gone: their bytes may have left. Those that were held until `before` at the
/// latest. Country and gateway of each.
pub(crate) fn abandoned(
    sql: &Sql<'_>,
    before: i64,
    now: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    sql.query(
        "UPDATE messages SET status = 'unknown', reason = 'abandoned', text = '', settled_at = $1
         WHERE status = 'dispatching' AND held_until <= $2 RETURNING country, gateway",
        &[now.into(), before.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Ends every message that is not with a gateway yet: in a copy that was brought back nobody knows what
/// has become of it, and it is not sent again.
pub(crate) fn end_all(sql: &Sql<'_>, now: i64) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE messages SET status = 'unknown', reason = 'restored', text = '', settled_at = $1
         WHERE status IN ('queued', 'dispatching')",
        &[now.into()],
    )
    .map(drop)
}

/// Whether messages are too late to be sent, and whether some were held until `before` at the latest.
pub(crate) fn overdue(
    sql: &Sql<'_>,
    lives_until: i64,
    before: i64,
) -> Result<(bool, bool), StoreError> {
    let any = |query: &str, time: i64| {
        let found = sql.query_one(query, &[time.into()], |_| Ok(()))?;
        Ok::<_, StoreError>(found.is_some())
    };
    Ok((
        any(
            "SELECT id FROM messages WHERE status = 'queued' AND expires_at < $1 LIMIT 1",
            lives_until,
        )?,
        any(
            "SELECT id FROM messages WHERE status = 'dispatching' AND held_until <= $1 LIMIT 1",
            before,
        )?,
    ))
}
