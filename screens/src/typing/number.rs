//! From the characters in a field for phone numbers to a plus sign and digits, and nothing about number plans.

use std::fmt;

use super::digits::{ascii_digit, is_invisible};

/// What is left when separators and invisible marks are gone.
#[derive(Clone, PartialEq, Eq)]
pub struct Typed {
    /// A plus sign stood in front.
    pub plus: bool,
    /// ASCII digits, at least one.
    pub digits: String,
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing was typed.
    Empty,
    /// Letters, an extension, or two numbers.
    NotANumber,
}

/// It is somebody's number (F-01).
impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(hidden)")
    }
}

impl Typed {
    /// Reads the text of a field for phone numbers.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_scripts_of_all_kinds_are_read() {
        for (text, plus, digits) in [
            ("(212) 555-0142", false, "2125550142"),
            ("tel:+1-212-555-0142", true, "12125550142"),
            ("＋４９ １５１２ ３４５６７８９", true, "4915123456789"),
            ("٠٥٠ ١٢٣ ٤٥٦٧", false, "0501234567"),
            (
                "\u{202a}+49\u{a0}1512/3456789\u{202c}",
                true,
                "4915123456789",
            ),
        ] {
            let typed = Typed::parse(text).unwrap();
            assert_eq!(
                (typed.plus, typed.digits.as_str()),
                (plus, digits),
                "{text}"
            );
            assert_eq!(format!("{typed:?}"), "Typed(hidden)");
        }
    }

    #[test]
    fn what_is_no_number_is_told_from_nothing_at_all() {
        for (text, why) in [
            ("", Unreadable::Empty),
            (" \u{200b}", Unreadable::Empty),
            ("+", Unreadable::NotANumber),
            ("212 555 0142 ext 7", Unreadable::NotANumber),
            ("212,555", Unreadable::NotANumber),
            ("1+2", Unreadable::NotANumber),
        ] {
            assert_eq!(Typed::parse(text), Err(why), "{text}");
        }
    }
}
