//! One request to the OTP service and its answer's bytes, within limits of time and size (H-01).
//!
//! Redirects are answers like others and never followed. Nothing is repeated here but what hyper
//! itself takes back before a byte has left (H-02, H-12): the pool forgets connections long before
//! a server closes them, so a half-closed one is rarely met. A send, of which nobody may be in doubt, has a
//! connection of its own. Names are resolved for every connection, and no connection is used for longer than a
//! minute, however often it is (H-11).

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use edge::clock::Clock;
use edge::outbound::{self, chain};
use edge::settings::Secret;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
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
/// Connections are used for so long; then others are made. An exchange on one of them may go on.
const RENEW_AFTER_SECS: i64 = 50;

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

type Pool = Client<outbound::Connector, Full<Bytes>>;

/// A pool whose connections are all younger than its age.
struct Renewed {
    pool: Pool,
    /// Unix seconds.
    since: i64,
}

pub(super) struct Transport {
    connector: outbound::Connector,
    clock: Clock,
    pooled: Mutex<Renewed>,
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
    pub(super) fn new(
        base: &str,
        key: &Secret,
        connect: Duration,
        clock: Clock,
    ) -> Result<Self, UnusableKey> {
        let bearer = Zeroizing::new(format!("Bearer {}", key.expose()));
        let mut authorization = HeaderValue::from_str(&bearer).map_err(|_| UnusableKey)?;
        authorization.set_sensitive(true);
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(connect));
        tcp.set_nodelay(true);
        let connector = outbound::connector(tcp);
        Ok(Self {
            pooled: Mutex::new(Renewed {
                pool: pool(&connector, usize::MAX),
                since: clock.now(),
            }),
            fresh: pool(&connector, 0),
            connector,
            clock,
            base: base.to_owned(),
            authorization,
        })
    }

    fn pooled(&self) -> Pool {
        let now = self.clock.now();
        let mut pooled = self.pooled.lock().unwrap_or_else(PoisonError::into_inner);
        if now - pooled.since >= RENEW_AFTER_SECS {
            *pooled = Renewed {
                pool: pool(&self.connector, usize::MAX),
                since: now,
            };
        }
        pooled.pool.clone()
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
            Way::Sends => self.fresh.clone(),
            Way::Others => self.pooled(),
        };
        match tokio::time::timeout_at(deadline, roundtrip(&pool, request)).await {
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

/// `idle` connections may rest in it.
fn pool(connector: &outbound::Connector, idle: usize) -> Pool {
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(FORGET_AFTER)
        .pool_max_idle_per_host(idle)
        .http1_max_buf_size(LARGEST_ANSWER)
        .build(connector.clone())
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
