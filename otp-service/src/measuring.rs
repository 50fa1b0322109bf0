//! Looks at what became of the last messages, and draws the conclusions: the weights of gateways, how
//! long messages usually take, what operators see of both. From the database, so that several services on
//! one come to the same.

use std::collections::{BTreeMap, HashMap};

use edge::metrics::ClosedSet as _;
use storage::StoreError;

use crate::gateways::GatewayKind;
use crate::rules::delivery::{Status, usual};
use crate::rules::route::{Measured, Taken};
use crate::service::Service;
use crate::store::deliveries::{self, Handed};

/// Weights go by the last quarter of an hour, everything else by the last day.
const QUARTER: i64 = 15 * 60;
const DAY: i64 = 24 * 3600;

/// Measures once.
pub(crate) async fn measure(service: &Service) -> Result<(), StoreError> {
    let now = service.clock.now();
    let handed = service
        .database
        .read(move |sql| deliveries::handed_since(sql, now - DAY))
        .await?;
    service
        .gateways
        .weigh(|kind| of_gateway(service, &handed, kind, now));
    let mut by_country: HashMap<String, Vec<i64>> = HashMap::new();
    let mut by_both: BTreeMap<(&str, &str), (u32, Vec<i64>)> = BTreeMap::new();
    for one in &handed {
        let (all, took) = by_both.entry((&one.country, &one.gateway)).or_default();
        *all += 1;
        if one.status == Status::Delivered {
            let secs = one.settled_at - one.handed_at;
            took.push(secs);
            by_country
                .entry(one.country.clone())
                .or_default()
                .push(secs);
        }
    }
    for ((country, gateway), (all, took)) in by_both {
        if let Some(gateway) = GatewayKind::parse(gateway) {
            let delivered = u32::try_from(took.len()).unwrap_or(all);
            let share = f64::from(delivered) / f64::from(all.max(1));
            service
                .events
                .measured(gateway, country, share, usual(took));
        }
    }
    let usual = by_country
        .into_iter()
        .filter_map(|(country, took)| Some((country, usual(took)?)));
    service.usual.replace(usual.collect());
    Ok(())
}

fn of_gateway(service: &Service, handed: &[Handed], kind: GatewayKind, now: i64) -> Measured {
    let reports = service.gateways.reports(kind.as_str());
    let mut measured = Measured::default();
    let recent = |one: &&Handed| one.gateway == kind.as_str() && one.handed_at > now - QUARTER;
    for one in handed.iter().filter(recent) {
        let taken = Taken {
            status: one.status,
            handed_at: one.handed_at,
            settled_at: one.settled_at,
        };
        measured.add(taken, reports, now);
    }
    measured
}
