//! `POST /otps/sms/login_or_create`: finds or makes the user of a number, just in time, and sends a
//! code.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use shared::otp_service::{LoginOrCreateUserBySmsResponse, SendOtpBySmsRequest};

use super::caller::Caller;
use super::sending::{self, Sending};
use crate::rules::challenge::Purpose;
use crate::service::Service;

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    key: Option<IdempotencyKey>,
    Json(request): Json<SendOtpBySmsRequest>,
) -> Result<Json<LoginOrCreateUserBySmsResponse>, ApiError> {
    let sending = Sending {
        endpoint: "otps/sms/login_or_create",
        purpose: Purpose::SignIn,
        new_user: Some(sending::new_user(request.requires_verification)),
        address: sending::served_phone(&service, request.phone_number.as_str())?,
        lifetime: request.expires_in,
        device: request.device_fingerprint,
        challenge_id: request.challenge_id,
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
