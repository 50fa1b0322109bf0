//! One message that is held: handed over to a gateway, to the next one where that surely has not taken it
//! (H-09), and what became of it written down.

use std::sync::Arc;
use std::time::Duration;

use edge::metrics::ClosedSet as _;
use storage::{Sql, StoreError, fault_point};

use crate::commands::hand_over::{GivenBack, Settle, pass_on};
use crate::events::Step;
use crate::gateways::{GatewayKind, Handed, Outgoing, Place, Refusal};
use crate::rules::delivery::{Status, WORTH_SENDING};
use crate::service::Service;
use crate::store::handing_over::Held;

/// What was done and can't be written down is tried again after these seconds.
const AGAIN_AFTER: [u64; 5] = [0, 1, 2, 4, 8];

pub(super) fn give_back(service: &Service, given_back: &GivenBack) {
    let money = u64::try_from(given_back.cost).unwrap_or(0);
    service
        .budgets
        .give_back(&given_back.country, money, given_back.created_at);
}

/// Hands one message over, to the next gateway where one surely has not taken it (H-09).
pub(super) async fn hand_over(service: Arc<Service>, held: Held, mut place: Place) {
    let mut refused_by = Vec::new();
    let text = service.secrets().open(&held.sealed_text);
    loop {
        let kind = place.lane.kind;
        fault_point("message-claimed");
        let handed = match &text {
            // Sealed with a key that is gone.
            None => None,
            Some(text) => Some(attempt(&service, &held, text, &place).await),
        };
        drop(place);
        let (status, reason, reference) = match handed {
            None => (Status::Failed, "unreadable", String::new()),
            Some(handed) => match handed {
                Handed::Accepted { reference } => (Status::Accepted, "", reference),
                Handed::Unknown(doubt) => (Status::Unknown, doubt.as_str(), String::new()),
                Handed::Refused(refusal) => {
                    refused_by.push(kind);
                    match next(&service, &held, &refused_by).await {
                        Next::To(next) => {
                            place = next;
                            continue;
                        }
                        Next::Nobody => (Status::Failed, refusal.as_str(), String::new()),
                        Next::Gone => return,
                    }
                }
            },
        };
        let settle = Settle {
            id: held.id.clone(),
            holder: service.queue.holder.clone(),
            status,
            reason,
            reference,
            now: service.clock.now(),
        };
        settle_for_good(&service, settle).await;
        service.queue.tell(&held.id, status != Status::Failed);
        return;
    }
}

async fn attempt(service: &Service, held: &Held, text: &str, place: &Place) -> Handed {
    let now = service.clock.now();
    let outgoing = Outgoing {
        id: &held.id,
        to: &held.to,
        text,
        country: &held.country,
        lives: held.expires_at - now,
        now: service.clock.host(),
    };
    let lane = &place.lane;
    let answered = lane.gateway.hand_over(outgoing).await;
    fault_point("message-handed-over");
    let handed = answered.handed;
    if let Some(open) = place.ended(&handed, service.clock.now()) {
        service.events.breaker(lane.kind, open);
    }
    let (step, reason) = match &handed {
        Handed::Accepted { .. } => (Step::Accepted, ""),
        Handed::Refused(refusal) => {
            if *refusal == Refusal::Credentials {
                service.events.credentials_refused(lane.kind);
            }
            (Step::Refused, refusal.as_str())
        }
        Handed::Unknown(doubt) => (Step::Unknown, doubt.as_str()),
    };
    let gateway = lane.kind.as_str();
    service
        .events
        .message(gateway, &held.country, step, reason, answered.status);
    handed
}

/// Where a message goes that a gateway has refused.
enum Next {
    To(Place),
    Nobody,
    /// It is no longer ours: its user was removed, or a report said what became of it.
    Gone,
}

async fn next(service: &Arc<Service>, held: &Held, refused_by: &[GatewayKind]) -> Next {
    let now = service.clock.now();
    if held.expires_at < now + WORTH_SENDING {
        return Next::Nobody;
    }
    // Without randomness the preferred gateway takes it.
    let rolls = service.random.bytes().unwrap_or_default();
    let place = service
        .gateways
        .next_place(&held.country, refused_by, rolls, now);
    let Some(place) = place.await else {
        return Next::Nobody;
    };
    let (id, holder, gateway) = (
        held.id.clone(),
        service.queue.holder.clone(),
        place.lane.kind,
    );
    let step = move |sql: &Sql<'_>| pass_on(sql, &id, &holder, gateway, now);
    match persistently(service, step).await {
        Ok(true) => Next::To(place),
        Ok(false) => Next::Gone,
        // Nothing leaves that is not on disk; when the claim ends it is one of which nobody knows.
        Err(_) => Next::Gone,
    }
}

async fn settle_for_good(service: &Service, settle: Settle) {
    let step = move |sql: &Sql<'_>| settle.run(sql);
    match persistently(service, step).await {
        Ok(None) => {}
        Ok(Some(given_back)) => {
            service
                .events
                .message("none", &given_back.country, Step::Failed, "refused", 0);
            give_back(service, &given_back);
        }
        Err(error) => {
            tracing::error!(%error, "what became of a message was not written down; it will be one of which nobody knows");
        }
    }
}

/// A database that is away for a moment is waited for.
async fn persistently<T, F>(service: &Service, step: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnMut(&Sql<'_>) -> Result<T, StoreError> + Clone + Send + 'static,
{
    let mut outcome = Err(StoreError::Unavailable("it was not tried".to_owned()));
    for pause in AGAIN_AFTER {
        if pause > 0 {
            tokio::time::sleep(Duration::from_secs(pause)).await;
        }
        outcome = service.database.write(step.clone()).await;
        match outcome {
            Err(StoreError::Unavailable(_)) => {}
            _ => break,
        }
    }
    outcome
}
