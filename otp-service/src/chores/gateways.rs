//! `gateways test`: one message through a gateway, without queue or database, and what came back.

use std::io::Write;

use clap::Subcommand;
use edge::clock::Clock;
use edge::metrics::ClosedSet as _;
use shared::PhoneNumber;

use super::ChoreError;
use crate::config::Config;
use crate::gateways::{GatewayKind, Gateways, Handed, Outgoing};
use crate::ids::{self, Kind};
use crate::random::Random;
use crate::serve::StartError;

/// What it says; no code is in it.
const TEXT: &str = "This is a test message. If you can read it, messages arrive.";
/// Seconds after which it need not arrive any more.
const LIVES: i64 = 300;

/// Gateways.
#[derive(Debug, Clone, Subcommand)]
pub enum GatewayChores {
    /// Send a test message and show what the gateway answers. It costs what a message costs
    Test {
        /// The number in E.164 form
        #[arg(long)]
        to: String,
        /// Through this gateway [default: the one that the number's country has first]
        #[arg(long, value_enum)]
        gateway: Option<GatewayKind>,
    },
}

impl GatewayChores {
    pub(super) async fn run(self, config: &Config, out: &mut impl Write) -> Result<(), ChoreError> {
        let Self::Test { to, gateway } = self;
        let gateways =
            Gateways::of(config).map_err(|error| ChoreError::Start(StartError::Gateway(error)))?;
        let refused = |sentence: &str| ChoreError::Refused(sentence.to_owned());
        let number = PhoneNumber::parse(&to)
            .ok()
            .and_then(|number| number_plan::Destination::parse(&number).ok())
            .ok_or_else(|| refused("this is not a number that can receive text messages"))?;
        let country = number.country();
        let lane = match gateway {
            Some(kind) => gateways
                .lane(kind)
                .ok_or_else(|| refused("GATEWAY does not name this gateway"))?,
            None => gateways
                .route(country)
                .into_iter()
                .next()
                .ok_or_else(|| refused("no gateway serves this country"))?,
        };
        let clock = Clock::system();
        let id = Random::system()
            .bytes()
            .map(|bytes| ids::new(Kind::Message, clock.now(), bytes))
            .map_err(|error| refused(&error.to_string()))?;
        let message = Outgoing {
            id: &id,
            to: number.number().as_str(),
            text: TEXT,
            country,
            lives: LIVES,
            now: clock.host(),
        };
        let answered = lane.gateway.hand_over(message).await;
        lane.gateway.close().await;
        writeln!(out, "gateway: {}", lane.kind.as_str())?;
        writeln!(out, "country: {country}")?;
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
