//! One request to the OTP service and its answer's bytes, within limits of time and size (H-01).
//!
//! Redirects are answers like others and never followed. Nothing is repeated here but what hyper
//! itself takes back before a byte has left (H-02, H-12): the pool forgets connections long before
//! a server closes them, so a half-closed one is rarely met. A send, of which nobody may be in doubt, has a
//! connection of its own. Names are resolved anew for every connection (H-11).

use std::fmt;
use std::time::Duration;

use axum::body::Bytes;
use edge::outbound::chain;
use edge::settings::Secret;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::UnusableKey;
use super::lane::Way;

/// No answer of the contract is near this size (H-06).
const LARGEST_ANSWER: usize = 64 * 1024;
/// Our own service and common proxies close after 60 s.
const FORGET_AFTER: Duration = Duration::from_secs(15);
/// One request.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Below the contract's base path, with its query.
    pub(super) path: String,
    pub(super) idempotency_key: Option<&'a str>,
    pub(super) way: Way,
    /// It changes nothing, so it may be made again.
    pub(super) is_read: bool,
    /// For the whole exchange, waits and repeats included.
    pub(super) limit: Duration,
}

/// What came back, whatever it is.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// No answer, or none that was read to its end.
#[derive(Debug)]
pub(super) enum Failure {
    /// No connection came about: no byte has left.
    Unreached(String),
    /// It broke off before it answered, or is too slow.
    Silent(String),
    /// It said something that can't be an answer.
    Garbled(String),
    /// The request can't be written.
    Unwritable(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Unreached(cause)
        | Self::Silent(cause)
        | Self::Garbled(cause)
        | Self::Unwritable(cause)) = self;
        f.write_str(cause)
    }
}

type Pool = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

pub(super) struct Transport {
    pooled: Pool,
    /// A connection for each call.
    fresh: Pool,
    base: String,
    authorization: HeaderValue,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

impl Transport {
    pub(super) fn new(base: &str, key: &Secret, connect: Duration) -> Result<Self, UnusableKey> {
        let bearer = Zeroizing::new(format!("Bearer {}", key.expose()));
        let mut authorization = HeaderValue::from_str(&bearer).map_err(|_| UnusableKey)?;
        authorization.set_sensitive(true);
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(connect));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        // That plain http goes to loopback only is settled when the setting is parsed (D-01).
        let tls = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(FORGET_AFTER)
            .http1_max_buf_size(LARGEST_ANSWER);
        Ok(Self {
            pooled: builder.build(tls.clone()),
            fresh: builder.pool_max_idle_per_host(0).build(tls),
            base: base.to_owned(),
            authorization,
        })
    }

    /// The whole answer, by `deadline` or not at all.
    pub(super) async fn exchange(
        &self,
        call: &Call<'_>,
        body: Option<Bytes>,
        deadline: Instant,
    ) -> Result<Reply, Failure> {
        let request = self
            .request(call, body)
            .map_err(|error| Failure::Unwritable(error.to_string()))?;
        let pool = match call.way {
            Way::Sends => &self.fresh,
            Way::Others => &self.pooled,
        };
        match tokio::time::timeout_at(deadline, roundtrip(pool, request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::Silent("the OTP service took too long".to_owned())),
        }
    }

    fn request(&self, call: &Call<'_>, body: Option<Bytes>) -> http::Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(&call.method)
            .uri(format!("{}{}", self.base, call.path))
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::ACCEPT, "application/json");
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(key) = call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        request.body(Full::from(body.unwrap_or_default()))
    }
}

async fn roundtrip(pool: &Pool, request: Request<Full<Bytes>>) -> Result<Reply, Failure> {
    let response = pool.request(request).await.map_err(|error| {
        let cause = format!("the OTP service can't be reached: {}", chain(&error));
        if error.is_connect() {
            Failure::Unreached(cause)
        } else {
            Failure::Silent(cause)
        }
    })?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, LARGEST_ANSWER).collect().await;
    let body = body.map_err(|error| {
        if error.is::<LengthLimitError>() {
            Failure::Garbled("the OTP service's answer is larger than 64 KiB".to_owned())
        } else {
            Failure::Garbled("the OTP service's answer broke off".to_owned())
        }
    })?;
    Ok(Reply {
        status: parts.status,
        headers: parts.headers,
        body: body.to_bytes(),
    })
}
