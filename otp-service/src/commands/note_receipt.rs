//! Notes what a gateway reports of a message. It changes how far the message has come and nothing else
//! (G-09).

use storage::{Sql, StoreError};

use crate::gateways::GatewayKind;
use crate::gateways::receipt::Receipt;
use crate::rules::delivery::Status;
use crate::store::handing_over::{self, Change};
use crate::store::receipts;
use edge::metrics::ClosedSet as _;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The message of this country has come so far.
    Changed { country: String, status: Status },
    /// Nothing new.
    Unchanged,
    /// The same receipt was here before.
    Replayed,
    /// No message that this gateway holds is meant.
    UnknownMessage,
}

/// Notes a receipt of a gateway.
pub(crate) fn note_receipt(
    sql: &Sql<'_>,
    gateway: GatewayKind,
    receipt: &Receipt,
    now: i64,
) -> Result<Outcome, StoreError> {
    if let Some(once) = &receipt.once
        && !receipts::note(sql, once, now)?
    {
        return Ok(Outcome::Replayed);
    }
    let by_id = match &receipt.message_id {
        Some(id) => handing_over::by_id(sql, id)?,
        None => None,
    };
    let found = match (by_id, &receipt.reference) {
        (Some(found), _) => Some(found),
        (None, Some(reference)) if !reference.is_empty() => {
            handing_over::by_reference(sql, gateway.as_str(), reference)?
        }
        _ => None,
    };
    // Another gateway's word on it would be about an attempt that is over.
    let Some(state) = found.filter(|state| state.gateway == gateway.as_str()) else {
        return Ok(Outcome::UnknownMessage);
    };
    let next = receipt
        .report
        .and_then(|report| state.status.reported(report));
    let Some(status) = next else {
        return Ok(Outcome::Unchanged);
    };
    let reason = if status == Status::Failed {
        "reported"
    } else {
        ""
    };
    let change = Change {
        status,
        reason,
        handed: true,
        now,
    };
    handing_over::save(sql, &state.id, change)?;
    Ok(Outcome::Changed {
        country: state.country,
        status,
    })
}
