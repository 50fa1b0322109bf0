//! Spans of requests for a collector of OpenTelemetry's: OTLP over HTTP in its JSON form, which is one document
//! in one POST. The crates around `opentelemetry-otlp`, nine more than are here, would bring protobuf's types, a thread
//! with a runtime of its own and a second idea of what a span is, for this one call.
//!
//! A span holds names of ours: method, route template, status. Nothing that a caller wrote is in one. What can't be
//! handed over is dropped and counted in the log; no request waits for it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::body::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::outbound;
use crate::trace::Origin;

/// So many spans may wait; more are dropped.
const WAITING: usize = 8192;
/// So many are handed over together.
const BATCH: usize = 512;
/// They wait for others so long.
const GATHER: Duration = Duration::from_secs(1);
/// The collector has so long to take a batch.
const WITHIN: Duration = Duration::from_secs(5);

/// `kind` of a request that is served.
const SERVER: u8 = 2;
/// `code` of a span that failed.
const FAILED: u8 = 2;

/// Where a collector listens: scheme, host and port, and a path if it is not the usual one.
#[derive(Debug, Clone)]
pub struct Collector(Uri);

impl FromStr for Collector {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "must be an address, as http://127.0.0.1:4318";
        let base: Uri = text.parse().map_err(|_| SHAPE)?;
        let known = matches!(base.scheme_str(), Some("http" | "https"));
        if !known || base.query().is_some() {
            return Err(SHAPE);
        }
        let place = format!("{}/v1/traces", text.trim_end_matches('/'));
        place.parse().map(Self).map_err(|_| SHAPE)
    }
}

/// A request that is over.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) origin: Origin,
    pub(crate) method: &'static str,
    /// A template of the router.
    pub(crate) route: String,
    pub(crate) status: StatusCode,
    /// Since 1970.
    pub(crate) end: Duration,
    pub(crate) took: Duration,
}

#[derive(Debug)]
enum Told {
    Ended(Box<Ended>),
    /// Everything before this is to be handed over.
    Flush(oneshot::Sender<()>),
}

/// Takes spans. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Spans(mpsc::Sender<Told>);

impl Spans {
    /// From now on, as this service. Needs a runtime.
    pub(crate) fn to(collector: &Collector, service: &'static str, version: &'static str) -> Self {
        let (spans, waiting) = mpsc::channel(WAITING);
        let exporter = Exporter::new(collector, service, version);
        tokio::spawn(exporter.work(waiting));
        Self(spans)
    }

    pub(crate) fn ended(&self, ended: Ended) {
        // Who would wait for it would make the caller wait; that some are missing the log says.
        if self.0.try_send(Told::Ended(Box::new(ended))).is_err() {
            tracing::debug!("a span was dropped");
        }
    }

    /// Waits until what was given is handed over, or can't be.
    pub(crate) async fn flush(&self) {
        let (done, handed_over) = oneshot::channel();
        if self.0.send(Told::Flush(done)).await.is_ok() {
            let _ = handed_over.await;
        }
    }
}

struct Exporter {
    client: Client<outbound::Connector, Full<Bytes>>,
    collector: Uri,
    service: &'static str,
    version: &'static str,
    /// Whether the last batch was taken.
    works: bool,
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exporter")
    }
}

impl Exporter {
    fn new(collector: &Collector, service: &'static str, version: &'static str) -> Self {
        let connector = outbound::connector(HttpConnector::new());
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            collector: collector.0.clone(),
            service,
            version,
            works: true,
        }
    }

    async fn work(mut self, mut waiting: mpsc::Receiver<Told>) {
        let mut told = Vec::new();
        while waiting.recv_many(&mut told, BATCH).await > 0 {
            if !told.iter().any(|one| matches!(one, Told::Flush(_))) && told.len() < BATCH {
                tokio::time::sleep(GATHER).await;
                while told.len() < BATCH
                    && let Ok(one) = waiting.try_recv()
                {
                    told.push(one);
                }
            }
            let (mut spans, mut flushed) = (Vec::new(), Vec::new());
            for one in told.drain(..) {
                match one {
                    Told::Ended(ended) => spans.push(span(&ended)),
                    Told::Flush(done) => flushed.push(done),
                }
            }
            if !spans.is_empty() {
                self.hand_over(spans).await;
            }
            for done in flushed {
                // Who has stopped waiting does not want to know.
                let _ = done.send(());
            }
        }
    }

    async fn hand_over(&mut self, spans: Vec<Value>) {
        let count = spans.len();
        let handed_over = tokio::time::timeout(WITHIN, self.post(spans)).await;
        let failure = match handed_over {
            Ok(Ok(status)) if status.is_success() => None,
            Ok(Ok(status)) => Some(format!("it answered {status}")),
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("it took too long".to_owned()),
        };
        // Once, not for every batch of a night.
        match (&failure, self.works) {
            (Some(failure), true) => {
                tracing::warn!(spans = count, %failure, "the collector does not take spans; until it does they are dropped");
            }
            (None, false) => tracing::info!("the collector takes spans again"),
            _ => {}
        }
        self.works = failure.is_none();
    }

    async fn post(
        &self,
        spans: Vec<Value>,
    ) -> Result<StatusCode, Box<dyn std::error::Error + Send + Sync>> {
        let document = json!({"resourceSpans": [{
            "resource": {"attributes": [
                text("service.name", self.service),
                text("service.version", self.version),
            ]},
            "scopeSpans": [{"scope": {"name": "http"}, "spans": spans}],
        }]});
        let request = Request::post(&self.collector)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(document.to_string()))?;
        Ok(self.client.request(request).await?.status())
    }
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// The span in OTLP's JSON: 64-bit numbers are text there, ids hexadecimal.
fn span(ended: &Ended) -> Value {
    let Ended {
        origin,
        method,
        route,
        status,
        end,
        took,
    } = ended;
    let mut span = json!({
        "traceId": origin.span.trace_id(),
        "spanId": origin.span.span_id(),
        "name": format!("{method} {route}"),
        "kind": SERVER,
        "startTimeUnixNano": end.saturating_sub(*took).as_nanos().to_string(),
        "endTimeUnixNano": end.as_nanos().to_string(),
        "attributes": [
            text("http.request.method", method),
            text("http.route", route),
            {"key": "http.response.status_code", "value": {"intValue": status.as_u16().to_string()}},
            text("request.id", origin.id.as_str()),
        ],
    });
    if let Some(parent) = &origin.parent {
        span["parentSpanId"] = parent.span_id().into();
    }
    if status.is_server_error() {
        span["status"] = json!({"code": FAILED});
    }
    span
}

#[cfg(test)]
mod tests;
