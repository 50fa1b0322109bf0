//! `POST /otps/sms/send`: sends a code to a number that already belongs to a user (second factor).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use shared::otp_service::{SendOtpBySmsRequest, SendOtpBySmsResponse};

use super::caller::Caller;
use super::sending::{self, Sending};
use crate::rules::challenge::Purpose;
use crate::service::Service;

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    key: Option<IdempotencyKey>,
    Json(request): Json<SendOtpBySmsRequest>,
) -> Result<Json<SendOtpBySmsResponse>, ApiError> {
    let sending = Sending {
        endpoint: "otps/sms/send",
        purpose: Purpose::SecondFactor,
        new_user: None,
        address: sending::served_phone(&service, request.phone_number.as_str())?,
        lifetime: request.expires_in,
        device: request.device_fingerprint,
        challenge_id: request.challenge_id,
    };
    let sent = sending::send(app, &service, key, sending).await?;
    Ok(Json(SendOtpBySmsResponse {
        challenge: sending::challenge_fields(&sent),
        phone_number_id: sent.method_id,
        user_id: sent.user_id,
    }))
}
