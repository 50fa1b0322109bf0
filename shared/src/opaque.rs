//! Values that are only carried, never looked into by whoever carries them.

use std::fmt;

use serde::{Deserialize, Serialize, de};

/// The text can't be one of our tokens: empty, longer than 4,096 characters, or with characters
/// other than letters, digits, `-`, `_`, `.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAToken;

impl fmt::Display for NotAToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token as it was given out")
    }
}

impl std::error::Error for NotAToken {}

fn is_token(text: &str) -> bool {
    (1..=4096).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 4,096 letters, digits, `-`, `_` and `.`; `Debug` hides it (F-01).
        #[derive(Clone, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a token as it was given out.
            ///
            /// # Errors
            /// [`NotAToken`] when the text can't be one.
            pub fn parse(text: &str) -> Result<Self, NotAToken> {
                if is_token(text) { Ok(Self(text.to_owned())) } else { Err(NotAToken) }
            }

            /// The token. What receives it must not log it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(|expected| {
                    de::Error::invalid_value(de::Unexpected::Other("text"), &expected.to_string().as_str())
                })
            }
        }
    };
}

opaque! {
    /// The secret that stands for an open session.
    SessionToken
}

opaque! {
    /// Stands for a browser that has signed in before. It opens nothing by itself.
    DeviceToken
}

opaque! {
    /// A JWT for an app's own APIs.
    AccessToken
}

opaque! {
    /// What the page holds between its two screens: the pending verification, sealed under the
    /// backend's key.
    VerificationId
}

/// A text that somebody sent and that nobody has looked at yet; `Debug` hides it (F-01).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HiddenText(String);

impl HiddenText {
    /// The text. What receives it must not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for HiddenText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HiddenText")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_carried_as_they_are_and_never_shown() {
        let token = SessionToken::parse("aZ09-_.").unwrap();
        assert_eq!(token.as_str(), "aZ09-_.");
        assert_eq!(format!("{token:?}"), "SessionToken(hidden)");
    }

    #[test]
    fn what_could_break_a_header_or_an_address_is_no_token() {
        for text in [
            "",
            " ",
            "a b",
            "a\r\nb",
            "a/b",
            "a?b",
            "é",
            &"a".repeat(4097),
        ] {
            assert_eq!(SessionToken::parse(text), Err(NotAToken), "{text:?}");
        }
    }
}
