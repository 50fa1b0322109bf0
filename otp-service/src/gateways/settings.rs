//! What gateways are set up with; `--help` is the reference, docs/gateways.md has an example of each.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use edge::outbound::{Address, PrivateHosts, TimeLimits};
use edge::settings::{Secret, SettingError};

use super::{GatewayError, GatewayKind, PerCountry, SmppSettings, SmtpSettings, SnsSettings};

/// The settings of gateways. Secrets are read from the environment only, or from the file that their
/// setting with _FILE at the end names.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Gateways")]
pub struct GatewaySettings {
    /// Other gateways for some countries, or another order, as in `DE=vonage+twilio,US=twilio`
    #[arg(long, env = "GATEWAY_ROUTES")]
    pub gateway_routes: Option<PerCountry<String>>,
    /// Hosts of gateways that may be in a private network, with commas between
    #[arg(long, env = "GATEWAY_PRIVATE_HOSTS", value_delimiter = ',')]
    pub gateway_private_hosts: Vec<String>,
    /// A send waits so many milliseconds for the gateway's word, at most 3000. Without, it is answered
    /// when the message is on disk
    #[arg(long, env = "GATEWAY_WAIT_MS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=3000))]
    pub gateway_wait_ms: u32,
    /// Where gateways reach this service, to report deliveries at `/receipts/…` below it [default: no
    /// reports]
    #[arg(long, env = "RECEIPTS_URL")]
    pub receipts_url: Option<String>,
    /// Twilio: the account, `AC…`
    #[arg(long, env = "TWILIO_ACCOUNT_SID")]
    pub twilio_account_sid: Option<String>,
    /// Twilio: environment only
    #[arg(skip)]
    pub twilio_auth_token: Option<Secret>,
    /// Twilio: file with the account's auth token, which signs its reports too
    #[arg(long, env = "TWILIO_AUTH_TOKEN_FILE")]
    pub twilio_auth_token_file: Option<PathBuf>,
    /// Twilio: who sends, a Messaging Service (`MG…`), a number or a name; others for some countries, as
    /// in `MG…,DE=Pipit`
    #[arg(long, env = "TWILIO_SENDER")]
    pub twilio_sender: Option<PerCountry<String>>,
    /// Twilio: address of its API, another one for another region
    #[arg(long, env = "TWILIO_URL", default_value = "https://api.twilio.com")]
    pub twilio_url: String,
    /// Vonage: the account's API key
    #[arg(long, env = "VONAGE_API_KEY")]
    pub vonage_api_key: Option<String>,
    /// Vonage: environment only
    #[arg(skip)]
    pub vonage_api_secret: Option<Secret>,
    /// Vonage: file with the account's API secret
    #[arg(long, env = "VONAGE_API_SECRET_FILE")]
    pub vonage_api_secret_file: Option<PathBuf>,
    /// Vonage: environment only
    #[arg(skip)]
    pub vonage_signature_secret: Option<Secret>,
    /// Vonage: file with the account's signature secret, which signs its reports
    #[arg(long, env = "VONAGE_SIGNATURE_SECRET_FILE")]
    pub vonage_signature_secret_file: Option<PathBuf>,
    /// Vonage: who sends, a number or a name; others for some countries, as in `Pipit,US=12125550100`
    #[arg(long, env = "VONAGE_SENDER")]
    pub vonage_sender: Option<PerCountry<String>>,
    /// Vonage: address of its API, another one for another region
    #[arg(long, env = "VONAGE_URL", default_value = "https://api.nexmo.com")]
    pub vonage_url: String,
    /// Any gateway: address that messages are given to
    #[arg(long, env = "HTTP_GATEWAY_URL")]
    pub http_gateway_url: Option<String>,
    /// Any gateway: `POST` or `PUT`
    #[arg(long, env = "HTTP_GATEWAY_METHOD", value_enum, ignore_case = true, default_value_t = HttpMethod::Post)]
    pub http_gateway_method: HttpMethod,
    /// Any gateway: environment only
    #[arg(skip)]
    pub http_gateway_headers: Option<Secret>,
    /// Any gateway: file with headers, one `Name: value` in a line
    #[arg(long, env = "HTTP_GATEWAY_HEADERS_FILE")]
    pub http_gateway_headers_file: Option<PathBuf>,
    /// Any gateway: what the body is written in
    #[arg(long, env = "HTTP_GATEWAY_FORMAT", value_enum, default_value_t = HttpFormat::Json)]
    pub http_gateway_format: HttpFormat,
    /// Any gateway: the body, in which {to}, {to_digits}, {text}, {sender}, {id}, {lifetime} and
    /// {receipts} are filled in
    #[arg(
        long,
        env = "HTTP_GATEWAY_BODY",
        default_value = r#"{"id":"{id}","to":"{to}","from":"{sender}","text":"{text}"}"#
    )]
    pub http_gateway_body: String,
    /// Any gateway: who sends, where {sender} stands; others for some countries
    #[arg(long, env = "HTTP_GATEWAY_SENDER")]
    pub http_gateway_sender: Option<PerCountry<String>>,
    /// Any gateway: statuses of answers that say it has the message
    #[arg(
        long,
        env = "HTTP_GATEWAY_ACCEPTED",
        default_value = "200-299",
        value_delimiter = ','
    )]
    pub http_gateway_accepted: Vec<Statuses>,
    /// Any gateway: what such an answer must hold besides, a JSON pointer and a value, as in `/status=ok`
    #[arg(long, env = "HTTP_GATEWAY_ACCEPTED_IF")]
    pub http_gateway_accepted_if: Option<String>,
    /// Any gateway: statuses of answers that say it surely does not have the message
    #[arg(
        long,
        env = "HTTP_GATEWAY_REFUSED",
        default_value = "400-407,409-499",
        value_delimiter = ','
    )]
    pub http_gateway_refused: Vec<Statuses>,
    /// Any gateway: where its name for the message stands in the answer, a JSON pointer as `/message/id`
    #[arg(long, env = "HTTP_GATEWAY_ID")]
    pub http_gateway_id: Option<String>,
    /// Any gateway: environment only
    #[arg(skip)]
    pub http_gateway_secret: Option<Secret>,
    /// Any gateway: file with the secret that signs what is sent, and its reports
    #[arg(long, env = "HTTP_GATEWAY_SECRET_FILE")]
    pub http_gateway_secret_file: Option<PathBuf>,
    /// Any gateway: it reports deliveries
    #[arg(long, env = "HTTP_GATEWAY_RECEIPTS")]
    pub http_gateway_receipts: bool,
    /// A message centre
    #[command(flatten)]
    pub smpp: SmppSettings,
    /// A mail relay
    #[command(flatten)]
    pub smtp: SmtpSettings,
    /// Amazon SNS
    #[command(flatten)]
    pub sns: SnsSettings,
    /// How long gateways may take.
    #[arg(skip)]
    pub(crate) time_limits: TimeLimits,
}

