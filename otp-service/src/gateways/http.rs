//! Any gateway that takes a message over HTTP, by configuration (G-08): address, method, headers, body, what
//! counts as accepted, and where its name for the message stands. Reports come as JSON.
//!
//! What is sent and what is reported is signed alike: `X-Pipit-Time` is the Unix time in seconds,
//! `X-Pipit-Signature` the HMAC with SHA-256, in hexadecimal, over that time, a dot, and the raw body.

mod template;

use axum::body::Bytes;
use edge::settings::Secret;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::client::{Client, Reply, hand_over};
use super::receipt::{APART, Arrived, Disbelief, Receipt, digest, signed};
use super::settings::{GatewaySettings, HttpMethod, Needs, Statuses};
use super::{Attempt, Doubt, Gateway, GatewayError, Handed, Outgoing, PerCountry, Refusal};
use crate::rules::delivery::Report;
use template::{Fill, Template};

const TIME: &str = "x-pipit-time";
const SIGNATURE: &str = "x-pipit-signature";

pub(super) struct Http {
    client: Client,
    address: String,
    method: Method,
    headers: HeaderMap,
    body: Template,
    sender: PerCountry<String>,
    answers: Answers,
    secret: Secret,
    receipts_url: Option<String>,
    reports: bool,
}

/// What answers mean.
struct Answers {
    accepted: Vec<Statuses>,
    /// A JSON pointer, and what has to stand there.
    accepted_if: Option<(String, String)>,
    refused: Vec<Statuses>,
    /// A JSON pointer.
    id: Option<String>,
}

impl Http {
    pub(super) fn of(settings: &GatewaySettings) -> Result<Self, GatewayError> {
        let mut needs = Needs::of("http");
        let url = needs.value("HTTP_GATEWAY_URL", settings.http_gateway_url.as_ref());
        let secret = needs.secret(
            "HTTP_GATEWAY_SECRET",
            settings.http_gateway_secret.as_ref(),
            settings.http_gateway_secret_file.as_deref(),
        )?;
        let receipts_url = settings.receipts_url("http")?;
        if settings.http_gateway_receipts {
            needs.value("RECEIPTS_URL", receipts_url.as_ref());
        }
        needs.met()?;
        let address = settings.address("HTTP_GATEWAY_URL", &url)?;
        let given = edge::settings::secret(
            "HTTP_GATEWAY_HEADERS",
            settings.http_gateway_headers.clone(),
            settings.http_gateway_headers_file.as_deref(),
        )?;
        let body = Template::parse(settings.http_gateway_format, &settings.http_gateway_body)
            .map_err(|error| format!("HTTP_GATEWAY_BODY: {error}"))?;
        if body.needs_sender() && settings.http_gateway_sender.is_none() {
            return Err(
                "HTTP_GATEWAY_BODY has {sender}: set HTTP_GATEWAY_SENDER, or leave it out"
                    .to_owned()
                    .into(),
            );
        }
        let pointer = |name: &str, text: &str| {
            if text.starts_with('/') {
                Ok(text.to_owned())
            } else {
                Err(format!("{name}: a JSON pointer begins with `/`"))
            }
        };
        let accepted_if = match settings.http_gateway_accepted_if.as_deref() {
            Some(text) => {
                let (at, value) = text.split_once('=').ok_or_else(|| {
                    "HTTP_GATEWAY_ACCEPTED_IF: a JSON pointer, `=` and a value".to_owned()
                })?;
                Some((pointer("HTTP_GATEWAY_ACCEPTED_IF", at)?, value.to_owned()))
            }
            None => None,
        };
        let id = settings
            .http_gateway_id
            .as_deref()
            .map(|text| pointer("HTTP_GATEWAY_ID", text))
            .transpose()?;
        Ok(Self {
            client: Client::new(&address, settings.time_limits),
            address: address.text,
            method: match settings.http_gateway_method {
                HttpMethod::Post => Method::POST,
                HttpMethod::Put => Method::PUT,
            },
            headers: headers(given.as_ref().map_or("", Secret::expose))?,
            body,
            sender: settings.http_gateway_sender.clone().unwrap_or_default(),
            answers: Answers {
                accepted: settings.http_gateway_accepted.clone(),
                accepted_if,
                refused: settings.http_gateway_refused.clone(),
                id,
            },
            secret,
            receipts_url,
            reports: settings.http_gateway_receipts,
        })
    }

