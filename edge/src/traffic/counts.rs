//! What is counted of connections and requests.

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::connections::TooMany;
use super::gate::Work;
use crate::metrics::{ClosedSet, Counted};

/// Upper bounds in seconds: from a session check to the longest request.
const DURATIONS: [f64; 8] = [0.001, 0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Route template and status class.
type Answered = [(&'static str, Cow<'static, str>); 2];
type Took = Family<[(&'static str, &'static str); 1], Histogram>;

#[derive(Debug)]
pub(super) struct Counts {
    answered: Family<Answered, Counter>,
    took: Took,
    pub(super) in_flight: Gauge,
    pub(super) shed: Counted<Work>,
    pub(super) connected: Gauge,
    pub(super) refused: Counted<TooMany>,
}

impl Counts {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let counts = Self {
            answered: Family::default(),
            took: Family::new_with_constructor(|| Histogram::new(DURATIONS)),
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
        let Self { answered, took, .. } = &counts;
        registry.register(
            "http_requests",
            "Requests answered, by route template and class of status",
            answered.clone(),
        );
        registry.register(
            "http_request_duration_seconds",
            "How long requests took, by what they are about",
            took.clone(),
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
        for work in Work::ALL {
            drop(took.get_or_create(&[("work", work.as_str())]));
        }
        counts
    }

    /// `route` is a template of the router, never what was called.
    pub(super) fn answered(&self, route: &str, status: StatusCode, work: Work, took: Duration) {
        let labels = [
            ("route", Cow::Owned(route.to_owned())),
            ("status", Cow::Borrowed(class(status))),
        ];
        self.answered.get_or_create(&labels).inc();
        let took = took.as_secs_f64();
        self.took
            .get_or_create(&[("work", work.as_str())])
            .observe(took);
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
