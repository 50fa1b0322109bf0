//! The OTP service as the calls see it: one function per call of its contract. The only way out of this
//! process, and the only holder of the secret key.
//!
//! Not here: sockets and time limits ([`transport`]), what an error becomes ([`reply`]).

mod reply;
mod transport;
mod users;

use std::fmt;
use std::time::Duration;

use edge::settings::Secret;
use edge::{ApiError, IdempotencyKey};
use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::otp_service::{
    BASE_PATH, DeleteSessionRequest, DeleteSessionResponse, GetDeliveryResponse,
    ListCountriesResponse, ListSessionsResponse, LoginOrCreateUserBySmsResponse,
    SendOtpBySmsRequest, SendOtpBySmsResponse, Session, VerifyOtpRequest, VerifyOtpResponse,
    VerifySessionRequest, VerifySessionResponse,
};
use shared::{ErrorType, HiddenText, SessionLifetime, SessionToken};

use reply::Expect;
use transport::{Call, Transport};

/// How long the OTP service may take (H-01).
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeLimits {
    pub(crate) connect: Duration,
    pub(crate) send: Duration,
    pub(crate) other: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            send: Duration::from_secs(5),
            other: Duration::from_secs(3),
        }
    }
}

/// The key has characters that no header can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnusableKey;

impl fmt::Display for UnusableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OTP_API_KEY has characters that no key has")
    }
}

impl std::error::Error for UnusableKey {}

/// Why the OTP service is not fit for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotReady {
    /// It answers, but not to our key.
    KeyRefused,
    /// It can't be reached, or what answers there is no OTP service.
    Silent(String),
}

/// A connection pool to one OTP service, with the key.
#[derive(Debug)]
pub(crate) struct OtpClient {
    transport: Transport,
    limits: TimeLimits,
}

impl OtpClient {
    /// `base` is scheme, host and port.
    pub(crate) fn new(base: &str, key: &Secret, limits: TimeLimits) -> Result<Self, UnusableKey> {
        let transport = Transport::new(&format!("{base}{BASE_PATH}"), key, limits.connect)?;
        Ok(Self { transport, limits })
    }

    /// Sends a code. Never repeated: its bytes may have left (H-02).
    pub(crate) async fn send_otp(
        &self,
        request: &SendOtpBySmsRequest,
        key: Option<&IdempotencyKey>,
    ) -> Result<LoginOrCreateUserBySmsResponse, ApiError> {
        const PASSES: Expect = Expect(&[
            ErrorType::InvalidPhoneNumber,
            ErrorType::InvalidRequest,
            ErrorType::InvalidOtp,
            ErrorType::OtpAttemptsExceeded,
            ErrorType::OtpExpired,
            ErrorType::DestinationNotAllowed,
            ErrorType::NumberBlocked,
            ErrorType::RequestInProgress,
            ErrorType::SmsNotSent,
            ErrorType::SmsBudgetExhausted,
        ]);
        let call = Call {
            idempotency_key: key.map(IdempotencyKey::as_str),
            limit: self.limits.send,
            ..self.call(Method::POST, "/otps/sms/login_or_create")
        };
        self.exchange(call, Some(request), PASSES).await
    }

    /// Sends a code as a second factor to a number that has a user; `user_not_found` without one.
    pub(crate) async fn send_second_factor(
        &self,
        request: &SendOtpBySmsRequest,
        key: Option<&IdempotencyKey>,
    ) -> Result<SendOtpBySmsResponse, ApiError> {
        const PASSES: Expect = Expect(&[
            ErrorType::UserNotFound,
            ErrorType::InvalidPhoneNumber,
            ErrorType::InvalidRequest,
            ErrorType::InvalidOtp,
            ErrorType::OtpAttemptsExceeded,
            ErrorType::OtpExpired,
            ErrorType::DestinationNotAllowed,
            ErrorType::NumberBlocked,
            ErrorType::RequestInProgress,
            ErrorType::SmsNotSent,
            ErrorType::SmsBudgetExhausted,
        ]);
        let call = Call {
            idempotency_key: key.map(IdempotencyKey::as_str),
            limit: self.limits.send,
            ..self.call(Method::POST, "/otps/sms/send")
        };
        self.exchange(call, Some(request), PASSES).await
    }

