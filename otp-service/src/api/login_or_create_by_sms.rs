//! `POST /otps/sms/login_or_create`: finds or makes the user of a number, just in time, and sends a
//! code.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use serde_json::json;
use shared::ErrorType;
use shared::otp_service::{LoginOrCreateUserBySmsResponse, SendOtpBySmsRequest};

use super::caller::Caller;
use super::sending::{self, Sending};
use crate::openapi::{CODES, Example, Operation, keyed, sample};
use crate::rules::challenge::Purpose;
use crate::service::Service;

pub(crate) fn operation() -> Operation {
    keyed::<LoginOrCreateUserBySmsResponse>(
        "login_or_create_by_sms",
        CODES,
        "Send a code by text message; make the user if there is none",
    )
    .describe(
        "Finds the user of this phone number or makes one, and sends a code. Equal calls within ten seconds are one. \
         With `challenge_id` the code is added to that challenge: a resend refills no tries. `locale` chooses \
         the language of the message, of those that there are: `ar`, `de`, `en`, `es`, `fr`, `hi`, `it`, `ja`, `pt-BR`, `tr` \
         and `zh-Hans`.",
    )
    .idempotent()
    .takes::<SendOtpBySmsRequest>()
    .fails(sending::SMS_ERRORS)
    .example(
        Example::new("a_new_user")
            .sends(json!({"phone_number": sample::NUMBER, "expires_in": 5, "locale": "de-AT", "device_fingerprint": sample::device()}))
            .answers(sample::challenge(
                json!({
                    "phone_number_id": sample::PHONE_NUMBER_ID, "user_id": sample::USER_ID, "user_created": true,
                    "status": "pending", "user_active": false,
                }),
                300,
                30,
            )),
    )
    .example(
        Example::new("a_number_that_takes_no_messages")
            .sends(json!({"phone_number": "+19002345678"}))
            .fails(ErrorType::InvalidPhoneNumber),
    )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    key: Option<IdempotencyKey>,
    Json(request): Json<SendOtpBySmsRequest>,
) -> Result<Json<LoginOrCreateUserBySmsResponse>, ApiError> {
    let (address, country) = sending::served_phone(&service, request.phone_number.as_str())?;
    let sending = Sending {
        endpoint: "otps/sms/login_or_create",
        purpose: Purpose::SignIn,
        new_user: Some(sending::new_user(request.requires_verification)),
        address,
        country,
        lifetime: request.expires_in,
        device: request.device_fingerprint,
        challenge_id: request.challenge_id,
        device_token: request.device_token,
        locale: request.locale,
    };
    let sent = sending::send(app, &service, key, sending).await?;
    Ok(Json(LoginOrCreateUserBySmsResponse {
        status: Some(sent.status()),
        challenge: sending::challenge_fields(&sent),
        phone_number_id: sent.method_id,
        user_id: sent.user_id,
        user_created: sent.user_created,
        user_active: Some(sent.active),
    }))
}
