//! One request to the OTP service and its answer's bytes, within limits of time and size (H-01).
//!
//! Redirects are answers like others and never followed. Nothing is repeated here but what hyper itself takes back
//! before a byte has left (H-02). A send, of which nobody may be in doubt, has a connection of its own (H-12).
//!
//! Not here: where connections come from and how long they are used ([`super::connections`]).

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use axum::body::Bytes;
use edge::clock::Clock;
use edge::settings::Secret;
use edge::trace::Origin;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::Full;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::Unusable;
use super::connections::Connections;
use super::lane::Way;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// So many headers a request has at most, with the one that says how long its body is.
const HEADERS: usize = 8;

/// One request.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Below the contract's base path, with its query.
    pub(super) path: Cow<'static, str>,
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

pub(super) struct Transport {
    connections: Connections,
    /// The contract's base path.
    base_path: String,
    host: HeaderValue,
    authorization: HeaderValue,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

impl Transport {
    /// `base` has scheme, host, port and the contract's base path.
    pub(super) fn new(
        base: &str,
        key: &Secret,
        connect: Duration,
        clock: Clock,
    ) -> Result<Self, Unusable> {
        let bearer = Zeroizing::new(format!("Bearer {}", key.expose()));
        let mut authorization = HeaderValue::from_str(&bearer).map_err(|_| Unusable::Key)?;
        authorization.set_sensitive(true);
        let address = Uri::try_from(base).map_err(|_| Unusable::Address)?;
        let host = address.authority().ok_or(Unusable::Address)?.as_str();
        Ok(Self {
            host: HeaderValue::from_str(host).map_err(|_| Unusable::Address)?,
            base_path: address.path().to_owned(),
            authorization,
            connections: Connections::new(address, connect, clock),
        })
    }

    /// The whole answer, by `deadline` or not at all. `now` in Unix seconds.
    pub(super) async fn exchange(
        &self,
        call: &Call<'_>,
        body: Option<Bytes>,
        now: i64,
        deadline: Instant,
    ) -> Result<Reply, Failure> {
        let request = self
            .request(call, body)
            .map_err(|error| Failure::Unwritable(error.to_string()))?;
        let alone = match call.way {
            Way::Sends => true,
            Way::Others => false,
        };
        let exchange = self.connections.exchange(request, alone, now);
        match tokio::time::timeout_at(deadline, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::Silent("the OTP service took too long".to_owned())),
        }
    }

    fn request(&self, call: &Call<'_>, body: Option<Bytes>) -> http::Result<Request<Full<Bytes>>> {
        let has_body = body.is_some();
        let mut request = Request::new(Full::from(body.unwrap_or_default()));
        *request.method_mut() = call.method.clone();
        let path = PathAndQuery::try_from([self.base_path.as_str(), &call.path].concat())?;
        *request.uri_mut() = Uri::from(path);
        let headers = request.headers_mut();
        headers.reserve(HEADERS);
        headers.insert(header::HOST, self.host.clone());
        headers.insert(header::AUTHORIZATION, self.authorization.clone());
        headers.insert(header::ACCEPT, JSON);
        if has_body {
            headers.insert(header::CONTENT_TYPE, JSON);
        }
        if let Some(key) = call.idempotency_key {
            headers.insert("idempotency-key", HeaderValue::from_str(key)?);
        }
        Origin::hand_on(headers);
        Ok(request)
    }
}