/// How a message is given to a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HttpMethod {
    /// `POST`
    #[value(name = "POST")]
    Post,
    /// `PUT`
    #[value(name = "PUT")]
    Put,
}

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HttpFormat {
    /// JSON
    Json,
    /// Fields of a form, as `to={to}&text={text}`
    Form,
}

/// A status, or all from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statuses {
    first: u16,
    last: u16,
}

impl Statuses {
    pub(super) fn hold(self, status: u16) -> bool {
        (self.first..=self.last).contains(&status)
    }
}

impl std::str::FromStr for Statuses {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let status = |text: &str| text.trim().parse().ok().filter(|n| (200..600).contains(n));
        match (status(first), status(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self { first, last }),
            _ => Err("a status as 200, or a span as 200-299".to_owned()),
        }
    }
}

impl GatewaySettings {
    /// Reads the secrets, which are no arguments.
    pub fn read_environment(&mut self) {
        for (secret, name) in [
            (&mut self.twilio_auth_token, "TWILIO_AUTH_TOKEN"),
            (&mut self.vonage_api_secret, "VONAGE_API_SECRET"),
            (&mut self.vonage_signature_secret, "VONAGE_SIGNATURE_SECRET"),
            (&mut self.http_gateway_headers, "HTTP_GATEWAY_HEADERS"),
            (&mut self.http_gateway_secret, "HTTP_GATEWAY_SECRET"),
            (&mut self.smpp.smpp_password, "SMPP_PASSWORD"),
            (&mut self.smtp.smtp_password, "SMTP_PASSWORD"),
            (&mut self.sns.sns_secret_access_key, "SNS_SECRET_ACCESS_KEY"),
        ] {
            *secret = edge::settings::secret_from_environment(name);
        }
    }

