//! `POST /api/otp/send`: sends a code, or another one inside a pending verification.
//!
//! The message is asked for in the page's language; whether there is one in it, the OTP service knows.
//!
//! The answer is the same for new and known numbers and holds nothing of the OTP service's (F-06, F-08).

use axum::extract::State;
use edge::{ApiError, IdempotencyKey, Json};
use http::{HeaderMap, header};
use number_plan::Destination;
use shared::browser::{SendOtpRequest, SendOtpResponse};
use shared::otp_service::{DeviceFingerprint, SendOtpBySmsRequest};
use shared::{CodeLifetime, ErrorType, HiddenText, PhoneNumber, VerificationId};

use crate::app::{App, Shared};
use crate::client::Client;
use crate::openapi::{ASKS_THE_SERVICE, Operation, SENDS, SIGN_IN};
use crate::otp_client::Fault;
use crate::throttle::numbers::{Sent, counted};
use crate::verification::PendingVerification;

/// Our screens ask for five minutes.
pub(crate) const CODE_MINUTES: u64 = 5;
/// What is said where the service does not say it: the lifetime asked for, and a usual cool-down.
const EXPIRES_IN_SECS: u32 = 300;
pub(crate) const RESEND_IN_SECS: u32 = 30;
/// A verification can be named for so long after its code has ended, so that the service can say
/// "expired" to whoever holds it.
const SEAL_OUTLIVES_CODE_SECS: i64 = 3600;
/// The contract's limit.
const LONGEST_USER_AGENT: usize = 512;

pub(crate) fn operation() -> Operation {
    Operation::new::<SendOtpResponse>("send_otp", SIGN_IN, "Have a code sent")
        .describe("With the `verification_id` of an earlier send another code is added to that verification.")
        .takes::<SendOtpRequest>()
        .idempotent()
        .fails(SENDS)
        .fails(ASKS_THE_SERVICE)
        .fails(&[ErrorType::OriginNotAllowed])
}

pub(crate) async fn handle(
    State(app): Shared,
    client: Client,
    headers: HeaderMap,
    key: Option<IdempotencyKey>,
    Json(request): Json<SendOtpRequest>,
) -> Result<Json<SendOtpResponse>, ApiError> {
    let caller = Caller {
        client,
        headers: &headers,
    };
    send(&app, caller, key.as_ref(), request).await.map(Json)
}

/// Who asks, as far as it is passed on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) client: Client,
    pub(crate) headers: &'a HeaderMap,
}

/// Sends a code, also for the plain screens.
pub(crate) async fn send(
    app: &App,
    caller: Caller<'_>,
    key: Option<&IdempotencyKey>,
    request: SendOtpRequest,
) -> Result<SendOtpResponse, ApiError> {
    let number = destination(app, &request.phone_number)?;
    let challenge_id = match &request.verification_id {
        Some(id) => challenge_of(app, id, &number)?,
        None => None,
    };
    let send = SendOtpBySmsRequest {
        phone_number: HiddenText::from(number.as_str()),
        expires_in: CodeLifetime::parse(CODE_MINUTES).ok(),
        requires_verification: None,
        device_fingerprint: Some(fingerprint(caller)),
        challenge_id,
        device_token: app
            .devices
            .token(caller.headers, &number)
            .map(|token| HiddenText::from(token.as_str())),
        locale: request.language,
    };
    let now = app.clock.now();
    let turn = app.throttle.start(caller.client, now)?;
    let issue = issue(app, &number, &send, key);
    let outcome = if app.numbers.counts() {
        app.presses.one(&number, now, issue).await
    } else {
        issue.await
    };
    turn.end(&outcome);
    let issued = outcome?;
    // By an equal press before this one.
    let ago = u32::try_from(now - issued.at).unwrap_or(0);
    Ok(SendOtpResponse {
        verification_id: app.seal.seal(&issued.pending).map_err(ApiError::internal)?,
        phone_number: number,
        code_length: app.settings.code_length,
        expires_in_secs: issued.expires_in_secs.saturating_sub(ago),
        resend_in_secs: issued.resend_in_secs.saturating_sub(ago),
    })
}

/// A message that is on its way, and what was begun by it.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pending: PendingVerification,
    /// Unix seconds.
    at: i64,
    expires_in_secs: u32,
    resend_in_secs: u32,
}

async fn issue(
    app: &App,
    number: &PhoneNumber,
    send: &SendOtpBySmsRequest,
    key: Option<&IdempotencyKey>,
) -> Result<Issued, Fault> {
    let Sent {
        answer: sent,
        resend_in,
    } = counted(app, number, app.otp.send_otp(send, key)).await?;
    app.numbers.learn(sent.challenge.challenge_id.is_some());
    if sent.phone_number_id.is_empty() {
        let cause = "a send without a phone_number_id";
        let error = ApiError::unavailable(ErrorType::OtpServiceMisbehaved, cause);
        return Err(Fault {
            error,
            in_doubt: true,
        });
    }
    let at = app.clock.now();
    let expires_in_secs = sent.challenge.expires_in_secs.unwrap_or(EXPIRES_IN_SECS);
    let resend_in = sent.challenge.resend_in_secs.or(resend_in);
    Ok(Issued {
        pending: PendingVerification {
            method_id: sent.phone_number_id,
            challenge_id: sent.challenge.challenge_id,
            phone_number: number.clone(),
            ends_at: at + i64::from(expires_in_secs) + SEAL_OUTLIVES_CODE_SECS,
        },
        at,
        expires_in_secs,
        resend_in_secs: resend_in.unwrap_or(RESEND_IN_SECS),
    })
}

/// The one canonical number (B-07), if codes may go there. The OTP service has the final word.
pub(crate) fn destination(app: &App, text: &HiddenText) -> Result<PhoneNumber, ApiError> {
    let invalid = || ApiError::from(ErrorType::InvalidPhoneNumber);
    let spelling = PhoneNumber::parse(text.as_str()).map_err(|_| invalid())?;
    let destination = Destination::parse(&spelling).map_err(|_| invalid())?;
    if !app.settings.allows(destination.country()) {
        return Err(ErrorType::DestinationNotAllowed.into());
    }
    Ok(destination.number().clone())
}

/// The challenge to add a code to. A seal that is genuine but over begins a new one.
fn challenge_of(
    app: &App,
    id: &VerificationId,
    number: &PhoneNumber,
) -> Result<Option<String>, ApiError> {
    let pending = app.seal.open(id).ok_or(ErrorType::InvalidOtp)?;
    if pending.phone_number != *number {
        return Err(ApiError::from(ErrorType::InvalidRequest)
            .message("`phone_number` must be the number of the verification."));
    }
    let live = pending.ends_at > app.clock.now();
    Ok(pending.challenge_id.filter(|_| live))
}

/// Given at send only: a phone that changes networks between the screens must still verify.
pub(crate) fn fingerprint(caller: Caller<'_>) -> DeviceFingerprint {
    let user_agent = caller.headers.get(header::USER_AGENT).map(|value| {
        String::from_utf8_lossy(value.as_bytes())
            .chars()
            .take(LONGEST_USER_AGENT)
            .collect()
    });
    DeviceFingerprint {
        ip: caller
            .client
            .address()
            .ok()
            .map(|address| address.to_string()),
        user_agent,
    }
}

#[cfg(test)]
mod tests;
