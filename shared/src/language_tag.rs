//! The language that a caller asks for. Whether it is one that anything is written in, whoever writes
//! decides; not here.

use std::fmt;

use serde::{Deserialize, Serialize, de};

/// The longest tag that is taken, in characters; no limit may be lower (RFC 5646, 4.4.1).
const LONGEST: usize = 35;

/// The text is longer than 35 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagTooLong;

impl fmt::Display for TagTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a language tag of at most 35 characters")
    }
}

impl std::error::Error for TagTooLong {}

/// A language as BCP 47 names it, such as `de`, `pt-BR` or `zh-Hans-CN`. Any text of at most 35
/// characters is taken: one that names no language is no error, it only names none that is known.
///
/// It is somebody's text, so `Debug` hides it, and it is never logged or given back (F-01, G-10).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// Takes a tag as it was sent.
    ///
    /// # Errors
    /// [`TagTooLong`] when it has more than 35 characters.
    pub fn parse(text: &str) -> Result<Self, TagTooLong> {
        if text.chars().count() <= LONGEST {
            Ok(Self(text.to_owned()))
        } else {
            Err(TagTooLong)
        }
    }

    /// The tag. What receives it must not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LanguageTag(hidden)")
    }
}

impl<'de> Deserialize<'de> for LanguageTag {
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
    fn any_text_of_up_to_35_characters_is_taken_and_never_shown() {
        for text in ["pt-BR", "", "no tag at all", &"文".repeat(35)] {
            let tag = LanguageTag::parse(text).unwrap();
            assert_eq!(tag.as_str(), text);
            assert_eq!(format!("{tag:?}"), "LanguageTag(hidden)");
        }
        assert_eq!(LanguageTag::parse(&"a".repeat(36)), Err(TagTooLong));
    }

    #[test]
    fn on_the_wire_it_is_a_string_and_nothing_else() {
        for json in ["5", "true", "[]", "{}", &format!("\"{}\"", "文".repeat(36))] {
            assert!(serde_json::from_str::<LanguageTag>(json).is_err(), "{json}");
        }
        let tag: LanguageTag = serde_json::from_str("\"de\"").unwrap();
        assert_eq!(serde_json::to_string(&tag).unwrap(), "\"de\"");
    }
}
