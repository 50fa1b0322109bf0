//! One gateway with what is known of it in this process: how many messages are in flight (H-05), its
//! breaker (H-04), and its weight.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use edge::{Attempt, Breaker};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Gateway, GatewayKind, Handed};
use crate::rules::route::{FULL, Lane as Seen};

/// Messages in flight at one gateway (H-05).
const IN_FLIGHT: usize = 64;

pub(crate) struct Lane {
    pub(crate) kind: GatewayKind,
    pub(crate) gateway: Box<dyn Gateway>,
    places: Arc<Semaphore>,
    breaker: Mutex<Breaker>,
    weight: AtomicU8,
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

/// A message's place at a gateway, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) lane: Arc<Lane>,
    attempt: Attempt,
    _place: OwnedSemaphorePermit,
}

impl Place {
    /// The attempt is over. Whether the breaker has opened or closed by it.
    pub(crate) fn ended(&self, handed: &Handed, now: i64) -> Option<bool> {
        let mut breaker = self.lane.breaker();
        let before = breaker.is_open();
        breaker.end(self.attempt, handed.is_good(), now);
        let after = breaker.is_open();
        (before != after).then_some(after)
    }
}

impl Lane {
    pub(super) fn new(kind: GatewayKind, gateway: Box<dyn Gateway>) -> Self {
        Self {
            kind,
            gateway,
            places: Arc::new(Semaphore::new(IN_FLIGHT)),
            breaker: Mutex::default(),
            weight: AtomicU8::new(FULL),
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As a message sees it.
    pub(super) fn seen(&self, now: i64) -> Seen {
        Seen {
            works: self.breaker().lets_through(now),
            has_room: self.places.available_permits() > 0,
            weight: self.weight(),
        }
    }

    /// A place, if there is one.
    pub(super) fn take(self: &Arc<Self>, now: i64) -> Option<Place> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(self.begin(place, now))
    }

    /// A place, once there is one.
    pub(super) async fn wait(self: &Arc<Self>, now: i64) -> Option<Place> {
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        Some(self.begin(place, now))
    }

    fn begin(self: &Arc<Self>, place: OwnedSemaphorePermit, now: i64) -> Place {
        Place {
            lane: Arc::clone(self),
            attempt: self.breaker().begin(now),
            _place: place,
        }
    }

    /// Messages in flight.
    pub(crate) fn in_flight(&self) -> usize {
        IN_FLIGHT.saturating_sub(self.places.available_permits())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.breaker().is_open()
    }

    pub(crate) fn weight(&self) -> u8 {
        self.weight.load(Ordering::Relaxed)
    }

    pub(super) fn weigh(&self, weight: u8) {
        self.weight.store(weight, Ordering::Relaxed);
    }
}
