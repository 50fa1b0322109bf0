//! An operator's own texts, one file per language, and what each must hold to (A-15, G-10).

use std::fmt;
use std::path::{Path, PathBuf};

use super::segments::{Alphabet, Size};
use super::words::Words;
use super::{Language, TemplateError};

/// Far more than any text message.
const LARGEST_FILE: u64 = 2048;

/// A text with places for what changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnText {
    text: String,
}

/// What may stand in braces.
const PLACES: [&str; 5] = [APP_NAME, CODE, MINUTES, LIFETIME, NEVER_ASKED];
const APP_NAME: &str = "{app_name}";
const CODE: &str = "{code}";
const MINUTES: &str = "{minutes}";
const LIFETIME: &str = "{lifetime}";
const NEVER_ASKED: &str = "{never_asked}";

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Something that has to be in it is not; this place, or one of these.
    Missing(&'static str),
    /// The code stands there more than once.
    CodeTwice,
    /// Braces around something else than a place.
    UnknownPlace(String),
    /// Something that phones make a link of.
    Link(String),
    /// Digits that a phone could take for the code.
    Digits(String),
    /// A line that looks like the one that binds the code to the page, which is added to every text.
    OriginLine,
    /// A character that no text message has.
    Character(char),
    /// No word before the code tells phones that it is one; one of these has to.
    NoWordForCode(&'static [&'static str]),
    /// These characters are not in the GSM alphabet, which this language can do with.
    Alphabet(String),
    /// More segments than this language needs.
    Segments {
        /// So many it takes.
        takes: usize,
        /// So many it may take.
        allowed: usize,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(place) => write!(f, "{place} is missing"),
            Self::CodeTwice => write!(f, "{CODE} stands there more than once"),
            Self::UnknownPlace(place) => {
                write!(f, "{place} is not known; there are {}", PLACES.join(", "))
            }
            Self::Link(link) => write!(f, "`{link}` looks like a link, and no message has one"),
            Self::Digits(digits) => write!(f, "phones could take `{digits}` for the code"),
            Self::OriginLine => f.write_str(
                "a line begins with @; the line that binds the code to the page is added by the service",
            ),
            Self::Character(character) => {
                write!(f, "the character U+{:04X} can't be sent", u32::from(*character))
            }
            Self::NoWordForCode(words) => write!(
                f,
                "phones look for a word before the code: {}",
                words.join(", ")
            ),
            Self::Alphabet(characters) => write!(
                f,
                "the GSM alphabet lacks {characters}, which more than doubles the price; this language can do without"
            ),
            Self::Segments { takes, allowed } => {
                write!(f, "it takes {takes} segments, and may take {allowed}")
            }
        }
    }
}

/// Reads `<language>.txt` of every language that has one.
pub(super) fn load(folder: &Path) -> Result<Vec<(Language, OwnText)>, TemplateError> {
    let unreadable = |path: &Path, error: &dyn fmt::Display| TemplateError::File {
        path: path.to_owned(),
        cause: error.to_string(),
    };
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in entries {
        files.push(entry.map_err(|error| unreadable(folder, &error))?.path());
    }
    files.sort();
    let mut texts = Vec::new();
    for path in files {
        let tag = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".txt"));
        let language = tag.and_then(|tag| Language::ALL.into_iter().find(|one| one.tag() == tag));
        let Some(language) = language else {
            let tags = Language::ALL.map(Language::tag).join(", ");
            let cause = format!("a text is called <language>.txt, with one of {tags}");
            return Err(unreadable(&path, &cause));
        };
        let size = std::fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if size.len() > LARGEST_FILE {
            return Err(unreadable(&path, &"a text has at most 2048 bytes"));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        texts.push((language, OwnText::new(&text)));
    }
    Ok(texts)
}

