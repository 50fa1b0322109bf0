//! A browser that has signed in before (B-14): its failures make a row of their own, which others'
//! failures neither start nor lengthen, and a few sends an hour are kept free for it. It gains a place
//! in the queue and nothing else: a code still has to come to the phone and has to be right.

use super::limits::Limits;
use super::throttle::{Refusal, Throttle};

/// So many browsers are known for a number; another one takes the place of the longest unused. What a
/// former owner of the number can still try is bounded by it.
pub(crate) const MOST: usize = 10;
/// Sends in an hour that others can't use up.
const KEPT_FREE: usize = 2;

/// Whether a message may be sent now: while the number has sends left for everybody, or while some
/// that are kept free are left.
pub(crate) fn may_send(
    limits: &Limits,
    number: &Throttle,
    device: &Throttle,
    now: i64,
) -> Result<(), Refusal> {
    device.may_try(limits, now)?;
    match (
        number.may_send(limits, now),
        device.may_send(&kept_free(limits), now),
    ) {
        (Ok(()), _) | (_, Ok(())) => Ok(()),
        (Err(one), Err(other)) => Err(one.sooner_of(other)),
    }
}

/// In how many seconds the next message may be sent, should nothing fail until then.
pub(crate) fn resend_in(limits: &Limits, number: &Throttle, device: &Throttle, now: i64) -> u32 {
    let own = device.resend_in(&kept_free(limits), now);
    match number.may_try(limits, now) {
        Err(Refusal::Locked) => own,
        _ => own.min(number.resend_in(limits, now)).max(device.wait(now)),
    }
}

fn kept_free(limits: &Limits) -> Limits {
    Limits {
        sends_per_hour: KEPT_FREE.min(limits.sends_per_hour),
        ..limits.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::throttle::Pace;
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn limits() -> Limits {
        Limits::default()
    }

    #[test]
    fn two_sends_an_hour_are_left_when_others_have_used_up_the_number_b_14() {
        let (mut number, mut device) = (Throttle::default(), Throttle::default());
        for sent in 0..5 {
            number.record_send(NOW + 60 * sent);
        }
        for _ in 0..60 {
            number.record_failure(&limits(), NOW);
        }
        let mut now = NOW + 300;
        assert_eq!(number.may_send(&limits(), now), Err(Refusal::Locked));
        for _ in 0..2 {
            assert_eq!(may_send(&limits(), &number, &device, now), Ok(()));
            device.record_send(now);
            number.record_send(now);
            assert!(may_send(&limits(), &number, &device, now).is_err());
            now += 60;
        }
        assert_eq!(
            may_send(&limits(), &number, &device, now),
            Err(Refusal::Paced(3600 - 120, Pace::Hour))
        );
        assert_eq!(resend_in(&limits(), &number, &device, now), 3600 - 120);
    }

    #[test]
    fn while_the_number_has_sends_left_a_known_browser_has_them_too_b_14() {
        let (mut number, mut device) = (Throttle::default(), Throttle::default());
        let mut now = NOW;
        let mut sent = 0;
        while now < NOW + 1800 {
            if may_send(&limits(), &number, &device, now).is_ok() {
                number.record_send(now);
                device.record_send(now);
                sent += 1;
            }
            now += 30;
        }
        assert_eq!(sent, 5);
    }

    #[test]
    fn its_own_failures_hold_it_back_b_14() {
        let (number, mut device) = (Throttle::default(), Throttle::default());
        for _ in 0..5 {
            device.record_failure(&limits(), NOW);
        }
        assert_eq!(
            may_send(&limits(), &number, &device, NOW),
            Err(Refusal::Wait(30))
        );
        assert_eq!(resend_in(&limits(), &number, &device, NOW), 30);
    }
}
