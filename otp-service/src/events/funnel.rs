//! The way of messages in figures, by country and gateway: both are closed sets, the gateways that are
//! configured and the first few countries that are served (F-10). E-mails have no country.

use std::collections::BTreeSet;

use edge::closed_set;
use edge::metrics::{ClosedSet, Counted, CounterTable, GaugeTable, Registry};

use crate::address::NO_COUNTRY;
use crate::commands::note_receipt;
use crate::gateways::receipt::Disbelief;
use crate::gateways::{GatewayKind, Gateways};
use crate::rules::budget::Budget;
use crate::rules::delivery::Status;

/// What is shown by country takes so many series at most, so that all together stay below 500.
const BY_COUNTRY: usize = 120;
const OTHER: &str = "other";
/// While no gateway is known; the country of e-mails, where a gateway sends them.
const NONE: &str = "none";
/// So many rows has what no gateway has yet, or the outbox, and so many what one gateway has.
const ROWS: usize = 5;
const ROWS_OF_GATEWAY: usize = 8;

closed_set! {
    /// How far a message has come.
    pub(crate) enum Step {
        /// Somebody asked for it; of those that are refused nothing more is counted.
        Requested => "requested",
        Queued => "queued",
        /// A gateway has taken it.
        Accepted => "accepted",
        /// A gateway surely has not.
        Refused => "refused",
        Delivered => "delivered",
        /// No gateway took it, or one reported that it did not arrive.
        Failed => "failed",
        /// Its bytes may have left.
        Unknown => "unknown",
        /// Its code, or an earlier one of its challenge, was typed.
        Verified => "verified",
    }
}

impl From<Status> for Step {
    fn from(status: Status) -> Self {
        match status {
            Status::Queued => Self::Queued,
            Status::Dispatching | Status::Accepted => Self::Accepted,
            Status::Delivered => Self::Delivered,
            Status::Failed => Self::Failed,
            Status::Unknown => Self::Unknown,
        }
    }
}

closed_set! {
    /// What came of a receipt.
    pub(crate) enum ReceiptResult {
        Changed => "changed",
        Unchanged => "unchanged",
        Replayed => "replayed",
        UnknownMessage => "unknown_message",
        NotExpected => "not_expected",
        Signature => "wrong_signature",
        Time => "wrong_time",
        Malformed => "malformed",
    }
}

impl From<&note_receipt::Outcome> for ReceiptResult {
    fn from(outcome: &note_receipt::Outcome) -> Self {
        use note_receipt::Outcome;
        match outcome {
            Outcome::Changed { .. } => Self::Changed,
            Outcome::Unchanged => Self::Unchanged,
            Outcome::Replayed => Self::Replayed,
            Outcome::UnknownMessage => Self::UnknownMessage,
        }
    }
}

impl From<Disbelief> for ReceiptResult {
    fn from(disbelief: Disbelief) -> Self {
        match disbelief {
            Disbelief::NotExpected => Self::NotExpected,
            Disbelief::Signature => Self::Signature,
            Disbelief::Time => Self::Time,
            Disbelief::Malformed => Self::Malformed,
        }
    }
}

closed_set! {
    /// A budget that has something to say.
    pub(crate) enum BudgetWord {
        MessagesPerHour => "messages_per_hour",
        MessagesPerDay => "messages_per_day",
        MoneyPerHour => "money_per_hour",
        MoneyPerDay => "money_per_day",
    }
}

impl From<Budget> for BudgetWord {
    fn from(budget: Budget) -> Self {
        match budget {
            Budget::MessagesPerHour => Self::MessagesPerHour,
            Budget::MessagesPerDay => Self::MessagesPerDay,
            Budget::MoneyPerHour => Self::MoneyPerHour,
            Budget::MoneyPerDay => Self::MoneyPerDay,
        }
    }
}

#[derive(Debug)]
pub(super) struct Funnel {
    countries: Vec<String>,
    /// Whether a gateway sends e-mails.
    email: bool,
    messages: CounterTable<3>,
    pub(super) receipts: Counted<ReceiptResult>,
    pub(super) warnings: Counted<BudgetWord>,
    pub(super) stops: Counted<BudgetWord>,
    shares: GaugeTable<2>,
    usual: GaugeTable<2>,
    weights: GaugeTable<1>,
    open: GaugeTable<1>,
    in_flight: GaugeTable<1>,
}

