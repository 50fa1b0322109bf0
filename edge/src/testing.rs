//! What router tests of both servers need: calls made in memory, answers to look into, and bodies
//! that misbehave. Behind the feature `testing`, so never in a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on ends here"
)]

mod log;
mod metrics;

pub use log::{Log, somebody_listens};
pub use metrics::{metrics_rows, table_rows};

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Frame;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::ErrorType;
use socket2::{Domain, Socket, Type};
use tower::ServiceExt;

use crate::Stop;
use crate::peer::Connected;

/// An address of this machine where nobody listens, until a program does that is told to: connections are
/// refused, and until this process ends nobody is given it who asks for any free port.
#[must_use]
pub fn reserved_address() -> SocketAddr {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // Two may be bound to it as long as both say so and only one listens, as servers do.
    socket.set_reuse_address(true).unwrap();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&any.into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    std::mem::forget(socket);
    address
}

/// A request to be sent to a router in memory.
#[derive(Debug)]
pub struct Call(Request<Body>);

impl Call {
    /// A request without headers or body, from `127.0.0.1`.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        *request.uri_mut() = path.parse().unwrap();
        Self(request).from_peer("127.0.0.1:49152")
    }

    /// `GET path`
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// `POST path`
    #[must_use]
    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// `DELETE path`
    #[must_use]
    pub fn delete(path: &str) -> Self {
        Self::new("DELETE", path)
    }

    /// Comes from this address and port.
    #[must_use]
    pub fn from_peer(mut self, peer: &str) -> Self {
        let connected = Connected {
            peer: peer.parse().unwrap(),
            stop: Stop::default(),
        };
        self.0.extensions_mut().insert(Arc::new(connected));
        self
    }

    /// Adds a header; one that is there already stays.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        self.0.headers_mut().append(name, value);
        self
    }

    /// Adds `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, secret: &str) -> Self {
        self.header("authorization", &format!("Bearer {secret}"))
    }

    /// Sets the body as it is.
    #[must_use]
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        *self.0.body_mut() = body.into();
        self
    }

    /// Sets a body of JSON and its content type.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        self.header("content-type", "application/json")
            .body(serde_json::to_vec(body).unwrap())
    }

    /// Sends it and reads the whole answer.
    pub async fn send(self, router: &Router) -> Answer {
        let Ok(response) = router.clone().oneshot(self.0).await;
        Answer::read(response).await
    }
}

/// An answer, read in full.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Bytes,
}

impl Answer {
    /// Reads a response to its end.
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    /// The header as text, if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        self.parse()
    }

    /// The body as a type.
    #[must_use]
    pub fn parse<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}: {:?}", self.status, self.body))
    }

    /// The answer is 200.
    #[track_caller]
    pub fn assert_ok(&self) -> &Self {
        assert_eq!(self.status, StatusCode::OK, "{:?}", self.body);
        self
    }

    /// The answer is the envelope of this error, complete in all its parts (D-14).
    #[track_caller]
    pub fn assert_error(&self, error_type: ErrorType) -> &Self {
        let body: Value = serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}: {:?}", self.status, self.body));
        assert_eq!(body["error_type"], error_type.as_str(), "{body}");
        assert_eq!(self.status, error_type.http_status(), "{body}");
        assert_eq!(body["status_code"], self.status, "{body}");
        assert!(
            body["error_message"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{body}"
        );
        assert_eq!(
            self.header("content-type"),
            Some("application/json; charset=utf-8")
        );
        assert_eq!(
            self.header("content-length"),
            Some(self.body.len().to_string().as_str())
        );
        assert_eq!(
            body.get("retry_after_secs")
                .map(ToString::to_string)
                .as_deref(),
            self.header("retry-after"),
            "{body}"
        );
        self
    }
}

/// A body that comes in these pieces, with no length announced.
#[derive(Debug)]
pub struct Chunks(VecDeque<io::Result<Bytes>>);

impl From<Vec<io::Result<Bytes>>> for Chunks {
    fn from(chunks: Vec<io::Result<Bytes>>) -> Self {
        Self(chunks.into())
    }
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.0.pop_front().map(|chunk| chunk.map(Frame::data)))
    }
}

/// A body that never comes.
#[derive(Debug, Clone, Copy)]
pub struct Never;

impl HttpBody for Never {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

/// Holds a README's table of settings to `--help`: below `heading`, one row for each setting that
/// has an environment variable, with the same default. Rows may name further, secret settings.
#[track_caller]
pub fn assert_settings_table(readme: &str, heading: &str, command: &clap::Command) {
    let section = readme.split(&format!("\n### {heading}\n")).nth(1).unwrap();
    let section = section.split("\n#").next().unwrap();
    let rows: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let mut settings = 0;
    for argument in command.get_arguments() {
        let Some(name) = argument.get_env().and_then(|name| name.to_str()) else {
            continue;
        };
        settings += 1;
        let quoted = format!("`{name}`");
        let row = rows
            .iter()
            .find(|row| row[1].split(", ").any(|cell| cell == quoted));
        let row = row.unwrap_or_else(|| panic!("{heading}: {name} is missing"));
        let values: Vec<_> = argument
            .get_default_values()
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect();
        let flag = !argument.get_action().takes_values() || values.is_empty();
        let default = if flag {
            String::new()
        } else {
            format!("`{}`", values.join(","))
        };
        assert_eq!(row[2], default, "{heading}: the default of {name}");
        assert!(!row[3].is_empty(), "{heading}: {name} is not explained");
    }
    assert_eq!(
        rows.len(),
        settings,
        "{heading}: a row for a setting that is not there"
    );
}

/// A figure of a test run that the environment may set, such as the number of rounds.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "no setting of a server, but of the tests"
)]
pub fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} can't be {text}")),
    )
}
