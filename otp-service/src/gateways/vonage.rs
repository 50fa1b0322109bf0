//! Vonage's Messages API (version 1): `POST /v1/messages` with JSON, and status webhooks signed with a JWT
//! (HS256) whose `payload_hash` is the body's SHA-256.

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edge::settings::Secret;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::client::{Client, Reply, hand_over};
use super::receipt::{APART, Arrived, Disbelief, Receipt, digest, hex, is_sha256};
use super::settings::{GatewaySettings, Needs};
use super::{Attempt, Doubt, Gateway, GatewayError, Handed, Outgoing, PerCountry, Refusal};
use crate::rules::delivery::Report;

/// The shortest life of a message that the API takes, in seconds.
const LEAST_LIFE: i64 = 20;

pub(super) struct Vonage {
    client: Client,
    address: String,
    authorization: HeaderValue,
    signature_secret: Option<Secret>,
    sender: PerCountry<String>,
    receipts_url: Option<String>,
}

impl Vonage {
    pub(super) fn of(settings: &GatewaySettings) -> Result<Self, GatewayError> {
        let mut needs = Needs::of("vonage");
        let key = needs.value("VONAGE_API_KEY", settings.vonage_api_key.as_ref());
        let secret = needs.secret(
            "VONAGE_API_SECRET",
            settings.vonage_api_secret.as_ref(),
            settings.vonage_api_secret_file.as_deref(),
        )?;
        let sender = needs.value("VONAGE_SENDER", settings.vonage_sender.as_ref());
        let receipts_url = settings.receipts_url("vonage")?;
        let signature_secret = match &receipts_url {
            // Reports that nobody could believe are not asked for.
            Some(_) => Some(needs.secret(
                "VONAGE_SIGNATURE_SECRET",
                settings.vonage_signature_secret.as_ref(),
                settings.vonage_signature_secret_file.as_deref(),
            )?),
            None => None,
        };
        needs.met()?;
        let address = settings.address("VONAGE_URL", &settings.vonage_url)?;
        let pair = Zeroizing::new(format!("{key}:{}", secret.expose()));
        let basic = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
        let mut authorization = HeaderValue::from_str(&basic)
            .map_err(|_| "VONAGE_API_SECRET: no header can carry it".to_owned())?;
        authorization.set_sensitive(true);
        Ok(Self {
            client: Client::new(&address, settings.time_limits),
            address: format!("{}/v1/messages", address.text),
            authorization,
            signature_secret,
            sender,
            receipts_url,
        })
    }

    fn request(&self, message: &Outgoing<'_>) -> http::Result<Request<Full<Bytes>>> {
        let mut body = json!({
            "message_type": "text",
            "channel": "sms",
            // Numbers go without their plus here.
            "to": message.to.trim_start_matches('+'),
            "from": self.sender.of(message.country).map_or("", |sender| sender.trim_start_matches('+')),
            "text": message.text,
            "client_ref": message.id,
            "ttl": message.lives.max(LEAST_LIFE),
        });
        if let Some(url) = &self.receipts_url {
            body["webhook_url"] = url.as_str().into();
            body["webhook_version"] = "v1".into();
        }
        Request::builder()
            .method(Method::POST)
            .uri(&self.address)
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body.to_string()))
    }
}

/// What an answer of the Messages API means.
fn read(reply: &Reply) -> Handed {
    let json = reply.json();
    let text = |name: &str| -> Option<&str> { json.as_ref()?.get(name)?.as_str() };
    match reply.status {
        StatusCode::ACCEPTED | StatusCode::OK => text("message_uuid")
            .filter(|id| !id.is_empty())
            .map_or(Handed::Unknown(Doubt::Garbled), |id| Handed::Accepted {
                reference: id.to_owned(),
            }),
        StatusCode::TOO_MANY_REQUESTS => Handed::Refused(Refusal::Busy),
        // Its errors are problems of RFC 7807; a proxy's page is none.
        status if status.is_client_error() && text("title").is_none() => {
            Handed::Unknown(Doubt::Garbled)
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Handed::Refused(Refusal::Credentials),
        status if status.is_client_error() => Handed::Refused(Refusal::Documented),
        status if status.is_server_error() => Handed::Unknown(Doubt::ServerError),
        _ => Handed::Unknown(Doubt::Garbled),
    }
}

/// The claims of a JWT that `secret` signed with HS256.
fn claims(jwt: &str, secret: &Secret) -> Option<Value> {
    let (signed, signature) = jwt.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let head: Value = serde_json::from_slice(&decoded(head)?).ok()?;
    (head.get("alg")?.as_str()? == "HS256").then_some(())?;
    is_sha256(secret, signed.as_bytes(), &decoded(signature)?).then_some(())?;
    serde_json::from_slice(&decoded(claims)?).ok()
}

impl Gateway for Vonage {
    fn hand_over<'a>(&'a self, message: Outgoing<'a>) -> Attempt<'a> {
        Box::pin(async move { hand_over(&self.client, self.request(&message), read).await })
    }

    fn reports(&self) -> bool {
        self.signature_secret.is_some()
    }

    fn receipt(&self, arrived: &Arrived<'_>) -> Result<Receipt, Disbelief> {
        let secret = self
            .signature_secret
            .as_ref()
            .ok_or(Disbelief::NotExpected)?;
        let jwt = arrived
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or(Disbelief::Signature)?;
        let claims = claims(jwt, secret).ok_or(Disbelief::Signature)?;
        let claim = |name: &str| claims.get(name).and_then(Value::as_str);
        let hash = hex(&<sha2::Sha256 as sha2::Digest>::digest(arrived.body));
        if !claim("payload_hash").is_some_and(|told| told.eq_ignore_ascii_case(&hash)) {
            return Err(Disbelief::Signature);
        }
        let signed_at = claims.get("iat").and_then(Value::as_i64);
        if signed_at.is_none_or(|at| at.abs_diff(arrived.now) > APART.unsigned_abs()) {
            return Err(Disbelief::Time);
        }
        let body: Value = serde_json::from_slice(arrived.body).map_err(|_| Disbelief::Malformed)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        Ok(Receipt {
            message_id: text("client_ref").map(str::to_owned),
            reference: text("message_uuid").map(str::to_owned),
            report: match text("status").ok_or(Disbelief::Malformed)? {
                "submitted" => Some(Report::OnItsWay),
                "delivered" | "read" => Some(Report::Delivered),
                "rejected" | "undeliverable" => Some(Report::Failed),
                _ => None,
            },
            once: Some(digest(&[b"vonage", jwt.as_bytes()])),
        })
    }
}
