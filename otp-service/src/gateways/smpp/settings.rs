//! What the SMPP gateway is set up with, checked: where the message centre is, who we are there, and who
//! sends.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use edge::outbound::{Host, PrivateHosts};
use edge::settings::Secret;
use http::Uri;

use super::super::PerCountry;

/// The settings of the SMPP gateway.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Gateways")]
pub struct SmppSettings {
    /// SMPP: the message centre, `smpps://host:3550` with TLS or `smpp://host:2775` without
    #[arg(long, env = "SMPP_ADDRESS")]
    pub smpp_address: Option<String>,
    /// SMPP: speak without TLS to a message centre in the open internet, where password and codes can be
    /// read on their way
    #[arg(long, env = "SMPP_INSECURE")]
    pub smpp_insecure: bool,
    /// SMPP: file with the CAs (PEM) that the message centre's certificate may be from [default: the CAs
    /// that browsers believe]
    #[arg(long, env = "SMPP_CA_FILE")]
    pub smpp_ca_file: Option<PathBuf>,
    /// SMPP: the account, `system_id`
    #[arg(long, env = "SMPP_SYSTEM_ID")]
    pub smpp_system_id: Option<String>,
    /// SMPP: environment only
    #[arg(skip)]
    pub smpp_password: Option<Secret>,
    /// SMPP: file with the account's password
    #[arg(long, env = "SMPP_PASSWORD_FILE")]
    pub smpp_password_file: Option<PathBuf>,
    /// SMPP: `system_type`, where the message centre wants one
    #[arg(long, env = "SMPP_SYSTEM_TYPE", default_value = "")]
    pub smpp_system_type: String,
    /// SMPP: who sends, a number or a name, with type and plan of the number before it where they are not
    /// the usual ones, as in `5:0:Pipit`; others for some countries, as in `Pipit,US=+12125550100`
    #[arg(long, env = "SMPP_SENDER")]
    pub smpp_sender: Option<PerCountry<String>>,
    /// SMPP: messages that may be without an answer at a time
    #[arg(long, env = "SMPP_WINDOW", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub smpp_window: u8,
    /// SMPP: seconds of silence after which the connection is tried (`enquire_link`)
    #[arg(long, env = "SMPP_ENQUIRE_SECS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(5..=600))]
    pub smpp_enquire_secs: u16,
    /// SMPP: how a message of several segments is given
    #[arg(long, env = "SMPP_LONG_MESSAGES", value_enum, default_value_t = LongMessages::Parts)]
    pub smpp_long_messages: LongMessages,
    /// SMPP: ask for delivery receipts
    #[arg(long, env = "SMPP_RECEIPTS", default_value_t = true, action = clap::ArgAction::Set)]
    pub smpp_receipts: bool,
    /// How long is waited.
    #[arg(skip)]
    pub(crate) smpp_pauses: Pauses,
}

/// How a message of several segments is given to the message centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LongMessages {
    /// Segment by segment, each with a header that says which one it is
    Parts,
    /// In one piece (`message_payload`), which the message centre cuts up
    Payload,
}

/// How long is waited, where no setting says so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pauses {
    /// Before the second attempt to connect, about; before each further one twice as long.
    pub(crate) first: Duration,
    /// But no longer than this.
    pub(crate) longest: Duration,
    /// Silence that is shorter than any setting makes it.
    pub(crate) enquire: Option<Duration>,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            enquire: None,
        }
    }
}

/// Where a message centre is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) host: Host,
    pub(super) port: u16,
    pub(super) tls: bool,
}

impl Place {
    /// Without TLS only to this machine and to private hosts that were named, unless `insecure` says that
    /// it may be read on its way (G-08).
    ///
    /// # Errors
    /// A sentence without the setting's name.
    pub(super) fn parse(
        text: &str,
        private_hosts: PrivateHosts<'_>,
        insecure: bool,
    ) -> Result<Self, String> {
        let shape = "give smpps://host:port, or smpp://host:port without TLS";
        let uri: Uri = text.parse().map_err(|_| shape.to_owned())?;
        let (tls, usual) = match uri.scheme_str() {
            // Both are in use.
            Some("smpps" | "ssmpp") => (true, 3550),
            Some("smpp") => (false, 2775),
            _ => return Err(shape.to_owned()),
        };
        let authority = uri.authority().ok_or(shape)?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(shape.to_owned());
        }
        let host = Host::of(authority, private_hosts)?;
        if !tls && !host.private && !insecure {
            return Err(
                "without TLS password and codes can be read on their way: take smpps://, name the host in \
                 GATEWAY_PRIVATE_HOSTS if it is reached through a private network, or set SMPP_INSECURE"
                    .to_owned(),
            );
        }
        Ok(Self {
            port: authority.port_u16().unwrap_or(usual),
            host,
            tls,
        })
    }
}

