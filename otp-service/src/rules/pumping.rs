//! Who has messages sent to numbers of their own lives on what each one costs, and never types a code in.
//! Such numbers stand side by side, so what is looked at is a prefix: the number without its last four
//! digits (G-03, G-04).
//!
//! Not here: whole countries. Theirs is an alert (`deploy/prometheus-alerts.yml`), and people decide.

use super::limits::Limits;

const TEN_MINUTES: i64 = 600;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// A code that is not typed in by then counts as one that never will be.
const TIME_TO_TYPE: i64 = 120;
/// Fewer sends say nothing about a prefix.
const ENOUGH: usize = 20;
/// No refusal names a longer time (B-10).
const LONGEST: i64 = 3600;

/// So many sends of a prefix are looked at: the newest.
pub(crate) const LOOKED_AT: usize = 100;
/// How far back.
pub(crate) const LOOKED_BACK: i64 = DAY;

/// A message to a number of the prefix that left, or may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Send {
    /// Unix seconds.
    pub(crate) at: i64,
    /// Its code, or another one of its challenge, was typed in.
    pub(crate) verified: bool,
}

/// Why nothing is sent to the prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// For so many seconds: too many messages, of which too few are answered by a code (G-03).
    Paced(u32),
    /// For so many seconds, or longer: hardly any is (G-04).
    Blocked(u32),
}

/// The part of a canonical number that its neighbours share.
pub(crate) fn prefix(number: &str) -> &str {
    number
        .len()
        .checked_sub(4)
        .and_then(|end| number.get(..end))
        .unwrap_or(number)
}

/// Whether one more message may go to the prefix. `sends` are its newest, the newest first, at most
/// [`LOOKED_AT`] of at most [`LOOKED_BACK`] seconds.
pub(crate) fn verdict(limits: &Limits, sends: &[Send], now: i64) -> Result<(), Suspicion> {
    blocked(limits, sends, now)?;
    let verified = sends.iter().filter(|send| send.verified).count();
    if verified * 2 >= sends.len() {
        return Ok(());
    }
    let spans = [
        (TEN_MINUTES, limits.prefix_sends_per_ten_minutes),
        (HOUR, limits.prefix_sends_per_hour),
    ];
    let waits = spans.into_iter().filter_map(|(span, most)| {
        let place = most.checked_sub(1)?;
        let oldest = sends
            .iter()
            .filter(|send| send.at > now - span)
            .nth(place)?;
        Some(oldest.at + span - now)
    });
    match waits.max() {
        Some(wait) => Err(Suspicion::Paced(seconds(wait))),
        None => Ok(()),
    }
}

fn blocked(limits: &Limits, sends: &[Send], now: i64) -> Result<(), Suspicion> {
    let mut ripe = sends.iter().filter(|send| send.at + TIME_TO_TYPE <= now);
    let (count, verified) = ripe.by_ref().fold((0, 0), |(count, verified), send| {
        (count + 1, verified + usize::from(send.verified))
    });
    // It lasts from the newest message on: none was sent since.
    let until = sends.first().map_or(0, |send| send.at) + limits.prefix_block;
    if count >= ENOUGH && verified * 100 < count * limits.prefix_block_below_percent && until > now
    {
        return Err(Suspicion::Blocked(seconds(until - now)));
    }
    Ok(())
}

fn seconds(wait: i64) -> u32 {
    u32::try_from(wait.clamp(1, LONGEST)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000;

    /// So many sends a second apart, the newest now, of which every `nth` was verified.
    fn sends(count: usize, nth: usize) -> Vec<Send> {
        let at = |place: usize| START - i64::try_from(place).unwrap();
        let verified = |place: usize| nth > 0 && place.is_multiple_of(nth);
        (0..count)
            .map(|place| Send {
                at: at(place),
                verified: verified(place),
            })
            .collect()
    }

    fn at(sends: &[Send], now: i64) -> Result<(), Suspicion> {
        verdict(&Limits::default(), sends, now)
    }

    #[test]
    fn a_prefix_is_a_number_without_its_last_four_digits() {
        assert_eq!(prefix("+12125550142"), "+1212555");
        assert_eq!(prefix("+12"), "+12");
    }

    #[test]
    fn twenty_in_ten_minutes_and_fifty_in_an_hour_g_03() {
        assert_eq!(at(&[], START), Ok(()));
        assert_eq!(at(&sends(19, 3), START), Ok(()));
        assert_eq!(at(&sends(20, 3), START), Err(Suspicion::Paced(581)));
        assert_eq!(at(&sends(21, 3), START), Err(Suspicion::Paced(581)));
        // Ten minutes later: at fifty the hour speaks.
        assert_eq!(at(&sends(49, 3), START + 600), Ok(()));
        assert_eq!(at(&sends(50, 3), START + 600), Err(Suspicion::Paced(2951)));
        assert_eq!(at(&sends(50, 3), START + 3551), Ok(()));
    }

    #[test]
    fn a_prefix_whose_codes_are_typed_in_has_no_such_limit_g_03() {
        assert_eq!(at(&sends(100, 2), START), Ok(()));
        assert_eq!(at(&sends(100, 1), START), Ok(()));
        assert!(at(&sends(99, 3), START).is_err());
    }

    #[test]
    fn a_prefix_whose_codes_are_not_typed_in_is_blocked_for_twelve_hours_g_04() {
        // Nobody has had the time to type anything yet.
        assert_eq!(at(&sends(19, 0), START), Ok(()));
        assert_eq!(at(&sends(20, 0), START + 119), Err(Suspicion::Paced(462)));
        assert_eq!(
            at(&sends(20, 0), START + 139),
            Err(Suspicion::Blocked(3600))
        );
        let until = START + 12 * HOUR;
        assert_eq!(at(&sends(20, 0), until - 1), Err(Suspicion::Blocked(1)));
        assert_eq!(at(&sends(20, 0), until), Ok(()));
        // One in five is enough, one in six is not.
        assert_eq!(at(&sends(25, 5), START + 700), Ok(()));
        assert_eq!(
            at(&sends(24, 6), START + 700),
            Err(Suspicion::Blocked(3600))
        );
    }

    #[test]
    fn a_figure_of_nought_is_no_limit() {
        let limits = Limits {
            prefix_sends_per_ten_minutes: 0,
            prefix_sends_per_hour: 0,
            prefix_block_below_percent: 0,
            ..Limits::default()
        };
        for now in [START, START + 700] {
            assert_eq!(verdict(&limits, &sends(100, 0), now), Ok(()));
        }
    }
}
