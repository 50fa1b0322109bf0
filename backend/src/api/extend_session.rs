//! `POST /api/session/extend`: the session ends later, and its cookie with it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::{ApiError, Json};
use http::{HeaderValue, header};
use serde::Deserialize;
use shared::browser::SessionResponse;

use crate::app::{App, Shared};
use crate::openapi::{ASKS_THE_SERVICE, Operation, SESSION, SESSIONS};
use crate::signed_in::SignedIn;
use schemars::JsonSchema;
use shared::ErrorType;

/// Nothing is asked for; what is sent must be JSON all the same.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

pub(crate) fn operation() -> Operation {
    Operation::new::<SessionResponse>("extend_session", SESSIONS, "Have the session end later")
        .takes::<Nothing>()
        .needs(SESSION)
        .fails(&[ErrorType::OriginNotAllowed])
        .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    caller: SignedIn,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Response, ApiError> {
    let (session, cookie) = extend(&app, caller).await?;
    let mut response = Json(session).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Extends it, also for the plain screens; the cookie is to be set anew.
pub(crate) async fn extend(
    app: &App,
    mut caller: SignedIn,
) -> Result<(SessionResponse, Option<HeaderValue>), ApiError> {
    // Only now: whoever lacks the cookie must not move the end.
    let session = app
        .otp
        .verify_session(&caller.token, Some(app.settings.session))
        .await?;
    caller.session = session;
    let session = caller.describe(app).await?;
    let cookie = app.carrier.set(
        &session.session_id,
        &session.account_id,
        &caller.token,
        session.expires_in_secs,
    )?;
    Ok((session, cookie))
}

#[cfg(test)]
mod tests {
    use crate::testing::Harness;
    use edge::testing::Call;
    use shared::ErrorType;

    #[tokio::test]
    async fn an_extended_session_ends_a_whole_session_from_now() {
        let backend = Harness::start().await;
        let browser = backend.sign_in("+12125550142").await;
        backend.clock.advance(600);
        let answer = backend
            .call(browser.sign(Call::post("/api/session/extend")))
            .await;
        assert_eq!(answer.assert_ok().json()["expires_in_secs"], 86_400);
        let cookie = answer.header("set-cookie").unwrap();
        assert!(
            cookie.contains(&browser.cookie) && cookie.contains("Max-Age=86400"),
            "{cookie}"
        );
    }

    #[tokio::test]
    async fn without_the_cookie_nothing_is_extended_c_18() {
        let backend = Harness::start().await;
        let browser = backend.sign_in("+12125550142").await;
        let end = backend.stub.session_end(&browser.session_token);
        backend.clock.advance(600);
        let stolen = Call::post("/api/session/extend").bearer(&browser.session_token);
        let forged = Call::post("/api/session/extend")
            .bearer(&browser.session_token)
            .header("cookie", "pipit_binding=x");
        for call in [stolen, forged] {
            backend
                .call(call)
                .await
                .assert_error(ErrorType::InvalidSession);
        }
        assert_eq!(backend.stub.session_end(&browser.session_token), end);
    }
}
