//! What comes in: how much of it is let in, and what is counted of it. One per server, shared by its
//! listener ([`crate::serve`]) and what is around its routes ([`crate::harden`]).

mod connections;
mod counts;
mod gate;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::StatusCode;
use prometheus_client::registry::Registry;
use tokio::time::Instant;

use connections::{Connected, Connections, TooMany};
use counts::Counts;
use gate::{Gate, Place};

use crate::spans::{Collector, Spans};

pub use gate::Work;

/// Refusals are logged at most so often.
const SAID_EVERY: Duration = Duration::from_secs(1);

/// How much is let in, and where it is counted; settings of both servers.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Traffic")]
pub struct TrafficLimits {
    /// Connections at one time, as far as the system has file handles for them; more are refused
    #[arg(long, env = "CONNECTIONS", default_value_t = 10_000, value_parser = at_least_one)]
    pub connections: usize,
    /// Connections at one time from one IPv4 address or IPv6 /64 network, 0 for any number. Loopback is
    /// not counted; behind a proxy on another machine this is the proxy's number
    #[arg(long, env = "CONNECTIONS_PER_ADDRESS", default_value_t = 100)]
    pub connections_per_address: usize,
    /// Requests that are worked on at one time; more are refused with 503, sends first and session
    /// checks last. Who waits inside waits as long as so many take, so this bounds the time to answer
    #[arg(long, env = "REQUESTS_AT_ONCE", default_value_t = 192, value_parser = at_least_one)]
    pub requests_at_once: usize,
    /// Address and port to show metrics and health at, as 127.0.0.1:9464 [default: not shown]
    #[arg(long, env = "METRICS_ADDR")]
    pub metrics_addr: Option<SocketAddr>,
    /// Collector that gets a span of every request, by OTLP over HTTP, as http://127.0.0.1:4318 [default: none]
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otel_exporter_otlp_endpoint: Option<Collector>,
}

impl Default for TrafficLimits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 100,
            requests_at_once: 192,
            metrics_addr: None,
            otel_exporter_otlp_endpoint: None,
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("must be a whole number".to_owned()),
    }
}

/// Clones are the same.
#[derive(Debug, Clone)]
pub struct Traffic(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    connections: Arc<Connections>,
    gate: Arc<Gate>,
    counts: Counts,
    work_of: fn(&str) -> Work,
    unsaid: Mutex<Unsaid>,
    spans: OnceLock<Spans>,
}

/// Refusals that the log does not tell yet.
#[derive(Debug, Default)]
struct Unsaid {
    shed: u64,
    refused: u64,
    said_at: Option<Instant>,
}

impl Traffic {
    /// `work_of` says what a route, given by its template, is about.
    pub fn new(registry: &mut Registry, limits: &TrafficLimits, work_of: fn(&str) -> Work) -> Self {
        let connections = connections::within_file_handles(limits.connections);
        if connections < limits.connections {
            tracing::info!(
                connections,
                "fewer connections: the system's file handles end there"
            );
        }
        Self(Arc::new(Inner {
            connections: Connections::new(connections, limits.connections_per_address),
            gate: Gate::new(limits.requests_at_once),
            counts: Counts::register(registry),
            work_of,
            unsaid: Mutex::default(),
            spans: OnceLock::new(),
        }))
    }

    /// For routes that nobody reads metrics of: nothing but the number of connections is limited.
    #[must_use]
    pub fn uncounted() -> Self {
        let limits = TrafficLimits {
            connections: 100,
            ..TrafficLimits::default()
        };
        Self::new(&mut Registry::default(), &limits, |_| Work::Free)
    }

    /// Tells every request from now on to the collector of these settings, if there is one, as this service.
    /// Needs a runtime.
    pub fn export_to_collector(
        &self,
        limits: &TrafficLimits,
        service: &'static str,
        version: &'static str,
    ) {
        if let Some(collector) = &limits.otel_exporter_otlp_endpoint {
            self.export(Spans::to(collector, service, version));
        }
    }

    /// Only the first ones count.
    pub(crate) fn export(&self, spans: Spans) {
        let _ = self.0.spans.set(spans);
    }

