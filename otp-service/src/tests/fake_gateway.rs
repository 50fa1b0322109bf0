//! Gateways on a loopback socket: they answer in the published shapes of Twilio, Vonage and Amazon SNS, write
//! down what they are given, and play any fault that they are told to.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edge::testing::Chunks;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::message::code_in;

/// What it answers instead of its own answer.
#[derive(Debug, Clone)]
pub(super) enum Script {
    Answer(u16, String),
    /// Half an answer, then the connection is gone.
    Half,
    /// The connection is gone before the answer begins.
    CutOff,
    /// Nothing, ever.
    Silence,
}

impl Script {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::Answer(status, body.to_string())
    }

    pub(super) fn html(status: u16) -> Self {
        Self::Answer(status, "<!doctype html><title>Welcome</title>".to_owned())
    }

    /// An error of Twilio's REST API.
    pub(super) fn twilio_error(status: u16, code: u32) -> Self {
        let info = format!("https://www.twilio.com/docs/errors/{code}");
        Self::json(
            status,
            &json!({"code": code, "message": "Invalid 'To' Phone Number: +1212555XXXX", "more_info": info, "status": status}),
        )
    }

    /// An error of Amazon SNS.
    #[cfg(feature = "sns")]
    pub(super) fn sns_error(status: u16, code: &str, message: &str) -> Self {
        let whose = if status < 500 { "Sender" } else { "Receiver" };
        Self::Answer(
            status,
            format!(
                "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\n  <Error>\n    <Type>{whose}</Type>\n    \
                 <Code>{code}</Code>\n    <Message>{message}</Message>\n  </Error>\n  \
                 <RequestId>9dfd7f86-4b1d-5a5e-a1f4-22d9b35c5a2a</RequestId>\n</ErrorResponse>\n"
            ),
        )
    }

    /// A problem of Vonage's APIs (RFC 7807).
    pub(super) fn vonage_error(status: u16, title: &str) -> Self {
        Self::json(
            status,
            &json!({"type": "https://developer.vonage.com/api-errors/messages#1120", "title": title,
                    "detail": "The `from` parameter is invalid for the given channel.", "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf"}),
        )
    }
}

/// A message that it was given.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Given {
    /// A field of a form.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let fields = form_urlencoded::parse(self.body.as_bytes());
        let mut found = fields.filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.into_owned())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// What the phone shows.
    pub(super) fn text(&self) -> String {
        self.field("Body")
            .or_else(|| self.field("Message"))
            .unwrap_or_else(|| self.json()["text"].as_str().unwrap().to_owned())
    }

    pub(super) fn code(&self) -> String {
        code_in(&self.text()).unwrap().to_owned()
    }

    /// The user and the password of `Authorization: Basic`.
    pub(super) fn basic(&self) -> String {
        let header = self.headers["authorization"].to_str().unwrap();
        let decoded = STANDARD.decode(header.strip_prefix("Basic ").unwrap());
        String::from_utf8(decoded.unwrap()).unwrap()
    }
}

/// A running gateway.
#[derive(Debug, Clone)]
pub(super) struct FakeGateway {
    pub(super) base: String,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Debug, Default)]
struct Memory {
    scripts: VecDeque<Script>,
    always: Option<Script>,
    given: Vec<Given>,
}

impl FakeGateway {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            memory: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(gateway.clone());
        tokio::spawn(async move {
            let stop = edge::Stop::default();
            edge::serve(listener, router, &edge::Traffic::uncounted(), stop).await
        });
        gateway
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    /// Answers the next message so.
    pub(super) fn plays(&self, script: Script) {
        self.memory().scripts.push_back(script);
    }

    /// Answers every message so from now on.
    pub(super) fn always_plays(&self, script: Script) {
        self.memory().always = Some(script);
    }

    /// Does its own work again.
    pub(super) fn behaves(&self) {
        self.memory().always = None;
    }

    /// All that it was given.
    pub(super) fn given(&self) -> Vec<Given> {
        self.memory().given.clone()
    }
}

