//! `POST /plain/extend`: the session gets its full length again.

use axum::response::Response;
use edge::{ApiError, Form};
use http::header;
use shared::ErrorType;

use super::state::{Said, Session};
use super::{PHONE, Visit};
use crate::api::extend_session::extend;

pub(crate) async fn handle(visit: Visit, form: Form) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    let (caller, mut session) = match begun(&visit).await? {
        Ok(begun) => begun,
        Err(response) => return Ok(response),
    };
    match extend(&visit.app, caller).await {
        Ok((extended, cookie)) => {
            session.ends_at = visit.now() + i64::from(extended.expires_in_secs);
            let mut response = visit.tell(session, Ok(Said::SessionExtended))?;
            if let Some(cookie) = cookie {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(error) => visit.tell(session, Err(error)),
    }
}

/// What every press at the account screen begins with: the caller's session, or where to go without.
pub(super) async fn begun(
    visit: &Visit,
) -> Result<Result<(crate::signed_in::SignedIn, Session), Response>, ApiError> {
    let Ok((credentials, session)) = visit.credentials() else {
        let elsewhere = match visit.step {
            Some(super::Step::SignedIn(_)) => visit.start_again(Said::SessionEnded),
            _ => visit.go(PHONE, None),
        };
        return elsewhere.map(Err);
    };
    match credentials.check(&visit.app).await {
        Ok(caller) => Ok(Ok((caller, session))),
        Err(error) if error.error_type() == ErrorType::InvalidSession => {
            visit.start_again(Said::SessionEnded).map(Err)
        }
        Err(error) => visit.tell(session, Err(error)).map(Err),
    }
}
