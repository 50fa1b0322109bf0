//! The ways a message leaves: each is a [`Gateway`], and [`Gateways`] knows which of them serve a country,
//! in which order, and how each one fares. To add one: a file below `gateways/`, a word in
//! [`GatewayKind`], its settings in [`settings`], and its line in [`Gateways::of`].
//!
//! Not here: when a message is handed over and what is written down of it (`dispatcher`), and which one
//! is chosen (`rules/route.rs`, `rules/breaker.rs`).

mod address;
mod client;
mod http;
mod lane;
mod outbox;
mod per_country;
pub(crate) mod receipt;
pub(crate) mod settings;
mod twilio;
mod vonage;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use clap::ValueEnum;
use edge::metrics::ClosedSet;
use edge::settings::SettingError;

use crate::app::Mode;
use crate::config::Config;
use crate::rules::route::{self, Lane as Seen, Measured};
use receipt::{Arrived, Disbelief, Receipt};

pub(crate) use lane::{Lane, Place};
pub use per_country::PerCountry;

/// How messages leave the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GatewayKind {
    /// They are shown on a page, for development and tests.
    Outbox,
    /// Twilio's Messages API.
    Twilio,
    /// Vonage's Messages API.
    Vonage,
    /// Any gateway that takes messages over HTTP, by configuration.
    Http,
}

impl ClosedSet for GatewayKind {
    const ALL: &'static [Self] = &[Self::Outbox, Self::Twilio, Self::Vonage, Self::Http];

    fn as_str(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Twilio => "twilio",
            Self::Vonage => "vonage",
            Self::Http => "http",
        }
    }
}

impl GatewayKind {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// A message as a gateway gets it. `Debug` is left out: it holds number and code.
pub(crate) struct Outgoing<'a> {
    /// Ours; the gateway gives it back in its receipts.
    pub(crate) id: &'a str,
    /// E.164.
    pub(crate) to: &'a str,
    pub(crate) text: &'a str,
    /// ISO 3166 alpha-2.
    pub(crate) country: &'a str,
    /// Its code works for so many seconds; later it need not arrive any more.
    pub(crate) lives: i64,
    /// Unix seconds of the host's clock, for signatures.
    pub(crate) now: i64,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handed {
    /// The gateway has it and calls it this; `""` when it has no name for it.
    Accepted { reference: String },
    /// The gateway surely has not taken it: another one may get it (H-09).
    Refused(Refusal),
    /// Its bytes may have left (H-02).
    Unknown(Doubt),
}

/// Why a gateway surely has not taken a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No connection came about.
    Unreachable,
    /// 429
    Busy,
    /// It does not know us: what is wrong is the settings.
    Credentials,
    /// A refusal that it documents, as of the number.
    Documented,
}

/// Why nobody knows whether a gateway has taken a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    TooSlow,
    /// The connection broke, before or within the answer.
    BrokenOff,
    /// 500 and above.
    ServerError,
    /// An answer that is none that it documents.
    Garbled,
}

impl Refusal {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
            Self::Credentials => "credentials",
            Self::Documented => "refused",
        }
    }
}

impl Doubt {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TooSlow => "too_slow",
            Self::BrokenOff => "broken_off",
            Self::ServerError => "server_error",
            Self::Garbled => "garbled",
        }
    }
}

impl Handed {
    /// Whether the gateway works, as its breaker sees it: 4xx are no failures (H-04).
    pub(crate) fn is_good(&self) -> bool {
        !matches!(self, Self::Unknown(_) | Self::Refused(Refusal::Unreachable))
    }
}

/// The end of an attempt, with what came back for an operator who tests; it may hold the number.
pub(crate) struct Answered {
    pub(crate) handed: Handed,
    /// HTTP status, 0 without an answer.
    pub(crate) status: u16,
    pub(crate) came_back: String,
}

/// An attempt that runs.
pub(crate) type Attempt<'a> = Pin<Box<dyn Future<Output = Answered> + Send + 'a>>;

/// A way for messages to leave.
pub(crate) trait Gateway: Send + Sync {
    /// Hands a message over, at most once, within its time limits (H-01, H-02).
    fn hand_over<'a>(&'a self, message: Outgoing<'a>) -> Attempt<'a>;

    /// Whether it takes a message in the transaction that queues it: nothing leaves the machine.
    fn takes_at_once(&self) -> bool {
        false
    }

    /// Whether it tells of deliveries.
    fn reports(&self) -> bool {
        false
    }

    /// Reads a receipt, and believes it only with the gateway's signature (G-09).
    fn receipt(&self, _: &Arrived<'_>) -> Result<Receipt, Disbelief> {
        Err(Disbelief::NotExpected)
    }
}

