//! The queue of messages. A text is sealed while it is needed and wiped after that (E-02).
//!
//! Not here: how a message is handed over ([`super::handing_over`]) and what is measured of it
//! ([`super::deliveries`]).

use shared::HiddenText;
use storage::{Row, Sql, StoreError};

use crate::rules::delivery::Status;
use crate::rules::pumping::Send;
use crate::store::strange;

/// A message as the outbox shows it.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    /// A phone number or an e-mail address.
    pub(crate) to: String,
    /// Sealed; `""` once it is wiped.
    pub(crate) sealed_text: String,
    /// BCP 47 language of the text.
    pub(crate) locale: String,
    /// Unix seconds.
    pub(crate) created_at: i64,
    /// When its code ends, Unix seconds.
    pub(crate) expires_at: i64,
    pub(crate) status: Status,
}

/// A message that is queued.
#[derive(Clone)]
pub(crate) struct NewMessage {
    pub(crate) id: String,
    /// Its order in the queue, above that of every message before it.
    pub(crate) place: i64,
    pub(crate) method_id: String,
    pub(crate) challenge_id: String,
    pub(crate) to: String,
    /// ISO 3166 alpha-2, `""` for an e-mail address.
    pub(crate) country: String,
    pub(crate) sealed_text: String,
    pub(crate) locale: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) status: Status,
    /// Who has it already; `""` while it waits.
    pub(crate) gateway: String,
    /// Millionths of the currency's unit.
    pub(crate) cost: i64,
    /// What it counts for (`rules/pumping.rs`), `""` for a message that costs nothing.
    pub(crate) prefix: String,
    /// The browser whose history it counts in, `""` for none.
    pub(crate) device_id: String,
    /// The `Idempotency-Key` of its send, `""` for none, and where that counts.
    pub(crate) idempotency_key: String,
    pub(crate) endpoint: String,
}

pub(crate) fn insert(sql: &Sql<'_>, app_id: &str, message: &NewMessage) -> Result<(), StoreError> {
    let settled_at = if message.status.is_final() {
        message.created_at
    } else {
        0
    };
    sql.execute(
        "INSERT INTO messages (id, app_id, method_id, challenge_id, address, text, locale, status, created_at,
             expires_at, place, country, gateway, settled_at, cost, device_id, endpoint, idempotency_key,
             prefix)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        &[
            (&message.id).into(),
            app_id.into(),
            (&message.method_id).into(),
            (&message.challenge_id).into(),
            (&message.to).into(),
            (&message.sealed_text).into(),
            (&message.locale).into(),
            message.status.as_str().into(),
            message.created_at.into(),
            message.expires_at.into(),
            message.place.into(),
            (&message.country).into(),
            (&message.gateway).into(),
            settled_at.into(),
            message.cost.into(),
            (&message.device_id).into(),
            (&message.endpoint).into(),
            (&message.idempotency_key).into(),
            (&message.prefix).into(),
        ],
    )?;
    Ok(())
}

const MESSAGE: &str =
    "SELECT id, address, text, locale, created_at, expires_at, status FROM messages";

fn message(row: &Row<'_>) -> Result<Message, StoreError> {
    Ok(Message {
        id: row.text(0)?,
        to: row.text(1)?,
        sealed_text: row.text(2)?,
        locale: row.text(3)?,
        created_at: row.int(4)?,
        expires_at: row.int(5)?,
        status: status(row, 6)?,
    })
}

/// A column that holds a status.
pub(super) fn status(row: &Row<'_>, column: usize) -> Result<Status, StoreError> {
    Status::parse(&row.text(column)?).ok_or_else(|| strange("messages.status"))
}

/// The newest messages of all apps, newest first, at most `most`.
pub(crate) fn newest(sql: &Sql<'_>, most: i64) -> Result<Vec<Message>, StoreError> {
    let query = format!("{MESSAGE} ORDER BY place DESC, id DESC LIMIT $1");
    sql.query(&query, &[most.into()], message)
}

/// The newest messages to one address.
pub(crate) fn newest_to(
    sql: &Sql<'_>,
    address: &str,
    most: i64,
) -> Result<Vec<Message>, StoreError> {
    let query = format!("{MESSAGE} WHERE address = $1 ORDER BY place DESC, id DESC LIMIT $2");
    sql.query(&query, &[address.into(), most.into()], message)
}

/// The place of the newest message, 0 where there is none.
pub(crate) fn last_place(sql: &Sql<'_>) -> Result<i64, StoreError> {
    let found = sql.query_one(
        "SELECT place FROM messages ORDER BY place DESC LIMIT 1",
        &[],
        |row| row.int(0),
    )?;
    Ok(found.unwrap_or(0))
}

/// How many messages still have to leave: none of those whose code has ended.
pub(crate) fn waiting(sql: &Sql<'_>, now: i64) -> Result<i64, StoreError> {
    let found = sql.query_one(
        "SELECT COUNT(*) FROM messages WHERE status = 'queued' AND expires_at > $1",
        &[now.into()],
        |row| row.int(0),
    )?;
    Ok(found.unwrap_or(0))
}

/// How far a message has come, for whoever waits for it.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// A phone number or an e-mail address.
    pub(crate) to: HiddenText,
    pub(crate) status: Status,
    pub(crate) gateway: String,
    pub(crate) country: String,
    /// Unix seconds.
    pub(crate) created_at: i64,
    /// When its code ends, Unix seconds.
    pub(crate) expires_at: i64,
}

/// The newest message of a challenge.
pub(crate) fn newest_of_challenge(
    sql: &Sql<'_>,
    app_id: &str,
    challenge_id: &str,
) -> Result<Option<Delivery>, StoreError> {
    sql.query_one(
        "SELECT status, gateway, country, created_at, expires_at, address FROM messages
         WHERE challenge_id = $1 AND app_id = $2 ORDER BY place DESC LIMIT 1",
        &[challenge_id.into(), app_id.into()],
        |row| {
            Ok(Delivery {
                status: status(row, 0)?,
                gateway: row.text(1)?,
                country: row.text(2)?,
                created_at: row.int(3)?,
                expires_at: row.int(4)?,
                to: HiddenText::from(row.text(5)?.as_str()),
            })
        },
    )
}

/// A code of the challenge was right.
pub(crate) fn mark_verified(sql: &Sql<'_>, challenge_id: &str, now: i64) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE messages SET verified_at = $1 WHERE challenge_id = $2 AND prefix <> '' AND verified_at = 0",
        &[now.into(), challenge_id.into()],
    )?;
    Ok(())
}

/// The newest messages after a time that went to numbers with a prefix, or may have, the newest first.
pub(crate) fn of_prefix(
    sql: &Sql<'_>,
    prefix: &str,
    since: i64,
    most: usize,
) -> Result<Vec<Send>, StoreError> {
    sql.query(
        "SELECT created_at, verified_at FROM messages
         WHERE prefix = $1 AND prefix <> '' AND created_at > $2 AND NOT (status = 'failed' AND handed_at = 0)
         ORDER BY created_at DESC LIMIT $3",
        &[
            prefix.into(),
            since.into(),
            i64::try_from(most).unwrap_or(i64::MAX).into(),
        ],
        |row| {
            Ok(Send {
                at: row.int(0)?,
                verified: row.int(1)? > 0,
            })
        },
    )
}
