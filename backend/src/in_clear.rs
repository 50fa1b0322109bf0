//! Requests that come in clear although people are to use https (D-19): who wants a page is sent on to it, a call is
//! refused and never sent on, for what it carries has been on the network already and would be again.
//!
//! This is for a backend that ends TLS itself, at the port of `REDIRECT_ADDR`. Where a proxy does, the proxy does this
//! too, as those in `deploy/`: whether one handed a request on that came in clear can't be told for sure here.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use edge::{ApiError, EdgeLimits, Stop, harden};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use shared::ErrorType;
use tokio::net::TcpListener;

use crate::app::{App, Shared};
use crate::bundle::is_below;

/// What programs call; everything else is for people.
const CALLS: [&str; 5] = ["/api", "/.well-known", "/outbox", "/healthz", "/readyz"];

fn turn_away(app: &App, method: &Method, uri: &Uri) -> Response {
    let is_call = CALLS.iter().any(|call| is_below(uri.path(), call));
    if is_call || !matches!(*method, Method::GET | Method::HEAD) {
        return ApiError::from(ErrorType::OriginNotAllowed)
            .message("Calls are taken over https only.")
            .into_response();
    }
    let rest = uri.path_and_query().map_or("/", |rest| rest.as_str());
    let address = format!("{}{rest}", app.settings.public_url);
    match HeaderValue::try_from(address) {
        Ok(address) => (
            StatusCode::PERMANENT_REDIRECT,
            [(header::LOCATION, address)],
        )
            .into_response(),
        Err(error) => ApiError::internal(error).into_response(),
    }
}

/// The port for plain HTTP beside one with TLS.
#[derive(Debug)]
pub(crate) struct Beside(TcpListener);

impl Beside {
    pub(crate) async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        tracing::info!(address = %listener.local_addr()?, "plain HTTP is turned away");
        Ok(Self(listener))
    }

    /// Turns everything away until the server stops.
    pub(crate) async fn serve(self, app: &Arc<App>, stop: Stop) -> io::Result<()> {
        edge::serve(self.0, routes(Arc::clone(app)), &app.traffic, stop).await
    }
}

fn routes(app: Arc<App>) -> Router {
    async fn answer(State(app): Shared, request: Request) -> Response {
        turn_away(&app, request.method(), request.uri())
    }
    let traffic = app.traffic.clone();
    harden(
        Router::new().fallback(answer).with_state(app),
        EdgeLimits::default(),
        &traffic,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Harness;
    use edge::testing::{Answer, Call};

    async fn beside(backend: &Harness, method: &str, path: &str) -> Answer {
        let routes = routes(Arc::clone(&backend.app));
        Call::new(method, path).send(&routes).await
    }

    #[tokio::test]
    async fn a_page_is_sent_on_to_https_and_a_call_is_refused_d_19() {
        let backend = Harness::with(&["--public-url=https://login.example.com"]).await;
        for path in [
            "/",
            "/code?lang=de",
            "//evil.example/",
            "/plain",
            "/sign-in?return_to=x",
        ] {
            for method in ["GET", "HEAD"] {
                let answer = beside(&backend, method, path).await;
                assert_eq!(answer.status, 308, "{path}");
                let address = format!("https://login.example.com{path}");
                assert_eq!(answer.header("location"), Some(&*address));
                // Said in clear it would count for nothing (RFC 6797, 7.2).
                assert_eq!(answer.header("strict-transport-security"), None);
            }
        }
        for (method, path) in [
            ("GET", "/api/session"),
            ("GET", "/api"),
            ("POST", "/api/otp/send"),
            ("GET", "/.well-known/jwks.json"),
            ("GET", "/healthz"),
            ("POST", "/plain"),
            ("POST", "/"),
        ] {
            let answer = beside(&backend, method, path).await;
            answer.assert_error(ErrorType::OriginNotAllowed);
            assert_eq!(answer.header("location"), None, "{path}");
        }
        assert_eq!(beside(&backend, "GET", "/apis").await.status, 308);
    }
}
