//! `POST /otps/sms/send`: sends a code to a number that already belongs to a user (second factor).
//! Also what both sends do alike.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use shared::otp_service::{
    ChallengeFields, DeviceFingerprint, SendOtpBySmsRequest, SendOtpBySmsResponse, UserStatus,
};
use shared::{ErrorType, PhoneNumber};

use super::caller::Caller;
use super::{fault, outcome};
use crate::app::App;
use crate::commands::send_code::{Drawn, Outcome, SendCode, Sent};
use crate::rules::challenge::Purpose;
use crate::service::Service;
use crate::store::replays::ReplayKey;

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
    };
    let sent = send(app, &service, key, request, sending).await?;
    Ok(Json(SendOtpBySmsResponse {
        phone_number_id: sent.method_id,
        user_id: sent.user_id,
        challenge: ChallengeFields {
            challenge_id: Some(sent.challenge_id),
            expires_in_secs: Some(sent.expires_in_secs),
            resend_in_secs: Some(sent.resend_in_secs),
        },
    }))
}

/// What tells the two sends apart.
pub(super) struct Sending {
    pub(super) endpoint: &'static str,
    pub(super) purpose: Purpose,
    pub(super) new_user: Option<UserStatus>,
}

pub(super) async fn send(
    app: App,
    service: &Arc<Service>,
    key: Option<IdempotencyKey>,
    request: SendOtpBySmsRequest,
    sending: Sending,
) -> Result<Sent, ApiError> {
    let number = destination(service, request.phone_number.as_str())?;
    let device = device(request.device_fingerprint)?;
    let lifetime = request.expires_in.unwrap_or_default();
    let drawn =
        Drawn::draw(&service.random, service.limits.code_digits).map_err(ApiError::internal)?;
    let nonce = service.random.bytes().map_err(ApiError::internal)?;
    let text = service.template.text(&drawn.code, lifetime);
    let sealed_text = service
        .secrets
        .seal(&text, nonce)
        .ok_or_else(|| ApiError::internal("a text was not sealed"))?;
    let asked = service.secrets.request_digest(&[
        sending.endpoint,
        number.as_str(),
        &lifetime.as_secs().to_string(),
        sending.new_user.map_or("", |status| {
            if status == UserStatus::Active {
                "active"
            } else {
                "pending"
            }
        }),
        request.challenge_id.as_deref().unwrap_or_default(),
    ]);
    let replay = key.map(|key| ReplayKey {
        endpoint: sending.endpoint,
        key: key.as_str().to_owned(),
        request: asked.clone(),
    });
    let command = SendCode {
        app,
        number,
        purpose: sending.purpose,
        new_user: sending.new_user,
        lifetime,
        device,
        challenge_id: request.challenge_id,
        request: asked,
        replay,
        sealed_text,
        drawn,
        now: service.clock.now(),
    };
    let (limits, secrets) = (Arc::clone(&service.limits), Arc::clone(&service.secrets));
    let outcome = service
        .database
        .write(move |sql| command.run(&limits, &secrets, sql))
        .await
        .map_err(fault)?;
    match outcome {
        Outcome::Sent(sent) => Ok(sent),
        Outcome::Refused(refusal) => Err(outcome::refusal(refusal)),
        Outcome::NoUser => Err(ErrorType::UserNotFound.into()),
        Outcome::OtherRequest => Err(outcome::other_request()),
    }
}

/// The canonical spelling of a number that this service sends to (B-07, G-01, G-02).
fn destination(service: &Service, spelling: &str) -> Result<PhoneNumber, ApiError> {
    let invalid = || ApiError::from(ErrorType::InvalidPhoneNumber);
    let spelling = PhoneNumber::parse(spelling).map_err(|_| invalid())?;
    let destination = number_plan::Destination::parse(&spelling).map_err(|_| invalid())?;
    if destination.is_fixed_line() && !service.fixed_lines {
        return Err(invalid());
    }
    if !service.countries.is_empty()
        && !service
            .countries
            .iter()
            .any(|country| country == destination.country())
    {
        return Err(ErrorType::DestinationNotAllowed.into());
    }
    Ok(destination.number().clone())
}

/// The device, checked: `ip` an address or empty, `user_agent` at most 512 characters.
pub(super) fn device(given: Option<DeviceFingerprint>) -> Result<DeviceFingerprint, ApiError> {
    let device = given.unwrap_or_default();
    if device
        .ip
        .as_deref()
        .is_some_and(|ip| !ip.is_empty() && ip.parse::<IpAddr>().is_err())
    {
        return Err(outcome::invalid(
            "`device_fingerprint.ip` must be an IP address or empty.",
        ));
    }
    if device
        .user_agent
        .as_deref()
        .is_some_and(|text| text.chars().count() > 512)
    {
        return Err(outcome::invalid(
            "`device_fingerprint.user_agent` must be at most 512 characters.",
        ));
    }
    Ok(device)
}
