//! `POST /api/otp/delivery`: how far the message has come, told only to the browser that holds the
//! verification. Where the OTP service tells nothing of it, nothing is what the page gets.

use axum::extract::State;
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::browser::{GetDeliveryRequest, GetDeliveryResponse};

use crate::app::{App, Shared};
use crate::openapi::{ASKS_THE_SERVICE, Operation, SIGN_IN};
use crate::verification::PendingVerification;

pub(crate) fn operation() -> Operation {
    Operation::new::<GetDeliveryResponse>("get_delivery", SIGN_IN, "Ask how far a message has come")
        .takes::<GetDeliveryRequest>()
        .fails(&[ErrorType::InvalidOtp, ErrorType::OriginNotAllowed])
        .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    Json(request): Json<GetDeliveryRequest>,
) -> Result<Json<GetDeliveryResponse>, ApiError> {
    let pending = app
        .seal
        .open(&request.verification_id)
        .filter(|pending| pending.ends_at > app.clock.now())
        .ok_or(ErrorType::InvalidOtp)?;
    delivery(&app, &pending).await.map(Json)
}

/// The same for the plain screens.
pub(crate) async fn delivery(
    app: &App,
    pending: &PendingVerification,
) -> Result<GetDeliveryResponse, ApiError> {
    const NOTHING: GetDeliveryResponse = GetDeliveryResponse {
        delivery: None,
        usual_secs: None,
        resend_in_secs: None,
    };
    let Some(challenge_id) = &pending.challenge_id else {
        return Ok(NOTHING);
    };
    match app.otp.get_delivery(challenge_id).await {
        Ok(answer) => Ok(GetDeliveryResponse {
            delivery: Some(answer.delivery),
            usual_secs: answer.usual_secs,
            resend_in_secs: answer.resend_in_secs,
        }),
        Err(error) if error.error_type() == ErrorType::NotFound => Ok(NOTHING),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