    /// The gateways of each country; without a word about it, all in their order.
    pub(super) fn routes(
        &self,
        named: &[GatewayKind],
    ) -> Result<PerCountry<Vec<GatewayKind>>, GatewayError> {
        let texts = named.iter().copied().filter(|kind| kind.takes_texts());
        let texts: Vec<_> = texts.collect();
        let Some(routes) = &self.gateway_routes else {
            return Ok(PerCountry::for_all(texts));
        };
        let read = |route: &String| -> Result<Vec<GatewayKind>, GatewayError> {
            let kinds = route.split('+').map(|word| {
                let kind = GatewayKind::parse(word.trim()).filter(|kind| texts.contains(kind));
                kind.ok_or_else(|| {
                    GatewayError::Setting(format!(
                        "GATEWAY_ROUTES: {} is not one of those that GATEWAY names for text messages",
                        word.trim()
                    ))
                })
            });
            kinds.collect()
        };
        let read = routes.map(read)?;
        Ok(match read.others() {
            Some(_) => read,
            None => read.with_others(texts),
        })
    }

    /// The setting that has no sender for a country, if the gateway needs one.
    pub(super) fn lacks_sender(&self, kind: GatewayKind, country: &str) -> Option<&'static str> {
        let (setting, senders) = match kind {
            GatewayKind::Outbox | GatewayKind::Smtp => return None,
            GatewayKind::Twilio => ("TWILIO_SENDER", &self.twilio_sender),
            GatewayKind::Vonage => ("VONAGE_SENDER", &self.vonage_sender),
            // Where its body has none, it is not set.
            GatewayKind::Http => ("HTTP_GATEWAY_SENDER", &self.http_gateway_sender),
            GatewayKind::Smpp => ("SMPP_SENDER", &self.smpp.smpp_sender),
            // Without one the account's is taken.
            GatewayKind::Sns => ("SNS_SENDER", &self.sns.sns_sender),
        };
        let senders = senders.as_ref()?;
        senders.of(country).is_none().then_some(setting)
    }

    /// Where a gateway reports deliveries.
    pub(super) fn receipts_url(&self, kind: &str) -> Result<Option<String>, GatewayError> {
        let Some(base) = &self.receipts_url else {
            return Ok(None);
        };
        let nowhere = PrivateHosts {
            hosts: &[],
            ..self.private_hosts()
        };
        // Where others come in from may be anywhere, but is https all the same.
        let base = Address::parse(base, nowhere)
            .map_err(|error| GatewayError::Setting(format!("RECEIPTS_URL: {error}")))?;
        Ok(Some(format!("{}/receipts/{kind}", base.text)))
    }

    /// Hosts of gateways that may be in a private network.
    pub(super) fn private_hosts(&self) -> PrivateHosts<'_> {
        PrivateHosts {
            hosts: &self.gateway_private_hosts,
            setting: "GATEWAY_PRIVATE_HOSTS",
        }
    }

    /// A gateway's address.
    pub(super) fn address(&self, setting: &str, text: &str) -> Result<Address, GatewayError> {
        Address::parse(text, self.private_hosts())
            .map_err(|error| GatewayError::Setting(format!("{setting}: {error}")))
    }
}

/// Gathers what a gateway needs; what is missing is told all at once.
pub(super) struct Needs {
    gateway: &'static str,
    missing: Vec<&'static str>,
}

impl Needs {
    pub(super) fn of(gateway: &'static str) -> Self {
        Self {
            gateway,
            missing: Vec::new(),
        }
    }

    pub(super) fn value<T: Clone + Default>(&mut self, name: &'static str, given: Option<&T>) -> T {
        given.cloned().unwrap_or_else(|| {
            self.missing.push(name);
            T::default()
        })
    }

    pub(super) fn secret(
        &mut self,
        name: &'static str,
        value: Option<&Secret>,
        file: Option<&Path>,
    ) -> Result<Secret, SettingError> {
        let found = edge::settings::secret(name, value.cloned(), file)?;
        Ok(found.unwrap_or_else(|| {
            self.missing.push(name);
            Secret::from("")
        }))
    }

    /// # Errors
    /// What is missing.
    pub(super) fn met(self) -> Result<(), GatewayError> {
        if self.missing.is_empty() {
            return Ok(());
        }
        Err(GatewayError::Setting(format!(
            "GATEWAY={} needs {}, of secrets the value or, with _FILE at the end, a file; docs/gateways.md has an example",
            self.gateway,
            self.missing.join(", ")
        )))
    }
}
