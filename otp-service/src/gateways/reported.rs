//! What gateways report over a connection of their own, and not by a call to `/receipts/…`: who is on the
//! other side was settled when the connection was made.
//!
//! Not here: what a report changes (`commands/note_report.rs`).

use tokio::sync::mpsc;

use super::GatewayKind;
use crate::rules::delivery::Report;

/// So many reports wait to be noted at most; the gateway is told to come again.
pub(super) const MOST: usize = 256;

/// A report, and whom to tell that it is on disk. It holds a number, so there is no `Debug`.
pub(crate) struct Reported {
    pub(crate) gateway: GatewayKind,
    /// Our id of the message, where this process has handed it over itself.
    pub(crate) message_id: Option<String>,
    /// What the gateway calls the message.
    pub(crate) reference: String,
    /// The same in other spellings, of which one is right if the number is too.
    pub(crate) others: Vec<String>,
    /// Digits of the number that the message went to, as far as the gateway says so.
    pub(crate) to: String,
    /// `None`: it reports something that is no news of a delivery.
    pub(crate) report: Option<Report>,
    pub(super) ticket: u64,
    pub(super) answer: mpsc::UnboundedSender<(u64, Noted)>,
}

/// What came of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noted {
    /// It is on disk, or says nothing new.
    Known,
    /// No message is meant that is known here.
    UnknownMessage,
    /// It can't be written down now: let it come again.
    Later,
}

impl Reported {
    pub(crate) fn noted(self, noted: Noted) {
        // The connection may be gone; then the gateway reports it again.
        let _ = self.answer.send((self.ticket, noted));
    }
}
