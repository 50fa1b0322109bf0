//! E-mail by SMTP (RFC 5321), through a relay that knows us: the one way here that takes no text messages.
//! Each letter has a connection of its own, for the reason that every message over HTTP has one (H-12).
//!
//! A relay tells nothing of what becomes of a letter, so it is accepted and no more. Not here: the
//! letter ([`letter`]), what is said over the connection and what that means ([`dialogue`]).

mod dialogue;
mod letter;
pub(super) mod settings;
mod wire;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::settings::{GatewaySettings, Needs};
use super::{Answered, Attempt, Gateway, GatewayError, Handed, Outgoing, Refusal, tls};
use dialogue::{Dialogue, Protection};
use letter::Letter;
use settings::{Place, SmtpSettings, sender};

pub(super) struct Smtp {
    dialogue: Dialogue,
    from: Mailbox,
}

impl Smtp {
    pub(super) fn of(all: &GatewaySettings) -> Result<Self, GatewayError> {
        let settings = &all.smtp;
        let mut needs = Needs::of("smtp");
        let address = needs.value("SMTP_ADDRESS", settings.smtp_address.as_ref());
        let from = needs.value("SMTP_FROM", settings.smtp_from.as_ref());
        // A relay may know us by where we come from, but half an account is none.
        let account = settings.smtp_username.is_some()
            || settings.smtp_password.is_some()
            || settings.smtp_password_file.is_some();
        let mut credentials = None;
        if account {
            let name = needs.value("SMTP_USERNAME", settings.smtp_username.as_ref());
            let password = needs.secret(
                "SMTP_PASSWORD",
                settings.smtp_password.as_ref(),
                settings.smtp_password_file.as_deref(),
            )?;
            credentials = Some(Credentials::new(name, password.expose().to_owned()));
        }
        needs.met()?;
        let place = Place::parse(&address, all.private_hosts())
            .map_err(|error| format!("SMTP_ADDRESS: {error}"))?;
        let from = sender(&from).map_err(|error| format!("SMTP_FROM: {error}"))?;
        Ok(Self {
            dialogue: Dialogue {
                protection: protection(&place, settings)?,
                place,
                credentials,
                // Relays that look at it want a name, and this one is ours in any case.
                hello: ClientId::Domain(from.email.domain().to_owned()),
                limits: all.time_limits,
            },
            from,
        })
    }
}

fn protection(place: &Place, settings: &SmtpSettings) -> Result<Protection, GatewayError> {
    let ca_file = settings.smtp_ca_file.as_deref();
    if !place.tls && place.host.private && ca_file.is_none() {
        return Ok(Protection::None);
    }
    let unusable = |error| format!("TLS can't be set up: {error}");
    let builder = TlsParameters::builder(place.host.name.clone());
    let builder = match ca_file {
        None => builder.certificate_store(CertificateStore::WebpkiRoots),
        Some(path) => {
            let mut builder = builder.certificate_store(CertificateStore::None);
            for certificate in tls::certificates("SMTP_CA_FILE", path)? {
                let certificate = Certificate::from_der(certificate.to_vec()).map_err(unusable)?;
                builder = builder.add_root_certificate(certificate);
            }
            builder
        }
    };
    let tls = Box::new(builder.build_rustls().map_err(unusable)?);
    Ok(if place.tls {
        Protection::AtOnce(tls)
    } else {
        Protection::Upgraded(tls)
    })
}

impl Gateway for Smtp {
    fn hand_over<'a>(&'a self, message: Outgoing<'a>) -> Attempt<'a> {
        Box::pin(async move {
            match Letter::write(&self.from, &message) {
                Some(letter) => self.dialogue.hand_over(letter).await,
                // What can't be written was not sent.
                None => Answered {
                    handed: Handed::Refused(Refusal::Documented),
                    status: 0,
                    came_back: "the letter can't be written with this address".to_owned(),
                },
            }
        })
    }
}
