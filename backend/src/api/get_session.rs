//! `GET /api/session`: the session that asks. Somebody who was sent here by an app, and was signed in already,
//! learns the way back.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::{ApiError, Json};
use http::header;

use crate::app::Shared;
use crate::openapi::{ASKS_THE_SERVICE, Operation, SESSION, SESSIONS};
use crate::return_to::WayBack;
use crate::signed_in::SignedIn;
use shared::browser::SessionResponse;

pub(crate) fn operation() -> Operation {
    Operation::new::<SessionResponse>("get_session", SESSIONS, "Ask who is signed in")
        .needs(SESSION)
        .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    caller: SignedIn,
    WayBack(place): WayBack,
) -> Result<Response, ApiError> {
    let mut session = caller.describe(&app).await?;
    session.return_to = place.as_ref().map(|place| place.address());
    let mut response = Json(session).into_response();
    if let Some(cookie) = place.and_then(|_| app.returns.clear()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[cfg(test)]
mod tests;
