//! `POST /otps/sms/send`: sends a code to a number that already belongs to a user (second factor).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use serde_json::json;
use shared::ErrorType;
use shared::otp_service::{SendOtpBySmsRequest, SendOtpBySmsResponse};

use super::caller::Caller;
use super::sending::{self, Sending};
use crate::openapi::{CODES, Example, Operation, keyed, sample};
use crate::rules::challenge::Purpose;
use crate::service::Service;

pub(crate) fn operation() -> Operation {
    keyed::<SendOtpBySmsResponse>(
        "send_by_sms",
        CODES,
        "Send a code by text message to somebody who is a user already",
    )
    .describe("For a second factor: nobody becomes a user by it.")
    .idempotent()
    .takes::<SendOtpBySmsRequest>()
    .fails(sending::SMS_ERRORS)
    .fails(&[ErrorType::UserNotFound])
    .example(
        Example::new("a_known_user")
            .sends(json!({"phone_number": sample::NUMBER, "expires_in": "10", "locale": "pt-BR", "device_fingerprint": sample::device()}))
            .answers(sample::challenge(
                json!({"phone_number_id": sample::PHONE_NUMBER_ID, "user_id": sample::USER_ID}),
                600,
                60,
            )),
    )
    .example(
        Example::new("a_number_of_nobody")
            .sends(json!({"phone_number": "+12125550199"}))
            .fails(ErrorType::UserNotFound),
    )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    key: Option<IdempotencyKey>,
    Json(request): Json<SendOtpBySmsRequest>,
) -> Result<Json<SendOtpBySmsResponse>, ApiError> {
    let (address, country) = sending::served_phone(&service, request.phone_number.as_str())?;
    let sending = Sending {
        endpoint: "otps/sms/send",
        purpose: Purpose::SecondFactor,
        new_user: None,
        address,
        country,
        lifetime: request.expires_in,
        device: request.device_fingerprint,
        challenge_id: request.challenge_id,
        device_token: request.device_token,
        locale: request.locale,
    };
    let sent = sending::send(app, &service, key, sending).await?;
    Ok(Json(SendOtpBySmsResponse {
        challenge: sending::challenge_fields(&sent),
        phone_number_id: sent.method_id,
        user_id: sent.user_id,
    }))
}
