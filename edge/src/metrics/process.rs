//! What the system knows of the process, asked at every reading. What it does not tell is left out.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use rustix::process::{Resource, getrlimit};

#[derive(Debug)]
pub(super) struct Process {
    /// Unix seconds.
    pub(super) started: i64,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut gauge = |name, help, value: Option<i64>| {
            let Some(value) = value else { return Ok(()) };
            let gauge = ConstGauge::new(value);
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)
        };
        gauge(
            "process_start_time_seconds",
            "When the process started, Unix seconds.",
            Some(self.started),
        )?;
        gauge(
            "process_resident_memory_bytes",
            "Memory that is in use.",
            resident_bytes(),
        )?;
        gauge(
            "process_open_fds",
            "File handles that are open.",
            open_files(),
        )?;
        gauge(
            "process_max_fds",
            "File handles that may be open.",
            getrlimit(Resource::Nofile)
                .current
                .and_then(|most| i64::try_from(most).ok()),
        )?;
        let Some(seconds) = cpu_seconds() else {
            return Ok(());
        };
        let cpu = ConstCounter::new(seconds);
        let help = "Time on the processors.";
        let metric =
            encoder.encode_descriptor("process_cpu_seconds", help, None, cpu.metric_type())?;
        cpu.encode(metric)
    }
}

fn resident_bytes() -> Option<i64> {
    let text = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: i64 = text.split(' ').nth(1)?.parse().ok()?;
    pages.checked_mul(i64::try_from(rustix::param::page_size()).ok()?)
}

fn open_files() -> Option<i64> {
    // The folder is open itself while it is read.
    let open = fs::read_dir("/proc/self/fd").ok()?.count().checked_sub(1)?;
    i64::try_from(open).ok()
}

fn cpu_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in parentheses, may hold anything; the fields behind it are numbers.
    let (_, fields) = text.rsplit_once(')')?;
    let ticks: Option<u64> = fields
        .split_ascii_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    let per_second = rustix::param::clock_ticks_per_second();
    #[allow(
        clippy::cast_precision_loss,
        reason = "a processor's time in ticks is small"
    )]
    let seconds = ticks? as f64 / per_second as f64;
    Some(seconds)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_about_this_process() {
        assert!(resident_bytes().unwrap() > 1 << 20);
        assert!(open_files().unwrap() >= 3);
        assert!(cpu_seconds().unwrap() >= 0.0);
    }
}