/// Who sends: type of number, numbering plan, and the number or name (SMPP 3.4, 5.2.5 and 5.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sender {
    pub(super) ton: u8,
    pub(super) npi: u8,
    pub(super) address: String,
}

/// The longest address (SMPP 3.4, 5.2.8).
const LONGEST: usize = 20;
/// A shorter number is one that only its network knows.
const INTERNATIONAL: usize = 7;

impl FromStr for Sender {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut fields = text.splitn(3, ':');
        let (ton, npi, address) = match (fields.next(), fields.next(), fields.next()) {
            (Some(ton), Some(npi), Some(address)) => {
                let number = |text: &str| text.parse().map_err(|_| WRONG.to_owned());
                (number(ton)?, number(npi)?, address)
            }
            (Some(address), None, _) => {
                let (ton, npi) = usual(address);
                (ton, npi, address)
            }
            _ => return Err(WRONG.to_owned()),
        };
        let address = address.trim_start_matches('+');
        if address.is_empty() || address.len() > LONGEST || !address.is_ascii() {
            return Err(WRONG.to_owned());
        }
        Ok(Self {
            ton,
            npi,
            address: address.to_owned(),
        })
    }
}

const WRONG: &str = "a number or a name of at most 20 ASCII characters, as in Pipit or +12125550100, or with type and \
                     plan of the number as in 5:0:Pipit";

/// International and ISDN, network-specific, or alphanumeric.
fn usual(address: &str) -> (u8, u8) {
    let digits = address.trim_start_matches('+');
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        (5, 0)
    } else if digits.len() >= INTERNATIONAL {
        (1, 1)
    } else {
        (3, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_has_its_usual_type_and_plan_or_those_that_are_given() {
        for (text, ton, npi, address) in [
            ("Pipit", 5, 0, "Pipit"),
            ("+12125550100", 1, 1, "12125550100"),
            ("12125550100", 1, 1, "12125550100"),
            ("54321", 3, 0, "54321"),
            ("0:1:54321", 0, 1, "54321"),
            ("5:0:Pi:pit", 5, 0, "Pi:pit"),
        ] {
            let address = address.to_owned();
            assert_eq!(text.parse(), Ok(Sender { ton, npi, address }), "{text}");
        }
        for text in [
            "",
            "+",
            "1:Pipit",
            "a:b:Pipit",
            "1:1:",
            "300:0:x",
            "Pipît",
            &"x".repeat(21),
        ] {
            assert!(text.parse::<Sender>().is_err(), "{text}");
        }
    }

    #[test]
    fn without_tls_only_where_nobody_else_reads_g_08() {
        let hosts = ["smsc.internal".to_owned()];
        let named = PrivateHosts {
            hosts: &hosts,
            setting: "GATEWAY_PRIVATE_HOSTS",
        };
        for (text, insecure, port, tls) in [
            ("smpps://smsc.example.com", false, 3550, true),
            ("ssmpp://smsc.example.com:2775/", false, 2775, true),
            ("smpp://127.0.0.1:17000", false, 17000, false),
            ("smpp://smsc.internal", false, 2775, false),
            ("smpp://smsc.example.com", true, 2775, false),
        ] {
            let place = Place::parse(text, named, insecure).unwrap();
            assert_eq!((place.port, place.tls), (port, tls), "{text}");
        }
        for text in [
            "",
            "smsc.example.com:2775",
            "https://smsc.example.com",
            "smpp://smsc.example.com",
            "smpps://10.0.0.1",
            "smpps://me:sesame@smsc.example.com",
            "smpps://smsc.example.com/path",
        ] {
            let refused = Place::parse(text, named, false).unwrap_err();
            assert!(!refused.contains("sesame"), "{refused}");
        }
    }
}
