//! How many text messages a text takes, and of how many units: what a carrier counts and bills.
//! By 3GPP TS 23.038 (alphabets) and TS 23.040, 9.2.3.24.1 (parts of a longer text).

/// The GSM 7-bit default alphabet, in its order, without its escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension: each of these is an escape and a further septet.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";
/// Their places.
const EXTENSION_CODES: [u8; 10] = [0x0a, 0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65];

/// What the characters of a text are sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// Seven bits for a character, as far as the GSM alphabet goes.
    Gsm,
    /// UTF-16 code units.
    Ucs2,
}

impl Alphabet {
    /// The units that one message holds.
    pub(super) const fn alone(self) -> usize {
        match self {
            Self::Gsm => 160,
            Self::Ucs2 => 70,
        }
    }

    /// The units that each of several messages holds, beside the note that says which part it is.
    const fn in_parts(self) -> usize {
        match self {
            Self::Gsm => 153,
            Self::Ucs2 => 67,
        }
    }

    /// The units that a character takes.
    fn width(self, character: char) -> usize {
        match (self, code(character)) {
            (Self::Ucs2, _) => character.len_utf16(),
            (Self::Gsm, Some((true, _))) => 2,
            (Self::Gsm, _) => 1,
        }
    }
}

/// What a text costs to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) alphabet: Alphabet,
    /// Septets, or UTF-16 code units.
    pub(super) units: usize,
    pub(super) segments: usize,
}

impl Size {
    pub(super) fn of(text: &str) -> Self {
        let (alphabet, pieces) = pieces(text);
        Self {
            alphabet,
            units: text
                .chars()
                .map(|character| alphabet.width(character))
                .sum(),
            segments: pieces.len(),
        }
    }
}

/// What a text is sent in, and what each of its messages holds of it: at least one.
pub(super) fn pieces(text: &str) -> (Alphabet, Vec<&str>) {
    let alphabet = if text.chars().all(|character| code(character).is_some()) {
        Alphabet::Gsm
    } else {
        Alphabet::Ucs2
    };
    let units: usize = text
        .chars()
        .map(|character| alphabet.width(character))
        .sum();
    let pieces = if units <= alphabet.alone() {
        vec![text]
    } else {
        cut(text, alphabet)
    };
    (alphabet, pieces)
}

/// Whether a character is of the extension, and its place in the alphabet or there; nothing when the
/// GSM alphabet does not have it.
pub(super) fn code(character: char) -> Option<(bool, u8)> {
    if let Some(place) = BASIC.chars().position(|basic| basic == character) {
        let place = u8::try_from(place).ok()?;
        // The escape stands at 0x1B.
        return Some((false, if place < 0x1b { place } else { place + 1 }));
    }
    let place = EXTENSION.chars().position(|other| other == character)?;
    EXTENSION_CODES.get(place).map(|code| (true, *code))
}

/// Cuts a text into the fewest parts. No character is split between two: neither an escape and its
/// septet nor a surrogate pair would be read again.
fn cut(text: &str, alphabet: Alphabet) -> Vec<&str> {
    let (mut pieces, mut from, mut filled) = (Vec::new(), 0, 0);
    for (at, character) in text.char_indices() {
        let width = alphabet.width(character);
        if filled + width > alphabet.in_parts() {
            pieces.extend(text.get(from..at));
            (from, filled) = (at, 0);
        }
        filled += width;
    }
    pieces.extend(text.get(from..));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn size(text: &str) -> (Alphabet, usize, usize) {
        let size = Size::of(text);
        (size.alphabet, size.units, size.segments)
    }

    #[test]
    fn the_gsm_alphabet_is_that_of_3gpp_ts_23_038() {
        let characters: std::collections::BTreeSet<char> = BASIC.chars().collect();
        // 128 places, one of them the escape.
        assert_eq!((BASIC.chars().count(), characters.len()), (127, 127));
        let place = |wanted| BASIC.chars().position(|character| character == wanted);
        // The escape, 0x1B, stands before Æ.
        for (character, code) in [('@', 0), ('\n', 10), ('\r', 13), ('Δ', 16), ('Ξ', 26)] {
            assert_eq!(place(character), Some(code), "{character:?}");
        }
        for (character, code) in [
            ('Æ', 0x1c),
            (' ', 0x20),
            ('¤', 0x24),
            ('¡', 0x40),
            ('A', 0x41),
        ] {
            assert_eq!(place(character), Some(code - 1), "{character:?}");
        }
        for (character, code) in [
            ('Z', 0x5a),
            ('§', 0x5f),
            ('¿', 0x60),
            ('a', 0x61),
            ('à', 0x7f),
        ] {
            assert_eq!(place(character), Some(code - 1), "{character:?}");
        }
        assert_eq!(EXTENSION.chars().count(), 10);
        for character in "`çêóáíúãõğışİ’“–\t\u{a0}\u{200f}".chars() {
            assert_eq!(code(character), None, "{character:?}");
        }
    }

    #[test]
    fn septets_are_counted_by_160_and_then_by_153() {
        for (length, segments) in [
            (0, 1),
            (1, 1),
            (160, 1),
            (161, 2),
            (306, 2),
            (307, 3),
            (459, 3),
            (460, 4),
        ] {
            let text = "à".repeat(length);
            assert_eq!(size(&text), (Alphabet::Gsm, length, segments), "{length}");
        }
    }

    #[test]
    fn characters_of_the_extension_take_two_septets_that_are_never_parted() {
        assert_eq!(size("€"), (Alphabet::Gsm, 2, 1));
        assert_eq!(size(&"€".repeat(80)), (Alphabet::Gsm, 160, 1));
        assert_eq!(size(&"€".repeat(81)), (Alphabet::Gsm, 162, 2));
        // 152 septets in a part of 153, so three parts where units alone would say two.
        assert_eq!(size(&"€".repeat(152)), (Alphabet::Gsm, 304, 2));
        assert_eq!(size(&"€".repeat(153)), (Alphabet::Gsm, 306, 3));
        assert_eq!(
            size(&format!("a{}", "€".repeat(152))),
            (Alphabet::Gsm, 305, 2)
        );
    }

    #[test]
    fn one_other_character_makes_all_of_them_utf_16_by_70_and_then_by_67() {
        for (length, segments) in [
            (1, 1),
            (70, 1),
            (71, 2),
            (134, 2),
            (135, 3),
            (201, 3),
            (202, 4),
        ] {
            let text = format!("ê{}", "a".repeat(length - 1));
            assert_eq!(size(&text), (Alphabet::Ucs2, length, segments), "{length}");
        }
        assert_eq!(size("ê€"), (Alphabet::Ucs2, 2, 1));
    }

    #[test]
    fn surrogate_pairs_are_two_units_that_are_never_parted() {
        assert_eq!(size(&"🐦".repeat(35)), (Alphabet::Ucs2, 70, 1));
        // 66 units in a part of 67.
        assert_eq!(size(&"🐦".repeat(66)), (Alphabet::Ucs2, 132, 2));
        assert_eq!(size(&"🐦".repeat(67)), (Alphabet::Ucs2, 134, 3));
    }

    proptest! {
        #[test]
        fn parts_hold_all_units_and_no_part_could_be_spared(text in "\\PC{0,400}") {
            let Size { alphabet, units, segments } = Size::of(&text);
            prop_assert!(units >= text.chars().count());
            let room = if segments == 1 { alphabet.alone() } else { segments * alphabet.in_parts() };
            prop_assert!(units <= room);
            // At most one unit of each part stays empty.
            prop_assert!(segments == 1 || units > (segments - 1) * (alphabet.in_parts() - 1));
        }
    }
}
