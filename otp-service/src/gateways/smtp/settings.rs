//! What the SMTP gateway is set up with, checked: where the relay is, who we are there, and who sends.

use std::path::PathBuf;

use edge::outbound::{Host, PrivateHosts};
use edge::settings::Secret;
use http::Uri;
use lettre::message::Mailbox;

/// The settings of the SMTP gateway.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Gateways")]
pub struct SmtpSettings {
    /// SMTP: the mail relay, `smtps://host:465` with TLS at once, or `smtp://host:587`, which has to offer
    /// STARTTLS
    #[arg(long, env = "SMTP_ADDRESS")]
    pub smtp_address: Option<String>,
    /// SMTP: file with the CAs (PEM) that the relay's certificate may be from; with it TLS is wanted of
    /// hosts in private networks too [default: the CAs that browsers believe]
    #[arg(long, env = "SMTP_CA_FILE")]
    pub smtp_ca_file: Option<PathBuf>,
    /// SMTP: the account [default: the relay lets us in without]
    #[arg(long, env = "SMTP_USERNAME")]
    pub smtp_username: Option<String>,
    /// SMTP: environment only
    #[arg(skip)]
    pub smtp_password: Option<Secret>,
    /// SMTP: file with the account's password
    #[arg(long, env = "SMTP_PASSWORD_FILE")]
    pub smtp_password_file: Option<PathBuf>,
    /// SMTP: who sends, a mailbox as in `Pipit <no-reply@example.com>`
    #[arg(long, env = "SMTP_FROM")]
    pub smtp_from: Option<String>,
}

/// Where a relay is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) host: Host,
    pub(super) port: u16,
    /// From the first byte on.
    pub(super) tls: bool,
}

impl Place {
    /// # Errors
    /// A sentence without the setting's name.
    pub(super) fn parse(text: &str, private_hosts: PrivateHosts<'_>) -> Result<Self, String> {
        let shape = "give smtps://host:port, or smtp://host:port with STARTTLS";
        let uri: Uri = text.parse().map_err(|_| shape.to_owned())?;
        let (tls, usual) = match uri.scheme_str() {
            // RFC 8314, 3.3, and RFC 6409, 3.1.
            Some("smtps") => (true, 465),
            Some("smtp") => (false, 587),
            _ => return Err(shape.to_owned()),
        };
        let authority = uri.authority().ok_or(shape)?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(shape.to_owned());
        }
        Ok(Self {
            host: Host::of(authority, private_hosts)?,
            port: authority.port_u16().unwrap_or(usual),
            tls,
        })
    }
}

/// The mailbox that letters are from.
///
/// # Errors
/// A sentence without the setting's name.
pub(super) fn sender(text: &str) -> Result<Mailbox, String> {
    let shape = || "one mailbox, as in Pipit <no-reply@example.com>".to_owned();
    let text = text.trim();
    let mailbox: Mailbox = text.parse().map_err(|_| shape())?;
    // What stands behind a mailbox is passed by when it is read.
    let address: &str = mailbox.email.as_ref();
    let whole = text.trim_end_matches('>').ends_with(address);
    if whole && address.is_ascii() && !text.contains(char::is_control) {
        Ok(mailbox)
    } else {
        Err(shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_the_relay_is_and_when_tls_begins_g_08() {
        let hosts = ["mail.internal".to_owned()];
        let named = PrivateHosts {
            hosts: &hosts,
            setting: "GATEWAY_PRIVATE_HOSTS",
        };
        for (text, port, tls, private) in [
            ("smtps://mail.example.com", 465, true, false),
            ("smtps://mail.example.com:2465/", 2465, true, false),
            ("smtp://mail.example.com", 587, false, false),
            ("smtp://mail.internal:25", 25, false, true),
            ("smtp://[::1]:1025", 1025, false, true),
        ] {
            let place = Place::parse(text, named).unwrap();
            let found = (place.port, place.tls, place.host.private);
            assert_eq!(found, (port, tls, private), "{text}");
        }
        for text in [
            "",
            "mail.example.com:465",
            "https://mail.example.com",
            "smtp://10.0.0.1",
            "smtps://me:sesame@mail.example.com",
            "smtps://mail.example.com/path",
            "smtps://mail.example.com?tls=none",
        ] {
            let refused = Place::parse(text, named).unwrap_err();
            assert!(!refused.contains("sesame"), "{refused}");
        }
    }

    #[test]
    fn one_mailbox_sends_and_nothing_more_gets_into_a_header() {
        for (text, name, address) in [
            ("no-reply@example.com", None, "no-reply@example.com"),
            ("<no-reply@example.com>", None, "no-reply@example.com"),
            (
                "Pipit <no-reply@example.com>",
                Some("Pipit"),
                "no-reply@example.com",
            ),
            (
                "\"Pipit, Inc.\" <no-reply@example.com>",
                Some("Pipit, Inc."),
                "no-reply@example.com",
            ),
            ("Päpit <a@example.com>", Some("Päpit"), "a@example.com"),
        ] {
            let mailbox = sender(text).unwrap();
            assert_eq!(mailbox.name.as_deref(), name, "{text}");
            assert_eq!(mailbox.email.to_string(), address);
        }
        for text in [
            "",
            "Pipit",
            "no-reply",
            "a@example.com, b@example.com",
            "a@example.com b@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "Pipit\r\nBcc: <b@example.com>",
            "Pipit <a@exämple.com>",
        ] {
            assert!(sender(text).is_err(), "{text:?}");
        }
    }
}
