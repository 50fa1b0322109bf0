//! A caller of the service: one call, one answer, or none when the process has died. Every answer of
//! 400 or more has to be the envelope.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::{Request, header};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

pub(crate) const KEY: &str = "sk_test_000000000000000000000000000000000000000000000000";
/// Longer than any request's deadline: who waits longer waits for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// No answer came, or the service said that it can't work now: whether the call was carried out is
/// not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unknown;

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn text(&self, field: &str) -> String {
        let text = self.body[field].as_str();
        text.unwrap_or_else(|| panic!("no {field} in {self:?}"))
            .to_owned()
    }

    pub(crate) fn number(&self, field: &str) -> u64 {
        let number = self.body[field].as_u64();
        number.unwrap_or_else(|| panic!("no {field} in {self:?}"))
    }

    pub(crate) fn is_error(&self, error_type: &str) -> bool {
        self.status >= 400 && self.body["error_type"] == error_type
    }

    #[track_caller]
    pub(crate) fn assert_ok(&self) -> &Self {
        assert_eq!(self.status, 200, "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn assert_error(&self, error_type: &str) -> &Self {
        assert!(self.is_error(error_type), "not {error_type}: {self:?}");
        self
    }
}

/// Clones share their connections and count together.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: Client<HttpConnector, Body>,
    authority: String,
    key: String,
    /// Answers that came, those of 503 apart.
    pub(crate) answered: Arc<AtomicU64>,
    pub(crate) unavailable: Arc<AtomicU64>,
}

impl Http {
    pub(crate) fn new(authority: &str, key: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            authority: authority.to_owned(),
            key: key.to_owned(),
            answered: Arc::default(),
            unavailable: Arc::default(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Unknown> {
        self.call("GET", path, &Value::Null, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer, Unknown> {
        self.call("POST", path, body, None).await
    }

    pub(crate) async fn delete(&self, path: &str, body: &Value) -> Result<Answer, Unknown> {
        self.call("DELETE", path, body, None).await
    }

    /// `path` is one of the API, of the outbox, or a health page.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        idempotency_key: Option<&str>,
    ) -> Result<Answer, Unknown> {
        let prefix = if path.starts_with("/outbox") || matches!(path, "/healthz" | "/readyz") {
            ""
        } else {
            "/v1/auth"
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{prefix}{path}", self.authority))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            Body::from(body.to_string())
        };
        let request = request.body(body).unwrap();
        let exchange = async {
            let response = self.client.request(request).await.map_err(|_| Unknown)?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.map_err(|_| Unknown)?;
            Ok((status, body.to_bytes()))
        };
        let exchange = tokio::time::timeout(PATIENCE, exchange).await;
        let (status, body) = exchange.expect("an answer, or the end of the connection")?;
        self.noted(method, path, status, &body)
    }

    fn noted(
        &self,
        method: &str,
        path: &str,
        status: u16,
        body: &Bytes,
    ) -> Result<Answer, Unknown> {
        let body: Value = serde_json::from_slice(body)
            .unwrap_or_else(|error| panic!("{method} {path}: {status}: {error} in {body:?}"));
        let answer = Answer { status, body };
        if status >= 400 {
            let envelope = answer.number("status_code") == u64::from(status)
                && !answer.text("error_type").is_empty()
                && !answer.text("error_message").is_empty();
            assert!(envelope, "{method} {path}: {answer:?}");
        }
        assert_ne!(status, 500, "{method} {path}: {answer:?}");
        if matches!(status, 503 | 408) {
            self.unavailable.fetch_add(1, Ordering::Relaxed);
            return Err(Unknown);
        }
        self.answered.fetch_add(1, Ordering::Relaxed);
        Ok(answer)
    }
}
