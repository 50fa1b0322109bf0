//! An OTP service on a loopback socket that does just enough to sign in with, writes down what it is
//! asked, and plays any misbehaviour it is told to.

mod memory;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use edge::Peer;
use edge::clock::Clock;
use edge::testing::Chunks;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use memory::{Memory, error};

pub(crate) const KEY: &str = "sk_test_000000000000000000000000000000000000000000000000";
pub(crate) const RIGHT_CODE: &str = "123456";

/// Holds a call up until the test lets it go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gate {
    pub(crate) entered: Arc<Notify>,
    pub(crate) release: Arc<Notify>,
}

impl Gate {
    pub(crate) async fn pass(&self) {
        self.entered.notify_one();
        self.release.notified().await;
    }
}

/// What the stub answers instead of its own answer.
#[derive(Debug, Clone)]
pub(crate) enum Script {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Half an answer, then the connection is gone.
    Truncated,
    /// The connection is gone before the answer begins.
    CutOff,
    /// Nothing, ever.
    Silence,
}

impl Script {
    pub(crate) fn body(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: body.as_ref().to_vec(),
        }
    }

    pub(crate) fn error(status: u16, error_type: &str) -> Self {
        let body = json!({"status_code": status, "error_message": "UPSTREAM TEXT +12125550142", "error_type": error_type});
        Self::body(status, body.to_string())
    }

    pub(crate) fn header(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer {
                status,
                mut headers,
                body,
            } => {
                headers.push((name, value.to_owned()));
                Self::Answer {
                    status,
                    headers,
                    body,
                }
            }
            other => other,
        }
    }

    async fn play(self) -> Response {
        match self {
            Self::Silence => std::future::pending().await,
            Self::Truncated => {
                ([("content-length", "500")], Body::new(Half(HALF_POLLS))).into_response()
            }
            Self::CutOff => {
                let nothing = vec![Err(std::io::ErrorKind::ConnectionReset.into())];
                (
                    [("content-length", "500")],
                    Body::new(Chunks::from(nothing)),
                )
                    .into_response()
            }
            Self::Answer {
                status,
                headers,
                body,
            } => {
                let mut response = Response::new(Body::from(body));
                *response.status_mut() = StatusCode::from_u16(status).unwrap();
                for (name, value) in headers {
                    response.headers_mut().append(
                        HeaderName::from_static(name),
                        HeaderValue::from_str(&value).unwrap(),
                    );
                }
                response
            }
        }
    }
}

/// A body that breaks off after its first piece has left.
struct Half(u8);

/// One for the piece, the others so that the server has time to write it out.
const HALF_POLLS: u8 = 4;

impl HttpBody for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0 = self.0.saturating_sub(1);
        match self.0 {
            0 => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            left if left == HALF_POLLS - 1 => {
                let piece = Bytes::from_static(b"{\"phone_number_id\":\"pn_");
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            _ => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}

/// A call that came in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// The other end of the connection.
    pub(crate) peer: SocketAddr,
}

/// A running stub.
#[derive(Debug, Clone)]
pub(crate) struct Stub {
    pub(crate) base: String,
    clock: Clock,
    memory: Arc<Mutex<Memory>>,
}

impl Stub {
    pub(crate) async fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stub = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            clock,
            memory: Arc::default(),
        };
        stub.also_at(listener);
        stub
    }

    /// Answers here too.
    pub(crate) fn also_at(&self, listener: TcpListener) {
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move {
            let stop = edge::Stop::default();
            edge::serve(listener, router, &edge::Traffic::uncounted(), stop).await
        });
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    /// Answers everything with this from now on.
    pub(crate) fn plays(&self, script: Script) {
        let mut memory = self.memory();
        (memory.script, memory.plays, memory.plays_at) = (Some(script), None, "");
    }

    /// Answers the calls to this path with this from now on.
    pub(crate) fn plays_at(&self, path: &'static str, script: Script) {
        self.plays(script);
        self.memory().plays_at = path;
    }

    /// Does its own work for this path when the gate lets it.
    pub(crate) fn waits_at(&self, path: &'static str, gate: Gate) {
        self.memory().gate = Some((path, gate));
    }

    /// Answers so many calls with this, then does its own work.
    pub(crate) fn plays_times(&self, times: usize, script: Script) {
        let mut memory = self.memory();
        (memory.script, memory.plays, memory.plays_at) = (Some(script), Some(times), "");
    }

    /// Does its own work again.
    pub(crate) fn behaves(&self) {
        self.memory().script = None;
    }

    pub(crate) fn is_the_vendor(&self) {
        self.memory().vendor = true;
    }

    /// All calls so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.memory().asked.clone()
    }

    /// The calls to this path so far.
    pub(crate) fn asked_at(&self, path: &str) -> Vec<Asked> {
        let asked = self.asked();
        asked
            .into_iter()
            .filter(|asked| asked.path == format!("/v1/auth{path}"))
            .collect()
    }

    pub(crate) fn session_end(&self, token: &str) -> Option<i64> {
        self.memory().sessions.get(token)?["expires_at"].as_i64()
    }

    /// Of all live sessions.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.memory().sessions.keys().cloned().collect()
    }

    pub(crate) fn live_sessions(&self) -> usize {
        self.memory().sessions.len()
    }
}

async fn answer(State(stub): State<Stub>, Peer(peer): Peer, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let path = parts.uri.to_string();
    let script = {
        let mut memory = stub.memory();
        memory.asked.push(Asked {
            path: path.clone(),
            headers: parts.headers.clone(),
            body: body.clone(),
            peer,
        });
        memory.next_script(&path)
    };
    if let Some(script) = script {
        return script.play().await;
    }
    let gate = stub.memory().gate.clone();
    if let Some((_, gate)) = gate.filter(|(at, _)| path == format!("/v1/auth{at}")) {
        gate.pass().await;
    }
    if parts
        .headers
        .get("authorization")
        .map(HeaderValue::as_bytes)
        != Some(format!("Bearer {KEY}").as_bytes())
    {
        return error(401, "unauthorized", None);
    }
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let now = stub.clock.now();
    let mut memory = stub.memory();
    match (parts.method.as_str(), path) {
        ("POST", "/v1/auth/otps/sms/login_or_create") => memory.send(&body),
        ("POST", "/v1/auth/otps/sms/send") => memory.send_second_factor(&body),
        ("POST", "/v1/auth/otps/verify") => memory.verify(&body, now),
        ("POST", "/v1/auth/sessions/verify") => memory.verify_session(&body, now),
        ("GET", "/v1/auth/sessions/list") => memory.list(query),
        ("DELETE", "/v1/auth/sessions/delete") => memory.delete(&body),
        ("POST", "/v1/auth/users/create") => memory.create_user(&body),
        ("POST", "/v1/auth/users/search") => memory.search(&body),
        ("POST", path) if path.ends_with("/unblock") => memory.unblock(path, &body),
        ("DELETE", path) if path.ends_with("/delete") => memory.delete_user(path),
        ("GET", path) if path.starts_with("/v1/auth/users/") => error(404, "user_not_found", None),
        _ => error(404, "not_found", None),
    }
}
