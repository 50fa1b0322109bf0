//! What a number may still do: sends (B-04) and wrong codes in a row (B-01 to B-03).
//!
//! The state belongs to the number, not to a user, a challenge or a flow (but for browsers that have
//! signed in before: [`super::device`]), and it is kept for numbers
//! without a user too, so a refusal tells nothing about who is registered. A refused call changes
//! nothing and makes no wait longer (B-10).

use serde::{Deserialize, Serialize};

use super::limits::Limits;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The number's history, as far as it matters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Throttle {
    /// Wrong codes since the last success; towards the lock.
    pub(crate) failures: u32,
    /// The same, but forgotten after a day without one; towards the waits (B-03).
    pub(crate) recent_failures: u32,
    /// Unix seconds, 0 when there was none.
    pub(crate) last_failure_at: i64,
    /// Until then nothing is sent or compared. Unix seconds.
    pub(crate) wait_until: i64,
    /// When messages went out in the last day, oldest first. Unix seconds.
    pub(crate) sends: Vec<i64>,
}

/// The span within which too many messages went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    CoolDown,
    Hour,
    Day,
}

/// Why the number may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// For so many seconds, at least 1: too many wrong codes in a row.
    Wait(u32),
    /// Send for so many seconds, at least 1: too many messages went out within this span.
    Paced(u32, Pace),
    /// Until an operator frees it.
    Locked,
}

impl Refusal {
    /// The one that is over sooner.
    pub(super) fn sooner_of(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Wait(one) | Self::Paced(one, _),
                Self::Wait(another) | Self::Paced(another, _),
            ) if another < one => other,
            (Self::Locked, _) => other,
            _ => self,
        }
    }
}

impl Throttle {
    /// Whether a code may be compared now.
    pub(crate) fn may_try(&self, limits: &Limits, now: i64) -> Result<(), Refusal> {
        if self.failures >= limits.failures_to_lock {
            return Err(Refusal::Locked);
        }
        wait_until(self.wait_until, now)
    }

    /// Whether a message may be sent now.
    pub(crate) fn may_send(&self, limits: &Limits, now: i64) -> Result<(), Refusal> {
        self.may_try(limits, now)?;
        let (at, pace) = self.next_send_at(limits, now);
        wait_until(at, now).map_err(|_| Refusal::Paced(seconds(at - now), pace))
    }

    /// In how many seconds the next message may be sent, should nothing fail until then.
    pub(crate) fn resend_in(&self, limits: &Limits, now: i64) -> u32 {
        seconds(self.next_send_at(limits, now).0.max(self.wait_until) - now)
    }

    /// For how many seconds nothing is compared.
    pub(crate) fn wait(&self, now: i64) -> u32 {
        seconds(self.wait_until - now)
    }

    /// A message goes out.
    pub(crate) fn record_send(&mut self, now: i64) {
        self.sends.retain(|&sent| sent > now - DAY);
        self.sends.push(now);
    }

    /// The message of this time surely did not go out (H-09).
    pub(crate) fn take_back_send(&mut self, sent_at: i64) {
        if let Some(place) = self.sends.iter().rposition(|&sent| sent == sent_at) {
            self.sends.remove(place);
        }
    }

