//! Digits of any script, as the ten that computers use.
//!
//! Deliberately absent: what the digits mean; phone numbers and codes have their own modules.

/// Where the ten digits of each script in daily use begin.
const ZEROS: &[char] = &[
    '0', '\u{0660}', // Arabic-Indic
    '\u{06f0}', // Persian, Urdu
    '\u{07c0}', // N'Ko
    '\u{0966}', // Devanagari
    '\u{09e6}', // Bengali
    '\u{0a66}', // Gurmukhi
    '\u{0ae6}', // Gujarati
    '\u{0b66}', // Odia
    '\u{0be6}', // Tamil
    '\u{0c66}', // Telugu
    '\u{0ce6}', // Kannada
    '\u{0d66}', // Malayalam
    '\u{0e50}', // Thai
    '\u{0ed0}', // Lao
    '\u{0f20}', // Tibetan
    '\u{1040}', // Burmese
    '\u{17e0}', // Khmer
    '\u{1810}', // Mongolian
    '\u{ff10}', // full-width
];

/// The ASCII digit for a digit of any of the scripts above.
#[must_use]
pub fn ascii_digit(character: char) -> Option<char> {
    ZEROS.iter().find_map(|zero| {
        let value = u32::from(character).checked_sub(u32::from(*zero))?;
        char::from_digit(value, 10)
    })
}

/// Marks that have no width or only steer the direction of writing; they come along with a paste.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_become_ascii() {
        for (text, ascii) in [
            ("0123456789", "0123456789"),
            ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
            ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
            ("०१२३४५६७८९", "0123456789"),
            ("０１２３４５６７８９", "0123456789"),
        ] {
            assert_eq!(
                text.chars().filter_map(ascii_digit).collect::<String>(),
                ascii
            );
        }
    }

    #[test]
    fn what_only_looks_like_a_digit_is_none() {
        for character in ['O', 'l', '²', '½', '一', 'Ⅷ', ' '] {
            assert_eq!(ascii_digit(character), None, "{character}");
        }
    }
}
