//! Twilio's Messages API (version 2010-04-01): `POST /Accounts/{sid}/Messages.json` with a form, and status
//! callbacks signed with `X-Twilio-Signature` (HMAC with SHA-1 over the address and the sorted fields).
//!
//! A send is not idempotent there and 5xx may have sent, while 429 surely has not (H-02).

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edge::settings::Secret;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::Full;
use zeroize::Zeroizing;

use super::client::{Client, Reply, hand_over};
use super::receipt::{Arrived, Disbelief, Receipt, is_sha1};
use super::settings::{GatewaySettings, Needs};
use super::{Attempt, Doubt, Gateway, GatewayError, Handed, Outgoing, PerCountry, Refusal};
use crate::rules::delivery::Report;

pub(super) struct Twilio {
    client: Client,
    address: String,
    authorization: HeaderValue,
    auth_token: Secret,
    sender: PerCountry<String>,
    receipts_url: Option<String>,
}

impl Twilio {
    pub(super) fn of(settings: &GatewaySettings) -> Result<Self, GatewayError> {
        let mut needs = Needs::of("twilio");
        let account = needs.value("TWILIO_ACCOUNT_SID", settings.twilio_account_sid.as_ref());
        let auth_token = needs.secret(
            "TWILIO_AUTH_TOKEN",
            settings.twilio_auth_token.as_ref(),
            settings.twilio_auth_token_file.as_deref(),
        )?;
        let sender = needs.value("TWILIO_SENDER", settings.twilio_sender.as_ref());
        needs.met()?;
        let shaped =
            account.starts_with("AC") && account.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !shaped {
            return Err("TWILIO_ACCOUNT_SID: it begins with AC".to_owned().into());
        }
        let address = settings.address("TWILIO_URL", &settings.twilio_url)?;
        let pair = Zeroizing::new(format!("{account}:{}", auth_token.expose()));
        let basic = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
        let mut authorization = HeaderValue::from_str(&basic)
            .map_err(|_| "TWILIO_AUTH_TOKEN: no header can carry it".to_owned())?;
        authorization.set_sensitive(true);
        Ok(Self {
            client: Client::new(&address, settings.time_limits),
            address: format!(
                "{}/2010-04-01/Accounts/{account}/Messages.json",
                address.text
            ),
            authorization,
            auth_token,
            sender,
            receipts_url: settings.receipts_url("twilio")?,
        })
    }

    fn callback(&self, message_id: &str) -> Option<String> {
        let base = self.receipts_url.as_ref()?;
        Some(format!("{base}?message={message_id}"))
    }

    fn request(&self, message: &Outgoing<'_>) -> http::Result<Request<Full<Bytes>>> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", message.to);
        if let Some(sender) = self.sender.of(message.country) {
            let name = if is_service(sender) {
                "MessagingServiceSid"
            } else {
                "From"
            };
            form.append_pair(name, sender);
        }
        form.append_pair("Body", message.text);
        form.append_pair("ValidityPeriod", &message.lives.max(1).to_string());
        if let Some(callback) = self.callback(message.id) {
            form.append_pair("StatusCallback", &callback);
        }
        Request::builder()
            .method(Method::POST)
            .uri(&self.address)
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form.finish()))
    }
}

/// `MG` and 32 hexadecimal digits.
fn is_service(sender: &str) -> bool {
    sender.len() == 34
        && sender
            .strip_prefix("MG")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What an answer of the Messages API means.
fn read(reply: &Reply) -> Handed {
    let json = reply.json();
    match reply.status {
        StatusCode::CREATED | StatusCode::OK => {
            let sid = json.as_ref().and_then(|json| json.get("sid")?.as_str());
            sid.filter(|sid| !sid.is_empty())
                .map_or(Handed::Unknown(Doubt::Garbled), |sid| Handed::Accepted {
                    reference: sid.to_owned(),
                })
        }
        StatusCode::TOO_MANY_REQUESTS => Handed::Refused(Refusal::Busy),
        status if status.is_client_error() => {
            // Its errors say their code and status; a proxy's page does not.
            let told = json.is_some_and(|json| {
                json.get("code").is_some_and(serde_json::Value::is_u64)
                    && json.get("status").and_then(serde_json::Value::as_u64)
                        == Some(status.as_u16().into())
            });
            match status {
                _ if !told => Handed::Unknown(Doubt::Garbled),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                    Handed::Refused(Refusal::Credentials)
                }
                _ => Handed::Refused(Refusal::Documented),
            }
        }
        status if status.is_server_error() => Handed::Unknown(Doubt::ServerError),
        _ => Handed::Unknown(Doubt::Garbled),
    }
}

impl Gateway for Twilio {
    fn hand_over<'a>(&'a self, message: Outgoing<'a>) -> Attempt<'a> {
        Box::pin(async move { hand_over(&self.client, self.request(&message), read).await })
    }

    fn reports(&self) -> bool {
        self.receipts_url.is_some()
    }

    fn receipt(&self, arrived: &Arrived<'_>) -> Result<Receipt, Disbelief> {
        let base = self.receipts_url.as_ref().ok_or(Disbelief::NotExpected)?;
        let signature = arrived
            .header("x-twilio-signature")
            .ok_or(Disbelief::Signature)?;
        let mut fields: Vec<_> = form_urlencoded::parse(arrived.body).collect();
        fields.sort();
        let mut signed = base.clone();
        if !arrived.query.is_empty() {
            signed.push('?');
            signed.push_str(arrived.query);
        }
        for (name, value) in &fields {
            signed.push_str(name);
            signed.push_str(value);
        }
        if !is_sha1(&self.auth_token, signed.as_bytes(), signature) {
            return Err(Disbelief::Signature);
        }
        let field = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.to_string())
        };
        let status = field("MessageStatus").ok_or(Disbelief::Malformed)?;
        let mut query = form_urlencoded::parse(arrived.query.as_bytes());
        Ok(Receipt {
            message_id: query
                .find(|(name, _)| name == "message")
                .map(|(_, id)| id.into_owned()),
            reference: field("MessageSid"),
            report: match status.as_str() {
                "accepted" | "scheduled" | "queued" | "sending" | "sent" => Some(Report::OnItsWay),
                "delivered" | "read" => Some(Report::Delivered),
                "failed" | "undelivered" | "canceled" => Some(Report::Failed),
                _ => None,
            },
            // Nothing in it says when it was signed, and a lost one comes again.
            once: None,
        })
    }
}
