//! What was measured, as a row of a table.

use std::fmt;
use std::time::Duration;

/// How long each of many equal steps took.
#[derive(Debug, Default, Clone)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Milliseconds that so many of a thousand steps did not exceed.
    pub(crate) fn quantile(&mut self, of_a_thousand: usize) -> f64 {
        self.0.sort_unstable();
        let place = self.0.len().saturating_sub(1) * of_a_thousand / 1000;
        self.0
            .get(place)
            .map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    }

    pub(crate) fn shown(&mut self) -> String {
        format!("{:.1} / {:.1}", self.quantile(500), self.quantile(990))
    }
}

/// One measurement.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) store: &'static str,
    pub(crate) clients: usize,
    pub(crate) seconds: f64,
    pub(crate) send: Times,
    pub(crate) verify: Times,
    pub(crate) check: Times,
    /// Seconds of the service's processor time.
    pub(crate) processor: f64,
    /// Transactions, and the commands in them.
    pub(crate) commits: f64,
    pub(crate) commands: f64,
    pub(crate) memory_mib: f64,
}

impl Row {
    pub(crate) const HEADINGS: &str = "\
| store | clients | sign-ins/s | send p50 / p99 ms | verify p50 / p99 ms | check p50 / p99 ms | CPU ms per sign-in | commits per sign-in | commands per commit | peak MiB |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |";

    /// Sign-ins in a second.
    pub(crate) fn rate(&self) -> f64 {
        count(self.check.len()) / self.seconds
    }

    /// Milliseconds of the service's processor time for a sign-in.
    pub(crate) fn processor_ms(&self) -> f64 {
        self.processor * 1000.0 / count(self.check.len())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = [self.send.clone(), self.verify.clone(), self.check.clone()];
        let [send, verify, check] = steps.each_mut().map(Times::shown);
        write!(
            f,
            "| {} | {} | {:.0} | {send} | {verify} | {check} | {:.3} | {:.2} | {:.1} | {:.0} |",
            self.store,
            self.clients,
            self.rate(),
            self.processor_ms(),
            self.commits / count(self.check.len()),
            self.commands / self.commits,
            self.memory_mib,
        )
    }
}

pub(crate) fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_times() {
        let mut times = Times::default();
        for millis in (1..=1000).rev() {
            times.push(Duration::from_millis(millis));
        }
        assert_eq!(times.shown(), "500.0 / 990.0");
        assert_eq!(Times::default().shown(), "0.0 / 0.0");
    }
}
