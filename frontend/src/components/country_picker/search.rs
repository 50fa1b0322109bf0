//! Finding a country by what somebody types: its name, its code or its calling code.

use crate::phone::CountryCode;

/// One country of a picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryChoice {
    /// ISO 3166 alpha-2.
    pub code: CountryCode,
    /// Calling code, without plus.
    pub dial: &'static str,
    /// Name in the page's language.
    pub name: String,
    /// The name in small letters without accents.
    pub folded: String,
}

/// The choices that fit a folded text, best first; all of them, in their order, for an empty one.
pub(super) fn search(choices: &[CountryChoice], folded: &str) -> Vec<CountryChoice> {
    let wanted = folded.trim();
    if wanted.is_empty() {
        return choices.to_vec();
    }
    let mut found: Vec<(u8, &CountryChoice)> = choices
        .iter()
        .filter_map(|choice| Some((rank(choice, wanted)?, choice)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found
        .into_iter()
        .map(|(_, choice)| choice.clone())
        .collect()
}

/// Smaller is better; `None` does not fit.
fn rank(choice: &CountryChoice, wanted: &str) -> Option<u8> {
    let digits = wanted.strip_prefix('+').unwrap_or(wanted);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return match choice.dial == digits {
            true => Some(0),
            false => choice.dial.starts_with(digits).then_some(1),
        };
    }
    if choice.code.as_str().eq_ignore_ascii_case(wanted) {
        return Some(0);
    }
    if choice.folded.starts_with(wanted) {
        return Some(1);
    }
    let mut words = choice
        .folded
        .split(|character: char| !character.is_alphanumeric());
    if words.any(|word| word.starts_with(wanted)) {
        return Some(2);
    }
    choice.folded.contains(wanted).then_some(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Vec<CountryChoice> {
        [
            ("AT", "43", "Austria"),
            ("CI", "225", "Côte d’Ivoire"),
            ("DE", "49", "Germany"),
            ("GB", "44", "United Kingdom"),
            ("IN", "91", "India"),
            ("IO", "246", "British Indian Ocean Territory"),
            ("US", "1", "United States"),
        ]
        .map(|(code, dial, name)| CountryChoice {
            code: CountryCode::parse(code).unwrap(),
            dial,
            name: name.to_owned(),
            folded: name.to_lowercase().replace('ô', "o"),
        })
        .to_vec()
    }

    fn found(text: &str) -> String {
        let found = search(&choices(), text);
        found
            .iter()
            .map(|choice| choice.code.as_str().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn countries_are_found_by_name_code_and_calling_code() {
        for (text, codes) in [
            ("", "AT CI DE GB IN IO US"),
            ("ger", "DE"),
            ("de", "DE"),
            ("in", "IN IO"),
            ("ind", "IN IO"),
            ("kingdom", "GB"),
            ("cote", "CI"),
            ("ivoire", "CI"),
            ("+4", "AT DE GB"),
            ("44", "GB"),
            ("+1", "US"),
            ("gb", "GB"),
            ("zzz", ""),
            ("+", ""),
        ] {
            assert_eq!(found(text), codes, "{text}");
        }
    }
}
