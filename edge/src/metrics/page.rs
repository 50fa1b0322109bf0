//! `GET /metrics`, on a listener of its own.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::settings::check_listen;
use crate::{ApiError, EdgeLimits, Stop, Traffic, harden, serve};

const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A listener for readers of metrics.
#[derive(Debug)]
pub struct Page(TcpListener);

impl Page {
    /// Listens; on loopback only, unless `insecure_listen` says otherwise.
    ///
    /// # Errors
    /// When the address may not or can't be listened on.
    pub async fn bind(address: SocketAddr, insecure_listen: bool) -> io::Result<Self> {
        check_listen(address, insecure_listen).map_err(io::Error::other)?;
        let listener = TcpListener::bind(address).await?;
        tracing::info!(address = %listener.local_addr()?, "metrics are shown");
        Ok(Self(listener))
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not know.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Shows the registry, and what else `routes` holds, until the server stops.
    pub async fn serve(self, registry: Arc<Registry>, routes: Router, stop: Stop) {
        let routes = Router::new()
            .route("/metrics", get(metrics))
            .with_state(registry)
            .merge(routes);
        // Readers of metrics are no callers: they are not counted among them, nor held up by them.
        let traffic = Traffic::uncounted();
        let router = harden(routes, EdgeLimits::default(), &traffic);
        if let Err(error) = serve(self.0, router, &traffic, stop).await {
            tracing::error!(%error, "metrics are no longer shown");
        }
    }
}

async fn metrics(State(registry): State<Arc<Registry>>) -> Result<Response, ApiError> {
    let shown = render(&registry).map_err(ApiError::internal)?;
    Ok(([(header::CONTENT_TYPE, TEXT)], shown).into_response())
}

/// The registry as a reader sees it.
///
/// # Errors
/// When a metric can't be written down.
pub fn render(registry: &Registry) -> Result<String, fmt::Error> {
    let mut shown = String::with_capacity(16 * 1024);
    text::encode(&mut shown, registry)?;
    Ok(shown)
}
