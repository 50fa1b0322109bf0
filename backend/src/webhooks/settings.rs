//! The settings of webhooks, and the endpoint that they make together.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use axum::body::Bytes;
use edge::outbound::{Address, Client, PrivateHosts, TimeLimits};
use edge::settings::{Secret, secret};
use http::{HeaderValue, Request, Uri, header};
use http_body_util::Full;

use super::signature::Signer;
use crate::StartError;

pub(crate) const WEBHOOK_SECRET: &str = "WEBHOOK_SECRET";
const PRIVATE_HOSTS: &str = "WEBHOOK_PRIVATE_HOSTS";
/// The specification advises 15 seconds at least; ten are enough to note a message and say so, and a backend that
/// stops waits for what is on its way (I-09).
const LIMITS: TimeLimits = TimeLimits {
    connect: Duration::from_secs(2),
    in_all: Duration::from_secs(10),
};

/// Where events are told to.
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "Webhooks")]
pub struct WebhookSettings {
    /// Address that is told of sign-ins, sign-outs, new accounts and proved challenges, as
    /// https://app.example.com/webhooks; http:// only on this machine [default: nobody is told]
    #[arg(long, env = "WEBHOOK_URL")]
    pub webhook_url: Option<String>,

    /// What signs webhooks; from the environment variable WEBHOOK_SECRET
    #[arg(skip)]
    pub webhook_secret: Option<Secret>,

    /// File with what signs webhooks, whsec_ and the base64 of 24 to 64 random bytes; several, one a line, while one is
    /// replaced: each signs (or the environment variable WEBHOOK_SECRET holds them, with commas between)
    #[arg(long, env = "WEBHOOK_SECRET_FILE")]
    pub webhook_secret_file: Option<PathBuf>,

    /// Hosts of WEBHOOK_URL that may be in a private network
    #[arg(long, env = "WEBHOOK_PRIVATE_HOSTS", value_delimiter = ',')]
    pub webhook_private_hosts: Vec<String>,
}

/// An address may hold something secret in its query.
impl fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSettings")
    }
}

/// Who is told, and how it is signed.
pub(super) struct Endpoint {
    pub(super) client: Client,
    url: Uri,
    pub(super) signer: Signer,
}

impl Endpoint {
    /// None: nobody is told.
    pub(super) fn of(settings: &WebhookSettings) -> Result<Option<Self>, StartError> {
        let file = settings.webhook_secret_file.as_deref();
        let secrets = secret(WEBHOOK_SECRET, settings.webhook_secret.clone(), file)?;
        let (url, secrets) = match (&settings.webhook_url, secrets) {
            (Some(url), Some(secrets)) => (url, secrets),
            (None, None) => return Ok(None),
            (Some(_), None) => {
                return Err(wrong(
                    "WEBHOOK_URL is set but WEBHOOK_SECRET (or WEBHOOK_SECRET_FILE) is missing",
                ));
            }
            (None, Some(_)) => {
                return Err(wrong("WEBHOOK_SECRET is set but WEBHOOK_URL is missing"));
            }
        };
        let private_hosts = PrivateHosts {
            hosts: &settings.webhook_private_hosts,
            setting: PRIVATE_HOSTS,
        };
        let address = Address::parse(url, private_hosts);
        let address = address.map_err(|error| wrong(&format!("WEBHOOK_URL: {error}")))?;
        let url = url
            .parse()
            .map_err(|_| wrong("WEBHOOK_URL: it is no address"))?;
        Ok(Some(Self {
            client: Client::new(&address, LIMITS),
            url,
            signer: Signer::parse(&secrets).map_err(StartError::Setting)?,
        }))
    }

    /// The request that tells `body`, with the headers of Standard Webhooks. `now`, Unix seconds, is the host's.
    pub(super) fn request(
        &self,
        message_id: &str,
        now: i64,
        body: &str,
    ) -> http::Result<Request<Full<Bytes>>> {
        Request::post(self.url.clone())
            .header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            )
            .header("webhook-id", message_id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", self.signer.sign(message_id, now, body))
            .body(Full::from(body.to_owned()))
    }
}

fn wrong(sentence: &str) -> StartError {
    StartError::Setting(sentence.to_owned())
}
