//! Metrics with several labels, of which every row is known when they are registered: a reading never
//! shows another one (F-10).

use std::fmt;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeMetric;
use prometheus_client::metrics::TypedMetric;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Counters by several labels.
pub type CounterTable<const N: usize> = Table<Counter, N>;
/// Fractions by several labels.
pub type GaugeTable<const N: usize> = Table<Gauge<f64, AtomicU64>, N>;

/// A metric for every row of a closed set.
#[derive(Clone)]
pub struct Table<M, const N: usize> {
    family: Family<[(&'static str, String); N], M>,
    labels: [&'static str; N],
}

impl<M, const N: usize> fmt::Debug for Table<M, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table by {:?}", self.labels)
    }
}

impl<M, const N: usize> Table<M, N>
where
    M: fmt::Debug + Default + Clone + EncodeMetric + TypedMetric + Send + Sync + 'static,
{
    /// All rows are there from the start, at nought.
    pub fn register(
        registry: &mut Registry,
        name: &'static str,
        help: &'static str,
        labels: [&'static str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Self {
        let table = Self {
            family: Family::default(),
            labels,
        };
        registry.register(name, help, table.family.clone());
        for row in rows {
            drop(table.family.get_or_create(&table.key(row)));
        }
        table
    }

    fn key(&self, row: [String; N]) -> [(&'static str, String); N] {
        let mut labels = self.labels.into_iter();
        row.map(|word| (labels.next().unwrap_or_default(), word))
    }

    fn with(&self, row: [&str; N], change: impl FnOnce(&M)) {
        if let Some(metric) = self.family.get(&self.key(row.map(str::to_owned))) {
            change(&metric);
        }
    }
}

impl<const N: usize> CounterTable<N> {
    /// One more in this row, if there is such a row.
    pub fn count(&self, row: [&str; N]) {
        self.with(row, |counter| {
            counter.inc();
        });
    }
}

impl<const N: usize> GaugeTable<N> {
    /// Sets this row, if there is such a row.
    pub fn set(&self, row: [&str; N], value: f64) {
        self.with(row, |gauge| {
            gauge.set(value);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text;

    #[test]
    fn a_row_that_was_not_registered_does_not_appear_f_10() {
        let mut registry = Registry::default();
        let rows = [["us", "a"], ["de", "a"]].map(|row| row.map(str::to_owned));
        let table = CounterTable::register(
            &mut registry,
            "sent",
            "Sent",
            ["country", "way"],
            rows.clone(),
        );
        let shares =
            GaugeTable::register(&mut registry, "share", "Share", ["country", "way"], rows);
        table.count(["us", "a"]);
        table.count(["fr", "a"]);
        shares.set(["de", "a"], 0.5);
        shares.set(["de", "b"], 0.5);
        let mut shown = String::new();
        text::encode(&mut shown, &registry).unwrap();
        for line in [
            "sent_total{country=\"us\",way=\"a\"} 1\n",
            "sent_total{country=\"de\",way=\"a\"} 0\n",
            "share{country=\"de\",way=\"a\"} 0.5\n",
        ] {
            assert!(shown.contains(line), "{shown}");
        }
        assert!(!shown.contains("fr") && !shown.contains("\"b\""), "{shown}");
    }
}
