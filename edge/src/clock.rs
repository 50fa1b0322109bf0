//! The clock of both servers: the system's, or one that a test moves by hand. Rules never look at
//! it; they are given its value.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time in whole Unix seconds. Clones tell the same time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System(Arc<Mutex<Anchor>>),
    Manual(Arc<AtomicI64>),
}

/// Moves a clock that [`Clock::manual`] made.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl Clock {
    /// The host's clock, but for its backward steps: within a process time only goes on, at the
    /// speed of the monotonic clock, so a step of the host lengthens nothing (C-19).
    #[must_use]
    pub fn system() -> Self {
        let anchor = Anchor {
            unix: host_time(),
            at: Instant::now(),
        };
        Self(Source::System(Arc::new(Mutex::new(anchor))))
    }

    /// A clock that stands at `unix_secs` until it is moved.
    #[must_use]
    pub fn manual(unix_secs: i64) -> (Self, ManualClock) {
        let secs = Arc::new(AtomicI64::new(unix_secs));
        (Self(Source::Manual(Arc::clone(&secs))), ManualClock(secs))
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn now(&self) -> i64 {
        match &self.0 {
            Source::Manual(secs) => secs.load(Ordering::SeqCst),
            Source::System(anchor) => {
                let mut anchor = anchor.lock().unwrap_or_else(PoisonError::into_inner);
                let now = anchor.read(host_time(), Instant::now());
                i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
            }
        }
    }
}

impl ManualClock {
    /// Moves the clock; a negative number moves it back.
    pub fn advance(&self, secs: i64) {
        self.0.fetch_add(secs, Ordering::SeqCst);
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A time that was true at an instant; from there time goes on by itself.
#[derive(Debug)]
struct Anchor {
    unix: Duration,
    at: Instant,
}

impl Anchor {
    /// The host's word counts only where it is ahead (a forward step, a machine that slept).
    fn read(&mut self, host: Duration, at: Instant) -> Duration {
        let own = self.unix + at.saturating_duration_since(self.at);
        if host <= own {
            return own;
        }
        *self = Self { unix: host, at };
        host
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads the host's clock"
)]
fn host_time() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn start() -> (Anchor, Instant) {
        let at = Instant::now();
        (
            Anchor {
                unix: 1000 * HOUR,
                at,
            },
            at,
        )
    }

    #[test]
    fn a_step_back_of_the_host_stops_nothing_and_lengthens_nothing_c_19() {
        let (mut anchor, at) = start();
        assert_eq!(anchor.read(999 * HOUR, at + HOUR), 1001 * HOUR);
        assert_eq!(anchor.read(1000 * HOUR, at + 2 * HOUR), 1002 * HOUR);
    }

    #[test]
    fn a_step_ahead_that_is_taken_back_brings_nothing_back_c_19() {
        let (mut anchor, at) = start();
        assert_eq!(anchor.read(1001 * HOUR, at), 1001 * HOUR);
        assert_eq!(anchor.read(1001 * HOUR, at + HOUR), 1002 * HOUR);
    }

    #[test]
    fn a_manual_clock_stands_until_it_is_moved() {
        let (clock, hand) = Clock::manual(1_000);
        let same = clock.clone();
        hand.advance(60);
        assert_eq!((clock.now(), same.now(), hand.now()), (1_060, 1_060, 1_060));
    }

    #[test]
    fn the_system_clock_shows_a_time_after_this_was_written() {
        assert!(Clock::system().now() > 1_760_000_000);
    }
}
