//! Messages that webhooks tell: noted in the transaction of what they tell of, taken for a while by the backend that tells
//! them, ended. One that is over has no body any more, and is forgotten a week later.

use storage::{Row, Sql, StoreError};

use super::Store;
use crate::webhooks::message::Message;

/// A backend that takes a message has it for so long, seconds: longer than an attempt can last. If it says nothing until
/// then, the next one takes it.
const TAKEN_FOR: i64 = 60;
/// Messages that nobody could be told for so long are given up, seconds: a day after the last attempt would be.
const GIVEN_UP_AFTER: i64 = 100 * 3600;
/// Seconds.
const KEPT_AFTER_END: i64 = 7 * 24 * 3600;

/// A message that this backend has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) message_id: String,
    pub(crate) event: String,
    pub(crate) body: String,
    /// With the one that begins now.
    pub(crate) attempts: i64,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// The message is over, for better or worse.
    Over,
    /// To be told again then, Unix seconds.
    AgainAt(i64),
}

impl Taken {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            message_id: row.text(0)?,
            event: row.text(1)?,
            body: row.text(2)?,
            attempts: row.int(3)? + 1,
        })
    }
}

/// Notes a message, if it is not noted already.
pub(super) fn note(sql: &Sql<'_>, message: &Message, now: i64) -> Result<(), StoreError> {
    use edge::metrics::ClosedSet as _;
    sql.execute(
        "INSERT INTO webhook_messages (message_id, event, body, created_at, attempts, next_at, ended_at)
         VALUES ($1, $2, $3, $4, 0, $4, 0) ON CONFLICT (message_id) DO NOTHING",
        &[
            (&message.id).into(),
            message.kind.as_str().into(),
            (&message.body).into(),
            now.into(),
        ],
    )
    .map(drop)
}

impl Store {
    /// Whether there is anything to be told at `now`, Unix seconds.
    pub(crate) async fn has_messages(&self, now: i64) -> Result<bool, StoreError> {
        self.0
            .read(move |sql| {
                let first = "SELECT attempts FROM webhook_messages WHERE ended_at = 0 AND next_at <= $1 LIMIT 1";
                let found = sql.query_one(first, &[now.into()], |row| row.int(0))?;
                Ok(found.is_some())
            })
            .await
    }

    /// Takes so many messages that are to be told at `now`; nobody else gets them for a minute.
    pub(crate) async fn take_messages(
        &self,
        now: i64,
        most: i64,
    ) -> Result<Vec<Taken>, StoreError> {
        self.0
            .write(move |sql| {
                let due = sql.query(
                    "SELECT message_id, event, body, attempts FROM webhook_messages
                     WHERE ended_at = 0 AND next_at <= $1 ORDER BY next_at, message_id LIMIT $2",
                    &[now.into(), most.into()],
                    Taken::read,
                )?;
                for taken in &due {
                    sql.execute(
                        "UPDATE webhook_messages SET attempts = $1, next_at = $2 WHERE message_id = $3",
                        &[taken.attempts.into(), (now + TAKEN_FOR).into(), (&taken.message_id).into()],
                    )?;
                }
                Ok(due)
            })
            .await
    }

    /// Notes how an attempt ended, at `now`.
    pub(crate) async fn note_told(&self, id: &str, told: Told, now: i64) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.0
            .write(move |sql| {
                let changed = match told {
                    Told::Over => sql.execute(
                        "UPDATE webhook_messages SET ended_at = $1, body = '' WHERE message_id = $2 AND ended_at = 0",
                        &[now.into(), (&id).into()],
                    ),
                    Told::AgainAt(at) => sql.execute(
                        "UPDATE webhook_messages SET next_at = $1 WHERE message_id = $2 AND ended_at = 0",
                        &[at.into(), (&id).into()],
                    ),
                };
                changed.map(drop)
            })
            .await
    }

    /// Messages that are not over.
    pub(crate) async fn messages_left(&self) -> Result<i64, StoreError> {
        self.0
            .read(|sql| {
                let count = "SELECT COUNT(*) FROM webhook_messages WHERE ended_at = 0";
                let left = sql.query_one(count, &[], |row| row.int(0))?;
                Ok(left.unwrap_or_default())
            })
            .await
    }

    /// Gives up messages that nobody could be told for too long, so many at most. How many.
    pub(crate) async fn give_up_messages(&self, now: i64, most: i64) -> Result<usize, StoreError> {
        self.0
            .write(move |sql| {
                sql.execute(
                    "UPDATE webhook_messages SET ended_at = $1, body = '' WHERE message_id IN (
                        SELECT message_id FROM webhook_messages WHERE ended_at = 0 AND created_at <= $2 LIMIT $3)",
                    &[now.into(), (now - GIVEN_UP_AFTER).into(), most.into()],
                )
            })
            .await
    }

    /// Forgets messages that have been over for a week, so many at most. How many.
    pub(crate) async fn forget_messages(&self, now: i64, most: i64) -> Result<usize, StoreError> {
        self.0
            .write(move |sql| {
                sql.execute(
                    "DELETE FROM webhook_messages WHERE message_id IN (
                        SELECT message_id FROM webhook_messages WHERE ended_at > 0 AND ended_at <= $1 LIMIT $2)",
                    &[(now - KEPT_AFTER_END).into(), most.into()],
                )
            })
            .await
    }
}
