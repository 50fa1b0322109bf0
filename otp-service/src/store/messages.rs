//! The queue of messages. A text is sealed while it is needed and wiped after that (E-02).

use storage::{Row, Sql, StoreError};

/// A message on its way to a phone.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) method_id: String,
    pub(crate) challenge_id: String,
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
    pub(crate) status: String,
}

pub(crate) fn insert(sql: &Sql<'_>, app_id: &str, message: &Message) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO messages (id, app_id, method_id, challenge_id, address, text, locale, status, created_at,
             expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            (&message.id).into(),
            app_id.into(),
            (&message.method_id).into(),
            (&message.challenge_id).into(),
            (&message.to).into(),
            (&message.sealed_text).into(),
            (&message.locale).into(),
            (&message.status).into(),
            message.created_at.into(),
            message.expires_at.into(),
        ],
    )?;
    Ok(())
}

const MESSAGE: &str = "SELECT id, method_id, challenge_id, address, text, locale, created_at, expires_at, status FROM messages";

fn message(row: &Row<'_>) -> Result<Message, StoreError> {
    Ok(Message {
        id: row.text(0)?,
        method_id: row.text(1)?,
        challenge_id: row.text(2)?,
        to: row.text(3)?,
        sealed_text: row.text(4)?,
        locale: row.text(5)?,
        created_at: row.int(6)?,
        expires_at: row.int(7)?,
        status: row.text(8)?,
    })
}

/// The newest messages of all apps, newest first, at most `most`.
pub(crate) fn newest(sql: &Sql<'_>, most: i64) -> Result<Vec<Message>, StoreError> {
    let query = format!("{MESSAGE} ORDER BY created_at DESC, id DESC LIMIT $1");
    sql.query(&query, &[most.into()], message)
}

/// The newest messages to one address.
pub(crate) fn newest_to(
    sql: &Sql<'_>,
    address: &str,
    most: i64,
) -> Result<Vec<Message>, StoreError> {
    let query = format!("{MESSAGE} WHERE address = $1 ORDER BY created_at DESC, id DESC LIMIT $2");
    sql.query(&query, &[address.into(), most.into()], message)
}

/// How many messages still have to leave: none of those whose code has ended.
pub(crate) fn waiting(sql: &Sql<'_>, now: i64) -> Result<i64, StoreError> {
    let found = sql.query_one(
        "SELECT COUNT(*) FROM messages WHERE expires_at > $1 AND status = 'queued'",
        &[now.into()],
        |row| row.int(0),
    )?;
    Ok(found.unwrap_or(0))
}