async fn answer(State(gateway): State<FakeGateway>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let (count, script) = {
        let mut memory = gateway.memory();
        memory.given.push(Given {
            method: parts.method.to_string(),
            path: parts.uri.to_string(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
        let script = memory.scripts.pop_front();
        (memory.given.len(), script.or_else(|| memory.always.clone()))
    };
    let broken_off = || Err(io::ErrorKind::ConnectionReset.into());
    match script {
        None if parts.uri.path().ends_with("/Messages.json") => {
            with(201, twilio_message(count).to_string())
        }
        None if parts.uri.path() == "/" => with(200, sns_published(count)),
        None => with(
            202,
            json!({"message_uuid": format!("aaaaaaaa-bbbb-cccc-dddd-{count:012}")}).to_string(),
        ),
        Some(Script::Answer(status, body)) => with(status, body),
        Some(Script::Half) => {
            let pieces = vec![Ok("{\"sid\":\"SM".into()), broken_off()];
            ([("content-length", "500")], Body::new(Chunks::from(pieces))).into_response()
        }
        Some(Script::CutOff) => {
            let nothing = vec![broken_off()];
            ([("content-length", "500")], Body::new(Chunks::from(nothing))).into_response()
        }
        Some(Script::Silence) => std::future::pending().await,
    }
}

fn with(status: u16, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// What Twilio calls its `count`th message here.
pub(super) fn sid(count: usize) -> String {
    format!("SM{count:032x}")
}

fn twilio_message(count: usize) -> Value {
    json!({
        "account_sid": ACCOUNT, "api_version": "2010-04-01", "body": "…", "date_created": "Thu, 24 Aug 2023 05:01:45 +0000",
        "date_sent": null, "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000", "direction": "outbound-api",
        "error_code": null, "error_message": null, "from": null, "num_media": "0", "num_segments": "1", "price": null,
        "price_unit": null, "messaging_service_sid": SERVICE, "sid": sid(count), "status": "accepted",
        "subresource_uris": {"media": "/2010-04-01/Accounts/…/Media.json"}, "to": "+15558675310", "uri": "/2010-04-01/Accounts/…"
    })
}

fn sns_published(count: usize) -> String {
    format!(
        "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\n  <PublishResult>\n    \
         <MessageId>00000000-0000-0000-0000-{count:012}</MessageId>\n  </PublishResult>\n  <ResponseMetadata>\n    \
         <RequestId>f187a3c1-376f-11df-8963-01868b7c937a</RequestId>\n  </ResponseMetadata>\n</PublishResponse>\n"
    )
}

pub(super) const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub(super) const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
pub(super) const SECRET: &str = "a secret of the tests";

/// `X-Twilio-Signature` of a callback to this address with these fields.
pub(super) fn twilio_signature(address: &str, fields: &[(&str, &str)]) -> String {
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    let fields: String = fields.iter().map(|(name, value)| format!("{name}{value}")).collect();
    let key = aws_lc_rs::hmac::Key::new(
        aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        SECRET.as_bytes(),
    );
    let tag = aws_lc_rs::hmac::sign(&key, format!("{address}{fields}").as_bytes());
    STANDARD.encode(tag.as_ref())
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    <sha2::Sha256 as sha2::Digest>::digest(bytes).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac_sha256(bytes: &[u8]) -> Vec<u8> {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    aws_lc_rs::hmac::sign(&key, bytes).as_ref().to_vec()
}

/// The JWT of a webhook of Vonage with this body.
pub(super) fn vonage_jwt(body: &str, issued_at: i64) -> String {
    let head = json!({"alg": "HS256", "typ": "JWT"}).to_string();
    let claims = json!({
        "iat": issued_at, "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5", "iss": "Vonage", "api_key": "a1b2c3d4",
        "payload_hash": hex(&sha256(body.as_bytes())),
    });
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(head),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let signature = URL_SAFE_NO_PAD.encode(hmac_sha256(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Our own signature of a report at this time.
pub(super) fn own_signature(body: &str, time: i64) -> String {
    hex(&hmac_sha256(format!("{time}.{body}").as_bytes()))
}
