//! `DELETE /api/session`: signs out. The session is ended at the OTP service before this answers, and
//! ending it twice is fine (C-07).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::{ApiError, Json};
use http::{HeaderName, HeaderValue, header};
use shared::ErrorType;
use shared::browser::EndSessionResponse;

use crate::app::{App, Shared};
use crate::openapi::{ASKS_THE_SERVICE, Operation, SESSION, SESSIONS};
use crate::signed_in::Credentials;
use crate::webhooks::message::EndedBy;
use crate::webhooks::session_ended;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

pub(crate) fn operation() -> Operation {
    Operation::new::<EndSessionResponse>("end_session", SESSIONS, "Sign out")
        .describe("Ending a session twice is fine.")
        .needs(SESSION)
        .fails(&[ErrorType::OriginNotAllowed])
        .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    credentials: Credentials,
) -> Result<Response, ApiError> {
    let cookie = match end(&app, credentials).await {
        Ok(cookie) => cookie,
        Err(error) => return Ok(refused(&app, error)),
    };
    let message = "The session is ended.".to_owned();
    let mut response = Json(EndSessionResponse { message }).into_response();
    let headers = response.headers_mut();
    headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    if let Some(cookie) = cookie {
        headers.insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A page can't take away a cookie that it can't read: it goes in any case (C-15).
fn refused(app: &App, error: ApiError) -> Response {
    let mut response = error.into_response();
    if let Some(cookie) = app.carrier.cookie().and_then(|cookie| cookie.clear()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Ends the session, also for the plain screens; gives what takes its cookie away.
pub(crate) async fn end(
    app: &App,
    credentials: Credentials,
) -> Result<Option<HeaderValue>, ApiError> {
    let token = credentials.token().clone();
    let known = match app.otp.verify_session(&token, None).await {
        Ok(session) => Some(credentials.belongs_to(app, session)?.session),
        // What is over can't be ended by a stranger, so the cookie does not matter; whether it
        // ever was a session, the service says below.
        Err(error) if error.error_type() == ErrorType::InvalidSession => None,
        Err(error) => return Err(error),
    };
    app.otp.end_session(&token).await?;
    if let Some(ended) = known {
        session_ended(app, &ended.id, &ended.user_id, EndedBy::SignOut).await;
    }
    Ok(app.carrier.clear())
}

#[cfg(test)]
mod tests {
    use crate::testing::Harness;
    use edge::testing::Call;
    use shared::ErrorType;

    #[tokio::test]
    async fn after_signing_out_nothing_opens_the_session_c_07() {
        let backend = Harness::start().await;
        let browser = backend.sign_in("+12125550142").await;
        let answer = backend
            .call(browser.sign(Call::delete("/api/session")))
            .await;
        answer.assert_ok();
        assert_eq!(answer.header("clear-site-data"), Some("\"storage\""));
        assert!(
            answer
                .header("set-cookie")
                .unwrap()
                .starts_with("pipit_binding=; Max-Age=0")
        );
        let after = backend.call(browser.sign(Call::get("/api/session"))).await;
        after.assert_error(ErrorType::InvalidSession);
        let again = backend
            .call(browser.sign(Call::delete("/api/session")))
            .await;
        again.assert_ok();
    }

    #[tokio::test]
    async fn without_its_cookie_a_session_lives_on_c_18() {
        let backend = Harness::start().await;
        let browser = backend.sign_in("+12125550142").await;
        let other = backend.sign_in("+12125550143").await;
        let path = || Call::delete("/api/session").bearer(&browser.session_token);
        for call in [path(), path().header("cookie", &other.cookie)] {
            backend
                .call(call)
                .await
                .assert_error(ErrorType::InvalidSession);
        }
        backend
            .call(browser.sign(Call::get("/api/session")))
            .await
            .assert_ok();
    }

    #[tokio::test]
    async fn a_token_that_never_was_one_is_refused_c_07() {
        let backend = Harness::start().await;
        let call = Call::delete("/api/session")
            .bearer("never")
            .header("cookie", "pipit_binding=x");
        backend
            .call(call)
            .await
            .assert_error(ErrorType::InvalidSession);
    }
}