    /// A wrong code was compared.
    pub(crate) fn record_failure(&mut self, limits: &Limits, now: i64) {
        if self.last_failure_at + DAY <= now {
            self.recent_failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.recent_failures = self.recent_failures.saturating_add(1);
        self.last_failure_at = now;
        let step = (self.recent_failures / limits.failures_per_step.max(1)) as usize;
        if let Some(step) = step.checked_sub(1) {
            let wait = limits.waits.get(step).or(limits.waits.last());
            self.wait_until = self.wait_until.max(now + wait.copied().unwrap_or(0));
        }
    }

    /// A right code was compared: the row of failures ends. Sends stay counted.
    pub(crate) fn record_success(&mut self) {
        *self = Self {
            sends: std::mem::take(&mut self.sends),
            ..Self::default()
        };
    }

    /// When the next message may go out, and which span says so.
    fn next_send_at(&self, limits: &Limits, now: i64) -> (i64, Pace) {
        let within = |span: i64| self.sends.iter().filter(move |&&sent| sent > now - span);
        let cool_down = match self.sends.as_slice() {
            [] => 0,
            [.., last] => {
                let in_its_hour = self
                    .sends
                    .iter()
                    .filter(|&&sent| sent > last - HOUR)
                    .count();
                last + if in_its_hour > 1 {
                    limits.cool_down
                } else {
                    limits.first_cool_down
                }
            }
        };
        // The n-th newest send has to be older than the span before another one fits in.
        let room = |span: i64, most: usize| {
            let sent = within(span).count();
            if sent < most {
                return 0;
            }
            within(span)
                .nth(sent - most.max(1))
                .map_or(now + span, |oldest| oldest + span)
        };
        let spans = [
            (cool_down, Pace::CoolDown),
            (room(HOUR, limits.sends_per_hour), Pace::Hour),
            (room(DAY, limits.sends_per_day), Pace::Day),
        ];
        let longest = spans.into_iter().max_by_key(|(at, _)| *at);
        longest.unwrap_or((0, Pace::CoolDown))
    }
}

fn wait_until(end: i64, now: i64) -> Result<(), Refusal> {
    if end > now {
        Err(Refusal::Wait(seconds(end - now)))
    } else {
        Ok(())
    }
}

/// Whole seconds from now, never negative.
fn seconds(span: i64) -> u32 {
    u32::try_from(span.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000;

    fn limits() -> Limits {
        Limits::default()
    }

    #[test]
    fn the_first_resend_waits_30_seconds_and_the_next_60_b_04() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.may_send(&limits(), START), Ok(()));
        throttle.record_send(START);
        assert_eq!(
            throttle.may_send(&limits(), START),
            Err(Refusal::Paced(30, Pace::CoolDown))
        );
        assert_eq!(
            throttle.may_send(&limits(), START + 29),
            Err(Refusal::Paced(1, Pace::CoolDown))
        );
        assert_eq!(throttle.may_send(&limits(), START + 30), Ok(()));
        throttle.record_send(START + 30);
        assert_eq!(throttle.resend_in(&limits(), START + 30), 60);
        assert_eq!(throttle.may_send(&limits(), START + 90), Ok(()));
    }

    #[test]
    fn five_sends_an_hour_and_ten_a_day_b_04() {
        let mut throttle = Throttle::default();
        let mut sent = Vec::new();
        for now in (START..START + 30 * HOUR).step_by(30) {
            if throttle.may_send(&limits(), now).is_ok() {
                throttle.record_send(now);
                sent.push(now);
            }
        }
        for &start in &sent {
            let in_span = |span: i64| {
                sent.iter()
                    .filter(|&&at| (start..start + span).contains(&at))
                    .count()
            };
            assert!(in_span(HOUR) <= 5 && in_span(DAY) <= 10);
        }
        assert_eq!(
            sent.len(),
            20,
            "ten on each of the two days that thirty hours touch"
        );
    }

    #[test]
    fn a_send_that_did_not_go_out_is_taken_back_alone_h_09() {
        let mut throttle = Throttle::default();
        throttle.record_send(START);
        throttle.record_send(START + 60);
        throttle.record_failure(&limits(), START + 70);
        throttle.take_back_send(START + 60);
        assert_eq!(throttle.sends, [START]);
        throttle.take_back_send(START + 60);
        assert_eq!((throttle.sends.len(), throttle.failures), (1, 1));
    }

    #[test]
    fn waits_grow_with_the_failures_and_the_fiftieth_locks_b_01() {
        let mut throttle = Throttle::default();
        let mut now = START;
        for failure in 1..=50 {
            assert_eq!(
                throttle.may_try(&limits(), now),
                Ok(()),
                "failure {failure}"
            );
            throttle.record_failure(&limits(), now);
            let expected = match failure {
                ..5 => 0,
                5..10 => 30,
                10..15 => 300,
                15..20 => 1800,
                _ => 3600,
            };
            assert_eq!(throttle.wait(now), expected, "failure {failure}");
            now += i64::from(expected);
        }
        assert_eq!(
            throttle.may_try(&limits(), now + 365 * DAY),
            Err(Refusal::Locked)
        );
        assert_eq!(
            throttle.may_send(&limits(), now + 365 * DAY),
            Err(Refusal::Locked)
        );
    }

    #[test]
    fn time_softens_the_waits_but_not_the_count_towards_the_lock_b_03() {
        let mut throttle = Throttle::default();
        for _ in 0..9 {
            throttle.record_failure(&limits(), START);
        }
        throttle.record_failure(&limits(), START + DAY);
        assert_eq!((throttle.wait(START + DAY), throttle.failures), (0, 10));
    }

    #[test]
    fn a_success_ends_the_row_of_failures_and_keeps_the_sends_b_03() {
        let mut throttle = Throttle::default();
        throttle.record_send(START);
        for _ in 0..7 {
            throttle.record_failure(&limits(), START);
        }
        throttle.record_success();
        assert_eq!(
            throttle,
            Throttle {
                sends: vec![START],
                ..Throttle::default()
            }
        );
    }
}
