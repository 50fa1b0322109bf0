//! Passes `/outbox` on to the OTP service in this process, so that a developer opens one address
//! only. It exists only while that service runs here, and shows what the outbox shows: codes. So it
//! is never there behind a public https address (J-11).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use edge::ApiError;
use http::{HeaderName, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use shared::ErrorType;

use crate::app::App;

/// It is in this process; whoever waits longer waits for a bug.
const PATIENCE: Duration = Duration::from_secs(3);

/// What goes back to the browser of the answer's headers.
const PASSED: [HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::CONTENT_SECURITY_POLICY,
    header::CACHE_CONTROL,
    header::ALLOW,
];

/// The way to the outbox.
pub(crate) struct Outbox {
    client: Client<HttpConnector, Body>,
    authority: String,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbox")
    }
}

impl Outbox {
    /// `authority` is the address and port of the service on loopback.
    pub(crate) fn new(authority: String) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            authority,
        }
    }

    async fn fetch(&self, path: &str) -> Result<Response, ApiError> {
        let uri = Uri::builder()
            .scheme("http")
            .authority(self.authority.as_str())
            .path_and_query(path)
            .build()
            .map_err(ApiError::internal)?;
        let fetched = tokio::time::timeout(PATIENCE, self.client.get(uri)).await;
        let away = |cause: &dyn fmt::Display| {
            ApiError::unavailable(ErrorType::OtpServiceUnavailable, cause).retry_after(5)
        };
        let answer = fetched
            .map_err(|error| away(&error))?
            .map_err(|error| away(&error))?;
        let (parts, body) = answer.into_parts();
        let mut response = Response::new(Body::new(body));
        *response.status_mut() = parts.status;
        for name in PASSED {
            if let Some(value) = parts.headers.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        Ok(response)
    }
}

pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, ApiError> {
    let outbox = app.outbox.as_ref().ok_or(ErrorType::NotFound)?;
    let path = request
        .uri()
        .path_and_query()
        .map_or("/outbox", |path| path.as_str());
    outbox.fetch(path).await
}
