//! The OTP service as the calls see it: one function per call of its contract. The only way to it, and the only
//! holder of the secret key.
//!
//! A call goes on one of two ways, sends on their own, each with places and a circuit breaker ([`lane`]). While a
//! breaker is open nothing leaves but a probe every five seconds, which is the call of somebody or, where nobody
//! comes, the one that [`OtpClient::look_after`] makes. What changes nothing is repeated once in a while ([`repeats`]),
//! a send or a verification never.
//!
//! Not here: a call's way through all that ([`exchange`]), time limits ([`transport`]), sockets ([`connections`]), what an answer becomes
//! ([`reply`]), users and sessions ([`users`], [`sessions`]), whether the service works at all ([`readiness`]).

mod connections;
mod exchange;
mod fault;
mod lane;
mod live_session;
mod readiness;
mod repeats;
mod reply;
mod sessions;
mod transport;
mod users;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use edge::clock::Clock;

use edge::settings::Secret;
use edge::{ApiError, IdempotencyKey};
use http::Method;
use serde::Deserialize;
use shared::otp_service::{
    BASE_PATH, GetDeliveryResponse, ListCountriesResponse, LoginOrCreateUserBySmsResponse,
    MethodType, SendOtpBySmsRequest, SendOtpBySmsResponse, VerifyOtpRequest,
};
use shared::{DeviceToken, ErrorType, SessionToken};

use crate::events::Events;
pub(crate) use fault::Fault;
use lane::Lane;
pub(crate) use lane::Way;
pub(crate) use live_session::{LiveSession, ProvedMethod};
pub(crate) use readiness::NotReady;
use repeats::Repeats;
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

/// What no request can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// The key has characters that no header has.
    Key,
    /// The address has no host.
    Address,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "OTP_API_KEY has characters that no key has",
            Self::Address => "OTP_SERVICE_URL is no address",
        })
    }
}

impl std::error::Error for Unusable {}

/// A code was right: as much of the answer as is used.
#[derive(Debug, Deserialize)]
pub(crate) struct Verified {
    pub(crate) method_id: String,
    pub(crate) method_type: MethodType,
    pub(crate) user_id: String,
    pub(crate) session_token: Option<SessionToken>,
    pub(crate) session: Option<LiveSession>,
    pub(crate) device_token: Option<DeviceToken>,
}

/// Connections to one OTP service, with the key.
#[derive(Debug)]
pub(crate) struct OtpClient {
    transport: Transport,
    limits: TimeLimits,
    clock: Clock,
    events: Arc<Events>,
    sends: Lane,
    others: Lane,
    repeats: Mutex<Repeats>,
}

impl OtpClient {
    /// `base` is scheme, host and port.
    pub(crate) fn new(
        base: &str,
        key: &Secret,
        limits: TimeLimits,
        clock: Clock,
        events: Arc<Events>,
    ) -> Result<Self, Unusable> {
        let base = format!("{base}{BASE_PATH}");
        let transport = Transport::new(&base, key, limits.connect, clock.clone())?;
        Ok(Self {
            transport,
            limits,
            sends: Lane::new(Way::Sends, clock.clone()),
            others: Lane::new(Way::Others, clock.clone()),
            clock,
            events,
            repeats: Mutex::default(),
        })
    }

    /// Sends a code. Never repeated: its bytes may have left (H-02).
    pub(crate) async fn send_otp(
        &self,
        request: &SendOtpBySmsRequest,
        key: Option<&IdempotencyKey>,
    ) -> Result<LoginOrCreateUserBySmsResponse, Fault> {
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
        let call = self.sending("/otps/sms/login_or_create", key);
        self.exchange(call, Some(request), PASSES).await
    }

    /// Sends a code as a second factor to a number that has a user; `user_not_found` without one.
    pub(crate) async fn send_second_factor(
        &self,
        request: &SendOtpBySmsRequest,
        key: Option<&IdempotencyKey>,
    ) -> Result<SendOtpBySmsResponse, Fault> {
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
        let call = self.sending("/otps/sms/send", key);
        self.exchange(call, Some(request), PASSES).await
    }

    /// Checks a code, and opens a session where one is asked for. Not repeated here: the page repeats it (H-08).
    pub(crate) async fn verify_otp(
        &self,
        request: &VerifyOtpRequest,
    ) -> Result<Verified, ApiError> {
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
        Ok(self.exchange(call, Some(request), PASSES).await?)
    }

    /// The countries that the service sends text messages to, none for all; `not_found` where it has no such call.
    pub(crate) async fn list_countries(&self) -> Result<ListCountriesResponse, ApiError> {
        const PASSES: Expect = Expect(&[ErrorType::NotFound]);
        let call = self.read(Method::GET, "/otps/sms/countries");
        Ok(self.exchange(call, None::<&()>, PASSES).await?)
    }

    /// How far a challenge's newest message has come; `not_found` where the service has no such call.
    pub(crate) async fn get_delivery(
        &self,
        challenge_id: &str,
    ) -> Result<GetDeliveryResponse, ApiError> {
        const PASSES: Expect = Expect(&[ErrorType::NotFound]);
        let call = self.read(Method::GET, format!("/otps/{challenge_id}/delivery"));
        Ok(self.exchange(call, None::<&()>, PASSES).await?)
    }

    fn call(&self, method: Method, path: impl Into<Cow<'static, str>>) -> Call<'static> {
        Call {
            method,
            path: path.into(),
            idempotency_key: None,
            way: Way::Others,
            is_read: false,
            limit: self.limits.other,
        }
    }

    /// A call that changes nothing.
    fn read(&self, method: Method, path: impl Into<Cow<'static, str>>) -> Call<'static> {
        Call {
            is_read: true,
            ..self.call(method, path)
        }
    }

    fn sending<'a>(&self, path: &'static str, key: Option<&'a IdempotencyKey>) -> Call<'a> {
        Call {
            idempotency_key: key.map(IdempotencyKey::as_str),
            way: Way::Sends,
            limit: self.limits.send,
            ..self.call(Method::POST, path)
        }
    }
}

#[cfg(test)]
mod tests;
