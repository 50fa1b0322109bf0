//! One caller with one connection that stays open.

use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::Failure;
use crate::process::KEY;

pub(crate) struct Client {
    requests: SendRequest<Full<Bytes>>,
    authority: String,
    key: &'static str,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    body: Bytes,
}

impl Reply {
    /// The body of a 200.
    pub(crate) fn ok(&self) -> Result<Value, Failure> {
        self.succeeded()?;
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The body of a 200 that is no JSON.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        self.succeeded()?;
        Ok(String::from_utf8(self.body.to_vec())?)
    }

    fn succeeded(&self) -> Result<(), Failure> {
        if self.status == StatusCode::OK {
            return Ok(());
        }
        Err(format!("the service answered {}", self.status).into())
    }
}

impl Client {
    pub(crate) async fn connect(authority: &str) -> Result<Self, Failure> {
        let socket = TcpStream::connect(authority).await?;
        socket.set_nodelay(true)?;
        let (requests, connection) = handshake(TokioIo::new(socket)).await?;
        // Its failure reaches the caller as that of the request.
        tokio::spawn(connection);
        Ok(Self {
            requests,
            authority: authority.to_owned(),
            key: KEY,
        })
    }

    /// Another key than the usual one, from now on.
    pub(crate) fn uses(&mut self, key: &'static str) {
        self.key = key;
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Reply, Failure> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("host", &self.authority)
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json")
            .body(Full::from(body.to_string()))?;
        self.answer(request).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<Reply, Failure> {
        let request = Request::builder()
            .uri(path)
            .header("host", &self.authority)
            .body(Full::default())?;
        self.answer(request).await
    }

    async fn answer(&mut self, request: Request<Full<Bytes>>) -> Result<Reply, Failure> {
        self.requests.ready().await?;
        let reply = self.requests.send_request(request).await?;
        let status = reply.status();
        let body = reply.into_body().collect().await?.to_bytes();
        Ok(Reply { status, body })
    }
}
