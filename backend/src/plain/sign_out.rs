//! `POST /plain/sign-out`: signs out. The browser forgets in any case; if the service could not be told,
//! the person is (C-15).

use axum::response::Response;
use edge::{ApiError, Form};
use http::header;
use shared::ErrorType;

use super::state::{Said, Step};
use super::{PHONE, Visit};
use crate::api::end_session::end;

pub(crate) async fn handle(visit: Visit, form: Form) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    let Some(Step::SignedIn(_)) = &visit.step else {
        return visit.go(PHONE, None);
    };
    let ended = match visit.credentials() {
        Ok((credentials, _)) => end(&visit.app, credentials).await,
        Err(error) => Err(error),
    };
    let (said, cookie) = match ended {
        Ok(cookie) => (Said::SignedOut, cookie),
        Err(error) => {
            // The cookie that holds a session goes in any case.
            let cookie = visit.app.carrier.cookie();
            let said = match error.error_type() {
                ErrorType::InvalidSession => Said::SignedOut,
                _ => {
                    error.log();
                    Said::SignedOutUnreached
                }
            };
            (said, cookie.and_then(|cookie| cookie.clear()))
        }
    };
    let mut response = visit.start_again(said)?;
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
