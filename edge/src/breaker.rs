//! A circuit breaker (H-04): an upstream that fails is left alone for a while, and then tried with one
//! call at a time until it is well again. Pure: what time it is comes in as a value.
//!
//! Not here: what a failure is; whoever makes the calls knows.

use std::collections::VecDeque;

/// So many failures in a row open it.
const IN_A_ROW: u32 = 5;
/// Or half of at least so many attempts within this span, in seconds.
const OF_MANY: usize = 20;
const SPAN: i64 = 10;
/// One attempt in so many seconds while it is open.
const PROBE_EVERY: i64 = 5;
/// So many good ones in a row close it.
const GOOD_TO_CLOSE: u32 = 3;

/// What was seen of one upstream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breaker {
    /// The last seconds in which attempts ended.
    recent: VecDeque<Second>,
    bad_in_a_row: u32,
    open: Option<Open>,
}

/// What ended within one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Second {
    at: i64,
    attempts: usize,
    bad: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    /// When the next attempt may be made.
    probe_at: i64,
    good_in_a_row: u32,
}

/// An attempt that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    probe: bool,
}

impl Breaker {
    /// Whether an attempt may be made at `now`, Unix seconds.
    #[must_use]
    pub fn lets_through(&self, now: i64) -> bool {
        self.open.is_none_or(|open| now >= open.probe_at)
    }

    /// Whether the upstream is left alone, but for probes.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// An attempt begins at `now`, Unix seconds.
    pub fn begin(&mut self, now: i64) -> Attempt {
        if let Some(open) = &mut self.open {
            open.probe_at = now + PROBE_EVERY;
        }
        Attempt {
            probe: self.is_open(),
        }
    }

    /// An attempt is over at `now`, Unix seconds. A refusal that is about what was asked, as any 4xx, is no
    /// failure.
    pub fn end(&mut self, attempt: Attempt, good: bool, now: i64) {
        if let Some(open) = &mut self.open {
            // What was on its way when it opened says nothing about the time since.
            if !attempt.probe {
                return;
            }
            open.good_in_a_row = if good { open.good_in_a_row + 1 } else { 0 };
            if open.good_in_a_row >= GOOD_TO_CLOSE {
                *self = Self::default();
            }
            return;
        }
        let bad = usize::from(!good);
        self.recent.retain(|second| second.at > now - SPAN);
        match self.recent.back_mut() {
            Some(last) if last.at == now => {
                last.attempts += 1;
                last.bad += bad;
            }
            _ => self.recent.push_back(Second {
                at: now,
                attempts: 1,
                bad,
            }),
        }
        self.bad_in_a_row = if good { 0 } else { self.bad_in_a_row + 1 };
        let attempts: usize = self.recent.iter().map(|second| second.attempts).sum();
        let bad: usize = self.recent.iter().map(|second| second.bad).sum();
        let half = attempts >= OF_MANY && bad * 2 >= attempts;
        if self.bad_in_a_row >= IN_A_ROW || half {
            self.recent.clear();
            self.open = Some(Open {
                probe_at: now + PROBE_EVERY,
                good_in_a_row: 0,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn after(attempts: impl IntoIterator<Item = (i64, bool)>) -> Breaker {
        let mut breaker = Breaker::default();
        for (at, good) in attempts {
            let attempt = breaker.begin(at);
            breaker.end(attempt, good, at);
        }
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_four_do_not_h_04() {
        assert!(!after([(NOW, false); 4]).is_open());
        assert!(after([(NOW, false); 5]).is_open());
        let with_a_good_one = [false, false, false, false, true, false, false];
        assert!(!after(with_a_good_one.map(|good| (NOW, good))).is_open());
    }

    #[test]
    fn half_of_twenty_within_ten_seconds_open_it_h_04() {
        let alternating = |span: i64| (0..20).map(move |n| (NOW + n * span / 19, n % 2 == 0));
        assert!(after(alternating(9)).is_open());
        assert!(!after(alternating(60)).is_open());
        assert!(!after(alternating(9).take(19)).is_open());
    }

    #[test]
    fn one_attempt_in_five_seconds_until_three_are_good_h_04() {
        let mut breaker = after([(NOW, false); 5]);
        assert!(!breaker.lets_through(NOW + 4));
        for probe in 1..=3 {
            let now = NOW + 5 * probe;
            assert!(breaker.is_open() && breaker.lets_through(now));
            let attempt = breaker.begin(now);
            assert!(!breaker.lets_through(now), "one at a time");
            breaker.end(attempt, true, now);
        }
        assert!(!breaker.is_open() && breaker.lets_through(NOW + 15));
    }

    #[test]
    fn a_bad_attempt_begins_the_count_anew_h_04() {
        let mut breaker = after([(NOW, false); 5]);
        for (good, open) in [
            (true, true),
            (true, true),
            (false, true),
            (true, true),
            (true, true),
            (true, false),
        ] {
            let attempt = breaker.begin(NOW + 5);
            breaker.end(attempt, good, NOW + 5);
            assert_eq!(breaker.is_open(), open);
        }
    }

    #[test]
    fn what_was_on_its_way_when_it_opened_does_not_close_it_h_04() {
        let mut breaker = Breaker::default();
        let attempts: Vec<_> = (0..10).map(|_| breaker.begin(NOW)).collect();
        for (place, attempt) in attempts.into_iter().enumerate() {
            breaker.end(attempt, place >= 5, NOW + 1);
        }
        assert!(breaker.is_open() && !breaker.lets_through(NOW + 5));
    }
}
