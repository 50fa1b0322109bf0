//! The steps of a message from the queue to a gateway. Each is a commit of its own, and the claim is on
//! disk before a byte leaves: whatever is cut off, no message goes out twice (H-02).

use storage::{Sql, StoreError};

use crate::address::Address;
use crate::gateways::GatewayKind;
use crate::rules::delivery::{Status, WORTH_SENDING};
use crate::store::handing_over::{self, Change, Held, State};
use crate::store::{devices, replays, throttles};
use edge::metrics::ClosedSet as _;

/// A holder that has not said anything for so long is gone: longer than all gateways of a route take
/// together (H-01), with what the database may take.
const LEASE: i64 = 30;
/// So many at a time.
const BITE: i64 = 100;

/// Takes messages out of the queue, each for the gateway beside it. What is answered is held.
pub(crate) struct Claim {
    pub(crate) wanted: Vec<(String, GatewayKind)>,
    pub(crate) holder: String,
    pub(crate) now: i64,
}

impl Claim {
    pub(crate) fn run(&self, sql: &Sql<'_>) -> Result<Vec<Option<Held>>, StoreError> {
        let hold = (self.holder.as_str(), self.now + LEASE);
        let claims = self.wanted.iter().map(|(id, gateway)| {
            handing_over::claim(sql, id, gateway.as_str(), hold, self.now + WORTH_SENDING)
        });
        claims.collect()
    }
}

/// Goes on with a message to another gateway, since the one before surely has not taken it (H-09).
/// Whether it is still this holder's.
pub(crate) fn pass_on(
    sql: &Sql<'_>,
    id: &str,
    holder: &str,
    gateway: GatewayKind,
    now: i64,
) -> Result<bool, StoreError> {
    handing_over::pass_on(sql, id, gateway.as_str(), (holder, now + LEASE))
}

/// The end of an attempt.
#[derive(Debug, Clone)]
pub(crate) struct Settle {
    pub(crate) id: String,
    pub(crate) holder: String,
    /// Accepted, failed or unknown.
    pub(crate) status: Status,
    /// Why, a word; `""` where there is nothing to say.
    pub(crate) reason: &'static str,
    /// What the gateway calls it.
    pub(crate) reference: String,
    pub(crate) now: i64,
}

/// What was given back with a message that surely did not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenBack {
    pub(crate) country: String,
    pub(crate) created_at: i64,
    pub(crate) cost: i64,
}

impl From<&State> for GivenBack {
    fn from(state: &State) -> Self {
        Self {
            country: state.country.clone(),
            created_at: state.created_at,
            cost: state.cost,
        }
    }
}

impl Settle {
    /// What was given back, if it failed.
    pub(crate) fn run(&self, sql: &Sql<'_>) -> Result<Option<GivenBack>, StoreError> {
        let Some(state) = handing_over::by_id(sql, &self.id)? else {
            // Its user is gone.
            return Ok(None);
        };
        if state.holder != self.holder {
            return Ok(None);
        }
        if !self.reference.is_empty() {
            handing_over::name(sql, &self.id, &self.reference)?;
        }
        let Some(status) = state.status.attempted(self.status) else {
            return Ok(None);
        };
        let change = Change {
            status,
            reason: self.reason,
            handed: status == Status::Accepted,
            now: self.now,
        };
        handing_over::save(sql, &self.id, change)?;
        if status != Status::Failed {
            return Ok(None);
        }
        give_back(sql, &state)?;
        Ok(Some((&state).into()))
    }
}

/// Drops messages that nobody took in time. What was given back of each.
pub(crate) fn drop_late(sql: &Sql<'_>, now: i64) -> Result<Vec<GivenBack>, StoreError> {
    let late = handing_over::too_late(sql, now + WORTH_SENDING, BITE)?;
    for state in &late {
        let change = Change {
            status: Status::Failed,
            reason: "too_late",
            handed: false,
            now,
        };
        handing_over::save(sql, &state.id, change)?;
        give_back(sql, state)?;
    }
    Ok(late.iter().map(GivenBack::from).collect())
}

/// The send counts no more (B-04), and its repeat is a send again; wrong codes stay counted.
fn give_back(sql: &Sql<'_>, state: &State) -> Result<(), StoreError> {
    let Some(address) = Address::of_text(&state.to) else {
        return Ok(());
    };
    let (mut number, mut last_send) = throttles::load(sql, &state.app_id, &address)?;
    number.take_back_send(state.created_at);
    if last_send.at == state.created_at {
        last_send.request.clear();
        last_send.answer.clear();
    }
    throttles::save(sql, &state.app_id, &address, &number, &last_send)?;
    if !state.device_id.is_empty()
        && let Some(mut device) = devices::by_id(sql, &state.app_id, &state.device_id)?
    {
        device.history.take_back_send(state.created_at);
        devices::save(sql, &state.app_id, &device)?;
    }
    if !state.idempotency_key.is_empty() {
        replays::forget(sql, &state.app_id, &state.endpoint, &state.idempotency_key)?;
    }
    Ok(())
}
