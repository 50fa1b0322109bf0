//! A message centre that speaks SMPP 3.4: one connection, bound as a transceiver, that messages go out by
//! and receipts come in by.
//!
//! A text in the GSM alphabet goes by `data_coding` 0, a septet to an octet; any other as UCS-2 (8). A
//! message of several segments is given segment by segment, each after the one before was taken: so a
//! refusal of the first is one of the whole, and after that a message that is not whole is one of which
//! nobody knows (H-02).
//!
//! Not here: the connection ([`link`], [`session`]), the packets ([`pdu`]), receipts ([`delivery`]).

mod delivery;
mod link;
mod pdu;
mod sent;
mod session;
pub(crate) mod settings;

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use rusmpp::pdus::SubmitSm;
use rusmpp::values::DataCoding;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use super::reported::Reported;
use super::settings::{GatewaySettings, Needs};
use super::{
    Answered, Attempt, Closing, Doubt, Gateway, GatewayError, Handed, Outgoing, PerCountry,
    Refusal, tls,
};
use crate::message::{Alphabet, Coded};
use link::{Fate, Link, Setup};
use pdu::{Submission, TooLong};
use sent::Part;
use settings::{LongMessages, Place, Sender};

/// A header of five octets, of which the one element is of parts with a number of eight bits (3GPP TS
/// 23.040, 9.2.3.24.1).
const HEADER: [u8; 3] = [5, 0, 3];

pub(super) struct Smpp {
    link: Link,
    sender: PerCountry<Sender>,
    long_messages: LongMessages,
    receipts: bool,
    in_all: Duration,
    /// Tells the parts of one message from those of the one before.
    number: AtomicU8,
}

impl Smpp {
    pub(super) fn of(all: &GatewaySettings) -> Result<Self, GatewayError> {
        let settings = &all.smpp;
        let mut needs = Needs::of("smpp");
        let address = needs.value("SMPP_ADDRESS", settings.smpp_address.as_ref());
        let system_id = needs.value("SMPP_SYSTEM_ID", settings.smpp_system_id.as_ref());
        let password = needs.secret(
            "SMPP_PASSWORD",
            settings.smpp_password.as_ref(),
            settings.smpp_password_file.as_deref(),
        )?;
        let sender = needs.value("SMPP_SENDER", settings.smpp_sender.as_ref());
        needs.met()?;
        let place = Place::parse(&address, all.private_hosts(), settings.smpp_insecure)
            .map_err(|error| format!("SMPP_ADDRESS: {error}"))?;
        let bind = pdu::bind(&system_id, password.expose(), &settings.smpp_system_type)
            .map_err(str::to_owned)?;
        let sender = sender.map(|text| text.parse());
        let sender = sender.map_err(|error| format!("SMPP_SENDER: {error}"))?;
        let tls = place
            .tls
            .then(|| tls::client("SMPP_CA_FILE", settings.smpp_ca_file.as_deref()))
            .transpose()?;
        let pauses = settings.smpp_pauses;
        let enquire = Duration::from_secs(settings.smpp_enquire_secs.into());
        Ok(Self {
            link: Link::new(Setup {
                place,
                tls: tls.map(TlsConnector::from),
                bind,
                window: settings.smpp_window.into(),
                enquire: pauses.enquire.unwrap_or(enquire),
                pauses,
                limits: all.time_limits,
            }),
            sender,
            long_messages: settings.smpp_long_messages,
            receipts: settings.smpp_receipts,
            in_all: all.time_limits.in_all,
            number: AtomicU8::new(0),
        })
    }

    fn packets(&self, message: &Outgoing<'_>) -> Result<Vec<SubmitSm>, TooLong> {
        let coded = Coded::of(message.text);
        let coding = match coded.alphabet {
            Alphabet::Gsm => DataCoding::McSpecific,
            Alphabet::Ucs2 => DataCoding::Ucs2,
        };
        let sender = self.sender.of(message.country).ok_or(TooLong)?;
        let packet = |octets: Vec<u8>, headed: bool, payload: bool| {
            let submission = Submission {
                sender,
                to: message.to.trim_start_matches('+'),
                coding,
                headed,
                octets,
                payload,
                lives: message.lives,
                receipt: self.receipts,
            };
            submission.packet()
        };
        let count = coded.parts.len();
        if count == 1 {
            return Ok(vec![packet(coded.whole(), false, false)?]);
        }
        if self.long_messages == LongMessages::Payload {
            return Ok(vec![packet(coded.whole(), false, true)?]);
        }
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let count = u8::try_from(count).map_err(|_| TooLong)?;
        let headed = (1..=count).zip(coded.parts).map(|(place, part)| {
            let header = [&HEADER[..], &[number, count, place]].concat();
            packet([header, part].concat(), true, false)
        });
        headed.collect()
    }

    async fn submit(&self, message: &Outgoing<'_>) -> Fate {
        let Ok(packets) = self.packets(message) else {
            // What can't be written was not sent.
            return Fate::Refused(Refusal::Documented, 0);
        };
        let deadline = Instant::now() + self.in_all;
        let part = Part {
            message_id: message.id.to_owned(),
            to: message.to.trim_start_matches('+').to_owned(),
            parts: packets.len(),
        };
        let mut fate = Fate::Refused(Refusal::Documented, 0);
        for (place, packet) in packets.into_iter().enumerate() {
            fate = self.link.submit(packet, part.clone(), deadline).await;
            match fate {
                Fate::Taken(_) => {}
                // The parts before are gone.
                Fate::Refused(_, status) if place > 0 => {
                    return Fate::Unknown(Doubt::InParts, status);
                }
                _ => break,
            }
        }
        fate
    }
}

impl Gateway for Smpp {
    fn hand_over<'a>(&'a self, message: Outgoing<'a>) -> Attempt<'a> {
        Box::pin(async move {
            let fate = self.submit(&message).await;
            let (handed, status) = match fate {
                Fate::Taken(reference) => (Handed::Accepted { reference }, 0),
                Fate::Refused(why, status) => (Handed::Refused(why), status),
                Fate::Unknown(doubt, status) => (Handed::Unknown(doubt), status),
            };
            let came_back = match (&handed, status) {
                (Handed::Accepted { .. }, _) => "command_status 0 (ESME_ROK)".to_owned(),
                (_, 0) => "no answer".to_owned(),
                (_, status) => format!(
                    "command_status {status:#010x} ({:?})",
                    rusmpp::CommandStatus::from(status)
                ),
            };
            Answered {
                handed,
                status: u16::try_from(status).unwrap_or(u16::MAX),
                came_back,
            }
        })
    }

    fn reports(&self) -> bool {
        self.receipts
    }

    fn listen(&self, listener: &mpsc::Sender<Reported>) {
        self.link.start(Some(listener.clone()));
    }

    fn close(&self) -> Closing<'_> {
        Box::pin(self.link.close())
    }
}
