//! Connections to the OTP service: made, lent to one exchange at a time, left.
//!
//! A general pool of connections looks its address up, races what rests against a new connection and tells a task of
//! its own when a connection rests again, for every call. To one address over HTTP/1.1 a stack is enough: the one
//! that rested last is taken, so those that are too many get old.
//!
//! A connection that has rested is forgotten long before a server closes it, so a half-closed one is rarely met
//! (H-12); hyper gives back what was not written into one, and only that is ever written again (H-02). However often
//! it is used, none is used for longer than a minute, and names are resolved for every connection (H-11).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use edge::PerWorker;
use edge::clock::Clock;
use edge::outbound::{self, chain};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::client::legacy::connect::HttpConnector;
use tower::ServiceExt;

use super::transport::{Failure, Reply};

/// No answer of the contract is near this size (H-06).
const LARGEST_ANSWER: usize = 64 * 1024;
/// Our own service and common proxies close after 60 s.
const FORGET_AFTER_SECS: i64 = 15;
/// Connections are used for so long; then others are made. An exchange on one of them may go on.
const RENEW_AFTER_SECS: i64 = 50;

/// Connections to one address.
pub(super) struct Connections {
    connector: outbound::Connector,
    http: http1::Builder,
    /// Scheme, host and port.
    address: Uri,
    clock: Clock,
    /// A connection is driven by the thread that made it, and rests there.
    resting: PerWorker<Mutex<Vec<Connection>>>,
}

struct Connection {
    requests: SendRequest<Full<Bytes>>,
    /// Unix seconds.
    made_at: i64,
    /// Unix seconds.
    rests_since: i64,
}

impl Connection {
    fn is_fit(&self, now: i64) -> bool {
        now - self.rests_since < FORGET_AFTER_SECS
            && now - self.made_at < RENEW_AFTER_SECS
            && !self.requests.is_closed()
    }
}

impl Connections {
    /// A connection has to stand within `connect`.
    pub(super) fn new(address: Uri, connect: Duration, clock: Clock) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(connect));
        tcp.set_nodelay(true);
        let mut http = http1::Builder::new();
        // Requests are small: copied behind their head they cost less than two pieces.
        http.max_buf_size(LARGEST_ANSWER).writev(false);
        Self {
            connector: outbound::connector(tcp),
            http,
            address,
            clock,
            resting: PerWorker::default(),
        }
    }

    /// The whole answer to a request without scheme and host, which was made at `began`, Unix seconds. `alone` gives it
    /// a connection of its own.
    pub(super) async fn exchange(
        &self,
        mut request: Request<Full<Bytes>>,
        alone: bool,
        began: i64,
    ) -> Result<Reply, Failure> {
        loop {
            let rested = if alone { None } else { self.rested(began) };
            let is_new = rested.is_none();
            let mut connection = match rested {
                Some(connection) => connection,
                // It is rarely made, and its state is larger than all the rest.
                None => Box::pin(self.connect()).await?,
            };
            if !is_new && connection.requests.ready().await.is_err() {
                continue;
            }
            match connection.requests.try_send_request(request).await {
                Ok(response) => {
                    let reply = read(response).await?;
                    if !alone {
                        self.rest(connection, began);
                    }
                    return Ok(reply);
                }
                Err(mut error) => match error.take_message() {
                    Some(unwritten) if !is_new => request = unwritten,
                    Some(_) => return Err(Failure::Unreached(cause(error.error()))),
                    None => return Err(Failure::Silent(cause(error.error()))),
                },
            }
        }
    }

    async fn connect(&self) -> Result<Connection, Failure> {
        let connecting = self.connector.clone().oneshot(self.address.clone());
        let socket = connecting
            .await
            .map_err(|error| Failure::Unreached(cause(&*error)))?;
        let (requests, connection) = self
            .http
            .handshake(socket)
            .await
            .map_err(|error| Failure::Unreached(cause(&error)))?;
        // Its failure reaches the caller as that of the request.
        tokio::spawn(connection);
        let now = self.clock.now();
        Ok(Connection {
            requests,
            made_at: now,
            rests_since: now,
        })
    }

    fn rested(&self, now: i64) -> Option<Connection> {
        let mut resting = self.resting();
        while let Some(connection) = resting.pop() {
            if connection.is_fit(now) {
                return Some(connection);
            }
        }
        None
    }

    /// Counted from before its last exchange, which takes seconds at most: one reading of the clock for both.
    fn rest(&self, mut connection: Connection, since: i64) {
        connection.rests_since = since;
        self.resting().push(connection);
    }

    fn resting(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.resting
            .here()
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(response: Response<Incoming>) -> Result<Reply, Failure> {
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

fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    format!("the OTP service can't be reached: {}", chain(error))
}
