//! Moments in the browser's own time, made from the server's seconds when they come in.
//!
//! Deliberately absent: the clock. `now` always comes in as a value.

/// Whole milliseconds since 1970 by the browser's clock.
pub type Millis = i64;

/// Something ends then. It knows how long it was given, so that a clock that is set back can't
/// make it longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    at: Millis,
    given_secs: u32,
}

impl Deadline {
    /// In so many seconds from `now`.
    #[must_use]
    pub fn after(secs: u32, now: Millis) -> Self {
        Self {
            at: now + i64::from(secs) * 1000,
            given_secs: secs,
        }
    }

    /// The text that is kept.
    #[must_use]
    pub fn to_text(self) -> String {
        [self.at.to_string(), self.given_secs.to_string()].join(" ")
    }

    /// Reads it again; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, given_secs) = text.split_once(' ')?;
        Some(Self {
            at: at.parse().ok()?,
            given_secs: given_secs.parse().ok()?,
        })
    }

    /// Whole seconds left, a started one counts; 0 when it is over.
    #[must_use]
    pub fn secs_left(self, now: Millis) -> u32 {
        let left = (self.at - now).max(0).unsigned_abs().div_ceil(1000);
        u32::try_from(left).unwrap_or(u32::MAX).min(self.given_secs)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(self, now: Millis) -> bool {
        self.secs_left(now) == 0
    }

    /// Whether it has been over for so many seconds.
    #[must_use]
    pub fn is_over_since(self, secs: u32, now: Millis) -> bool {
        now - self.at > i64::from(secs) * 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_started_second_counts() {
        let deadline = Deadline::after(30, 1_000_000);
        for (now, left) in [
            (1_000_000, 30),
            (1_000_001, 30),
            (1_001_000, 29),
            (1_029_999, 1),
            (1_030_000, 0),
            (9_030_000, 0),
        ] {
            assert_eq!(deadline.secs_left(now), left, "{now}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nothing_longer() {
        assert_eq!(Deadline::after(30, 1_000_000).secs_left(0), 30);
    }

    #[test]
    fn it_survives_storage() {
        let deadline = Deadline::after(30, 1_000_000);
        assert_eq!(Deadline::parse(&deadline.to_text()), Some(deadline));
    }
}
