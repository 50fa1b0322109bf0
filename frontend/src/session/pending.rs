//! What is kept between the two screens, as texts of one field a line: no parser of anything richer
//! is in the program.

use shared::browser::SendOtpResponse;
use shared::{HiddenText, PhoneNumber, VerificationId};

use crate::deadline::{Deadline, Millis};

/// How long an expired verification is still shown, so that a resend can follow it.
const SHOWN_AFTER_END_SECS: u32 = 15 * 60;

/// A verification that waits for its code. Lies where all tabs see it, so its number is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Goes back with the code.
    pub verification_id: VerificationId,
    /// The number but for its last digits.
    pub masked_number: String,
    /// Digits of the code.
    pub code_length: u8,
    /// The code works until then.
    pub code_ends: Deadline,
    /// Another one can be asked for from then on.
    pub resend_from: Deadline,
    /// All its tries are used: the next code needs a verification of its own.
    pub exhausted: bool,
}

impl Pending {
    /// From the answer to a send that came in at `now`.
    #[must_use]
    pub fn new(answer: &SendOtpResponse, now: Millis) -> Self {
        Self {
            verification_id: answer.verification_id.clone(),
            masked_number: answer.phone_number.masked(),
            code_length: answer.code_length,
            code_ends: Deadline::after(answer.expires_in_secs, now),
            resend_from: Deadline::after(answer.resend_in_secs, now),
            exhausted: false,
        }
    }

    /// The text that is kept.
    #[must_use]
    pub fn to_text(&self) -> String {
        let exhausted = if self.exhausted { "1" } else { "" };
        [
            self.verification_id.as_str(),
            &self.masked_number,
            &self.code_length.to_string(),
            &self.code_ends.to_text(),
            &self.resend_from.to_text(),
            exhausted,
        ]
        .join("\n")
    }

    /// Reads it again; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        Some(Self {
            verification_id: VerificationId::parse(lines.next()?).ok()?,
            masked_number: lines.next()?.to_owned(),
            code_length: lines.next()?.parse().ok()?,
            code_ends: Deadline::parse(lines.next()?)?,
            resend_from: Deadline::parse(lines.next()?)?,
            exhausted: lines.next()? == "1",
        })
    }

    /// Another code can be asked for in so many seconds at the earliest.
    pub fn wait(&mut self, secs: u32, now: Millis) {
        if secs > self.resend_from.secs_left(now) {
            self.resend_from = Deadline::after(secs, now);
        }
    }

    /// Whether nobody can still be waiting for it.
    #[must_use]
    pub fn is_stale(&self, now: Millis) -> bool {
        self.code_ends.is_over_since(SHOWN_AFTER_END_SECS, now)
    }
}

/// What was typed in this tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabNumber {
    /// The text of the phone field.
    pub typed: HiddenText,
    /// The country it was typed for, ISO 3166 alpha-2.
    pub country: String,
    /// The number as the server understood it.
    pub number: PhoneNumber,
}

impl TabNumber {
    /// The text that is kept.
    #[must_use]
    pub fn to_text(&self) -> String {
        [self.number.as_str(), &self.country, self.typed.as_str()].join("\n")
    }

    /// Reads it again; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.splitn(3, '\n');
        Some(Self {
            number: PhoneNumber::parse(lines.next()?).ok()?,
            country: lines.next()?.to_owned(),
            typed: HiddenText::from(lines.next()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> SendOtpResponse {
        serde_json::from_str(
            r#"{"verification_id":"abc","phone_number":"+4915123456789","code_length":6,
                "expires_in_secs":300,"resend_in_secs":30}"#,
        )
        .unwrap()
    }

    #[test]
    fn what_all_tabs_can_read_has_no_whole_number_f_07() {
        let stored = Pending::new(&answer(), 0).to_text();
        assert!(
            !stored.contains("15123456789") && stored.contains("•89"),
            "{stored}"
        );
    }

    #[test]
    fn a_pending_verification_survives_a_reload_with_its_deadlines() {
        let pending = Pending::new(&answer(), 1000);
        let read = Pending::parse(&pending.to_text()).unwrap();
        assert_eq!(read, pending);
        assert_eq!(read.resend_from.secs_left(11_000), 20);
    }

    #[test]
    fn it_is_gone_long_after_its_end_and_not_before() {
        let pending = Pending::new(&answer(), 0);
        assert!(!pending.is_stale(301_000));
        assert!(pending.is_stale(300_000 + 901_000));
    }

    #[test]
    fn the_longer_wait_counts() {
        let mut pending = Pending::new(&answer(), 0);
        pending.wait(10, 0);
        assert_eq!(pending.resend_from.secs_left(0), 30);
        pending.wait(300, 0);
        assert_eq!(pending.resend_from.secs_left(0), 300);
    }

    #[test]
    fn what_was_typed_is_kept_as_it_is() {
        let number = TabNumber {
            typed: HiddenText::from(" (0151) 23-456789"),
            country: "DE".to_owned(),
            number: answer().phone_number,
        };
        assert_eq!(TabNumber::parse(&number.to_text()), Some(number));
    }

    #[test]
    fn what_an_older_page_has_kept_or_somebody_has_broken_is_nothing() {
        let whole = Pending::new(&answer(), 0).to_text();
        assert!(Pending::parse(&whole).is_some());
        for text in ["", "{}", "abc\n•89", &whole.replace("300", "x")] {
            assert_eq!(Pending::parse(text), None, "{text}");
            assert_eq!(TabNumber::parse(text), None, "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_number_f_01() {
        let number = TabNumber {
            typed: HiddenText::from("0151 23456789"),
            country: "DE".to_owned(),
            number: answer().phone_number,
        };
        assert!(!format!("{number:?}").contains("234"));
    }
}
