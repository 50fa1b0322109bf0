//! `gateways test`: one message through a gateway, without queue or database, and what came back.

use std::io::Write;

use clap::Subcommand;
use edge::clock::Clock;
use edge::metrics::ClosedSet as _;
use shared::PhoneNumber;

use super::ChoreError;
use crate::address::{Address, EmailAddress, NO_COUNTRY};
use crate::config::Config;
use crate::gateways::{GatewayKind, Gateways, Handed, Outgoing};
use crate::ids::{self, Kind};
use crate::message::Mail;
use crate::random::Random;
use crate::serve::StartError;

/// What it says; no code is in it.
const TEXT: &str = "This is a test message. If you can read it, messages arrive.";
/// What an e-mail is about that says so.
const SUBJECT: &str = "Test message";
/// Seconds after which it need not arrive any more.
const LIVES: i64 = 300;

/// Gateways.
#[derive(Debug, Clone, Subcommand)]
pub enum GatewayChores {
    /// Send a test message and show what the gateway answers. It costs what a message costs
    Test {
        /// The number in E.164 form, or an e-mail address
        #[arg(long)]
        to: String,
        /// Through this gateway [default: the first that the number's country has, or
        /// that takes e-mail]
        #[arg(long, value_enum)]
        gateway: Option<GatewayKind>,
    },
}

/// Whom the test message goes to, and what it says.
struct Recipient {
    address: Address,
    country: String,
    text: String,
}

impl Recipient {
    fn parse(text: &str) -> Option<Self> {
        if text.contains('@') {
            let mail = Mail {
                subject: SUBJECT,
                body: TEXT,
            };
            return Some(Self {
                address: Address::Email(EmailAddress::parse(text).ok()?),
                country: NO_COUNTRY.to_owned(),
                text: mail.text(),
            });
        }
        let number = PhoneNumber::parse(text).ok()?;
        let destination = number_plan::Destination::parse(&number).ok()?;
        Some(Self {
            address: Address::Phone(destination.number().clone()),
            country: destination.country().to_owned(),
            text: TEXT.to_owned(),
        })
    }
}

impl GatewayChores {
    pub(super) async fn run(self, config: &Config, out: &mut impl Write) -> Result<(), ChoreError> {
        let Self::Test { to, gateway } = self;
        let gateways =
            Gateways::of(config).map_err(|error| ChoreError::Start(StartError::Gateway(error)))?;
        let refused = |sentence: &str| ChoreError::Refused(sentence.to_owned());
        let to = Recipient::parse(&to).ok_or_else(|| {
            refused("this is neither a number that can receive text messages nor an e-mail address")
        })?;
        let country = to.country.as_str();
        let route = gateways.route(country);
        let lane = match gateway {
            Some(kind) if gateways.lane(kind).is_none() => {
                return Err(refused("GATEWAY does not name this gateway"));
            }
            // Also one that a country's route leaves out.
            Some(kind) if kind.takes_texts() && country != NO_COUNTRY => gateways.lane(kind),
            Some(kind) => route.into_iter().find(|lane| lane.kind == kind),
            None => route.into_iter().next(),
        };
        let lane = lane.ok_or_else(|| refused("no gateway takes messages to this address"))?;
        let clock = Clock::system();
        let id = Random::system()
            .bytes()
            .map(|bytes| ids::new(Kind::Message, clock.now(), bytes))
            .map_err(|error| refused(&error.to_string()))?;
        let message = Outgoing {
            id: &id,
            to: to.address.as_str(),
            text: &to.text,
            country,
            lives: LIVES,
            now: clock.host(),
        };
        let answered = lane.gateway.hand_over(message).await;
        lane.gateway.close().await;
        writeln!(out, "gateway: {}", lane.kind.as_str())?;
        if country != NO_COUNTRY {
            writeln!(out, "country: {country}")?;
        }
        if answered.status > 0 {
            writeln!(out, "status:  {}", answered.status)?;
        }
        writeln!(out, "answer:  {}", answered.came_back)?;
        match answered.handed {
            Handed::Accepted { reference } if reference.is_empty() => {
                Ok(writeln!(out, "The gateway has taken it.")?)
            }
            Handed::Accepted { reference } => {
                Ok(writeln!(out, "The gateway has taken it as {reference}.")?)
            }
            Handed::Refused(why) => Err(ChoreError::Refused(format!(
                "the gateway has not taken it: {}",
                why.as_str()
            ))),
            Handed::Unknown(why) => Err(ChoreError::Refused(format!(
                "it is not known whether the gateway has taken it: {}",
                why.as_str()
            ))),
        }
    }
}
