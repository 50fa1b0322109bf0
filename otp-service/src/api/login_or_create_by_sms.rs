//! `POST /otps/sms/login_or_create`: finds or makes the user of a number, just in time, and sends a
//! code.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use shared::otp_service::{
    ChallengeFields, LoginOrCreateUserBySmsResponse, SendOtpBySmsRequest, UserStatus,
};

use super::caller::Caller;
use super::send_by_sms::{self, Sending};
use crate::rules::challenge::Purpose;
use crate::service::Service;

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    key: Option<IdempotencyKey>,
    Json(request): Json<SendOtpBySmsRequest>,
) -> Result<Json<LoginOrCreateUserBySmsResponse>, ApiError> {
    let pending = request.requires_verification.unwrap_or(true);
    let sending = Sending {
        endpoint: "otps/sms/login_or_create",
        purpose: Purpose::SignIn,
        new_user: Some(if pending {
            UserStatus::Pending
        } else {
            UserStatus::Active
        }),
    };
    let sent = send_by_sms::send(app, &service, key, request, sending).await?;
    Ok(Json(LoginOrCreateUserBySmsResponse {
        phone_number_id: sent.method_id,
        user_id: sent.user_id,
        user_created: sent.user_created,
        status: Some(if sent.active {
            UserStatus::Active
        } else {
            UserStatus::Pending
        }),
        user_active: Some(sent.active),
        challenge: ChallengeFields {
            challenge_id: Some(sent.challenge_id),
            expires_in_secs: Some(sent.expires_in_secs),
            resend_in_secs: Some(sent.resend_in_secs),
        },
    }))
}