impl Funnel {
    pub(super) fn register(
        registry: &mut Registry,
        gateways: &Gateways,
        served: &[String],
    ) -> Self {
        let kinds: Vec<GatewayKind> = gateways.kinds().collect();
        let email = kinds.contains(&GatewayKind::Smtp);
        let texts = || kinds.iter().filter(|kind| kind.takes_texts());
        let for_email = usize::from(email) * (ROWS + ROWS_OF_GATEWAY);
        // A country's own rows, and those of each gateway in it; the last place is that of the others.
        let places = (BY_COUNTRY - for_email) / (ROWS + ROWS_OF_GATEWAY * texts().count());
        let countries: Vec<String> = served
            .iter()
            .take(places.saturating_sub(1))
            .cloned()
            .collect();
        let of_texts = texts().flat_map(|kind| {
            let shown = countries.iter().map(String::as_str).chain([OTHER]);
            shown.map(|country| [country, kind.as_str()])
        });
        let of_email = email.then_some([NONE, GatewayKind::Smtp.as_str()]);
        let by_both: Vec<[String; 2]> = of_texts
            .chain(of_email)
            .map(|row| row.map(str::to_owned))
            .collect();
        let mut rows = BTreeSet::new();
        for [country, gateway] in &by_both {
            let mut row = |gateway: &str, step: Step| {
                rows.insert([country, gateway, step.as_str()].map(str::to_owned));
            };
            for step in [Step::Requested, Step::Queued, Step::Failed] {
                row(NONE, step);
            }
            for step in [Step::Delivered, Step::Verified] {
                row(GatewayKind::Outbox.as_str(), step);
            }
            if gateway != GatewayKind::Outbox.as_str() {
                for step in [
                    Step::Accepted,
                    Step::Refused,
                    Step::Delivered,
                    Step::Failed,
                    Step::Unknown,
                    Step::Verified,
                ] {
                    row(gateway, step);
                }
            }
        }
        let real: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
        let by_gateway = || real.iter().map(|gateway| [(*gateway).to_owned()]);
        Self {
            messages: CounterTable::register(
                registry,
                "otp_messages",
                "Messages, by how far they have come",
                ["country", "gateway", "step"],
                rows,
            ),
            receipts: Counted::register(
                registry,
                "otp_receipts",
                "Delivery receipts that came in, by what came of them",
                "result",
            ),
            warnings: Counted::register(
                registry,
                "otp_budget_warnings",
                "Messages sent while 80 % of a budget were spent",
                "budget",
            ),
            stops: Counted::register(
                registry,
                "otp_budget_stops",
                "Messages not sent because a budget was spent",
                "budget",
            ),
            shares: GaugeTable::register(
                registry,
                "otp_delivered_ratio",
                "Share of the last day's messages that were reported as delivered",
                ["country", "gateway"],
                by_both.clone(),
            ),
            usual: GaugeTable::register(
                registry,
                "otp_usual_delivery_seconds",
                "How long messages usually take: the median of the last day",
                ["country", "gateway"],
                by_both.clone(),
            ),
            weights: GaugeTable::register(
                registry,
                "otp_gateway_weight_ratio",
                "Share of the messages meant for a gateway that it gets",
                ["gateway"],
                by_gateway(),
            ),
            open: GaugeTable::register(
                registry,
                "otp_gateway_open",
                "Whether a gateway's circuit breaker is open, so that it gets no messages",
                ["gateway"],
                by_gateway(),
            ),
            in_flight: GaugeTable::register(
                registry,
                "otp_gateway_messages_in_flight",
                "Messages that are being handed over",
                ["gateway"],
                by_gateway(),
            ),
            countries,
            email,
        }
    }

    fn country<'a>(&self, country: &'a str) -> &'a str {
        if country == NO_COUNTRY && self.email {
            NONE
        } else if self.countries.iter().any(|known| known == country) {
            country
        } else {
            OTHER
        }
    }

    pub(super) fn count(&self, gateway: &str, country: &str, step: Step) {
        let gateway = if gateway.is_empty() { NONE } else { gateway };
        self.messages
            .count([self.country(country), gateway, step.as_str()]);
    }

    /// What was measured of the last day's messages: the share that was delivered, and the usual time.
    pub(super) fn measured(
        &self,
        gateway: GatewayKind,
        country: &str,
        share: f64,
        usual: Option<u32>,
    ) {
        // What several countries share can't be measured together.
        let shown = self.country(country);
        if shown == OTHER && country != OTHER {
            return;
        }
        let row = [shown, gateway.as_str()];
        self.shares.set(row, share);
        if let Some(secs) = usual {
            self.usual.set(row, secs.into());
        }
    }

    /// How the gateways stand at this moment.
    pub(super) fn gateways(&self, gateways: &Gateways) {
        for lane in gateways.kinds().filter_map(|kind| gateways.lane(kind)) {
            let row = [lane.kind.as_str()];
            self.weights.set(row, f64::from(lane.weight()) / 100.0);
            self.open.set(row, f64::from(u8::from(lane.is_open())));
            let in_flight = u32::try_from(lane.in_flight()).unwrap_or(u32::MAX);
            self.in_flight.set(row, f64::from(in_flight));
        }
    }
}
