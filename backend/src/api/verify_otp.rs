//! `POST /api/otp/verify`: the code is checked, the session opened, the account found or made, in this
//! order. No half sign-in: if the account can't be written, the session is ended again.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::{ApiError, Json};
use http::{HeaderMap, HeaderValue, header};
use shared::browser::{VerifyOtpRequest, VerifyOtpResponse};
use shared::otp_service::{MethodType, VerifyOtpRequest as UpstreamRequest};
use shared::{ErrorType, HiddenText, SessionToken};
use storage::StoreError;

use crate::app::{App, Shared};
use crate::client::Client;
use crate::openapi::{ASKS_THE_SERVICE, Operation, SIGN_IN};
use crate::otp_client::{LiveSession, Verified};
use crate::store::{RETRY_AFTER_SECS, SignIn};
use crate::verification::PendingVerification;
use crate::webhooks::message::EndedBy;
use crate::webhooks::session_ended;

pub(crate) fn operation() -> Operation {
    Operation::new::<VerifyOtpResponse>("verify_otp", SIGN_IN, "Present a code and sign in")
        .describe("Sets the cookies that belong to the session.")
        .takes::<VerifyOtpRequest>()
        .fails(&[
            ErrorType::InvalidOtp,
            ErrorType::OtpExpired,
            ErrorType::OtpAttemptsExceeded,
            ErrorType::NumberBlocked,
            ErrorType::UserInactive,
            ErrorType::RequestInProgress,
            ErrorType::OriginNotAllowed,
        ])
        .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    client: Client,
    headers: HeaderMap,
    Json(request): Json<VerifyOtpRequest>,
) -> Result<Response, ApiError> {
    let opened = verify(app, client, headers, request).await?;
    let mut response = Json(opened.answer).into_response();
    for cookie in opened.cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A session that was opened, and the cookies that go with it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) answer: VerifyOtpResponse,
    pub(crate) cookies: Vec<HeaderValue>,
    /// Also where the page is not told.
    pub(crate) token: SessionToken,
}

/// Checks a code and signs in, also for the plain screens.
pub(crate) async fn verify(
    app: Arc<App>,
    client: Client,
    headers: HeaderMap,
    request: VerifyOtpRequest,
) -> Result<Opened, ApiError> {
    app.throttle.verify(client, app.clock.now())?;
    // A browser that hangs up must not leave a session without an account. It is some 10 KiB of state, which would be
    // moved ten times on the way to another task.
    let work = Box::pin(sign_in(Arc::clone(&app), headers, request));
    app.unbroken.run(work).await
}

async fn sign_in(
    app: Arc<App>,
    headers: HeaderMap,
    request: VerifyOtpRequest,
) -> Result<Opened, ApiError> {
    let pending = app
        .seal
        .open(&request.verification_id)
        .filter(|pending| pending.ends_at > app.clock.now())
        .ok_or(ErrorType::InvalidOtp)?;
    if app.numbers.counts() {
        app.flows.verify(&pending, app.clock.now())?;
    }
    let verify = UpstreamRequest {
        method_id: pending.method_id.clone(),
        otp: request.otp,
        session_expires_in: Some(app.settings.session),
        session_token: None,
        session_jwt: None,
        challenge_id: pending.challenge_id.clone(),
        device_fingerprint: None,
        remember_device: app.carrier.keeps_cookies().then_some(true),
        device_token: app
            .devices
            .token(&headers, &pending.phone_number)
            .map(|token| HiddenText::from(token.as_str())),
    };
    let mut verified = app.otp.verify_otp(&verify).await?;
    let device = verified.device_token.take();
    let (token, session) = whole(verified, &pending)?;
    let sign_in = SignIn {
        user_id: session.user_id.clone(),
        phone_number: pending.phone_number.clone(),
        session_id: session.id.clone(),
        started_at: session.started_at,
        expires_at: session.expires_at,
    };
    let account = match app.store.sign_in(sign_in, app.clock.now()).await {
        Ok(account) => account,
        Err(error) => return Err(undone(&app, &token, &error).await),
    };
    tracing::info!(
        session_id = session.id,
        account_id = account.account_id,
        "signed in"
    );
    let expires_in_secs = app.secs_until(session.expires_at);
    let device = device
        .and_then(|token| app.devices.set(&headers, &pending.phone_number, &token))
        .filter(|_| app.carrier.keeps_cookies());
    let mut cookies = Vec::new();
    let carried = app
        .carrier
        .set(&session.id, &account.account_id, &token, expires_in_secs)?;
    cookies.extend(carried);
    cookies.extend(device);
    end_the_one_before(&app, &headers, &token).await;
    let return_to = app.returns.sent(&headers);
    if return_to.is_some() {
        cookies.extend(app.returns.clear());
    }
    Ok(Opened {
        answer: VerifyOtpResponse {
            session_token: app.carrier.told(&token)?,
            user_id: session.user_id,
            account_id: account.account_id,
            phone_number: pending.phone_number,
            expires_in_secs,
            return_to: return_to.map(|place| place.address()),
        },
        cookies,
        token,
    })
}

/// The new session takes the cookie of the one before, which nobody could end any more.
async fn end_the_one_before(app: &App, headers: &HeaderMap, token: &SessionToken) {
    let before = app.carrier.cookie().and_then(|cookie| cookie.sent(headers));
    let Some(before) = before.filter(|before| before != token) else {
        return;
    };
    // Its id is asked for only where somebody is to be told.
    let known = match &app.webhooks {
        Some(_) => app.otp.verify_session(&before, None).await.ok(),
        None => None,
    };
    match app.otp.end_session(&before).await {
        Ok(()) => {
            if let Some(ended) = known {
                session_ended(app, &ended.id, &ended.user_id, EndedBy::NextSignIn).await;
            }
        }
        Err(error) if error.error_type() == ErrorType::InvalidSession => {}
        // It ends by itself; the new one is there.
        Err(error) => error.log(),
    }
}

/// A success that is not whole is none (H-06).
fn whole(
    answer: Verified,
    pending: &PendingVerification,
) -> Result<(SessionToken, LiveSession), ApiError> {
    let misbehaved = |cause: &str| ApiError::unavailable(ErrorType::OtpServiceMisbehaved, cause);
    let kind = answer.method_type;
    if answer.method_id != pending.method_id || kind != MethodType::PhoneNumber {
        return Err(misbehaved("a verify answered for another method"));
    }
    let (Some(token), Some(session)) = (answer.session_token, answer.session) else {
        return Err(misbehaved("a verify answered without a session"));
    };
    if session.user_id != answer.user_id || session.user_id.is_empty() || session.id.is_empty() {
        return Err(misbehaved("a verify answered with somebody else's session"));
    }
    Ok((token, session))
}

/// Ends the session again after the account could not be written.
async fn undone(app: &App, token: &SessionToken, cause: &StoreError) -> ApiError {
    let ended = match app.otp.end_session(token).await {
        Ok(()) => "the session was ended again".to_owned(),
        Err(error) => format!("nor could the session be ended: {}", error.error_type()),
    };
    let cause = format!("the account can't be written: {cause}; {ended}");
    ApiError::unavailable(ErrorType::Overloaded, cause).retry_after(RETRY_AFTER_SECS)
}

#[cfg(test)]
mod tests;
