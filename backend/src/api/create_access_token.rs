//! `POST /api/token`: a short-lived token for the app's own APIs. Without TOKEN_AUDIENCE there is none, and
//! nothing at this address.

use axum::extract::State;
use edge::{ApiError, Json};
use serde::Deserialize;
use shared::ErrorType;
use shared::browser::CreateAccessTokenResponse;

use crate::access_token::Moment;
use crate::app::Shared;
use crate::openapi::{ASKS_THE_SERVICE, Operation, SESSION, SESSIONS};
use crate::signed_in::SignedIn;
use schemars::JsonSchema;

/// Nothing is asked for; what is sent must be JSON all the same.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

pub(crate) fn operation() -> Operation {
    Operation::new::<CreateAccessTokenResponse>(
        "create_access_token",
        SESSIONS,
        "Get a short-lived token for your APIs",
    )
    .describe(
        "There are none, and nothing at this address, unless the operator has set TOKEN_AUDIENCE.",
    )
    .takes::<Nothing>()
    .needs(SESSION)
    .fails(&[ErrorType::NotFound, ErrorType::OriginNotAllowed])
    .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    caller: SignedIn,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Json<CreateAccessTokenResponse>, ApiError> {
    let tokens = app.tokens.as_ref().ok_or(ErrorType::NotFound)?;
    let account = caller.account(&app).await?;
    let moment = Moment {
        now: app.clock.now(),
        host: app.clock.host(),
    };
    let issued = tokens.issue(&account, &caller.session, caller.proved_at(), moment)?;
    Ok(Json(CreateAccessTokenResponse {
        access_token: issued.token,
        token_type: "Bearer".to_owned(),
        expires_in_secs: issued.lives_secs,
    }))
}
