//! A service of its own for every test, with a verb per endpoint.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::Parser as _;
use edge::clock::{Clock, ManualClock};
use edge::outbound::TimeLimits;
use edge::settings::Secret;
use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use super::TestDatabase;
use super::super::held_to_document;
use crate::dispatcher::Dispatcher;
use crate::random::Random;
use crate::{Config, GatewaySettings};
use crate::serve::build;
use crate::service::Service;

/// Unix seconds at which tests begin.
pub(super) const START: i64 = 1_800_000_000;
pub(super) const KEY: &str = "sk_test_000000000000000000000000000000000000000000000000";
pub(super) const NUMBER: &str = "+12125550142";

/// A live key: its messages leave.
pub(super) const LIVE_KEY: &str = "sk_live_000000000000000000000000000000000000000000000000";

pub(super) struct Harness {
    pub(super) router: Router,
    pub(super) key: &'static str,
    pub(super) service: Arc<Service>,
    pub(super) clock: ManualClock,
    pub(super) folder: Arc<TestDatabase>,
}

/// A code on its way, as the caller knows it.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) method_id: String,
    pub(super) user_id: String,
    pub(super) challenge_id: String,
    pub(super) code: String,
}

impl Harness {
    pub(super) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(super) async fn start_with(arguments: &[&str]) -> Self {
        Self::start_in(Arc::new(TestDatabase::new()), START, arguments).await
    }

    pub(super) async fn start_in(folder: Arc<TestDatabase>, now: i64, arguments: &[&str]) -> Self {
        let (_, hand) = Clock::manual(now);
        Self::start_on(folder, hand, arguments).await
    }

    /// On a machine with this clock.
    pub(super) async fn start_on(
        folder: Arc<TestDatabase>,
        clock: ManualClock,
        arguments: &[&str],
    ) -> Self {
        edge::testing::somebody_listens();
        let mut config =
            Config::try_parse_from(std::iter::once(&"otp-service").chain(arguments)).unwrap();
        config.data_dir = folder.path().join("data");
        config.database_url = folder.url();
        Self::start_as(config, folder, clock, KEY).await
    }

    /// With the data at this address, and the key in the folder.
    pub(super) async fn start_at(folder: &Arc<TestDatabase>, address: &str) -> Self {
        let mut config = Config::try_parse_from(["otp-service"]).unwrap();
        config.data_dir = folder.path().join("data");
        config.database_url = Some(Secret::from(address));
        let (_, clock) = Clock::manual(START);
        Self::start_as(config, Arc::clone(folder), clock, KEY).await
    }

    /// With gateways that send, and a live key.
    pub(super) async fn start_sending(
        folder: Arc<TestDatabase>,
        clock: ManualClock,
        arguments: &[String],
        set: impl FnOnce(&mut GatewaySettings),
    ) -> Self {
        edge::testing::somebody_listens();
        let arguments = arguments.iter().map(String::as_str);
        let mut config =
            Config::try_parse_from(std::iter::once("otp-service").chain(arguments)).unwrap();
        config.data_dir = folder.path().join("data");
        config.database_url = folder.url();
        // A machine that stands still for some seconds is no fault of a gateway's.
        config.gateways.time_limits = TimeLimits {
            connect: Duration::from_secs(30),
            in_all: Duration::from_secs(60),
        };
        set(&mut config.gateways);
        Self::start_as(config, folder, clock, LIVE_KEY).await
    }

    async fn start_as(
        mut config: Config,
        folder: Arc<TestDatabase>,
        clock: ManualClock,
        key: &'static str,
    ) -> Self {
        config.initial_api_key = Some(key.into());
        let (router, service) = build(&config, clock.clock(), Random::system())
            .await
            .unwrap();
        Self {
            router: held_to_document::held(router),
            key,
            service,
            clock,
            folder,
        }
    }

    /// Stops the service and starts another one on the same data and machine.
    pub(super) async fn restart(self) -> Self {
        let (folder, clock) = self.stop().await;
        Self::start_on(folder, clock, &[]).await
    }

    /// Stops the service; answers what is left of it.
    pub(super) async fn stop(self) -> (Arc<TestDatabase>, ManualClock) {
        let Self {
            router,
            service,
            clock,
            folder,
            ..
        } = self;
        drop(router);
        Arc::into_inner(service).unwrap().close().await;
        (folder, clock)
    }

    /// The configuration of a program that works on the same data.
    pub(super) fn config(&self) -> Config {
        let mut config = Config::try_parse_from(["otp-service"]).unwrap();
        config.data_dir = self.folder.path().join("data");
        config.database_url = self.folder.url();
        config
    }

