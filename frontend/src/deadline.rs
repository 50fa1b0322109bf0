//! Moments in the browser's own time, made from the server's seconds when they come in.
//!
//! Deliberately absent: the clock. `now` always comes in as a value.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970 by the browser's clock.
pub type Millis = f64;

/// Something ends then. It knows how long it was given, so that a clock that is set back can't
/// make it longer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Deadline {
    at: Millis,
    given_secs: u32,
}

impl Deadline {
    /// In so many seconds from `now`.
    #[must_use]
    pub fn after(secs: u32, now: Millis) -> Self {
        Self {
            at: now + f64::from(secs) * 1000.0,
            given_secs: secs,
        }
    }

    /// Whole seconds left, a started one counts; 0 when it is over.
    #[must_use]
    pub fn secs_left(self, now: Millis) -> u32 {
        let left = ((self.at - now) / 1000.0).ceil().max(0.0);
        // A float beyond the range becomes the largest number; the limit below cuts it.
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates"
        )]
        let left = left as u32;
        left.min(self.given_secs)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(self, now: Millis) -> bool {
        self.secs_left(now) == 0
    }

    /// Whether it has been over for so many seconds.
    #[must_use]
    pub fn is_over_since(self, secs: u32, now: Millis) -> bool {
        now - self.at > f64::from(secs) * 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_started_second_counts() {
        let deadline = Deadline::after(30, 1_000_000.0);
        for (now, left) in [
            (1_000_000.0, 30),
            (1_000_001.0, 30),
            (1_001_000.0, 29),
            (1_029_999.0, 1),
            (1_030_000.0, 0),
            (9_030_000.0, 0),
        ] {
            assert_eq!(deadline.secs_left(now), left, "{now}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nothing_longer() {
        assert_eq!(Deadline::after(30, 1_000_000.0).secs_left(0.0), 30);
    }

    #[test]
    fn it_survives_storage() {
        let deadline = Deadline::after(30, 1_000_000.0);
        let stored = serde_json::to_string(&deadline).unwrap();
        assert_eq!(serde_json::from_str::<Deadline>(&stored).unwrap(), deadline);
    }
}
