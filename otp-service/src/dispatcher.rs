//! Hands messages over to gateways: takes them from the queue on disk, each for the gateway that is to
//! have it, and writes down what became of it.
//!
//! The claim is committed before a byte leaves, and a claim whose holder is gone is never taken up again:
//! so a message goes out once or, where a process died in the midst of it, is one of which nobody knows
//! (H-02, I-05). Several services on one database share the queue: each begins with what it has queued
//! itself, and all look after what has waited for longer.
//!
//! Not here: the steps on disk (`commands/hand_over.rs`), the choice of a gateway (`rules/route.rs`).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use storage::{Sql, StoreError, fault_point};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::commands::hand_over::{Claim, GivenBack, Settle, drop_late, pass_on};
use crate::events::Step;
use crate::gateways::{GatewayKind, Handed, Outgoing, Place, Refusal};
use crate::rules::delivery::{Status, WORTH_SENDING};
use crate::rules::route::WAIT;
use crate::service::Service;
use crate::store::handing_over::{self, Held, Waiting};

/// How often it looks for messages that nobody has announced.
const EVERY: Duration = Duration::from_secs(1);
/// A message that has waited for so long is everybody's; until then whoever queued it hands it over.
const EVERYBODYS_AFTER: i64 = 2;
/// So many messages are in sight at most; the others wait on disk.
const IN_SIGHT: i64 = 256;
/// What was done and can't be written down is tried again after these seconds.
const AGAIN_AFTER: [u64; 5] = [0, 1, 2, 4, 8];

/// Dispatches until it is told to stop; then lets end what is in flight.
pub(crate) async fn dispatch(service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    let mut dispatcher = Dispatcher::new(service);
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let service = Arc::clone(&dispatcher.service);
        tokio::select! {
            () = until(&mut stop) => break,
            () = service.queue.bell.notified() => {}
            Some(_) = dispatcher.in_flight.join_next() => {}
            _ = interval.tick() => dispatcher.look_after_the_rest().await,
        }
        dispatcher.begin().await;
    }
    // What waits is on disk.
    while dispatcher.in_flight.join_next().await.is_some() {}
}

/// Until it is told to stop, or nobody is left who could tell.
async fn until(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stopped| *stopped).await);
}

pub(crate) struct Dispatcher {
    service: Arc<Service>,
    waiting: Vec<Waiting>,
    in_flight: JoinSet<()>,
}

