//! What a server counts, in the text form that Prometheus reads, on a port of its own (F-10). Every
//! label is a word of a [`ClosedSet`] or a route template: never anything of a request.
//!
//! Here: counters with closed labels, what the system knows of the process, and the page. Not here:
//! what is counted; each server, and [`crate::Traffic`], registers its own.

mod closed_set;
mod commits;
mod page;
mod process;
mod table;

pub(crate) use closed_set::ByWord;
pub use closed_set::{ClosedSet, Counted};
pub use commits::{CommitEnd, Commits};
pub use page::{Page, render};
pub use prometheus_client::metrics::counter::Counter;
pub use prometheus_client::metrics::gauge::Gauge;
pub use prometheus_client::metrics::histogram::Histogram;
pub use prometheus_client::registry::Registry;
pub use table::{CounterTable, GaugeTable, Table};

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;

/// A registry with what holds for every process: `version` is that of the program, `started` the time
/// in Unix seconds.
#[must_use]
pub fn registry(version: &'static str, started: i64) -> Registry {
    let mut registry = Registry::default();
    let build = Info::new([("version", version)]);
    registry.register("build", "The program that runs", build);
    registry.register_collector(Box::new(process::Process { started }));
    registry
}

/// A gauge whose value is asked for at every reading.
pub fn reading(
    registry: &mut Registry,
    name: &'static str,
    help: &'static str,
    value: impl Fn() -> usize + Send + Sync + 'static,
) {
    let value = Box::new(value);
    registry.register_collector(Box::new(Reading { name, help, value }));
}

struct Reading {
    name: &'static str,
    help: &'static str,
    value: Box<dyn Fn() -> usize + Send + Sync>,
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Collector for Reading {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let gauge = ConstGauge::new(i64::try_from((self.value)()).unwrap_or(i64::MAX));
        let kind = gauge.metric_type();
        gauge.encode(encoder.encode_descriptor(self.name, self.help, None, kind)?)
    }
}
