//! The OTP service as the calls see it: one function per call of its contract. The only way to it, and the only
//! holder of the secret key.
//!
//! A call goes on one of two ways, sends on their own, each with places and a circuit breaker ([`lane`]). While a
//! breaker is open nothing leaves but a probe every five seconds, which is the call of somebody or, where nobody
//! comes, the one that [`OtpClient::look_after`] makes. What changes nothing is repeated once in a while ([`repeats`]),
//! a send or a verification never.
//!
//! Not here: sockets and time limits ([`transport`]), what an answer becomes ([`reply`]), users and sessions
//! ([`users`], [`sessions`]).

mod fault;
mod lane;
mod repeats;
mod reply;
mod sessions;
mod transport;
mod users;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use edge::clock::Clock;

use edge::settings::Secret;
use edge::{ApiError, IdempotencyKey};
use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::ErrorType;
use shared::otp_service::{
    BASE_PATH, GetDeliveryResponse, ListCountriesResponse, LoginOrCreateUserBySmsResponse,
    SendOtpBySmsRequest, SendOtpBySmsResponse, VerifyOtpRequest, VerifyOtpResponse,
};
use tokio::time::Instant;

use crate::events::{Events, UpstreamCall};
pub(crate) use fault::Fault;
pub(crate) use lane::Way;
use lane::{Lane, NotBegun};
use repeats::Repeats;
use reply::Expect;
use transport::{Call, Failure, Reply, Transport};

/// How often it is looked whether somebody has to make a probe.
const LOOK_EVERY: Duration = Duration::from_secs(1);

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
    /// It has failed, and has not yet shown that it works again.
    LeftAlone,
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
    ) -> Result<Self, UnusableKey> {
        let transport = Transport::new(&format!("{base}{BASE_PATH}"), key, limits.connect)?;
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
        let call = self.read(Method::GET, &format!("/otps/{challenge_id}/delivery"));
        Ok(self.exchange(call, None::<&()>, PASSES).await?)
    }

    /// Asks for a user that can't be there: 404 shows that the service answers and takes the key.
    ///
    /// While the breaker is open it is the probe, if it is time for one, and else makes no call. Otherwise it does not
    /// count: who asks often must not be what opens it.
    pub(crate) async fn readiness(&self) -> Result<(), NotReady> {
        let call = self.call(Method::GET, "/users/user_000000000000000000000000000");
        let deadline = Instant::now() + call.limit;
        if !self.others.is_open() {
            return ready(&self.transport.exchange(&call, None, deadline).await);
        }
        let place = self.others.enter(deadline).await;
        let place = place.map_err(|_| NotReady::LeftAlone)?;
        let found = ready(&self.transport.exchange(&call, None, deadline).await);
        let good = !matches!(found, Err(NotReady::Silent(_)));
        self.note_breaker(&self.others, place.ended(good));
        match found {
            Ok(()) if self.others.is_open() => Err(NotReady::LeftAlone),
            found => found,
        }
    }

    /// Whether sends are refused here, because those before have failed.
    pub(crate) fn leaves_sends_alone(&self) -> bool {
        self.sends.is_open()
    }

    /// Makes the probes that nobody else makes, for ever: so the service is found to work again also by a backend
    /// that gets no calls because it is not ready (H-11).
    pub(crate) async fn look_after(&self) {
        let mut interval = tokio::time::interval(LOOK_EVERY);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            if self.others.wants_probe() {
                // What it finds shows in the breaker.
                drop(self.readiness().await);
            }
        }
    }

    fn call(&self, method: Method, path: &str) -> Call<'static> {
        Call {
            method,
            path: path.to_owned(),
            idempotency_key: None,
            way: Way::Others,
            is_read: false,
            limit: self.limits.other,
        }
    }

    /// A call that changes nothing.
    fn read(&self, method: Method, path: &str) -> Call<'static> {
        Call {
            is_read: true,
            ..self.call(method, path)
        }
    }

    fn sending<'a>(&self, path: &str, key: Option<&'a IdempotencyKey>) -> Call<'a> {
        Call {
            idempotency_key: key.map(IdempotencyKey::as_str),
            way: Way::Sends,
            limit: self.limits.send,
            ..self.call(Method::POST, path)
        }
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
        body: Option<&impl Serialize>,
        expect: Expect,
    ) -> Result<T, Fault> {
        let body = body.map(serde_json::to_vec).transpose();
        let body = body
            .map_err(|error| ApiError::internal(format_args!("a request is no JSON: {error}")))?;
        let body = body.map(Bytes::from);
        let deadline = Instant::now() + call.limit;
        self.repeats().note_call(self.clock.now());
        let mut repeats_left = if call.is_read { repeats::MOST } else { 0 };
        loop {
            let fault = match self.attempt(&call, body.clone(), expect, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let pause_end = Instant::now() + repeats::pause();
            if fault.is_an_answer()
                || repeats_left == 0
                || pause_end >= deadline
                || self.lane(&call).is_open()
                || !self.repeats().take(self.clock.now())
            {
                return Err(fault);
            }
            repeats_left -= 1;
            self.events.upstream_repeat();
            tokio::time::sleep_until(pause_end).await;
        }
    }

    async fn attempt<T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
        body: Option<Bytes>,
        expect: Expect,
        deadline: Instant,
    ) -> Result<T, Fault> {
        let lane = self.lane(call);
        let place = lane.enter(deadline).await.inspect_err(|why| {
            let word = match why {
                NotBegun::Open => UpstreamCall::LeftAlone,
                NotBegun::Full => UpstreamCall::Crowded,
            };
            self.events.upstream_call(lane.way, word);
        })?;
        let reply = self.transport.exchange(call, body, deadline).await;
        // The service refuses a call, whatever words it has for that: it works (H-04).
        let refused = reply
            .as_ref()
            .is_ok_and(|reply| reply.status.is_client_error());
        let answer = match reply {
            Ok(reply) => expect.read(&reply).map_err(Fault::of_answer),
            Err(failure) => Err(failure.into()),
        };
        let good = refused || answer.as_ref().err().is_none_or(Fault::is_an_answer);
        let word = if good {
            UpstreamCall::Good
        } else {
            UpstreamCall::Failed
        };
        self.events.upstream_call(lane.way, word);
        self.note_breaker(lane, place.ended(good));
        answer
    }

    fn lane(&self, call: &Call<'_>) -> &Lane {
        match call.way {
            Way::Sends => &self.sends,
            Way::Others => &self.others,
        }
    }

    fn repeats(&self) -> std::sync::MutexGuard<'_, Repeats> {
        self.repeats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_breaker(&self, lane: &Lane, changed: Option<bool>) {
        if let Some(open) = changed {
            self.events.upstream_breaker(lane.way, open);
        }
    }
}

/// What an answer to the question for a user that can't be there says of the service.
fn ready(reply: &Result<Reply, Failure>) -> Result<(), NotReady> {
    match reply {
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

#[cfg(test)]
mod tests;
