//! A caller that is no browser: for the outbox, and for what somebody else does elsewhere.

use std::time::Duration;

use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::trouble::{Outcome, Trouble};

/// An answer with its JSON body; `null` when there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, read as JSON.
    pub body: Value,
}

/// Sends a request without a body.
///
/// # Errors
/// When there is no answer within ten seconds, or one that is no JSON.
pub async fn send(method: Method, url: &str, headers: &[(&str, &str)]) -> Outcome<Answer> {
    call(method, url, headers, Bytes::new()).await
}

/// Sends a request with a JSON body.
///
/// # Errors
/// As [`send`].
pub async fn post(url: &str, headers: &[(&str, &str)], body: &Value) -> Outcome<Answer> {
    let json = ("content-type", "application/json");
    let headers = [headers, &[json]].concat();
    call(Method::POST, url, &headers, body.to_string().into()).await
}

async fn call(method: Method, url: &str, headers: &[(&str, &str)], body: Bytes) -> Outcome<Answer> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = async {
        let answer = client.request(request.body(Full::new(body))?).await?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await?.to_bytes();
        Outcome::Ok((status, body))
    };
    let (status, body) = tokio::time::timeout(Duration::from_secs(10), answer)
        .await
        .map_err(|_| Trouble::new(format_args!("no answer within ten seconds from {url}")))??;
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&body)?
    };
    Ok(Answer { status, body })
}
