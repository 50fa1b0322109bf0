//! Texts that an app gives and gets back: bounded, and without what could break a line, a header or a page.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize, de};

/// A text is empty, too long, or has control characters or space at an end; what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotThisText(&'static str);

impl fmt::Display for NotThisText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NotThisText {}

fn is_plain(text: &str, longest: usize) -> bool {
    !text.is_empty()
        && text.chars().count() <= longest
        && text == text.trim()
        && !text.chars().any(char::is_control)
}

fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
        })
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $fits:expr, $expected:literal;)*) => {
        $(
            $(#[$doc])*
            ///
            /// `Debug` hides it: it may be an address or a name (F-01).
            #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
            #[serde(transparent)]
            pub struct $name(String);

            impl $name {
                /// Takes the text as it is.
                ///
                /// # Errors
                /// [`NotThisText`] with what was expected.
                pub fn parse(text: &str) -> Result<Self, NotThisText> {
                    let fits: fn(&str) -> bool = $fits;
                    fits(text).then(|| Self(text.to_owned())).ok_or(NotThisText($expected))
                }

                /// The text. What receives it must not log it.
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
        )*
    };
}

texts! {
    /// The app's own id for a person: 1 to 128 characters, taken as they are.
    ExternalId: |text| is_plain(text, 128), "a text of 1 to 128 characters, without control characters or space at its ends";
    /// What a challenge is for, in a word of the app's.
    Purpose: is_word, "a word of 1 to 40 small letters, digits, - and _";
    /// A sentence of the app's for a person to read: 1 to 200 characters on one line.
    ShownText: |text| is_plain(text, 200), "a text of 1 to 200 characters, without control characters or space at its ends";
}

/// What an app notes about an account: at most 20 entries, names of 1 to 40 letters, digits and `_`, texts
/// of at most 500 characters, 2,048 bytes in all.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Metadata(BTreeMap<String, String>);

/// The entries are too many, too long, or oddly named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotMetadata;

impl fmt::Display for NotMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an object of at most 20 texts: names of letters, digits and _, texts of at most 500 characters, 2048 bytes in all",
        )
    }
}

impl std::error::Error for NotMetadata {}

impl Metadata {
    const MOST: usize = 20;
    const LONGEST_NAME: usize = 40;
    const LONGEST_TEXT: usize = 500;
    const MOST_BYTES: usize = 2048;

    /// Takes the entries as they are.
    ///
    /// # Errors
    /// [`NotMetadata`]
    pub fn parse(entries: BTreeMap<String, String>) -> Result<Self, NotMetadata> {
        let bytes: usize = entries
            .iter()
            .map(|(name, text)| name.len() + text.len())
            .sum();
        let fits = entries.len() <= Self::MOST
            && bytes <= Self::MOST_BYTES
            && entries.iter().all(|(name, text)| {
                Self::is_name(name)
                    && text.chars().count() <= Self::LONGEST_TEXT
                    && !text.chars().any(char::is_control)
            });
        fits.then_some(Self(entries)).ok_or(NotMetadata)
    }

    /// Whether an entry can have this name.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        (1..=Self::LONGEST_NAME).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }

    /// The text of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metadata(hidden)")
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = BTreeMap::deserialize(deserializer)?;
        Self::parse(entries).map_err(|expected| {
            de::Error::invalid_value(de::Unexpected::Map, &expected.to_string().as_str())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_the_app_is_taken_as_it_is() {
        for text in ["42", "ada@example.com", "Zoë 7", &"ä".repeat(128)] {
            assert_eq!(ExternalId::parse(text).unwrap().as_str(), text);
        }
        for text in ["", " 42", "42\n", "a\u{0}b", "a\u{85}b", &"a".repeat(129)] {
            assert!(ExternalId::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_purpose_is_one_word() {
        assert_eq!(
            Purpose::parse("money-transfer_2").unwrap().as_str(),
            "money-transfer_2"
        );
        for text in ["", "Transfer", "a b", "a\n", "ä", &"a".repeat(41)] {
            assert!(Purpose::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn metadata_has_its_bounds() {
        let read = |json: &str| serde_json::from_str::<Metadata>(json);
        assert_eq!(
            read(r#"{"role":"admin","n":""}"#).unwrap().get("role"),
            Some("admin")
        );
        let many: String = (0..21).map(|n| format!("\"k{n}\":\"\",")).collect();
        let large: String = (0..5)
            .map(|n| format!("\"k{n}\":\"{}\",", "a".repeat(450)))
            .collect();
        for json in [
            r#"{"role":1}"#,
            r#"{"role":null}"#,
            r#"{"role":{"a":"b"}}"#,
            r#"{"":"x"}"#,
            r#"{"a-b":"x"}"#,
            r#"{"a":"x\ny"}"#,
            r#"["role"]"#,
            "\"role\"",
            &format!("{{\"{}\":\"x\"}}", "a".repeat(41)),
            &format!("{{\"a\":\"{}\"}}", "x".repeat(501)),
            &format!("{{{}}}", many.trim_end_matches(',')),
            &format!("{{{}}}", large.trim_end_matches(',')),
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn what_an_app_notes_is_not_shown_f_01() {
        let shown = format!(
            "{:?} {:?}",
            ExternalId::parse("ada").unwrap(),
            Metadata::default()
        );
        assert_eq!(shown, "ExternalId(hidden) Metadata(hidden)");
    }
}
