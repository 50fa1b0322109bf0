//! `POST /otps/email/login_or_create`: finds or makes the user of an e-mail address, just in time, and sends a
//! code.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use serde_json::json;
use shared::otp_service::{LoginOrCreateUserByEmailResponse, SendOtpByEmailRequest};

use super::caller::Caller;
use super::sending::{self, Sending};
use crate::address::NO_COUNTRY;
use crate::openapi::{CODES, Example, Operation, keyed, sample};
use crate::rules::challenge::Purpose;
use crate::service::Service;

pub(crate) fn operation() -> Operation {
    keyed::<LoginOrCreateUserByEmailResponse>(
        "login_or_create_by_email",
        CODES,
        "Send a code by e-mail; make the user if there is none",
    )
    .describe(
        "Finds the user of this e-mail address or makes one, and sends a code. Equal calls within ten seconds are one. \
         With `challenge_id` the code is added to that challenge: a resend refills no tries. `locale` chooses \
         the language of the message, of those that there are: `ar`, `de`, `en`, `es`, `fr`, `hi`, `it`, `ja`, `pt-BR`, `tr` \
         and `zh-Hans`.",
    )
    .idempotent()
    .takes::<SendOtpByEmailRequest>()
    .fails(sending::EMAIL_ERRORS)
    .example(
        Example::new("a_new_user")
            .sends(json!({"email": sample::EMAIL, "expires_in": 5, "device_fingerprint": sample::device()}))
            .answers(sample::challenge(
                json!({
                    "email_id": sample::EMAIL_ID, "user_id": sample::USER_ID, "user_created": true,
                    "status": "pending", "user_active": false,
                }),
                300,
                30,
            )),
    )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    key: Option<IdempotencyKey>,
    Json(request): Json<SendOtpByEmailRequest>,
) -> Result<Json<LoginOrCreateUserByEmailResponse>, ApiError> {
    let sending = Sending {
        endpoint: "otps/email/login_or_create",
        purpose: Purpose::SignIn,
        new_user: Some(sending::new_user(request.requires_verification)),
        address: sending::email(request.email.as_str())?,
        country: NO_COUNTRY.to_owned(),
        lifetime: request.expires_in,
        device: request.device_fingerprint,
        challenge_id: request.challenge_id,
        device_token: request.device_token,
        locale: request.locale,
    };
    let sent = sending::send(app, &service, key, sending).await?;
    Ok(Json(LoginOrCreateUserByEmailResponse {
        status: Some(sent.status()),
        challenge: sending::challenge_fields(&sent),
        email_id: sent.method_id,
        user_id: sent.user_id,
        user_created: sent.user_created,
        user_active: Some(sent.active),
    }))
}
