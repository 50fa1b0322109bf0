//! What the backend's tests share: a whole backend in memory on a moved clock, and a browser's view of
//! a sign-in. The OTP service behind it is the [`stub`], which can also misbehave.

mod jar;
mod stub;

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ::openapi::testing::Answers;
use axum::Router;
use clap::Parser;
use edge::clock::{Clock, ManualClock};
use edge::keys::Key;
use edge::metrics::Registry;
use edge::settings::Secret;
use edge::testing::{Answer, Call};
use edge::{Readiness, Traffic, TrafficLimits};
use serde_json::json;
use tempfile::TempDir;

use crate::access_token::AccessTokens;
use crate::app::App;
use crate::bundle::Bundle;
use crate::carrier::Carrier;
use crate::client::Proxies;
use crate::config::Config;
use crate::device::Devices;
use crate::events::Events;
use crate::openapi;
use crate::otp_client::{OtpClient, TimeLimits};
use crate::plain::Keeper;
use crate::plain::challenge::Messenger;
use crate::result_code::ResultCodes;
use crate::return_to::Returns;
use crate::router::{endpoints, router, work_of};
use crate::server_key::ServerKeys;
use crate::settings::Settings;
use crate::store::{Place, Store};
use crate::throttle::Throttle;
use crate::throttle::flows::Flows;
use crate::throttle::numbers::Numbers;
use crate::throttle::presses::Presses;
use crate::unbroken::Unbroken;
use crate::verification::Seal;
use crate::webhooks::Webhooks;

pub(crate) use jar::{Jar, place};
pub(crate) use stub::{Gate, KEY, RIGHT_CODE, Script, Stub};

/// When the tests begin, Unix seconds.
pub(crate) const NOW: i64 = 1_800_000_000;

/// What the app's servers show.
pub(crate) const SERVER_KEY: &str = "sk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// What signs webhooks, where a test has them told.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Every answer of every test is held to the OpenAPI document.
static ANSWERS: LazyLock<Arc<Answers>> =
    LazyLock::new(|| Answers::of(&openapi::document(&endpoints().into_parts().1)));

/// A backend in memory.
pub(crate) struct Harness {
    pub(crate) stub: Stub,
    pub(crate) clock: ManualClock,
    pub(crate) router: Router,
    pub(crate) app: Arc<App>,
    pub(crate) store: Store,
    folder: TempDir,
}

/// A browser that is signed in.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) session_token: String,
    /// `name=value`
    pub(crate) cookie: String,
    pub(crate) session_id: String,
    pub(crate) account_id: String,
}

impl Browser {
    /// Adds token and cookie.
    pub(crate) fn sign(&self, call: Call) -> Call {
        call.bearer(&self.session_token)
            .header("cookie", &self.cookie)
    }
}

/// A machine that stands still for some seconds is no fault of the OTP service's.
const PATIENT: TimeLimits = TimeLimits {
    connect: Duration::from_secs(30),
    send: Duration::from_secs(60),
    other: Duration::from_secs(60),
};

impl Harness {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With these arguments of the command line.
    pub(crate) async fn with(arguments: &[&str]) -> Self {
        Self::build(arguments, PATIENT, |_| {}, None).await
    }

    /// With an OTP service at this address instead of the stub.
    pub(crate) async fn beside(base: &str) -> Self {
        Self::build(&[], PATIENT, |_| {}, Some(base)).await
    }

    /// With limits so short that a silent service shows at once.
    pub(crate) async fn impatient() -> Self {
        let limits = TimeLimits {
            connect: Duration::from_millis(50),
            send: Duration::from_millis(50),
            other: Duration::from_millis(50),
        };
        Self::build(&[], limits, |_| {}, None).await
    }

    /// With a built page, written by `write` into its folder.
    pub(crate) async fn with_page(write: impl FnOnce(&Path)) -> Self {
        Self::with_page_and(&[], write).await
    }

    pub(crate) async fn with_page_and(arguments: &[&str], write: impl FnOnce(&Path)) -> Self {
        Self::build(arguments, PATIENT, write, None).await
    }