    /// What `DATABASE_URL` says to a service with another data folder.
    pub(super) fn database_url(&self) -> Secret {
        self.folder.url().unwrap_or_else(|| {
            let file = self.config().data_dir.join("otp-service.db");
            Secret::new(format!("sqlite:{}", file.display()))
        })
    }

    pub(super) async fn call(&self, call: Call) -> Answer {
        call.bearer(self.key).send(&self.router).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Call::post(&format!("/v1/auth{path}")).json(body))
            .await
    }

    /// Hands over what waits, until nothing does that can be.
    pub(super) async fn dispatch(&self) {
        Dispatcher::new(Arc::clone(&self.service))
            .until_idle()
            .await;
    }

    pub(super) async fn delivery(&self, challenge_id: &str) -> Answer {
        let path = format!("/v1/auth/otps/{challenge_id}/delivery");
        self.call(Call::get(&path)).await
    }

    pub(super) async fn login_or_create(&self, body: &Value) -> Answer {
        self.post("/otps/sms/login_or_create", body).await
    }

    pub(super) async fn send(&self, body: &Value) -> Answer {
        self.post("/otps/sms/send", body).await
    }

    pub(super) async fn verify(&self, body: &Value) -> Answer {
        self.post("/otps/verify", body).await
    }

    pub(super) async fn verify_session(&self, body: &Value) -> Answer {
        self.post("/sessions/verify", body).await
    }

    pub(super) async fn delete_session(&self, body: &Value) -> Answer {
        self.call(Call::delete("/v1/auth/sessions/delete").json(body))
            .await
    }

    pub(super) async fn list_sessions(&self, user_id: &str) -> Value {
        let answer = self
            .call(Call::get(&format!(
                "/v1/auth/sessions/list?user_id={user_id}"
            )))
            .await;
        answer.assert_ok().json()["sessions"].clone()
    }

    pub(super) async fn user(&self, user_id: &str) -> Answer {
        self.call(Call::get(&format!("/v1/auth/users/{user_id}")))
            .await
    }

    /// The messages to a number, newest first.
    pub(super) async fn messages(&self, number: &str) -> Vec<Value> {
        let to = number.replace('+', "%2B").replace('@', "%40");
        let answer = Call::get(&format!("/outbox/messages?to={to}"))
            .send(&self.router)
            .await;
        answer.assert_ok().json()["messages"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Asks for a code that works for five minutes, and reads it off the phone.
    pub(super) async fn sent_to(&self, number: &str) -> Sent {
        let answer = self
            .login_or_create(&json!({"phone_number": number, "expires_in": 5}))
            .await;
        self.read(number, &answer).await
    }

    /// The same inside a challenge.
    pub(super) async fn resent(&self, number: &str, challenge_id: &str) -> Sent {
        let body = json!({"phone_number": number, "expires_in": 5, "challenge_id": challenge_id});
        let answer = self.login_or_create(&body).await;
        self.read(number, &answer).await
    }

    async fn read(&self, number: &str, answer: &Answer) -> Sent {
        let body = answer.assert_ok().json();
        let text = |field: &str| body[field].as_str().unwrap().to_owned();
        Sent {
            method_id: text("phone_number_id"),
            user_id: text("user_id"),
            challenge_id: text("challenge_id"),
            code: self.messages(number).await[0]["code"]
                .as_str()
                .unwrap()
                .to_owned(),
        }
    }

    /// Signs a number in; answers what `verify` answered.
    pub(super) async fn signed_in(&self, number: &str) -> Value {
        let sent = self.sent_to(number).await;
        self.verify(&sent.with_session(60)).await.assert_ok().json()
    }

    /// Moves the clock past every cool-down of one send.
    pub(super) fn wait_for_resend(&self) {
        self.clock.advance(60);
    }
}

impl Sent {
    pub(super) fn body(&self) -> Value {
        self.body_with(&self.code)
    }

    pub(super) fn body_with(&self, code: &str) -> Value {
        json!({"method_id": self.method_id, "challenge_id": self.challenge_id, "otp": code})
    }

    pub(super) fn with_session(&self, minutes: u32) -> Value {
        let mut body = self.body();
        body["session_expires_in"] = minutes.into();
        body
    }

    /// A code that is not this one.
    pub(super) fn wrong_code(&self) -> String {
        wrong(&self.code, 1)
    }
}

/// Another code of six digits, a different one for every `step` below a million.
pub(super) fn wrong(code: &str, step: u32) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + step) % 1_000_000)
}

/// The answer is "wrong" and says how many tries are left.
#[track_caller]
pub(super) fn assert_wrong(answer: &Answer, attempts_left: u8) {
    assert_eq!(
        answer.assert_error(ErrorType::InvalidOtp).json()["attempts_left"],
        attempts_left
    );
    assert_eq!(answer.json()["error_message"], "Invalid OTP Code.");
}