    /// Checks a code, and opens a session where one is asked for. Not repeated here: the page repeats it (H-08).
    pub(crate) async fn verify_otp(
        &self,
        request: &VerifyOtpRequest,
    ) -> Result<VerifyOtpResponse, ApiError> {
        const PASSES: Expect = Expect(&[
            ErrorType::InvalidOtp,
            ErrorType::InvalidRequest,
            ErrorType::OtpExpired,
            ErrorType::OtpAttemptsExceeded,
            ErrorType::NumberBlocked,
            ErrorType::UserInactive,
            ErrorType::RequestInProgress,
        ]);
        let call = self.call(Method::POST, "/otps/verify");
        self.exchange(call, Some(request), PASSES).await
    }

    /// The countries that the service sends text messages to, none for all; `not_found` where it has no such call.
    pub(crate) async fn list_countries(&self) -> Result<ListCountriesResponse, ApiError> {
        const PASSES: Expect = Expect(&[ErrorType::NotFound]);
        let call = self.call(Method::GET, "/otps/sms/countries");
        self.exchange(call, None::<&()>, PASSES).await
    }

    /// How far a challenge's newest message has come; `not_found` where the service has no such call.
    pub(crate) async fn get_delivery(
        &self,
        challenge_id: &str,
    ) -> Result<GetDeliveryResponse, ApiError> {
        const PASSES: Expect = Expect(&[ErrorType::NotFound]);
        let call = self.call(Method::GET, &format!("/otps/{challenge_id}/delivery"));
        self.exchange(call, None::<&()>, PASSES).await
    }

    /// The live session behind a token; with `extend` its end is moved.
    pub(crate) async fn verify_session(
        &self,
        token: &SessionToken,
        extend: Option<SessionLifetime>,
    ) -> Result<Session, ApiError> {
        let request = VerifySessionRequest {
            session_token: Some(HiddenText::from(token.as_str())),
            session_jwt: None,
            session_expires_in: extend,
        };
        let call = self.call(Method::POST, "/sessions/verify");
        let answer: VerifySessionResponse = self.exchange(call, Some(&request), SESSION).await?;
        Ok(answer.session)
    }

    /// The user's live sessions.
    pub(crate) async fn list_sessions(&self, user_id: &str) -> Result<Vec<Session>, ApiError> {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("user_id", user_id)
            .finish();
        let call = self.call(Method::GET, &format!("/sessions/list?{query}"));
        let answer: ListSessionsResponse = self.exchange(call, None::<&()>, SESSION).await?;
        Ok(answer.sessions)
    }

    /// Ends the session behind a token.
    pub(crate) async fn end_session(&self, token: &SessionToken) -> Result<(), ApiError> {
        self.delete_session(&DeleteSessionRequest {
            session_token: Some(HiddenText::from(token.as_str())),
            ..DeleteSessionRequest::default()
        })
        .await
    }

    /// Ends a session by its id.
    pub(crate) async fn end_session_by_id(&self, session_id: &str) -> Result<(), ApiError> {
        self.delete_session(&DeleteSessionRequest {
            session_id: Some(session_id.to_owned()),
            ..DeleteSessionRequest::default()
        })
        .await
    }

    /// Asks for a user that can't be there: 404 shows that the service answers and takes the key.
    pub(crate) async fn readiness(&self) -> Result<(), NotReady> {
        let call = self.call(Method::GET, "/users/user_000000000000000000000000000");
        match self.transport.exchange(call, None).await {
            Ok(reply) => match reply.status {
                StatusCode::NOT_FOUND => Ok(()),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(NotReady::KeyRefused),
                status => Err(NotReady::Silent(format!(
                    "the OTP service answered {status}"
                ))),
            },
            Err(failure) => Err(NotReady::Silent(failure.to_string())),
        }
    }

    async fn delete_session(&self, request: &DeleteSessionRequest) -> Result<(), ApiError> {
        let call = self.call(Method::DELETE, "/sessions/delete");
        let _: DeleteSessionResponse = self.exchange(call, Some(request), SESSION).await?;
        Ok(())
    }

    fn call(&self, method: Method, path: &str) -> Call<'static> {
        Call {
            method,
            path: path.to_owned(),
            idempotency_key: None,
            limit: self.limits.other,
        }
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
        body: Option<&impl Serialize>,
        expect: Expect,
    ) -> Result<T, ApiError> {
        let body = body.map(serde_json::to_vec).transpose();
        let body = body
            .map_err(|error| ApiError::internal(format_args!("a request is no JSON: {error}")))?;
        match self.transport.exchange(call, body).await {
            Ok(reply) => expect.read(&reply),
            Err(failure) => Err(failure.into()),
        }
    }
}

/// What session calls may answer.
const SESSION: Expect = Expect(&[ErrorType::InvalidSession, ErrorType::SessionNotFound]);

#[cfg(test)]
mod tests;