    async fn build(
        arguments: &[&str],
        limits: TimeLimits,
        write: impl FnOnce(&Path),
        base: Option<&str>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path().join("dist");
        write(&dist);
        let mut config = Config::parse_from(["backend"].iter().chain(arguments));
        if config.webhooks.webhook_url.is_some() {
            config.webhooks.webhook_secret = Some(Secret::from(WEBHOOK_SECRET));
        }
        let webhooks = Webhooks::of(&config.webhooks).unwrap().map(Arc::new);
        let settings = Settings::work_out(&config, "127.0.0.1:3000".parse().unwrap()).unwrap();
        let (clock, hand) = Clock::manual(NOW);
        let stub = Stub::start(clock.clone()).await;
        let key = Key::load(Some(&Secret::from("0f".repeat(32).as_str())), Path::new("")).unwrap();
        let store = Store::open(&Place::File(folder.path().join("accounts.db"))).unwrap();
        let store = store.announcing(webhooks.is_some());
        let mut registry = Registry::default();
        let limits_of_traffic = TrafficLimits::default();
        let events = Arc::new(Events::register(&mut registry));
        let (base, key_of_service) = (base.unwrap_or(&stub.base), Secret::from(KEY));
        let otp = OtpClient::new(
            base,
            &key_of_service,
            limits,
            clock.clone(),
            Arc::clone(&events),
        );
        let numbers = Numbers::new(&key, config.limit_numbers);
        // The stub is one of ours unless it is told otherwise.
        numbers.learn(true);
        let app = App {
            traffic: Traffic::new(&mut registry, &limits_of_traffic, work_of),
            registry: Arc::new(registry),
            events,
            webhooks,
            // What a test has broken or mended shows at once.
            readiness: Readiness::fresh_for(Duration::ZERO),
            unbroken: Unbroken::default(),
            clock,
            otp: otp.unwrap(),
            seal: Seal::new(&key),
            carrier: Carrier::new(&key, &settings),
            proxies: Proxies::new(&config.trusted_proxies),
            throttle: Throttle::new(&config.per_address, settings.public_url.is_loopback()),
            numbers,
            presses: Presses::new(),
            flows: Flows::new(),
            returns: Returns::new(&config.return_origins, &settings.public_url),
            tokens: AccessTokens::of(&config, settings.public_url.to_string(), &key).unwrap(),
            devices: Devices::new(&key, &settings.public_url),
            plain: Keeper::new(&key, &settings.public_url),
            messenger: Messenger::new(&key, &settings.public_url),
            results: ResultCodes::new(&key),
            bundle: Bundle::load(&dist, &settings).unwrap(),
            outbox: None,
            store: store.clone(),
            server_keys: ServerKeys::parse(Some(&Secret::from(SERVER_KEY))).unwrap(),
            settings,
        };
        let app = Arc::new(app);
        Self {
            stub,
            clock: hand,
            router: ANSWERS.hold(router(Arc::clone(&app))),
            app,
            store,
            folder,
        }
    }

    pub(crate) async fn call(&self, call: Call) -> Answer {
        call.send(&self.router).await
    }

    /// A call of one of the app's servers.
    pub(crate) async fn as_server(&self, call: Call) -> Answer {
        self.call(call.bearer(SERVER_KEY)).await
    }

    /// `POST /api/otp/send`
    pub(crate) async fn send_otp(&self, number: &str) -> Answer {
        self.call(Call::post("/api/otp/send").json(&json!({"phone_number": number})))
            .await
    }

    /// Sends a code and gives the `verification_id`.
    pub(crate) async fn verification(&self, number: &str) -> String {
        let answer = self.send_otp(number).await;
        answer.assert_ok().json()["verification_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// `POST /api/otp/verify`
    pub(crate) async fn verify_otp(&self, verification_id: &str, otp: &str) -> Answer {
        let body = json!({"verification_id": verification_id, "otp": otp});
        self.call(Call::post("/api/otp/verify").json(&body)).await
    }

    pub(crate) async fn sign_in(&self, number: &str) -> Browser {
        let id = self.verification(number).await;
        Self::browser(self, &self.verify_otp(&id, RIGHT_CODE).await).await
    }

    /// The browser that got this answer to its code.
    pub(crate) async fn browser(&self, verified: &Answer) -> Browser {
        let body = verified.assert_ok().json();
        let cookie = verified.header("set-cookie").unwrap_or_default();
        let mut browser = Browser {
            session_token: body["session_token"].as_str().unwrap().to_owned(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
            session_id: String::new(),
            account_id: body["account_id"].as_str().unwrap().to_owned(),
        };
        let session = self.call(browser.sign(Call::get("/api/session"))).await;
        browser.session_id = session.assert_ok().json()["session_id"]
            .as_str()
            .unwrap()
            .to_owned();
        browser
    }

    /// From now on accounts can be neither read nor written.
    pub(crate) async fn break_accounts(&self) {
        assert!(self.folder.path().exists());
        self.store.break_it().await;
    }
}