    /// Waits until the collector has what it was told, or can't have it.
    pub async fn flush_spans(&self) {
        if let Some(spans) = self.0.spans.get() {
            spans.flush().await;
        }
    }

    /// A new connection, counted until what is answered is dropped; none when it is one too many.
    pub(crate) fn connect(&self, from: IpAddr) -> Option<Open> {
        match self.0.connections.take(from) {
            Ok(connected) => {
                self.0.counts.connected.inc();
                Some(Open {
                    traffic: self.clone(),
                    _connected: connected,
                })
            }
            Err(too_many) => {
                self.refused(too_many);
                None
            }
        }
    }

    fn refused(&self, too_many: TooMany) {
        self.0.counts.refused.count(too_many);
        self.say(|unsaid| unsaid.refused += 1);
    }

    fn shed(&self, work: Work) {
        self.0.counts.shed.count(work);
        self.say(|unsaid| unsaid.shed += 1);
    }

    /// A request to this route begins.
    pub(crate) fn begin(&self, route: &str) -> Request {
        self.0.counts.in_flight.inc();
        Request {
            work: (self.0.work_of)(route),
            began: Instant::now(),
            traffic: self.clone(),
        }
    }

    /// What was refused since it was said last, at most once a second, however much it is.
    fn say(&self, count: impl FnOnce(&mut Unsaid)) {
        let now = Instant::now();
        let mut unsaid = self.0.unsaid.lock().unwrap_or_else(PoisonError::into_inner);
        count(&mut unsaid);
        if unsaid.said_at.is_some_and(|said| now < said + SAID_EVERY) {
            return;
        }
        let Unsaid { shed, refused, .. } = std::mem::take(&mut *unsaid);
        unsaid.said_at = Some(now);
        drop(unsaid);
        tracing::warn!(
            event = "overloaded",
            requests = shed,
            connections = refused,
            "more came than can be done; so many were refused since this was said last"
        );
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Open {
    traffic: Traffic,
    _connected: Connected,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.traffic.0.counts.connected.dec();
    }
}

/// A running request.
#[derive(Debug)]
pub(crate) struct Request {
    traffic: Traffic,
    work: Work,
    pub(crate) began: Instant,
}

impl Request {
    /// Lets it in, or not.
    pub(crate) fn enter(self) -> Result<Inside, Self> {
        match self.traffic.0.gate.enter(self.work) {
            Some(place) => Ok(Inside(Arc::new(Entered {
                request: self,
                place,
            }))),
            None => {
                self.traffic.shed(self.work);
                Err(self)
            }
        }
    }

    /// Its answer is ready. How long that took.
    pub(crate) fn answered(&self, route: &str, status: StatusCode) -> Duration {
        let took = self.began.elapsed();
        let counts = &self.traffic.0.counts;
        counts.answered(route, status, self.work, took);
        took
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.traffic.0.counts.in_flight.dec();
    }
}

/// A request that was let in. It holds a place until the last clone is gone.
#[derive(Debug, Clone)]
pub(crate) struct Inside(Arc<Entered>);

#[derive(Debug)]
struct Entered {
    request: Request,
    place: Place,
}

impl Inside {
    pub(crate) fn request(&self) -> &Request {
        &self.0.request
    }

    /// Where it is told to, if anywhere.
    pub(crate) fn spans(&self) -> Option<&Spans> {
        self.request().traffic.0.spans.get()
    }

    /// Waits for what a slow caller has to bring, without a place meanwhile. Nothing when there is no
    /// place afterwards.
    pub(crate) async fn outside<T>(&self, brought: impl Future<Output = T>) -> Option<T> {
        let Entered { request, place } = &*self.0;
        place.leave();
        let brought = brought.await;
        if place.enter_again() {
            return Some(brought);
        }
        request.traffic.shed(request.work);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: TrafficLimits,
    }

    #[test]
    fn the_defaults_of_the_settings_are_those_of_the_code() {
        let Line { limits } = Line::try_parse_from(["server"]).unwrap();
        assert_eq!(
            format!("{limits:?}"),
            format!("{:?}", TrafficLimits::default())
        );
        for flag in ["--connections=0", "--requests-at-once=0", "--connections=x"] {
            assert!(Line::try_parse_from(["server", flag]).is_err(), "{flag}");
        }
    }
}
