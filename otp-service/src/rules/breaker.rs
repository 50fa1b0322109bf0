//! A circuit breaker (H-04): a gateway that fails is left alone for a while, and then tried with one
//! message at a time until it is well again.

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

/// What was seen of one gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Breaker {
    /// Attempts of the last seconds, and whether each was good.
    recent: VecDeque<(i64, bool)>,
    bad_in_a_row: u32,
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    /// When the next attempt may be made.
    probe_at: i64,
    good_in_a_row: u32,
}

impl Breaker {
    /// Whether an attempt may be made now.
    pub(crate) fn lets_through(&self, now: i64) -> bool {
        self.open.is_none_or(|open| now >= open.probe_at)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// An attempt begins.
    pub(crate) fn begin(&mut self, now: i64) {
        if let Some(open) = &mut self.open {
            open.probe_at = now + PROBE_EVERY;
        }
    }

    /// An attempt is over. A refusal that is about the message, as any 4xx, is no failure.
    pub(crate) fn end(&mut self, good: bool, now: i64) {
        if let Some(open) = &mut self.open {
            open.good_in_a_row = if good { open.good_in_a_row + 1 } else { 0 };
            if open.good_in_a_row >= GOOD_TO_CLOSE {
                *self = Self::default();
            }
            return;
        }
        self.recent.retain(|(at, _)| *at > now - SPAN);
        self.recent.push_back((now, good));
        self.bad_in_a_row = if good { 0 } else { self.bad_in_a_row + 1 };
        let bad = self.recent.iter().filter(|(_, good)| !good).count();
        let half = self.recent.len() >= OF_MANY && bad * 2 >= self.recent.len();
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
            breaker.end(good, at);
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
            breaker.begin(now);
            assert!(!breaker.lets_through(now), "one at a time");
            breaker.end(true, now);
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
            breaker.end(good, NOW + 5);
            assert_eq!(breaker.is_open(), open);
        }
    }
}
