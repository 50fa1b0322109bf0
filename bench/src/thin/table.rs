//! What was measured of the proxies, as a table.

use super::load::Asked;
use crate::figures::{Times, count};

/// One proxy over all rounds.
#[derive(Debug)]
pub(super) struct Row {
    name: String,
    /// Requests per second of each round.
    rates: Vec<f64>,
    times: Times,
    processor: f64,
    pub(super) memory_mib: (f64, f64),
}

impl Row {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rates: Vec::new(),
            times: Times::default(),
            processor: 0.0,
            memory_mib: (0.0, 0.0),
        }
    }

    /// A round, with the seconds of processor time that it took.
    pub(super) fn add(&mut self, asked: Asked, processor: f64) {
        self.rates.push(count(asked.times.len()) / asked.seconds);
        self.times.extend(asked.times);
        self.processor += processor;
    }

    /// Microseconds of processor time for a request.
    fn processor_us(&self) -> f64 {
        self.processor * 1e6 / count(self.times.len())
    }
}

/// The stub comes first, nginx second; everything is compared with these.
pub(super) fn print(name: &str, clients: usize, mut rows: Vec<Row>) {
    println!(
        "\n| `{name}`, {clients} connection{} | requests/s | of nginx's | p50 / p99 ms | added at p50, ms | CPU µs per request | MiB after it / at most |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        if clients == 1 { "" } else { "s" }
    );
    let nginx = rows.get(1).map(|row| row.rates.clone()).unwrap_or_default();
    let stub = rows.first_mut().map_or(0.0, |row| row.times.quantile(500));
    for row in &mut rows {
        let ratios = row.rates.iter().zip(&nginx).map(|(own, other)| own / other);
        let (p50, p99) = (row.times.quantile(500), row.times.quantile(990));
        println!(
            "| {} | {:.0} | {:.0} % | {p50:.2} / {p99:.2} | {:.2} | {:.1} | {:.0} / {:.0} |",
            row.name,
            median(row.rates.iter().copied()),
            median(ratios) * 100.0,
            p50 - stub,
            row.processor_us(),
            row.memory_mib.0,
            row.memory_mib.1,
        );
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
