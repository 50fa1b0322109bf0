//! A phone number in the form that goes over the wire, and nothing about number plans: whether a
//! number can exist is the servers' question.

use std::fmt;

use serde::{Deserialize, Serialize, de};

/// A phone number in E.164 form: `+`, a country code that does not start with zero, 7 to 15 digits
/// in all, ASCII only (ITU-T E.164, 6.2.1).
///
/// `Debug` shows neither the number nor a part of it, so it can't slip into a log (F-01).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(String);

/// The text is not a phone number in E.164 form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotE164;

impl PhoneNumber {
    /// Takes a text in E.164 form as it is; spaces, letters, brackets, extensions and digits of
    /// other scripts are refused, not repaired. This gate stands before every larger parser (J-09).
    ///
    /// # Errors
    /// [`NotE164`] for everything else.
    pub fn parse(text: &str) -> Result<Self, NotE164> {
        let digits = text.strip_prefix('+').ok_or(NotE164)?;
        let shaped = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if shaped {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotE164)
        }
    }

    /// The number, `+` included. What receives it must not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number with all but its last two digits hidden: `•••••••••42` (F-07).
    #[must_use]
    pub fn masked(&self) -> String {
        let hidden = self.0.len() - 1 - 2;
        format!("{}{}", "•".repeat(hidden), &self.0[self.0.len() - 2..])
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(hidden)")
    }
}

impl fmt::Display for NotE164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a phone number in E.164 form: + and 7 to 15 digits")
    }
}

impl std::error::Error for NotE164 {}

impl Serialize for PhoneNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|expected| {
            de::Error::invalid_value(
                de::Unexpected::Other("text"),
                &expected.to_string().as_str(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn e164_is_taken_as_it_is() {
        for text in [
            "+12125550142",
            "+4915112345678",
            "+6831234",
            "+123456789012345",
        ] {
            assert_eq!(
                PhoneNumber::parse(text).map(|number| number.as_str().to_owned()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (text, why) in [
            ("", "empty"),
            ("+", "no digits"),
            ("12125550142", "no plus"),
            ("0012125550142", "exit code instead of plus"),
            ("+02125550142", "country codes do not start with zero"),
            ("+123456", "six digits"),
            ("+1234567890123456", "sixteen digits"),
            ("+1 212 555 0142", "spaces"),
            ("+1(212)5550142", "brackets"),
            ("+1212555O142", "a letter"),
            ("+12125550142x7", "an extension"),
            ("+12125550142;ext=7", "an RFC 3966 extension"),
            ("+1212555014\u{0662}", "an Arabic-Indic digit"),
            ("\u{ff0b}12125550142", "a full-width plus"),
            ("+1212555\u{200b}0142", "a zero-width space"),
            ("++12125550142", "two plus signs"),
            ("+12125550142\n", "a line end"),
        ] {
            assert_eq!(PhoneNumber::parse(text), Err(NotE164), "{why}");
        }
    }

    #[test]
    fn debug_output_hides_the_number_f_01() {
        let number = PhoneNumber::parse("+12125550142").unwrap();
        assert_eq!(format!("{number:?}"), "PhoneNumber(hidden)");
        assert_eq!(number.masked(), "•••••••••42");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_gate_panic_and_what_passes_is_ascii(text in "\\PC{0,24}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert!(number.as_str().is_ascii());
                prop_assert!(number.masked().ends_with(&text[text.len() - 2..]));
            }
        }
    }
}
