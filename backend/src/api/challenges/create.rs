//! `POST /api/challenges`: sends a code to a number, or to an account's, and gives the address at which the
//! person proves it. Verify-only: no session, no account.
//!
//! A repeat with the same `Idempotency-Key` sends no second message.

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use shared::ErrorType;
use shared::app_server::{CreateChallengeRequest, CreateChallengeResponse};

use super::sending::{Sending, send};
use crate::api::accounts::get::account;
use crate::api::send_otp::destination;
use crate::app::Shared;
use crate::openapi::{ASKS_THE_SERVICE, CHALLENGES, Operation, SENDS, SERVER};
use crate::server_key::AppServer;
use crate::store::{WantedProof, fault};

/// A person has so long, with codes that are sent again.
const LIVES_SECS: u32 = 600;

pub(crate) fn operation() -> Operation {
    Operation::new::<CreateChallengeResponse>(
        "create_challenge",
        CHALLENGES,
        "Have a person prove a number",
    )
    .takes::<CreateChallengeRequest>()
    .idempotent()
    .needs(SERVER)
    .fails(SENDS)
    .fails(&[
        ErrorType::ReturnNotAllowed,
        ErrorType::AccountNotFound,
        ErrorType::UserNotFound,
        ErrorType::DuplicatePhoneNumber,
        ErrorType::OriginNotAllowed,
    ])
    .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    key: Option<IdempotencyKey>,
    Json(request): Json<CreateChallengeRequest>,
) -> Result<Json<CreateChallengeResponse>, ApiError> {
    let place = app.returns.parse(&request.return_to);
    let place = place.ok_or(ErrorType::ReturnNotAllowed)?;
    let (phone_number, account) = match (request.phone_number, request.account_id) {
        (Some(number), None) => (destination(&app, &number)?, None),
        (None, Some(account_id)) => {
            let account = account(&app, account_id).await?;
            (account.phone_number.clone(), Some(account))
        }
        _ => {
            let said = "Exactly one of `phone_number` and `account_id` must be given.";
            return Err(ApiError::from(ErrorType::InvalidRequest).message(said));
        }
    };
    let sending = Sending {
        number: &phone_number,
        otp_challenge_id: None,
        language: request.language,
        device: request.device_fingerprint,
        key: key.as_ref(),
    };
    let on_its_way = send(&app, sending).await?;
    let user_id = account.as_ref().map(|account| account.user_id.as_str());
    if user_id.is_some_and(|user_id| user_id != on_its_way.user_id) {
        // The number has moved on to another user since the account's last sign-in.
        return Err(ErrorType::DuplicatePhoneNumber.into());
    }
    let now = app.clock.now();
    let wanted = WantedProof {
        phone_number: phone_number.clone(),
        account_id: account.map(|account| account.account_id),
        purpose: request.purpose,
        shown: request.text,
        return_to: place.address(),
    };
    let ends_at = now + i64::from(LIVES_SECS);
    let opened = app.store.open_challenge(wanted, on_its_way.sent, ends_at);
    let challenge_id = opened.await.map_err(fault)?;
    Ok(Json(CreateChallengeResponse {
        url: format!("{}/challenge/{challenge_id}", app.settings.public_url),
        challenge_id,
        masked_number: phone_number.masked(),
        expires_in_secs: LIVES_SECS,
    }))
}
