//! Holds a page's table of metrics to the code.

use std::collections::{BTreeMap, BTreeSet};

use crate::metrics::{Registry, render};

/// The rows of a page's table whose first cell is code.
#[must_use]
pub fn table_rows(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.map(ToOwned::to_owned).collect()
}

/// The rows that a table of this registry's metrics has: name, type, labels, and what it is.
#[must_use]
pub fn metrics_rows(registry: &Registry) -> BTreeSet<String> {
    let shown = render(registry).unwrap();
    let mut helps = BTreeMap::new();
    let mut rows = BTreeSet::new();
    for line in shown.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("HELP"), Some(name), Some(help)) => {
                helps.insert(name.to_owned(), help.to_owned());
            }
            (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                let ending = match kind {
                    "counter" => "_total",
                    "info" => "_info",
                    _ => "",
                };
                let labels = labels(&shown, name);
                let help = &helps[name];
                rows.insert(format!("| `{name}{ending}` | {kind} | {labels} | {help} |"));
            }
            _ => {}
        }
    }
    rows
}

/// The names of a metric's labels, as its samples show them.
fn labels(shown: &str, name: &str) -> String {
    let of_metric = |sample: &str| {
        let ending = sample.strip_prefix(name);
        ending.is_some_and(|ending| ["", "_total", "_info", "_bucket"].contains(&ending))
    };
    let labelled = shown.lines().filter_map(|line| {
        let (sample, rest) = line.split_once('{')?;
        of_metric(sample).then(|| rest.split_once('}'))?
    });
    let mut names = BTreeSet::new();
    for (labels, _) in labelled {
        names.extend(labels.split(',').filter_map(|label| label.split_once('=')));
    }
    let names: BTreeSet<_> = names.iter().map(|(name, _)| *name).collect();
    let names = names.into_iter().filter(|name| *name != "le");
    names
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
