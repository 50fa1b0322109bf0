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

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    Live(Box<StoredSession>),
    /// It was one, and this was its id.
    Ended(String),
    Unknown,
}

impl VerifySession {
    /// The session as it is now, unless it opens nothing.
    pub(crate) async fn run(
        self,
        limits: &Limits,
        database: &Database,
    ) -> Result<Outcome, StoreError> {
        let (question, with) = (self.clone(), limits.clone());
        let found = database.read(move |sql| question.load(&with, sql)).await?;
        match found {
            (outcome, false) => Ok(outcome),
            (_, true) => {
                let with = limits.clone();
                database
                    .write(move |sql| {
                        let (outcome, changed) = self.load(&with, sql)?;
                        if let (Outcome::Live(session), true) = (&outcome, changed) {
                            sessions::save(sql, &self.app.id, session)?;
                        }
                        Ok(outcome)
                    })
                    .await
            }
        }
    }

    /// A live session with its changes applied, and whether there were any.
    fn load(&self, limits: &Limits, sql: &Sql<'_>) -> Result<(Outcome, bool), StoreError> {
        let Some(mut session) = sessions::find(sql, &self.app.id, &self.named)? else {
            return Ok((Outcome::Unknown, false));
        };
        if !session.lifetime.is_live(limits, self.now) {
            return Ok((Outcome::Ended(session.id), false));
        }
        let mut changed = session.lifetime.touch(self.now);
        if let Some(lasts) = self.lasts {
            session.lifetime.extend(limits, lasts.as_secs(), self.now);
            changed = true;
        }
        if changed {
            session.updated_at = self.now;
        }
        Ok((Outcome::Live(Box::new(session)), changed))
    }
}
