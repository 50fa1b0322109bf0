//! One key per press of a button, so that no press sends two messages (I-08).

use shared::HiddenText;

use crate::deadline::Millis;

/// After this long a press with an unknown outcome is not the same press any more.
const SAME_PRESS_MILLIS: Millis = 60_000;

/// The last press whose outcome is unknown.
#[derive(Debug, Default)]
pub struct Presses {
    uncertain: Option<Press>,
}

#[derive(Debug)]
struct Press {
    what: HiddenText,
    key: String,
    at: Millis,
}

impl Presses {
    /// The key for a press that asks for `what`: the one of the last press when that asked for the
    /// same and may have been heard, else `fresh`.
    pub fn key(&mut self, what: &str, now: Millis, fresh: String) -> String {
        let repeated = self.uncertain.take().filter(|press| {
            press.what.as_str() == what && (now - press.at).abs() < SAME_PRESS_MILLIS
        });
        let press = repeated.unwrap_or(Press {
            what: what.into(),
            key: fresh,
            at: now,
        });
        let key = press.key.clone();
        self.uncertain = Some(press);
        key
    }

    /// The last press was answered for sure; the next one is another.
    pub fn settle(&mut self) {
        self.uncertain = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_repeated_after_a_lost_answer_keeps_its_key() {
        let mut presses = Presses::default();
        assert_eq!(presses.key("+49", 0, "a".to_owned()), "a");
        assert_eq!(presses.key("+49", 5_000, "b".to_owned()), "a");
    }

    #[test]
    fn an_answered_press_another_number_or_much_later_is_another_press() {
        let mut presses = Presses::default();
        presses.key("+49", 0, "a".to_owned());
        presses.settle();
        assert_eq!(presses.key("+49", 1, "b".to_owned()), "b");
        assert_eq!(presses.key("+44", 2, "c".to_owned()), "c");
        assert_eq!(presses.key("+44", 90_000, "d".to_owned()), "d");
    }
}
