//! Hands messages over to gateways: takes them from the queue on disk, each for the gateway that is to
//! have it, and writes down what became of it.
//!
//! The claim is committed before a byte leaves, and a claim whose holder is gone is never taken up again:
//! so a message goes out once or, where a process died in the midst of it, is one of which nobody knows
//! (H-02, I-05). Several services on one database share the queue: each begins with what it has queued
//! itself, and all look after what has waited for longer.
//!
//! Not here: one message's way through its gateways ([`attempt`]), the steps on disk
//! (`commands/hand_over.rs`), the choice of a gateway (`rules/route.rs`).

mod attempt;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use storage::{Sql, StoreError};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::commands::hand_over::{Claim, drop_late};
use crate::events::Step;
use crate::gateways::Place;
use crate::rules::delivery::WORTH_SENDING;
use crate::service::Service;
use crate::store::handing_over::{self, Waiting};
use attempt::{give_back, hand_over};

/// How often it looks for messages that nobody has announced.
const EVERY: Duration = Duration::from_secs(1);
/// A message that has waited for so long is everybody's; until then whoever queued it hands it over.
const EVERYBODYS_AFTER: i64 = 2;
/// So many messages are in sight at most; the others wait on disk.
const IN_SIGHT: i64 = 256;

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
            // Without randomness the preferred gateway takes it.
            let rolls = self.service.random.bytes().unwrap_or_default();
            let waited = now - message.since;
            let gateways = &self.service.gateways;
            match gateways.place(&message.country, &[], waited, rolls, now) {
                Some(place) => chosen.push((message, place)),
                None => left.push(message),
            }
        }
        self.waiting = left;
        if !chosen.is_empty() {
            self.claim(chosen, now).await;
        }
        let mut waiting = HashMap::new();
        for message in &self.waiting {
            if let Some(gateway) = self.service.gateways.preferred(&message.country) {
                *waiting.entry(gateway).or_default() += 1;
            }
        }
        self.service.queue.wait(waiting);
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
        self.service.queue.wait(HashMap::new());
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
