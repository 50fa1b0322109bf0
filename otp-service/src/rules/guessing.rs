//! Whether somebody guesses codes all over the service, a few at each number, where no number's own limit
//! sees it (G-06).

/// From so many within ten minutes on.
const IN_TEN_MINUTES: i64 = 20;
/// From so many within 24 hours on: more would bring guessing right once in ten years and less.
const IN_A_DAY: i64 = 55;

/// The spans, in seconds.
pub(crate) const TEN_MINUTES: i64 = 600;
pub(crate) const DAY: i64 = 24 * 3600;

/// How many challenges ended by wrong codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted {
    pub(crate) ten_minutes: i64,
    pub(crate) day: i64,
}

impl Exhausted {
    /// Whether people alone are unlikely to have done that.
    pub(crate) fn is_guessing(self) -> bool {
        self.ten_minutes >= IN_TEN_MINUTES || self.day >= IN_A_DAY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_in_ten_minutes_or_fifty_five_in_a_day_g_06() {
        for (ten_minutes, day, guessing) in [
            (0, 0, false),
            (19, 54, false),
            (20, 20, true),
            (0, 55, true),
        ] {
            let exhausted = Exhausted { ten_minutes, day };
            assert_eq!(exhausted.is_guessing(), guessing, "{exhausted:?}");
        }
    }
}
