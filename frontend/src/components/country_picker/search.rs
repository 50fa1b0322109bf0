//! Finding a country by what somebody types: its name, its code or its calling code.

use screens::typing::has;

use super::CountryChoice;

/// The choices that fit a folded text, best first; all of them, in their order, for an empty one.
pub(super) fn search(choices: &[CountryChoice], folded: &str) -> Vec<CountryChoice> {
    let wanted = folded.trim();
    if wanted.is_empty() {
        return choices.to_vec();
    }
    let ranked = |wanted_rank: u8| {
        choices
            .iter()
            .filter(move |choice| rank(choice, wanted) == Some(wanted_rank))
    };
    (0..=LAST_RANK).flat_map(ranked).cloned().collect()
}

const LAST_RANK: u8 = 3;

/// Smaller is better; `None` does not fit.
fn rank(choice: &CountryChoice, wanted: &str) -> Option<u8> {
    let digits = wanted.strip_prefix('+').unwrap_or(wanted);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return match choice.dial == digits {
            true => Some(u8::from(!choice.main)),
            false => choice.dial.starts_with(digits).then_some(2),
        };
    }
    if choice.code.as_str().eq_ignore_ascii_case(wanted) {
        return Some(0);
    }
    if choice.folded.starts_with(wanted) {
        return Some(1);
    }
    let mut words = choice.folded.split(is_between_words);
    if words.any(|word| word.starts_with(wanted)) {
        return Some(2);
    }
    has(&choice.folded, wanted).then_some(3)
}

fn is_between_words(character: char) -> bool {
    matches!(
        character,
        ' ' | '-' | '(' | '.' | '&' | '\'' | '’' | '·' | '・'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::CountryCode;

    fn choices() -> Vec<CountryChoice> {
        [
            ("AT", "43", "Austria"),
            ("CI", "225", "Côte d’Ivoire"),
            ("DE", "49", "Germany"),
            ("GB", "44", "United Kingdom"),
            ("IN", "91", "India"),
            ("IO", "246", "British Indian Ocean Territory"),
            ("JE", "44", "Jersey"),
            ("US", "1", "United States"),
        ]
        .map(|(code, dial, name)| CountryChoice {
            code: CountryCode::parse(code).unwrap(),
            dial,
            main: code != "JE",
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
            ("", "AT CI DE GB IN IO JE US"),
            ("ger", "DE"),
            ("de", "DE"),
            ("in", "IN IO GB"),
            ("ind", "IN IO"),
            ("kingdom", "GB"),
            ("cote", "CI"),
            ("ivoire", "CI"),
            ("+4", "AT DE GB JE"),
            ("44", "GB JE"),
            ("+1", "US"),
            ("gb", "GB"),
            ("zzz", ""),
            ("+", ""),
        ] {
            assert_eq!(found(text), codes, "{text}");
        }
    }
}
