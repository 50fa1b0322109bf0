//! One-time codes as people type and paste them: spaces, dashes, words around them, other digits.
//!
//! Deliberately absent: the field and whether a code is right.

use super::digits::{ascii_digit, is_invisible};

/// The digits of a text that is being typed, at most `length` of them.
#[must_use]
pub fn typed(text: &str, length: usize) -> String {
    text.chars().filter_map(ascii_digit).take(length).collect()
}

/// The code in a pasted text, which may be the whole message. A last line such as
/// `@example.com #123456` settles it (origin-bound one-time codes); else the first group of
/// exactly `length` digits counts, then the first such group with spaces or dashes inside.
#[must_use]
pub fn pasted(text: &str, length: usize) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|character| !is_invisible(*character))
        .collect();
    bound_to_origin(&text, length)
        .or_else(|| group(&text, length, |_| false))
        .or_else(|| group(&text, length, is_joint))
}

fn bound_to_origin(text: &str, length: usize) -> Option<String> {
    let line = text
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())?
        .trim();
    let (_, code) = line.strip_prefix('@')?.split_once('#')?;
    let code = code.split_whitespace().next()?;
    (code.len() == length && code.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| code.to_owned())
}

fn is_joint(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2015}' | '.'
    )
}

/// Two joints in a row end a group, so do other characters.
fn group(text: &str, length: usize, joins: fn(char) -> bool) -> Option<String> {
    let mut digits = String::new();
    let mut joined = false;
    for character in text.chars().chain(['\n']) {
        if let Some(digit) = ascii_digit(character) {
            digits.push(digit);
            joined = false;
        } else if joins(character) && !joined && !digits.is_empty() {
            joined = true;
        } else {
            if digits.len() == length {
                return Some(digits);
            }
            digits.clear();
            joined = false;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_of_every_script_are_taken_while_typing_and_nothing_else() {
        for (text, code) in [
            ("12 34-56", "123456"),
            ("١٢٣٤٥٦", "123456"),
            ("１２３４５６", "123456"),
            ("1234567", "123456"),
            ("12a", "12"),
            ("", ""),
        ] {
            assert_eq!(typed(text, 6), code, "{text}");
        }
    }

    #[test]
    fn a_paste_gives_the_code_in_it() {
        for text in [
            "123456",
            " 123 456 ",
            "123-456",
            "1 2 3 4 5 6",
            "Your code is 123456.",
            "Your Pipit code is 123-456. It works for 5 minutes.",
            "Pipit 2026: 123456 is your code, valid for 10 minutes",
            "G-123456",
            "code: \u{202a}123456\u{202c}",
            "رمزك هو ١٢٣٤٥٦",
            "Ref 999999-1 code below\n\n@example.com #123456",
            "654321 was the old one\n@example.com #123456\n",
        ] {
            assert_eq!(pasted(text, 6).as_deref(), Some("123456"), "{text}");
        }
    }

    #[test]
    fn a_paste_without_a_code_gives_nothing() {
        for text in [
            "",
            "12345",
            "1234567",
            "hello",
            "12 345 67 8",
            "@example.com #12345",
        ] {
            assert_eq!(pasted(text, 6), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_a_code_always_has_its_length(text in "\\PC{0,60}", length in 6_usize..=10) {
            prop_assert!(typed(&text, length).len() <= length);
            if let Some(code) = pasted(&text, length) {
                prop_assert_eq!(code.len(), length);
            }
        }
    }
}
