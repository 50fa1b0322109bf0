//! Which reads are made again after a failure, and when (H-03): at most two times, a moment later, and never so
//! many that a service in trouble gets noticeably more to do.

use std::collections::VecDeque;
use std::time::Duration;

/// Of one call.
pub(super) const MOST: u32 = 2;
/// Seconds.
const SPAN: i64 = 60;
/// Of the calls within the span, one in so many.
const ONE_IN: u32 = 10;
/// A house with few visitors may repeat one call's worth all the same.
const ALWAYS: u32 = MOST;
/// Milliseconds.
const SHORTEST_PAUSE: u16 = 50;
const LONGEST_PAUSE: u16 = 400;

/// What was called and repeated within the last minute.
#[derive(Debug, Default)]
pub(super) struct Repeats(VecDeque<Second>);

#[derive(Debug)]
struct Second {
    at: i64,
    calls: u32,
    repeats: u32,
}

impl Repeats {
    /// A call is made at `now`, Unix seconds.
    pub(super) fn note_call(&mut self, now: i64) {
        self.note(now, 1, 0);
    }

    /// Whether one may be repeated at `now`; that counts at once.
    pub(super) fn take(&mut self, now: i64) -> bool {
        self.note(now, 0, 0);
        let calls: u32 = self.0.iter().map(|second| second.calls).sum();
        let repeats: u32 = self.0.iter().map(|second| second.repeats).sum();
        let may = repeats < (calls / ONE_IN).max(ALWAYS);
        if may {
            self.note(now, 0, 1);
        }
        may
    }

    fn note(&mut self, at: i64, calls: u32, repeats: u32) {
        while self
            .0
            .pop_front_if(|second| second.at <= at - SPAN)
            .is_some()
        {}
        match self.0.back_mut() {
            Some(last) if last.at == at => {
                last.calls += calls;
                last.repeats += repeats;
            }
            _ => self.0.push_back(Second { at, calls, repeats }),
        }
    }
}

/// How long to wait before a repeat; without randomness as long as can be.
pub(super) fn pause() -> Duration {
    let mut roll = [0xff; 2];
    let rolled = getrandom::fill(&mut roll).is_ok();
    Duration::from_millis(pause_of(if rolled {
        u16::from_be_bytes(roll)
    } else {
        u16::MAX
    }))
}

fn pause_of(roll: u16) -> u64 {
    let width = u32::from(LONGEST_PAUSE - SHORTEST_PAUSE);
    u64::from(u32::from(SHORTEST_PAUSE) + u32::from(roll) * width / u32::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    #[test]
    fn a_tenth_of_a_minutes_calls_may_be_repeated_h_03() {
        let mut repeats = Repeats::default();
        let mut made = 0;
        for n in 0..1000 {
            repeats.note_call(NOW + n / 20);
            made += u32::from(repeats.take(NOW + n / 20));
        }
        assert_eq!(made, 100);
        assert!(!repeats.take(NOW + 49));
        assert!(repeats.0.len() <= 60);
    }

    #[test]
    fn a_quiet_house_may_repeat_one_call_and_again_a_minute_later_h_03() {
        let mut repeats = Repeats::default();
        repeats.note_call(NOW);
        assert!(repeats.take(NOW) && repeats.take(NOW));
        assert!(!repeats.take(NOW + 59));
        assert!(repeats.take(NOW + 60));
    }

    #[test]
    fn the_pause_is_from_50_to_400_milliseconds_h_03() {
        assert_eq!((pause_of(0), pause_of(u16::MAX)), (50, 400));
        assert!((50..=400).contains(&pause().as_millis()));
    }
}
