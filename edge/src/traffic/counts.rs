//! What is counted of connections and requests.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use http::StatusCode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::connections::TooMany;
use super::gate::Work;
use crate::metrics::{ByWord, Counted};

/// Upper bounds in seconds: from a session check to the longest request.
const DURATIONS: [f64; 8] = [0.001, 0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Classes of status.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Route template and status class.
type Labels = [(&'static str, Cow<'static, str>); 2];

/// Counters by route and class of status; there are as many as were ever answered.
#[derive(Debug, Default)]
struct Answered {
    family: Family<Labels, Counter>,
    /// The same, found by the route alone.
    known: RwLock<HashMap<String, [Option<Counter>; CLASSES.len()]>>,
}

impl Answered {
    fn count(&self, route: &str, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = known
            .get(route)
            .and_then(|classes| classes.get(class)?.as_ref())
        {
            counter.inc();
            return;
        }
        drop(known);
        let labels = [
            ("route", Cow::Owned(route.to_owned())),
            ("status", Cow::Borrowed(CLASSES[class])),
        ];
        let counter = self.family.get_or_create(&labels).clone();
        counter.inc();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(route.to_owned()).or_default()[class] = Some(counter);
    }
}

#[derive(Debug)]
pub(super) struct Counts {
    answered: Answered,
    took: ByWord<Work, Histogram>,
    pub(super) in_flight: Gauge,
    pub(super) shed: Counted<Work>,
    pub(super) connected: Gauge,
    pub(super) refused: Counted<TooMany>,
}

impl Counts {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let counts = Self {
            answered: Answered::default(),
            took: ByWord::register(
                registry,
                "http_request_duration_seconds",
                "How long requests took, by what they are about",
                "work",
                || Histogram::new(DURATIONS),
            ),
            in_flight: Gauge::default(),
            shed: Counted::register(
                registry,
                "http_requests_shed",
                "Requests refused because too many were worked on",
                "work",
            ),
            connected: Gauge::default(),
            refused: Counted::register(
                registry,
                "connections_refused",
                "Connections closed as soon as they came: too many in all, or from one address",
                "why",
            ),
        };
        registry.register(
            "http_requests",
            "Requests answered, by route template and class of status",
            counts.answered.family.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests that are worked on",
            counts.in_flight.clone(),
        );
        registry.register(
            "connections_open",
            "Connections of callers",
            counts.connected.clone(),
        );
        counts
    }

    /// `route` is a template of the router, never what was called.
    pub(super) fn answered(&self, route: &str, status: StatusCode, work: Work, took: Duration) {
        self.answered.count(route, status);
        if let Some(histogram) = self.took.get(work) {
            histogram.observe(took.as_secs_f64());
        }
    }
}
