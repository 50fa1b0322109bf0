//! One request to somebody else's server and what came of it, within limits of time and size (H-01), told apart by
//! whether its bytes may have left (H-02). Which machines a name may lead to is looked at for every connection
//! ([`address`]).
//!
//! Every request has a connection of its own: one that rests in a pool may be closed on the other side,
//! and what is written into it would be something of which nobody knows (H-12). Redirects are answers like
//! others and never followed, and a name is resolved for every connection (H-11).
//!
//! Not here: what is asked and what an answer means.

mod address;

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io, vec};

use axum::body::Bytes;
use http::{HeaderMap, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::Service;

pub use address::{Address, Host, PrivateHosts, is_private, resolve};

/// No answer that says what became of a request is near this size (G-08).
const LARGEST_ANSWER: usize = 64 * 1024;

/// How long the other side may take (H-01).
#[derive(Debug, Clone, Copy)]
pub struct TimeLimits {
    /// Until the connection stands: name, TCP and TLS.
    pub connect: Duration,
    /// Until the answer is there.
    pub in_all: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            in_all: Duration::from_secs(5),
        }
    }
}

/// A whole answer.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The body's bytes, 64 KiB at most.
    pub body: Bytes,
}

impl Reply {
    /// The body, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// No answer, or none that was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No byte of the request has left.
    NotReached,
    /// Some may have: the connection broke, before or within the answer.
    BrokenOff,
    /// Some may have: it took too long.
    TooSlow,
}

/// Makes requests to one address.
pub struct Client {
    pool: Pool<Within<Connector<Resolver>>, Full<Bytes>>,
    limits: TimeLimits,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// For an address that was checked.
    #[must_use]
    pub fn new(address: &Address, limits: TimeLimits) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver {
            private: address.private,
        });
        tcp.set_nodelay(true);
        let within = Within {
            connector: connector(tcp),
            limit: limits.connect,
        };
        let pool = Pool::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_max_idle_per_host(0)
            .http1_max_buf_size(LARGEST_ANSWER)
            .build(within);
        Self { pool, limits }
    }

    /// The whole answer.
    ///
    /// # Errors
    /// What became of the request, and why, without anything of it.
    pub async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Reply, (Failure, String)> {
        let exchange = async {
            let response = self.pool.request(request).await.map_err(|error| {
                let failure = if error.is_connect() {
                    Failure::NotReached
                } else {
                    Failure::BrokenOff
                };
                (failure, chain(&error))
            })?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, LARGEST_ANSWER).collect().await;
            let body = body.map_err(|error| {
                (
                    Failure::BrokenOff,
                    format!("the answer was not read to its end: {error}"),
                )
            })?;
            Ok(Reply {
                status: parts.status,
                headers: parts.headers,
                body: body.to_bytes(),
            })
        };
        match tokio::time::timeout(self.limits.in_all, exchange).await {
            Ok(outcome) => outcome,
            // The connection has a shorter limit of its own, so the request is on its way.
            Err(_) => Err((Failure::TooSlow, "it took too long".to_owned())),
        }
    }
}

/// Makes connections with the names that `R` resolves.
pub type Connector<R = GaiResolver> = HttpsConnector<HttpConnector<R>>;

/// HTTP/1 over connections of `tcp`, with TLS where the address says https and Mozilla's roots. That plain http goes to
/// this machine only is settled when an address is parsed (D-01, G-08); a collector of spans, which hold nothing that a
/// caller wrote, may be anywhere.
#[must_use]
pub fn connector<R>(mut tcp: HttpConnector<R>) -> Connector<R> {
    tcp.enforce_http(false);
    HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp)
}

/// Errors of libraries say little without what is behind them, and nothing of what was sent.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut behind = error.source();
    while let Some(cause) = behind {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        behind = cause.source();
    }
    text
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A connector with a limit for all that a connection takes, its name included.
#[derive(Clone)]
struct Within<C> {
    connector: C,
    limit: Duration,
}

impl<C> Service<Uri> for Within<C>
where
    C: Service<Uri>,
    C::Future: Send + 'static,
    C::Error: Into<BoxError>,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Boxed<Result<C::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.limit, self.connector.call(uri));
        Box::pin(async move {
            match connecting.await {
                Ok(connected) => connected.map_err(Into::into),
                Err(_) => Err("no connection within the time limit".into()),
            }
        })
    }
}

/// The system's resolver, without addresses that a name must not lead to (G-08).
#[derive(Clone)]
struct Resolver {
    private: bool,
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Boxed<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let private = self.private;
        Box::pin(async move {
            let open = resolve(name.as_str(), 0, private).await?;
            Ok(open.into_iter())
        })
    }
}
