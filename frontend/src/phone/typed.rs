//! From the characters in the field to a plus sign and digits, and nothing about number plans.

use crate::digits::{ascii_digit, is_invisible};

/// What is left when separators and invisible marks are gone.
pub(super) struct Typed {
    pub(super) plus: bool,
    pub(super) digits: String,
}

pub(super) enum Unreadable {
    Empty,
    NotANumber,
}

impl Typed {
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut typed = Self {
            plus: false,
            digits: String::new(),
        };
        let mut seen_anything = false;
        for character in without_scheme(text).chars() {
            seen_anything |= !character.is_whitespace() && !is_invisible(character);
            if let Some(digit) = ascii_digit(character) {
                typed.digits.push(digit);
            } else if matches!(character, '+' | '\u{ff0b}')
                && !typed.plus
                && typed.digits.is_empty()
            {
                typed.plus = true;
            } else if !is_separator(character) {
                return Err(Unreadable::NotANumber);
            }
        }
        match (typed.digits.is_empty(), seen_anything) {
            (false, _) => Ok(typed),
            (true, true) => Err(Unreadable::NotANumber),
            (true, false) => Err(Unreadable::Empty),
        }
    }
}

/// Links that start a call are pasted too (RFC 3966).
fn without_scheme(text: &str) -> &str {
    let text = text.trim_start();
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || is_invisible(character)
        || matches!(
            character,
            '-' | '\u{2010}'
                ..='\u{2015}'
                    | '\u{2212}'
                    | '\u{30fc}'
                    | '\u{ff0d}'
                    | '.'
                    | '\u{00b7}'
                    | '\u{2022}'
                    | '\u{ff0e}'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '\u{ff08}'
                    | '\u{ff09}'
                    | '/'
                    | '\u{2044}'
                    | '\u{ff0f}'
                    | '~'
                    | '\u{ff5e}'
        )
}
