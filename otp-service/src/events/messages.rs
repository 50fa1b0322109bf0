//! What happens to messages after they are queued, to gateways, and to budgets.

use edge::metrics::ClosedSet as _;

use super::funnel::{BudgetWord, ReceiptResult};
use super::{Events, Step};
use crate::commands::note_receipt;
use crate::gateways::receipt::Disbelief;
use crate::gateways::{GatewayKind, Gateways};
use crate::rules::budget::Budget;

impl Events {
    /// A message has come a step further. `why` is a word, `status` the answer's, both where there are any.
    pub(crate) fn message(&self, gateway: &str, country: &str, step: Step, why: &str, status: u16) {
        self.funnel.count(gateway, country, step);
        let result = step.as_str();
        tracing::info!(
            event = "message",
            gateway,
            country,
            result,
            why,
            status,
            "a message has come further"
        );
    }

    /// A gateway does not know us.
    pub(crate) fn credentials_refused(&self, gateway: GatewayKind) {
        let gateway = gateway.as_str();
        tracing::error!(
            event = "gateway_credentials",
            gateway,
            "a gateway refuses our credentials: check its settings"
        );
    }

    /// A message was queued and is in the outbox by that. Too frequent for the log.
    pub(crate) fn in_outbox(&self, country: &str) {
        let outbox = GatewayKind::Outbox.as_str();
        self.funnel.count(outbox, country, Step::Delivered);
    }

    /// A gateway's breaker has opened or closed (H-04).
    pub(crate) fn breaker(&self, gateway: GatewayKind, open: bool) {
        let gateway = gateway.as_str();
        if open {
            tracing::error!(
                event = "gateway_open",
                gateway,
                "a gateway fails and is left alone for a while"
            );
        } else {
            tracing::info!(event = "gateway_closed", gateway, "a gateway works again");
        }
    }

    /// A receipt came in and was believed.
    pub(crate) fn receipt(&self, gateway: GatewayKind, outcome: &note_receipt::Outcome) {
        self.funnel.receipts.count(ReceiptResult::from(outcome));
        if let note_receipt::Outcome::Changed { country, status } = outcome {
            self.message(
                gateway.as_str(),
                country,
                Step::from(*status),
                "reported",
                0,
            );
        }
    }

    /// A receipt came in and was not believed.
    pub(crate) fn receipt_refused(&self, gateway: &str, why: Disbelief) {
        self.funnel.receipts.count(ReceiptResult::from(why));
        let why = why.as_str();
        tracing::warn!(
            event = "receipt_refused",
            gateway,
            why,
            "a receipt was not believed"
        );
    }

    /// Most of a budget is spent, or all of it (G-05).
    pub(crate) fn budget(&self, budget: Budget, spent: bool) {
        let word = BudgetWord::from(budget);
        let counted = if spent {
            &self.funnel.stops
        } else {
            &self.funnel.warnings
        };
        counted.count(word);
        let budget = word.as_str();
        if spent {
            tracing::error!(
                event = "budget_spent",
                budget,
                "a budget is spent: no message is sent"
            );
        } else {
            tracing::warn!(
                event = "budget_warning",
                budget,
                "most of a budget is spent"
            );
        }
    }

    /// What was measured of a gateway's messages to a country.
    pub(crate) fn measured(
        &self,
        gateway: GatewayKind,
        country: &str,
        share: f64,
        usual: Option<u32>,
    ) {
        self.funnel.measured(gateway, country, share, usual);
    }

    /// How the gateways stand.
    pub(crate) fn gateways(&self, gateways: &Gateways) {
        self.funnel.gateways(gateways);
    }
}
