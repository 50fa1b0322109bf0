//! When a message that was not taken is told again: as the specification advises, over three days, each wait a little
//! longer than it says, by chance, so that what failed together does not come back together. Pure.

/// Seconds after each attempt, the first one's first.
const WAITS: [i64; 9] = [
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
];
/// The receiver may wish for a longer wait, up to this, seconds.
const LONGEST_WISH: i64 = 24 * 3600;

/// Seconds until the attempt after this many; none: it is given up. `wish` is what the receiver's `Retry-After` says,
/// `roll` is random.
pub(super) fn wait(attempts: i64, wish: Option<i64>, roll: u8) -> Option<i64> {
    let place = usize::try_from(attempts.checked_sub(1)?).ok()?;
    let wait = *WAITS.get(place)?;
    // At most a tenth.
    let more = wait * i64::from(roll) / i64::from(u8::MAX) / 10;
    Some((wait + more).max(wish.unwrap_or(0).min(LONGEST_WISH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_over_three_days() {
        let waits: Vec<_> = (1..)
            .map_while(|attempts| wait(attempts, None, 0))
            .collect();
        assert_eq!(waits, WAITS);
        assert_eq!(waits.iter().sum::<i64>(), 75 * 3600 + 35 * 60 + 5);
        assert_eq!(wait(10, Some(60), 0), None);
        assert_eq!(wait(0, None, 0), None);
    }

    #[test]
    fn chance_adds_a_tenth_and_the_receiver_may_wish_for_more() {
        assert_eq!(wait(2, None, u8::MAX), Some(330));
        assert_eq!(wait(2, Some(60), 0), Some(300));
        assert_eq!(wait(2, Some(900), 0), Some(900));
        assert_eq!(wait(1, Some(i64::MAX), 0), Some(86_400));
    }
}
