//! What a server counts, in the text form that Prometheus reads, on a port of its own (F-10). Every
//! label is a word of a [`ClosedSet`] or a route template: never anything of a request.
//!
//! Here: counters with closed labels, what the system knows of the process, and the page. Not here:
//! what is counted; each server, and [`crate::Traffic`], registers its own.

mod closed_set;
mod page;
mod process;

pub use closed_set::{ClosedSet, Counted};
pub use page::{Page, render};
pub use prometheus_client::metrics::counter::Counter;
pub use prometheus_client::metrics::gauge::Gauge;
pub use prometheus_client::metrics::histogram::Histogram;
pub use prometheus_client::registry::Registry;

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
