//! A way to the OTP service with places and a circuit breaker of its own, so that what hangs on one does not
//! hold up the other (H-05) and what fails is left alone for a while (H-04).
//!
//! Not here: the calls, and what counts as a failure ([`super`]).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge::clock::Clock;
use edge::{Attempt, Breaker, closed_set};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Calls at one time (H-05).
const IN_FLIGHT: usize = 64;
/// Calls that wait for a place (H-05).
const WAITING: usize = 256;
/// How long they do (H-05).
const WAIT: Duration = Duration::from_secs(2);

closed_set! {
    /// What a call is about.
    pub(crate) enum Way {
        /// Has a code sent: the slow and the dear part, which may be dead while the rest works.
        Sends => "sends",
        /// Verifications, sessions, users.
        Others => "others",
    }
}

/// Why a call was not begun; nothing of it has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotBegun {
    /// The service fails and is left alone.
    Open,
    /// Too many calls are on their way.
    Full,
}

/// One of the ways.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) way: Way,
    clock: Clock,
    places: Semaphore,
    waiting: AtomicUsize,
    breaker: Mutex<Breaker>,
}

/// A call's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a> {
    lane: &'a Lane,
    attempt: Attempt,
    _place: SemaphorePermit<'a>,
}

impl Lane {
    pub(super) fn new(way: Way, clock: Clock) -> Self {
        Self {
            way,
            clock,
            places: Semaphore::new(IN_FLIGHT),
            waiting: AtomicUsize::new(0),
            breaker: Mutex::default(),
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the service is left alone, but for probes.
    pub(super) fn is_open(&self) -> bool {
        self.breaker().is_open()
    }

    /// Whether it is time for a probe.
    pub(super) fn wants_probe(&self) -> bool {
        let breaker = self.breaker();
        breaker.is_open() && breaker.lets_through(self.clock.now())
    }

    /// A place, once there is one; at `deadline` at the latest there is none. `now` in Unix seconds.
    pub(super) async fn enter(&self, now: i64, deadline: Instant) -> Result<Place<'_>, NotBegun> {
        let (place, now) = match self.places.try_acquire() {
            Ok(place) => (place, now),
            // Who would be refused does not wait for it.
            Err(_) if !self.breaker().lets_through(now) => return Err(NotBegun::Open),
            Err(_) => {
                let place = self.wait(deadline.min(Instant::now() + WAIT)).await?;
                (place, self.clock.now())
            }
        };
        let mut breaker = self.breaker();
        if !breaker.lets_through(now) {
            return Err(NotBegun::Open);
        }
        Ok(Place {
            lane: self,
            attempt: breaker.begin(now),
            _place: place,
        })
    }

    async fn wait(&self, until: Instant) -> Result<SemaphorePermit<'_>, NotBegun> {
        let waiter = Waiter::among(&self.waiting).ok_or(NotBegun::Full)?;
        let place = tokio::time::timeout_at(until, self.places.acquire()).await;
        drop(waiter);
        match place {
            Ok(Ok(place)) => Ok(place),
            _ => Err(NotBegun::Full),
        }
    }
}

impl Place<'_> {
    /// The call is over. Whether the breaker has opened or closed by it.
    pub(super) fn ended(self, good: bool) -> Option<bool> {
        let mut breaker = self.lane.breaker();
        let before = breaker.is_open();
        breaker.end(self.attempt, good, self.lane.clock.now());
        let after = breaker.is_open();
        (before != after).then_some(after)
    }
}

/// Somebody who waits; gone when it is dropped, as by a caller who hangs up.
struct Waiter<'a>(&'a AtomicUsize);

impl<'a> Waiter<'a> {
    fn among(waiting: &'a AtomicUsize) -> Option<Self> {
        let one_more = |waiting| (waiting < WAITING).then_some(waiting + 1);
        let counted = waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more);
        counted.ok().map(|_| Self(waiting))
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(3)
    }

    #[tokio::test(start_paused = true)]
    async fn sixty_four_are_on_their_way_and_the_next_waits_two_seconds_at_most_h_05() {
        let lane = Lane::new(Way::Others, Clock::manual(NOW).0);
        let mut inside = Vec::new();
        for _ in 0..IN_FLIGHT {
            inside.push(lane.enter(NOW, soon()).await.unwrap());
        }
        let began = Instant::now();
        assert_eq!(lane.enter(NOW, soon()).await.unwrap_err(), NotBegun::Full);
        assert_eq!(began.elapsed(), WAIT);
        let (waited, ()) = tokio::join!(lane.enter(NOW, soon()), async { drop(inside.pop()) });
        assert!(waited.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_while_so_many_wait_is_refused_at_once_h_05() {
        let lane = Lane::new(Way::Others, Clock::manual(NOW).0);
        lane.places.forget_permits(IN_FLIGHT);
        let waiters: Vec<_> = (0..WAITING)
            .filter_map(|_| Waiter::among(&lane.waiting))
            .collect();
        assert_eq!(waiters.len(), WAITING);
        let began = Instant::now();
        assert_eq!(lane.enter(NOW, soon()).await.unwrap_err(), NotBegun::Full);
        assert!(began.elapsed().is_zero());
        drop(waiters);
        assert_eq!(lane.waiting.load(Ordering::Acquire), 0);
    }
}
