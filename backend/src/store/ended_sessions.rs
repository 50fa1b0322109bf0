//! Which sessions were ended through a backend, and whose they were: the OTP service lists none that is over, so it could
//! not be told from somebody else's when it is to be ended once more (C-07). Of the last day.

use storage::{Sql, StoreError};

use super::Store;
use super::accounts::{Wanted, one};
use super::webhooks::note;
use crate::webhooks::message::{EndedBy, Message};

const DAY: i64 = 24 * 3600;

impl Store {
    /// Notes that a session of this user was ended at `now`, and what webhooks tell of it. They tell nothing of a user
    /// without an account.
    pub(crate) async fn note_session_ended(
        &self,
        session_id: &str,
        user_id: &str,
        by: EndedBy,
        now: i64,
    ) -> Result<(), StoreError> {
        let (session_id, user_id) = (session_id.to_owned(), user_id.to_owned());
        let announces = self.1;
        self.0
            .write(move |sql| {
                sql.execute(
                    "INSERT INTO ended_sessions (user_id, session_id, ended_at) VALUES ($1, $2, $3)
                     ON CONFLICT (user_id, session_id) DO NOTHING",
                    &[(&user_id).into(), (&session_id).into(), now.into()],
                )?;
                if announces && let Some(account) = one(sql, &Wanted::User(user_id.clone()))? {
                    note(
                        sql,
                        &Message::session_ended(&account, &session_id, by, now),
                        now,
                    )?;
                }
                Ok(())
            })
            .await
    }

    /// Whether this was a session of this user, and was ended.
    pub(crate) async fn has_ended(
        &self,
        session_id: &str,
        user_id: &str,
    ) -> Result<bool, StoreError> {
        let (session_id, user_id) = (session_id.to_owned(), user_id.to_owned());
        self.0
            .look_up(move |sql| {
                let found = sql.query_one(
                    "SELECT ended_at FROM ended_sessions WHERE user_id = $1 AND session_id = $2",
                    &[(&user_id).into(), (&session_id).into()],
                    |row| row.int(0),
                )?;
                Ok(found.is_some())
            })
            .await
    }

    /// Forgets so many at most that are older than a day. How many went.
    pub(crate) async fn forget_ended_sessions(
        &self,
        now: i64,
        most: i64,
    ) -> Result<usize, StoreError> {
        self.0
            .write(move |sql| {
                sql.execute(
                    "DELETE FROM ended_sessions WHERE (user_id, session_id) IN (SELECT user_id, session_id
                        FROM ended_sessions WHERE ended_at <= $1 ORDER BY ended_at LIMIT $2)",
                    &[(now - DAY).into(), most.into()],
                )
            })
            .await
    }
}

/// Forgets those of a user.
pub(super) fn forget_of_user(sql: &Sql<'_>, user_id: &str) -> Result<(), StoreError> {
    let params = [user_id.into()];
    sql.execute("DELETE FROM ended_sessions WHERE user_id = $1", &params)
        .map(drop)
}
