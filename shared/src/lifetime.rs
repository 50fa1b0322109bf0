//! Durations that a caller may ask for, in whole minutes, with their limits.

use std::fmt;

use serde::{Deserialize, Serialize, de};

/// The number of minutes is outside what the contract allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfRange;

/// How long a code works: 1 to 10 whole minutes, 1 when the caller does not say.
/// On the wire a number; a string of digits is taken as its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CodeLifetime(u8);

/// How long a session lives: 5 to 525,600 whole minutes (C-04). On the wire a number only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SessionLifetime(u32);

impl CodeLifetime {
    /// Takes 1 to 10 minutes.
    ///
    /// # Errors
    /// [`OutOfRange`] otherwise.
    pub fn parse(minutes: u64) -> Result<Self, OutOfRange> {
        u8::try_from(minutes)
            .ok()
            .filter(|minutes| (1..=10).contains(minutes))
            .map(Self)
            .ok_or(OutOfRange)
    }

    /// The lifetime in minutes, 1 to 10.
    #[must_use]
    pub fn as_minutes(self) -> u8 {
        self.0
    }

    /// The lifetime in seconds, 60 to 600.
    #[must_use]
    pub fn as_secs(self) -> i64 {
        i64::from(self.0) * 60
    }
}

impl Default for CodeLifetime {
    fn default() -> Self {
        Self(1)
    }
}

impl SessionLifetime {
    /// Takes 5 to 525,600 minutes.
    ///
    /// # Errors
    /// [`OutOfRange`] otherwise.
    pub fn parse(minutes: u64) -> Result<Self, OutOfRange> {
        u32::try_from(minutes)
            .ok()
            .filter(|minutes| (5..=525_600).contains(minutes))
            .map(Self)
            .ok_or(OutOfRange)
    }

    /// The lifetime in seconds.
    #[must_use]
    pub fn as_secs(self) -> i64 {
        i64::from(self.0) * 60
    }
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of minutes outside the allowed range")
    }
}

impl std::error::Error for OutOfRange {}

/// Reads whole minutes from a number, and from a string of digits where that is allowed.
struct Minutes {
    expected: &'static str,
    strings: bool,
}

impl de::Visitor<'_> for Minutes {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<u64, E> {
        Ok(number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
        let digits =
            self.strings && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|_| digits)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Other("text"), &self))
    }
}

impl<'de> Deserialize<'de> for CodeLifetime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a whole number of minutes from 1 to 10";
        let minutes = deserializer.deserialize_any(Minutes {
            expected,
            strings: true,
        })?;
        Self::parse(minutes)
            .map_err(|_| de::Error::invalid_value(de::Unexpected::Other("number"), &expected))
    }
}

impl<'de> Deserialize<'de> for SessionLifetime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a whole number of minutes from 5 to 525600";
        let minutes = deserializer.deserialize_any(Minutes {
            expected,
            strings: false,
        })?;
        Self::parse(minutes)
            .map_err(|_| de::Error::invalid_value(de::Unexpected::Other("number"), &expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_lives_one_to_ten_minutes_a_03() {
        for json in [
            "0", "11", "-1", "1.5", "1e309", "null", "true", "[]", "\"\"", "\"0\"", "\"+5\"",
            "\"5 \"",
        ] {
            assert!(
                serde_json::from_str::<CodeLifetime>(json).is_err(),
                "{json}"
            );
        }
        for (json, secs) in [("1", 60), ("10", 600), ("\"5\"", 300)] {
            assert_eq!(
                serde_json::from_str::<CodeLifetime>(json)
                    .unwrap()
                    .as_secs(),
                secs
            );
        }
        assert_eq!(CodeLifetime::default().as_secs(), 60);
    }

    #[test]
    fn a_session_lives_five_minutes_to_a_year_c_04() {
        for json in ["4", "525601", "-5", "5.5", "null", "\"60\""] {
            assert!(
                serde_json::from_str::<SessionLifetime>(json).is_err(),
                "{json}"
            );
        }
        for (json, secs) in [("5", 300), ("525600", 31_536_000)] {
            assert_eq!(
                serde_json::from_str::<SessionLifetime>(json)
                    .unwrap()
                    .as_secs(),
                secs
            );
        }
    }
}
