//! The ways a message leaves: each is a [`Gateway`], and [`Gateways`] knows which of them serve a country,
//! in which order, and how each one fares. To add one: a file below `gateways/`, a word in
//! [`GatewayKind`], its settings in [`settings`], and its line in [`Gateways::of`].
//!
//! Not here: when a message is handed over and what is written down of it (`dispatcher`), and which one
//! is chosen (`rules/route.rs`, `edge::Breaker`).

mod client;
mod handing;
mod http;
mod lane;
mod outbox;
mod per_country;
pub(crate) mod receipt;
mod reported;
pub(crate) mod settings;
mod smpp;
mod smtp;
#[cfg(feature = "sns")]
mod sns;
mod sns_settings;
mod tls;
mod twilio;
mod vonage;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use edge::metrics::ClosedSet;
use edge::settings::SettingError;
use tokio::sync::mpsc;

use crate::address::NO_COUNTRY;
use crate::app::Mode;
use crate::config::Config;
use crate::rules::route::{self, Lane as Seen, Measured};
use receipt::{Arrived, Disbelief, Receipt};

pub(crate) use handing::{Answered, Attempt, Closing, Doubt, Handed, Outgoing, Refusal};
pub(crate) use lane::{Lane, Place};
pub use per_country::PerCountry;
pub(crate) use reported::{Noted, Reported};
pub use smpp::settings::{LongMessages, SmppSettings};
pub use smtp::settings::SmtpSettings;
pub use sns_settings::SnsSettings;

/// How messages leave the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum GatewayKind {
    /// They are shown on a page, for development and tests.
    Outbox,
    /// Twilio's Messages API.
    Twilio,
    /// Vonage's Messages API.
    Vonage,
    /// Any gateway that takes messages over HTTP, by configuration.
    Http,
    /// A message centre that speaks SMPP 3.4.
    Smpp,
    /// E-mail, by a relay that speaks SMTP.
    Smtp,
    /// Amazon SNS, in programs that are built with it.
    Sns,
}

impl ClosedSet for GatewayKind {
    const ALL: &'static [Self] = &[
        Self::Outbox,
        Self::Twilio,
        Self::Vonage,
        Self::Http,
        Self::Smpp,
        Self::Smtp,
        Self::Sns,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Twilio => "twilio",
            Self::Vonage => "vonage",
            Self::Http => "http",
            Self::Smpp => "smpp",
            Self::Smtp => "smtp",
            Self::Sns => "sns",
        }
    }
}

impl GatewayKind {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// Whether it takes messages to phone numbers.
    pub(crate) fn takes_texts(self) -> bool {
        self != Self::Smtp
    }

    /// Whether it takes messages to e-mail addresses.
    pub(crate) fn takes_email(self) -> bool {
        matches!(self, Self::Outbox | Self::Smtp)
    }
}

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

    /// Begins to report over a connection of its own, where it has one.
    fn listen(&self, _: &mpsc::Sender<Reported>) {}

    /// Ends that connection, after the last message.
    fn close(&self) -> Closing<'_> {
        Box::pin(std::future::ready(()))
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
        let texts = named.iter().any(|kind| kind.takes_texts());
        if named.is_empty() || !real && named.len() > 1 {
            return Err(GatewayError::Setting(
                "GATEWAY: name `outbox` alone, or gateways that send, as in GATEWAY=twilio,vonage,smtp"
                    .to_owned(),
            ));
        }
        if real && texts && config.allowed_countries.is_empty() {
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
                GatewayKind::Smpp => Box::new(smpp::Smpp::of(&config.gateways)?),
                GatewayKind::Smtp => Box::new(smtp::Smtp::of(&config.gateways)?),
                #[cfg(feature = "sns")]
                GatewayKind::Sns => Box::new(sns::Sns::of(&config.gateways)?),
                #[cfg(not(feature = "sns"))]
                GatewayKind::Sns => {
                    let sentence = "GATEWAY: this program was built without Amazon SNS: build it with \
                                    `--features sns`";
                    return Err(GatewayError::Setting(sentence.to_owned()));
                }
            };
            lanes.push(Arc::new(Lane::new(*kind, gateway)));
        }
        let gateways = Self {
            lanes,
            routes: config.gateways.routes(named)?,
        };
        for country in &config.allowed_countries {
            let country = country.trim().to_ascii_uppercase();
            let route = gateways.route(&country).into_iter();
            let without =
                route.filter_map(|lane| config.gateways.lacks_sender(lane.kind, &country));
            if let Some(setting) = without.into_iter().next() {
                return Err(GatewayError::Setting(format!(
                    "{setting}: nobody sends to {country}; name one for it, or one for all others"
                )));
            }
        }
        Ok(gateways)
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

    /// The gateways that serve a country, the preferred one first; those that take e-mail where there is
    /// none.
    pub(crate) fn route(&self, country: &str) -> Vec<&Arc<Lane>> {
        if country == NO_COUNTRY {
            let lanes = self.lanes.iter();
            return lanes.filter(|lane| lane.kind.takes_email()).collect();
        }
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

    /// The same for a message that gateways have refused, which waits for a while where those that are
    /// left have no room (H-05).
    pub(crate) async fn next_place(
        &self,
        country: &str,
        refused_by: &[GatewayKind],
        rolls: [u8; 4],
        now: i64,
    ) -> Option<Place> {
        let free = self.place(country, refused_by, route::WAIT, rolls, now);
        if free.is_some() {
            return free;
        }
        let mut left = self.route(country).into_iter();
        let lane = left.find(|lane| !refused_by.contains(&lane.kind) && lane.seen(now).works)?;
        let wait = Duration::from_secs(route::WAIT.unsigned_abs());
        tokio::time::timeout(wait, lane.wait(now)).await.ok()?
    }

    /// The gateway that messages to a country are meant for.
    pub(crate) fn preferred(&self, country: &str) -> Option<GatewayKind> {
        self.route(country).first().map(|lane| lane.kind)
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

    /// Has the gateways report that do so over connections of their own. Without a runtime it can't.
    pub(crate) fn listen(&self) -> mpsc::Receiver<Reported> {
        let (listener, reports) = mpsc::channel(reported::MOST);
        for lane in &self.lanes {
            lane.gateway.listen(&listener);
        }
        reports
    }

    /// Ends connections that gateways keep.
    pub(crate) async fn close(&self) {
        for lane in &self.lanes {
            lane.gateway.close().await;
        }
    }

    /// Gives every gateway the weight that its last quarter of an hour deserves, beside those that could
    /// have had its messages.
    pub(crate) fn weigh(&self, measured: impl Fn(GatewayKind) -> Measured) {
        for texts in [true, false] {
            let lanes = self.lanes.iter();
            let lanes: Vec<_> = lanes
                .filter(|lane| lane.kind.takes_texts() == texts)
                .collect();
            let before: Vec<_> = lanes
                .iter()
                .map(|lane| (lane.weight(), measured(lane.kind)))
                .collect();
            for (lane, weight) in lanes.into_iter().zip(route::weigh(&before)) {
                lane.weigh(weight);
            }
        }
    }
}