/// The gateways are not set up as they have to be.
#[derive(Debug)]
pub enum GatewayError {
    /// A secret can't be had.
    Secret(SettingError),
    /// The sentence says which setting, and what is to be done.
    Setting(String),
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(cause) => cause.fmt(f),
            Self::Setting(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for GatewayError {}

impl From<SettingError> for GatewayError {
    fn from(error: SettingError) -> Self {
        Self::Secret(error)
    }
}

impl From<String> for GatewayError {
    fn from(sentence: String) -> Self {
        Self::Setting(sentence)
    }
}

/// All gateways that are configured.
pub(crate) struct Gateways {
    lanes: Vec<Arc<Lane>>,
    routes: PerCountry<Vec<GatewayKind>>,
}

impl fmt::Debug for Gateways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kinds()).finish()
    }
}

impl Gateways {
    /// Reads the settings.
    ///
    /// # Errors
    /// When something is missing or makes no sense; it says what (J-11, G-01).
    pub(crate) fn of(config: &Config) -> Result<Self, GatewayError> {
        let named = &config.gateway;
        let real = !named.contains(&GatewayKind::Outbox);
        if named.is_empty() || !real && named.len() > 1 {
            return Err(GatewayError::Setting(
                "GATEWAY: name `outbox` alone, or gateways that send, as in GATEWAY=twilio,vonage"
                    .to_owned(),
            ));
        }
        if real && config.allowed_countries.is_empty() {
            return Err(GatewayError::Setting(
                "ALLOWED_COUNTRIES: say which countries codes are sent to, as in ALLOWED_COUNTRIES=US,DE (ISO 3166 \
                 alpha-2); a gateway that costs money does not start with all of them"
                    .to_owned(),
            ));
        }
        let mut lanes = Vec::new();
        for kind in named {
            let gateway: Box<dyn Gateway> = match kind {
                GatewayKind::Outbox => Box::new(outbox::Outbox),
                GatewayKind::Twilio => Box::new(twilio::Twilio::of(&config.gateways)?),
                GatewayKind::Vonage => Box::new(vonage::Vonage::of(&config.gateways)?),
                GatewayKind::Http => Box::new(http::Http::of(&config.gateways)?),
            };
            lanes.push(Arc::new(Lane::new(*kind, gateway)));
        }
        let routes = config.gateways.routes(named)?;
        Ok(Self { lanes, routes })
    }

    /// Those that are configured, in their order.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = GatewayKind> {
        self.lanes.iter().map(|lane| lane.kind)
    }

    /// Whether a message of this app goes to the outbox in the very transaction that queues it: with a
    /// test key nothing leaves the machine.
    pub(crate) fn take_at_once(&self, mode: Mode) -> bool {
        mode == Mode::Test || self.lanes.iter().all(|lane| lane.gateway.takes_at_once())
    }

    pub(crate) fn lane(&self, kind: GatewayKind) -> Option<&Arc<Lane>> {
        self.lanes.iter().find(|lane| lane.kind == kind)
    }

    /// The gateways that serve a country, the preferred one first.
    pub(crate) fn route(&self, country: &str) -> Vec<&Arc<Lane>> {
        let kinds = self.routes.of(country).into_iter().flatten();
        kinds.filter_map(|kind| self.lane(*kind)).collect()
    }

    /// Takes a place at the gateway that a message to this country goes to now, but for those that have
    /// refused it. `waited`: seconds. `rolls`: random bytes.
    pub(crate) fn place(
        &self,
        country: &str,
        refused_by: &[GatewayKind],
        waited: i64,
        rolls: [u8; 4],
        now: i64,
    ) -> Option<Place> {
        let mut route = self.route(country);
        route.retain(|lane| !refused_by.contains(&lane.kind));
        let seen: Vec<Seen> = route.iter().map(|lane| lane.seen(now)).collect();
        // Of 256 values the last 56 come again: good enough for a share.
        let rolls = rolls.map(|roll| roll % 100);
        let chosen = route::choose(&seen, &rolls, waited)?;
        route.get(chosen)?.take(now)
    }

    /// Whether any gateway works that serves this country: else nobody is asked to wait (H-04).
    pub(crate) fn serve(&self, country: &str, now: i64) -> bool {
        let route = self.route(country);
        route.iter().any(|lane| lane.seen(now).works)
    }

    /// Whether a gateway tells of deliveries.
    pub(crate) fn reports(&self, word: &str) -> bool {
        let lane = GatewayKind::parse(word).and_then(|kind| self.lane(kind));
        lane.is_some_and(|lane| lane.gateway.reports())
    }

    /// Gives every gateway the weight that its last quarter of an hour deserves.
    pub(crate) fn weigh(&self, measured: impl Fn(GatewayKind) -> Measured) {
        let before: Vec<_> = self
            .lanes
            .iter()
            .map(|lane| (lane.weight(), measured(lane.kind)))
            .collect();
        for (lane, weight) in self.lanes.iter().zip(route::weigh(&before)) {
            lane.weigh(weight);
        }
    }
}