impl OwnText {
    /// A file's last line end is its editor's.
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.trim_end().to_owned(),
        }
    }

    /// The text with everything in it.
    pub(super) fn fill(&self, app_name: &str, code: &str, minutes: u8, words: &Words) -> String {
        let mut filled = String::with_capacity(self.text.len() + 64);
        let mut rest = self.text.as_str();
        // In one go, so that nothing that is filled in is taken for a place.
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            filled.push_str(before);
            let Some(place) = PLACES.into_iter().find(|place| from.starts_with(place)) else {
                filled.push('{');
                rest = &from[1..];
                continue;
            };
            match place {
                APP_NAME => filled.push_str(app_name),
                CODE => filled.push_str(code),
                MINUTES => filled.push_str(&minutes.to_string()),
                LIFETIME => filled.push_str(&(words.lifetime)(minutes)),
                _ => filled.push_str(words.never_asked),
            }
            rest = &from[place.len()..];
        }
        filled.push_str(rest);
        filled
    }

    /// What is wrong with it, whatever is filled in.
    pub(super) fn faults(&self, words: &Words) -> Vec<Fault> {
        let text = self.text.as_str();
        let mut faults = Vec::new();
        for place in [APP_NAME, CODE, NEVER_ASKED] {
            if !text.contains(place) {
                faults.push(Fault::Missing(place));
            }
        }
        if !text.contains(MINUTES) && !text.contains(LIFETIME) {
            faults.push(Fault::Missing("{lifetime} or {minutes}"));
        }
        if text.matches(CODE).count() > 1 {
            faults.push(Fault::CodeTwice);
        }
        let mut literal = text.to_owned();
        for place in PLACES {
            literal = literal.replace(place, "\u{0}");
        }
        faults.extend(unknown_places(&literal).map(Fault::UnknownPlace));
        faults.extend(links(&literal).map(|link| Fault::Link(link.replace('\u{0}', "…"))));
        faults.extend(
            literal
                .split(|character: char| !character.is_numeric())
                .filter(|digits| digits.chars().count() >= 4)
                .map(|digits| Fault::Digits(digits.to_owned())),
        );
        if literal
            .lines()
            .any(|line| line.trim_start().starts_with('@'))
        {
            faults.push(Fault::OriginLine);
        }
        let is_control =
            |character: &char| character.is_control() && !matches!(character, '\n' | '\u{0}');
        faults.extend(literal.chars().find(is_control).map(Fault::Character));
        if let Some((before, _)) = text.split_once(CODE) {
            let before = before.to_lowercase();
            if !words.for_code.iter().any(|word| before.contains(word)) {
                faults.push(Fault::NoWordForCode(words.for_code));
            }
        }
        faults
    }
}

/// What a text of this size has wrong that need not be: `usual` is the size of the built-in text.
pub(super) fn size_faults(text: &str, size: Size, usual: Size) -> Vec<Fault> {
    let mut faults = Vec::new();
    if usual.alphabet == Alphabet::Gsm && size.alphabet == Alphabet::Ucs2 {
        let mut others: Vec<char> = text
            .chars()
            .filter(|character| Size::of(&character.to_string()).alphabet == Alphabet::Ucs2)
            .collect();
        others.sort_unstable();
        others.dedup();
        let others: Vec<String> = others.iter().map(ToString::to_string).collect();
        faults.push(Fault::Alphabet(others.join(" ")));
    }
    let allowed = usual.segments;
    if size.segments > allowed {
        let takes = size.segments;
        faults.push(Fault::Segments { takes, allowed });
    }
    faults
}

fn unknown_places(literal: &str) -> impl Iterator<Item = String> + '_ {
    literal.match_indices(['{', '}']).map(|(at, brace)| {
        let rest = literal.get(at..).unwrap_or(brace);
        match rest.find('}') {
            Some(end) if brace == "{" => rest.get(..=end).unwrap_or(brace).to_owned(),
            _ => brace.to_owned(),
        }
    })
}

/// A scheme, or letters on both sides of a dot, as in `example.com`.
fn links(literal: &str) -> impl Iterator<Item = &str> {
    literal.split_whitespace().filter(|word| {
        let has_host = word.split('.').collect::<Vec<_>>().windows(2).any(|sides| {
            matches!(sides, [one, other] if ends_as_a_name(one) && begins_as_a_domain(other))
        });
        word.contains("://") || word.to_lowercase().starts_with("www.") || has_host
    })
}