    fn request(&self, message: &Outgoing<'_>) -> http::Result<Request<Full<Bytes>>> {
        let body = self.body.fill(&Fill {
            message,
            sender: self.sender.of(message.country).map_or("", String::as_str),
            receipts: self.receipts_url.as_deref().unwrap_or_default(),
        });
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.address)
            .header(header::CONTENT_TYPE, self.body.content_type())
            .header(TIME, message.now)
            .header(
                SIGNATURE,
                signed(&self.secret, message.now, body.as_bytes()),
            );
        if let Some(all) = request.headers_mut() {
            all.extend(self.headers.clone());
        }
        request.body(Full::from(body))
    }
}

/// Lines of `Name: value`.
fn headers(text: &str) -> Result<HeaderMap, GatewayError> {
    let mut headers = HeaderMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let read = line.split_once(':').and_then(|(name, value)| {
            let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
            let mut value = HeaderValue::from_str(value.trim()).ok()?;
            value.set_sensitive(true);
            Some((name, value))
        });
        // The line itself may hold a key.
        let (name, value) = read.ok_or_else(|| {
            "HTTP_GATEWAY_HEADERS: every line is a name, a colon and a value".to_owned()
        })?;
        headers.insert(name, value);
    }
    Ok(headers)
}

impl Answers {
    fn read(&self, reply: &Reply) -> Handed {
        let status = reply.status.as_u16();
        let among = |all: &[Statuses]| all.iter().any(|some| some.hold(status));
        let json = reply.json();
        let at = |pointer: &str| json.as_ref().and_then(|json| json.pointer(pointer));
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            return Handed::Refused(Refusal::Busy);
        }
        if among(&self.accepted) {
            let as_wanted = self
                .accepted_if
                .as_ref()
                .is_none_or(|(pointer, value)| at(pointer).and_then(text).as_ref() == Some(value));
            let reference = match &self.id {
                Some(pointer) => at(pointer).and_then(text),
                None => Some(String::new()),
            };
            return match reference {
                Some(reference) if as_wanted => Handed::Accepted { reference },
                _ => Handed::Unknown(Doubt::Garbled),
            };
        }
        if among(&self.refused) {
            let ours = matches!(
                reply.status,
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
            );
            return Handed::Refused(if ours {
                Refusal::Credentials
            } else {
                Refusal::Documented
            });
        }
        Handed::Unknown(if reply.status.is_server_error() {
            Doubt::ServerError
        } else {
            Doubt::Garbled
        })
    }
}

/// A text, a number or a truth value, as it is written.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A report, in JSON.
#[derive(Deserialize)]
struct Body {
    /// Our id of the message.
    #[serde(default)]
    id: Option<String>,
    /// The gateway's.
    #[serde(default)]
    reference: Option<String>,
    status: String,
}

impl Gateway for Http {
    fn hand_over<'a>(&'a self, message: Outgoing<'a>) -> Attempt<'a> {
        Box::pin(async move {
            let read = |reply: &Reply| self.answers.read(reply);
            hand_over(&self.client, self.request(&message), read).await
        })
    }

    fn reports(&self) -> bool {
        self.reports
    }

    fn receipt(&self, arrived: &Arrived<'_>) -> Result<Receipt, Disbelief> {
        if !self.reports {
            return Err(Disbelief::NotExpected);
        }
        let time = arrived
            .header(TIME)
            .and_then(|text| text.parse::<i64>().ok());
        let signature = arrived.header(SIGNATURE);
        let (Some(time), Some(signature)) = (time, signature) else {
            return Err(Disbelief::Signature);
        };
        let right = signed(&self.secret, time, arrived.body);
        if !bool::from(right.as_bytes().ct_eq(signature.as_bytes())) {
            return Err(Disbelief::Signature);
        }
        if time.abs_diff(arrived.now) > APART.unsigned_abs() {
            return Err(Disbelief::Time);
        }
        let body: Body = serde_json::from_slice(arrived.body).map_err(|_| Disbelief::Malformed)?;
        Ok(Receipt {
            message_id: body.id,
            reference: body.reference,
            report: match body.status.as_str() {
                "accepted" => Some(Report::OnItsWay),
                "delivered" => Some(Report::Delivered),
                "failed" => Some(Report::Failed),
                _ => None,
            },
            once: Some(digest(&[b"http", signature.as_bytes()])),
        })
    }
}
