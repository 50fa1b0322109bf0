//! A one-time passcode as it is typed and as it goes over the wire.

use std::fmt;

use serde::{Deserialize, Serialize, de};

/// A one-time passcode: 6 to 10 ASCII digits, leading zeros kept.
///
/// It has no `PartialEq`: the OTP service compares keyed digests in constant time, and
/// nobody else compares codes at all. `Debug` hides it.
#[derive(Clone)]
pub struct OtpCode(String);

/// The text is not a passcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotACode;

impl OtpCode {
    /// Takes 6 to 10 ASCII digits. Removing spaces and folding other scripts is the screen's work.
    ///
    /// # Errors
    /// [`NotACode`] for everything else.
    pub fn parse(text: &str) -> Result<Self, NotACode> {
        let shaped =
            (6..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if shaped {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotACode)
        }
    }

    /// The digits. What receives them must not log them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many digits it has, 6 to 10.
    #[must_use]
    pub fn digits(&self) -> u8 {
        u8::try_from(self.0.len()).unwrap_or(u8::MAX)
    }
}

impl fmt::Debug for OtpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtpCode(hidden)")
    }
}

impl fmt::Display for NotACode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string of 6 to 10 digits")
    }
}

impl std::error::Error for NotACode {}

impl Serialize for OtpCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OtpCode {
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

    #[test]
    fn leading_zeros_are_digits_like_others() {
        assert_eq!(OtpCode::parse("000007").unwrap().as_str(), "000007");
        assert_eq!(OtpCode::parse("000007").unwrap().digits(), 6);
    }

    #[test]
    fn only_a_json_string_of_ascii_digits_is_a_code_a_12() {
        for json in [
            "\"\"",
            "\"12345\"",
            "\"12345678901\"",
            "\"12 456\"",
            "\"١٢٣٤٥٦\"",
            "\"12345a\"",
            "123456",
            "null",
            "[\"123456\"]",
            "true",
        ] {
            assert!(serde_json::from_str::<OtpCode>(json).is_err(), "{json}");
        }
        assert!(serde_json::from_str::<OtpCode>("\"123456\"").is_ok());
    }

    #[test]
    fn debug_output_hides_the_code_f_01() {
        assert_eq!(
            format!("{:?}", OtpCode::parse("123456").unwrap()),
            "OtpCode(hidden)"
        );
    }
}
