//! Metrics with several labels, of which every row is known when they are registered: a reading never
//! shows another one (F-10).

use std::fmt;
use std::sync::Arc;
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
    /// In order.
    rows: Arc<[([String; N], M)]>,
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
        let family: Family<[(&str, String); N], M> = Family::default();
        let metric = |row: [String; N]| {
            let mut labels = labels.into_iter();
            let key = row.clone();
            let key = key.map(|word| (labels.next().unwrap_or_default(), word));
            (row, family.get_or_create(&key).clone())
        };
        let mut rows: Vec<_> = rows.into_iter().map(metric).collect();
        rows.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        registry.register(name, help, family);
        Self {
            rows: rows.into(),
            labels,
        }
    }

    fn get(&self, row: [&str; N]) -> Option<&M> {
        let place = self
            .rows
            .binary_search_by(|(one, _)| one.iter().map(String::as_str).cmp(row));
        self.rows.get(place.ok()?).map(|(_, metric)| metric)
    }
}

impl<const N: usize> CounterTable<N> {
    /// One more in this row, if there is such a row.
    pub fn count(&self, row: [&str; N]) {
        if let Some(counter) = self.get(row) {
            counter.inc();
        }
    }
}

impl<const N: usize> GaugeTable<N> {
    /// Sets this row, if there is such a row.
    pub fn set(&self, row: [&str; N], value: f64) {
        if let Some(gauge) = self.get(row) {
            gauge.set(value);
        }
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