impl Dispatcher {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        Self {
            service,
            waiting: Vec::new(),
            in_flight: JoinSet::new(),
        }
    }

    /// Begins to hand over what can be.
    pub(crate) async fn begin(&mut self) {
        let now = self.service.clock.now();
        self.waiting.extend(self.service.queue.take());
        // Those too late are dropped on disk.
        self.waiting
            .retain(|message| message.expires_at >= now + WORTH_SENDING);
        let (mut chosen, mut left) = (Vec::new(), Vec::new());
        for message in std::mem::take(&mut self.waiting) {
            match place(
                &self.service,
                &message.country,
                &[],
                now - message.since,
                now,
            ) {
                Some(place) => chosen.push((message, place)),
                None => left.push(message),
            }
        }
        self.waiting = left;
        if !chosen.is_empty() {
            self.claim(chosen, now).await;
        }
        self.service.queue.wait(self.waiting.len());
    }

    async fn claim(&mut self, chosen: Vec<(Waiting, Place)>, now: i64) {
        let wanted = chosen
            .iter()
            .map(|(message, place)| (message.id.clone(), place.lane.kind));
        let claim = Claim {
            wanted: wanted.collect(),
            holder: self.service.queue.holder.clone(),
            now,
        };
        let claimed = self.service.database.write(move |sql| claim.run(sql)).await;
        match claimed {
            Ok(held) => {
                for (held, (_, place)) in held.into_iter().zip(chosen) {
                    // One that is not held is somebody else's.
                    if let Some(held) = held {
                        let service = Arc::clone(&self.service);
                        self.in_flight.spawn(hand_over(service, held, place));
                    }
                }
            }
            Err(error) => {
                tracing::warn!(%error, "messages were not taken from the queue; they are tried again");
                self.waiting
                    .extend(chosen.into_iter().map(|(message, _)| message));
            }
        }
    }

    /// Looks for messages that nobody has announced here, drops those that come too late, and gives up
    /// those whose holder is gone.
    pub(crate) async fn look_after_the_rest(&mut self) {
        if let Err(error) = self.rest().await {
            tracing::warn!(%error, "the queue was not looked at; the next round tries again");
        }
    }

    async fn rest(&mut self) -> Result<(), StoreError> {
        let now = self.service.clock.now();
        let lives_until = now + WORTH_SENDING;
        let question = move |sql: &Sql<'_>| -> Result<_, StoreError> {
            let queued = handing_over::queue(sql, now - EVERYBODYS_AFTER, lives_until, IN_SIGHT)?;
            Ok((queued, handing_over::overdue(sql, lives_until, now)?))
        };
        let (queued, (late, abandoned)) = self.service.database.read(question).await?;
        if late {
            let dropped = self
                .service
                .database
                .write(move |sql| drop_late(sql, now))
                .await?;
            for given_back in &dropped {
                self.service.events.message(
                    "none",
                    &given_back.country,
                    Step::Failed,
                    "too_late",
                    0,
                );
                give_back(&self.service, given_back);
            }
        }
        if abandoned {
            give_up(&self.service, now).await?;
        }
        let known: HashSet<_> = self.waiting.iter().map(|one| one.id.clone()).collect();
        let new = queued
            .into_iter()
            .filter(|message| !known.contains(&message.id));
        self.waiting.extend(new);
        Ok(())
    }

    /// Hands over until nothing waits that can be handed over.
    #[cfg(test)]
    pub(crate) async fn until_idle(mut self) {
        loop {
            self.look_after_the_rest().await;
            self.begin().await;
            if self.in_flight.is_empty() {
                break;
            }
            while self.in_flight.join_next().await.is_some() {}
        }
        self.service.queue.wait(0);
    }
}

/// Messages whose holder was held on to until `before`, and has not said anything, are ones of which
/// nobody knows.
pub(crate) async fn give_up(service: &Service, before: i64) -> Result<(), StoreError> {
    let now = service.clock.now();
    let abandoned = service
        .database
        .write(move |sql| handing_over::abandoned(sql, before, now))
        .await?;
    for (country, gateway) in abandoned {
        let step = Step::Unknown;
        service
            .events
            .message(&gateway, &country, step, "abandoned", 0);
    }
    Ok(())
}

fn place(
    service: &Service,
    country: &str,
    refused_by: &[GatewayKind],
    waited: i64,
    now: i64,
) -> Option<Place> {
    // Without randomness the preferred gateway takes it.
    let rolls = service.random.bytes().unwrap_or_default();
    service
        .gateways
        .place(country, refused_by, waited, rolls, now)
}

fn give_back(service: &Service, given_back: &GivenBack) {
    let money = u64::try_from(given_back.cost).unwrap_or(0);
    service
        .budgets
        .give_back(&given_back.country, money, given_back.created_at);
}

/// Hands one message over, to the next gateway where one surely has not taken it (H-09).
async fn hand_over(service: Arc<Service>, held: Held, mut place: Place) {
    let mut refused_by = Vec::new();
    let text = service.secrets().open(&held.sealed_text);
    loop {
        let kind = place.lane.kind;
        fault_point("message-claimed");
        let (status, reason, reference) = match &text {
            // Sealed with a key that is gone.
            None => (Status::Failed, "unreadable", String::new()),
            Some(text) => match attempt(&service, &held, text, &place).await {
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
        drop(place);
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
    if let Some(open) = lane.ended(&handed, service.clock.now()) {
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
    let gateway = edge::metrics::ClosedSet::as_str(lane.kind);
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
    let Some(place) = place(service, &held.country, refused_by, WAIT, now) else {
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