fn ends_as_a_name(part: &str) -> bool {
    part.chars()
        .next_back()
        .is_some_and(|last| last.is_ascii_alphanumeric())
}

fn begins_as_a_domain(part: &str) -> bool {
    let mut letters = part.chars();
    let two = (letters.next(), letters.next());
    matches!(two, (Some(one), Some(other)) if one.is_ascii_alphabetic() && other.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let faults = OwnText::new(text).faults(Words::of(Language::English));
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_text_of_ones_own_is_filled_in_one_go() {
        let text =
            OwnText::new("{app_name}: code {code}. {lifetime} ({minutes}) {never_asked}\n\n");
        let words = Words::of(Language::English);
        assert_eq!(
            text.fill("{code}", "012345", 5, words),
            "{code}: code 012345. It works for 5 minutes. (5) We never ask you for it."
        );
        assert!(text.faults(words).is_empty());
        assert_eq!(
            OwnText::new("a { b {x}").fill("", "", 1, words),
            "a { b {x}"
        );
    }

    #[test]
    fn what_breaks_a_rule_is_named_a_15_g_10() {
        let whole = "{app_name} code {code}. {lifetime} {never_asked}";
        assert!(faults(whole).is_empty());
        for (text, named) in [
            ("", "{code} is missing"),
            (
                "Your code {code}. {lifetime} {never_asked}",
                "{app_name} is missing",
            ),
            (
                "{app_name} code {code}. {lifetime}",
                "{never_asked} is missing",
            ),
            (
                "{app_name} code {code}. {never_asked}",
                "{lifetime} or {minutes} is missing",
            ),
            (
                "{app_name} code {code} {code} {lifetime} {never_asked}",
                "more than once",
            ),
            (
                "{app_name} {name} code {code}. {lifetime} {never_asked}",
                "{name} is not known",
            ),
            (
                "{app_name} code {code}. {lifetime} {never_asked} {",
                "{ is not known",
            ),
            (
                "{app_name} code {code}. {lifetime} {never_asked} https://a",
                "`https://a` looks like a link",
            ),
            (
                "{app_name} code {code}. {lifetime} {never_asked} see example.com/a",
                "`example.com/a` looks like",
            ),
            (
                "{app_name} code {code}. {lifetime} {never_asked} WWW.x",
                "looks like a link",
            ),
            (
                "{app_name} 2026 code {code}. {lifetime} {never_asked}",
                "`2026` for the code",
            ),
            (
                "{app_name} code {code}. {lifetime} {never_asked}\n@evil.example #{minutes}",
                "begins with @",
            ),
            (
                "{app_name}\u{7} code {code}. {lifetime} {never_asked}",
                "U+0007",
            ),
            (
                "{app_name} {code} is your code. {lifetime} {never_asked}",
                "a word before the code: code",
            ),
        ] {
            let found = faults(text);
            assert!(
                found.iter().any(|fault| fault.contains(named)),
                "{text}: {found:?}"
            );
        }
        // A sentence that begins without a space before it is no link.
        assert!(
            faults("{app_name} code {code}.{lifetime} It ends. {never_asked} e.g. this").is_empty()
        );
    }

    #[test]
    fn the_texts_are_files_named_by_their_language() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pt-BR.txt"), "um").unwrap();
        std::fs::write(folder.path().join("de.txt"), "eins\n").unwrap();
        let texts = load(folder.path()).unwrap();
        assert_eq!(
            texts,
            [
                (Language::German, OwnText::new("eins")),
                (Language::BrazilianPortuguese, OwnText::new("um")),
            ]
        );
        std::fs::write(folder.path().join("nl.txt"), "een").unwrap();
        let error = load(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("nl.txt") && error.contains("pt-BR"),
            "{error}"
        );
        std::fs::write(folder.path().join("nl.txt"), "een").unwrap();
        std::fs::remove_file(folder.path().join("nl.txt")).unwrap();
        std::fs::write(folder.path().join("en.txt"), "x".repeat(2049)).unwrap();
        let error = load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("2048"), "{error}");
        assert!(load(&folder.path().join("nowhere")).is_err());
    }
}
