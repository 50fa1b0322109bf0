//! Looks whether a session is live, and notes that it is used. Mostly a question; only an extension
//! or a note that is due is a command.

use shared::SessionLifetime;
use storage::{Database, Sql, StoreError};

use crate::app::App;
use crate::rules::limits::Limits;
use crate::store::sessions::{self, SessionRef, StoredSession};

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct VerifySession {
    pub(crate) app: App,
    pub(crate) named: SessionRef,
    /// Moves the end.
    pub(crate) lasts: Option<SessionLifetime>,
    pub(crate) now: i64,
}

impl VerifySession {
    /// The session as it is now, or nothing when it opens nothing.
    pub(crate) async fn run(
        self,
        limits: &Limits,
        database: &Database,
    ) -> Result<Option<StoredSession>, StoreError> {
        let (question, with) = (self.clone(), limits.clone());
        let found = database.read(move |sql| question.load(&with, sql)).await?;
        match found {
            Some((session, false)) => Ok(Some(session)),
            None => Ok(None),
            Some((_, true)) => {
                let with = limits.clone();
                database
                    .write(move |sql| {
                        let Some((session, changed)) = self.load(&with, sql)? else {
                            return Ok(None);
                        };
                        if changed {
                            sessions::save(sql, &self.app.id, &session)?;
                        }
                        Ok(Some(session))
                    })
                    .await
            }
        }
    }

    /// The live session with its changes applied, and whether there were any.
    fn load(
        &self,
        limits: &Limits,
        sql: &Sql<'_>,
    ) -> Result<Option<(StoredSession, bool)>, StoreError> {
        let found = sessions::find(sql, &self.app.id, &self.named)?;
        let Some(mut session) = found.filter(|session| session.lifetime.is_live(limits, self.now))
        else {
            return Ok(None);
        };
        let mut changed = session.lifetime.touch(self.now);
        if let Some(lasts) = self.lasts {
            session.lifetime.extend(limits, lasts.as_secs(), self.now);
            changed = true;
        }
        if changed {
            session.updated_at = self.now;
        }
        Ok(Some((session, changed)))
    }
}
