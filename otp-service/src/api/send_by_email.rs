//! `POST /otps/email/send`: sends a code to an e-mail address that already belongs to a user (second factor).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use serde_json::json;
use shared::ErrorType;
use shared::otp_service::{SendOtpByEmailRequest, SendOtpByEmailResponse};

use super::caller::Caller;
use super::sending::{self, Sending};
use crate::address::NO_COUNTRY;
use crate::openapi::{CODES, Example, Operation, keyed, sample};
use crate::rules::challenge::Purpose;
use crate::service::Service;

pub(crate) fn operation() -> Operation {
    keyed::<SendOtpByEmailResponse>(
        "send_by_email",
        CODES,
        "Send a code by e-mail to somebody who is a user already",
    )
    .describe("For a second factor: nobody becomes a user by it.")
    .idempotent()
    .takes::<SendOtpByEmailRequest>()
    .fails(sending::EMAIL_ERRORS)
    .fails(&[ErrorType::UserNotFound])
    .example(
        Example::new("a_known_user")
            .sends(json!({"email": sample::EMAIL, "expires_in": "10", "locale": "pt-BR", "device_fingerprint": sample::device()}))
            .answers(sample::challenge(
                json!({"email_id": sample::EMAIL_ID, "user_id": sample::USER_ID}),
                600,
                60,
            )),
    )
    .example(
        Example::new("an_address_of_nobody")
            .sends(json!({"email": "eve@example.com"}))
            .fails(ErrorType::UserNotFound),
    )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    key: Option<IdempotencyKey>,
    Json(request): Json<SendOtpByEmailRequest>,
) -> Result<Json<SendOtpByEmailResponse>, ApiError> {
    let sending = Sending {
        endpoint: "otps/email/send",
        purpose: Purpose::SecondFactor,
        new_user: None,
        address: sending::email(request.email.as_str())?,
        country: NO_COUNTRY.to_owned(),
        lifetime: request.expires_in,
        device: request.device_fingerprint,
        challenge_id: request.challenge_id,
        device_token: request.device_token,
        locale: request.locale,
    };
    let sent = sending::send(app, &service, key, sending).await?;
    Ok(Json(SendOtpByEmailResponse {
        challenge: sending::challenge_fields(&sent),
        email_id: sent.method_id,
        user_id: sent.user_id,
    }))
}
