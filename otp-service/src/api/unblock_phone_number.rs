//! `POST /users/phone_numbers/{id}/unblock` (ours): the owner, signed in, frees a number that others
//! have locked with wrong codes (B-14).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::otp_service::{UnblockPhoneNumberRequest, UnblockPhoneNumberResponse};
use shared::{ErrorType, schema};

use super::caller::Caller;
use super::path_id::PhoneNumberId;
use super::{fault, named_session, outcome};
use crate::commands::unblock_number::{Outcome, UnblockNumber};
use crate::openapi::{Example, Operation, USERS, keyed, sample};
use crate::service::Service;

const MESSAGE: &str = "Successfully unblocked user phone number";

pub(crate) fn operation() -> Operation {
    keyed::<UnblockPhoneNumberResponse>(
        "unblock_phone_number",
        USERS,
        "Free a phone number from a session of its owner",
    )
    .describe(
        "Wrong codes of strangers make a number wait and lock it in the end. Somebody who is signed in as its user can free it, \
         so that other devices can sign in again. The messages that were sent stay counted.",
    )
    .in_path::<schema::PhoneNumberId>("id", "`pn_…`")
    .takes::<UnblockPhoneNumberRequest>()
    .fails(&[ErrorType::InvalidSession, ErrorType::PhoneNumberNotFound])
    .example(
        Example::new("of_the_sessions_user")
            .with("id", sample::PHONE_NUMBER_ID)
            .sends(json!({"session_token": sample::TOKEN}))
            .answers(json!({"message": MESSAGE, "user_id": sample::USER_ID})),
    )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    PhoneNumberId(method_id): PhoneNumberId,
    Json(request): Json<UnblockPhoneNumberRequest>,
) -> Result<Json<UnblockPhoneNumberResponse>, ApiError> {
    let session = match (&request.session_token, &request.session_jwt) {
        (Some(token), None) => named_session::by_token(token),
        (None, Some(jwt)) => named_session::by_jwt(&service, &app.id, jwt).await?,
        _ => {
            return Err(outcome::invalid(
                "Give exactly one of `session_token` and `session_jwt`.",
            ));
        }
    };
    let command = UnblockNumber {
        app,
        method_id,
        session,
        now: service.clock.now(),
    };
    let limits = Arc::clone(&service.limits);
    let outcome = service
        .database
        .write(move |sql| command.run(&limits, sql))
        .await
        .map_err(fault)?;
    match outcome {
        Outcome::Free { user_id } => Ok(Json(UnblockPhoneNumberResponse {
            message: MESSAGE.to_owned(),
            user_id,
        })),
        Outcome::InvalidSession => Err(ErrorType::InvalidSession.into()),
        Outcome::NotTheirs => Err(ErrorType::PhoneNumberNotFound.into()),
    }
}
