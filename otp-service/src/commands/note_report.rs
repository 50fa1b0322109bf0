//! Notes what a gateway reports over a connection of its own: finds the message that is meant, then goes
//! the way of every receipt.

use edge::metrics::ClosedSet as _;
use storage::{Sql, StoreError};

use super::note_receipt::{Outcome, note_receipt};
use crate::gateways::GatewayKind;
use crate::gateways::receipt::Receipt;
use crate::rules::delivery::Report;
use crate::store::handing_over;

/// A report as it is noted. It holds a number, so there is no `Debug`.
#[derive(Clone)]
pub(crate) struct NoteReport {
    pub(crate) gateway: GatewayKind,
    /// Our id of the message, where it is known.
    pub(crate) message_id: Option<String>,
    /// What the gateway calls the message.
    pub(crate) reference: String,
    /// The same in other spellings.
    pub(crate) others: Vec<String>,
    /// Digits of the number that it says the message went to.
    pub(crate) to: String,
    pub(crate) report: Option<Report>,
    pub(crate) now: i64,
}

impl NoteReport {
    pub(crate) fn run(&self, sql: &Sql<'_>) -> Result<Outcome, StoreError> {
        let by_name = |name: &String| handing_over::by_reference(sql, self.gateway.as_str(), name);
        let mut message_id = self.message_id.clone();
        if message_id.is_none() && by_name(&self.reference)?.is_none() {
            // A name in another spelling may be another message's: the number has to be right too.
            for other in &self.others {
                let right =
                    by_name(other)?.filter(|state| state.to.trim_start_matches('+') == self.to);
                if let Some(state) = right {
                    message_id = Some(state.id);
                    break;
                }
            }
        }
        let receipt = Receipt {
            message_id,
            reference: Some(self.reference.clone()),
            report: self.report,
            // Who has bound says it, and a lost one rightly comes again.
            once: None,
        };
        note_receipt(sql, self.gateway, &receipt, self.now)
    }
}
