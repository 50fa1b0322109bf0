//! What people type, made into what computers take: digits of any script, separators, words around
//! a code. The page and the backend's plain screens read alike.
//!
//! Deliberately absent: number plans, and whether a code is right.

pub mod code;
pub mod digits;
pub mod number;

/// Whether `part` stands somewhere in `text`. The standard library's search has a table for long texts and
/// costs the page two kilobytes; these texts are short.
#[must_use]
pub fn has(text: &str, part: &str) -> bool {
    let mut places = text.as_bytes().windows(part.len().max(1));
    part.is_empty() || places.any(|place| place == part.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn a_part_is_found_wherever_it_stands() {
        for part in ["", "G", "rm", "ä", "ny", "Germäny"] {
            assert!(has("Germäny", part), "{part}");
        }
        for part in ["g", "ma", "Germänyy"] {
            assert!(!has("Germäny", part), "{part}");
        }
        assert!(!has("", "a"));
    }
}
