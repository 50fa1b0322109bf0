//! The signed-in owner frees a number that others have locked with wrong codes (B-14).

use storage::{Sql, StoreError};

use super::bucket::free;
use crate::app::App;
use crate::rules::limits::Limits;
use crate::store::sessions::{self, SessionRef};
use crate::store::users;

/// What is asked for.
#[derive(Debug)]
pub(crate) struct UnblockNumber {
    pub(crate) app: App,
    pub(crate) method_id: String,
    /// A session of the owner.
    pub(crate) session: SessionRef,
    pub(crate) now: i64,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is free, whether anything held it back or not. Whose it is.
    Free { user_id: String },
    /// The session opens nothing.
    InvalidSession,
    /// The number is not one of the session's user.
    NotTheirs,
}

impl UnblockNumber {
    pub(crate) fn run(&self, limits: &Limits, sql: &Sql<'_>) -> Result<Outcome, StoreError> {
        let session = sessions::find(sql, &self.app.id, &self.session)?
            .filter(|session| session.lifetime.is_live(limits, self.now));
        let Some(session) = session else {
            return Ok(Outcome::InvalidSession);
        };
        let method = users::by_method_id(sql, &self.app.id, &self.method_id)?
            .filter(|method| method.user_id == session.user_id);
        let Some(method) = method else {
            return Ok(Outcome::NotTheirs);
        };
        free(sql, &self.app.id, method.address.as_str())?;
        Ok(Outcome::Free {
            user_id: method.user_id,
        })
    }
}
