//! `POST /otps/verify`: verifies a code, and makes or extends a session where one is asked for.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use serde_json::json;
use shared::otp_service::{VerifyOtpRequest, VerifyOtpResponse};
use shared::{ErrorEnvelope, ErrorType, HiddenText};

use super::caller::Caller;
use super::{fault, named_session, outcome, sending};
use crate::commands::verify_code::{Drawn, Outcome, VerifyCode};
use crate::openapi::{CODES, Example, Operation, keyed, sample};
use crate::secrets::fingerprint;
use crate::service::Service;
use crate::store::replays::ReplayKey;

pub(crate) fn operation() -> Operation {
    keyed::<VerifyOtpResponse>("verify_otp", CODES, "Verify a code")
        .describe(
            "With `session_expires_in` a session is made; with the token or the JWT of an open session too, that session is \
             extended and gets a new token. Every code of a challenge works until its own end, the first success ends them all, \
             five wrong codes end the challenge. A code has as many digits as the service sends, six unless it is set otherwise.",
        )
        .idempotent()
        .takes::<VerifyOtpRequest>()
        .fails(&[
            ErrorType::InvalidOtp,
            ErrorType::OtpExpired,
            ErrorType::OtpAttemptsExceeded,
            ErrorType::InvalidSession,
            ErrorType::NumberBlocked,
            ErrorType::UserInactive,
            ErrorType::TooManyRequests,
        ])
        .example(
            Example::new("a_wrong_code")
                .sends(json!({"method_id": sample::PHONE_NUMBER_ID, "otp": sample::WRONG_CODE}))
                .fails_with(&ErrorEnvelope {
                    attempts_left: Some(4),
                    ..ErrorType::InvalidOtp.into()
                }),
        )
        .example(
            Example::new("the_right_code_and_a_session")
                .sends(json!({
                    "method_id": sample::PHONE_NUMBER_ID, "otp": sample::CODE, "session_expires_in": 60,
                    "device_fingerprint": sample::device(),
                }))
                .answers(json!({
                    "method_id": sample::PHONE_NUMBER_ID,
                    "method_type": "phone_number",
                    "user_id": sample::USER_ID,
                    "session_token": sample::TOKEN,
                    "session_jwt": sample::JWT,
                    "session": sample::session(),
                })),
        )
        .example(
            Example::new("a_code_works_once")
                .sends(json!({"method_id": sample::PHONE_NUMBER_ID, "otp": sample::CODE}))
                .fails(ErrorType::InvalidOtp),
        )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    key: Option<IdempotencyKey>,
    Json(request): Json<VerifyOtpRequest>,
) -> Result<Json<VerifyOtpResponse>, ApiError> {
    let digits = service.limits.code_digits;
    if request.otp.digits() != digits {
        return Err(outcome::invalid(&format!(
            "`otp` must be a string of {digits} digits."
        )));
    }
    let device = sending::device(request.device_fingerprint.clone())?;
    let open_session = match (&request.session_token, &request.session_jwt) {
        (Some(_), Some(_)) => {
            return Err(outcome::invalid(
                "Give `session_token` or `session_jwt`, not both.",
            ));
        }
        (Some(token), None) => Some(named_session::by_token(token)),
        (None, Some(jwt)) => Some(named_session::by_jwt(&service, &app.id, jwt).await?),
        (None, None) => None,
    };
    let replay = key.map(|key| replay_key(&service, &request, &key));
    let method_id = request.method_id.clone();
    let command = VerifyCode {
        app: app.clone(),
        method_id: request.method_id,
        code: request.otp,
        challenge_id: request.challenge_id,
        device,
        session_lasts: request.session_expires_in,
        open_session,
        replay,
        device_hash: request
            .device_token
            .map(|token| fingerprint(token.as_str())),
        remember_device: request.remember_device.unwrap_or(false),
        drawn: Drawn {
            session: service.random.bytes().map_err(ApiError::internal)?,
            device: service.random.bytes().map_err(ApiError::internal)?,
        },
        now: service.clock.now(),
    };
    let (limits, secrets) = (Arc::clone(&service.limits), service.secrets());
    let outcome = service
        .database
        .write(move |sql| command.run(&limits, &secrets, sql))
        .await
        .map_err(fault)?;
    service.events.verify(&method_id, &outcome);
    answer(&app.id, &service, outcome).await
}

async fn answer(
    app_id: &str,
    service: &Service,
    outcome: Outcome,
) -> Result<Json<VerifyOtpResponse>, ApiError> {
    match outcome {
        Outcome::Verified {
            method_id,
            method_type,
            user_id,
            session,
            device,
            ..
        } => {
            let mut answer = VerifyOtpResponse {
                method_id,
                method_type,
                user_id,
                session_token: None,
                session_jwt: None,
                session: None,
                device_token: device
                    .map(|device| service.device_token(&device))
                    .transpose()?,
            };
            if let Some(session) = session {
                answer.session_token = Some(service.session_token(&session)?);
                let session = session.into_wire();
                answer.session_jwt = Some(service.session_jwt(app_id, &session).await?);
                answer.session = Some(session);
            }
            Ok(Json(answer))
        }
        Outcome::Invalid => Err(ErrorType::InvalidOtp.into()),
        Outcome::Wrong { attempts_left } => {
            Err(ApiError::from(ErrorType::InvalidOtp).attempts_left(attempts_left))
        }
        Outcome::Exhausted { wait } => Err(ApiError::from(ErrorType::OtpAttemptsExceeded)
            .attempts_left(0)
            .retry_after(wait)),
        Outcome::Expired => Err(ErrorType::OtpExpired.into()),
        Outcome::Refused(refusal) => Err(outcome::refusal(refusal)),
        Outcome::InvalidSession => Err(ErrorType::InvalidSession.into()),
        Outcome::UserInactive => Err(ErrorType::UserInactive.into()),
        Outcome::OtherRequest => Err(outcome::other_request()),
    }
}

fn replay_key(service: &Service, request: &VerifyOtpRequest, key: &IdempotencyKey) -> ReplayKey {
    let lasts = request
        .session_expires_in
        .map(|lasts| lasts.as_secs().to_string())
        .unwrap_or_default();
    let asked = service.secrets().request_digest(&[
        &request.method_id,
        request.otp.as_str(),
        &lasts,
        request
            .session_token
            .as_ref()
            .map_or("", HiddenText::as_str),
        request.session_jwt.as_ref().map_or("", HiddenText::as_str),
        request.challenge_id.as_deref().unwrap_or_default(),
        if request.remember_device == Some(true) {
            "remember"
        } else {
            ""
        },
    ]);
    ReplayKey {
        endpoint: "otps/verify",
        key: key.as_str().to_owned(),
        request: asked,
    }
}
