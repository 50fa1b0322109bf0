//! The octets of a text message, as gateways that speak a telephone network's protocol take them: one
//! list for each segment that [`super::segments`] counts.
//!
//! Not here: the header that says which part of a longer text one is, which is the protocol's.

use super::segments::{Alphabet, code, pieces};

/// Stands before a character of the extension.
const ESCAPE: u8 = 0x1b;

/// A text in octets. It holds a code, so there is no `Debug`.
pub(crate) struct Coded {
    pub(crate) alphabet: Alphabet,
    /// Of the GSM alphabet a septet to an octet; else UTF-16, the higher octet first.
    pub(crate) parts: Vec<Vec<u8>>,
}

impl Coded {
    pub(crate) fn of(text: &str) -> Self {
        let (alphabet, pieces) = pieces(text);
        let octets = |piece: &&str| match alphabet {
            Alphabet::Gsm => piece.chars().flat_map(septets).collect(),
            Alphabet::Ucs2 => piece.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        };
        Self {
            alphabet,
            parts: pieces.iter().map(octets).collect(),
        }
    }

    /// The whole text in one piece.
    pub(crate) fn whole(&self) -> Vec<u8> {
        self.parts.concat()
    }
}

/// The septets of a character that the alphabet has; none for another.
fn septets(character: char) -> impl Iterator<Item = u8> {
    let (first, second) = match code(character) {
        Some((true, code)) => (Some(ESCAPE), Some(code)),
        Some((false, code)) => (Some(code), None),
        None => (None, None),
    };
    first.into_iter().chain(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::segments::Size;
    use proptest::prelude::*;

    fn parts(text: &str) -> (Alphabet, Vec<Vec<u8>>) {
        let coded = Coded::of(text);
        (coded.alphabet, coded.parts)
    }

    #[test]
    fn a_text_in_the_gsm_alphabet_is_one_octet_a_septet() {
        let octets = b"\x00\x11a\x1f\x1c\n\x1b\x65\x1b\x3c\x7f".to_vec();
        assert_eq!(parts("@_aÉÆ\n€[à"), (Alphabet::Gsm, vec![octets]));
        for (character, code) in [
            ('\u{c}', 0x0a),
            ('^', 0x14),
            ('{', 0x28),
            ('}', 0x29),
            ('\\', 0x2f),
            ('[', 0x3c),
            ('~', 0x3d),
            (']', 0x3e),
            ('|', 0x40),
            ('€', 0x65),
        ] {
            let text = character.to_string();
            assert_eq!(parts(&text).1, [[ESCAPE, code]], "{character:?}");
        }
    }

    #[test]
    fn any_other_text_is_utf_16() {
        let octets = vec![0x30, 0xb3, 0xd8, 0x3d, 0xdc, 0x26];
        assert_eq!(parts("コ🐦"), (Alphabet::Ucs2, vec![octets]));
    }

    #[test]
    fn a_longer_text_is_cut_where_a_phone_can_join_it() {
        let (_, long) = parts(&format!("{}€€", "a".repeat(152)));
        assert_eq!(long.iter().map(Vec::len).collect::<Vec<_>>(), [156]);
        let (_, long) = parts(&format!("{}€{}", "a".repeat(152), "b".repeat(10)));
        assert_eq!(long.iter().map(Vec::len).collect::<Vec<_>>(), [152, 12]);
        let (_, long) = parts(&format!("{}🐦ê", "a".repeat(66)).repeat(2));
        assert_eq!(long[0].len(), 132);
    }

    proptest! {
        #[test]
        fn parts_are_as_many_as_are_billed_and_lose_nothing(text in "\\PC{0,400}|[a-z€@\n]{0,400}") {
            let coded = Coded::of(&text);
            let size = Size::of(&text);
            prop_assert_eq!(coded.parts.len(), size.segments);
            let (octet, most) = match coded.alphabet {
                Alphabet::Gsm => (1, 160),
                Alphabet::Ucs2 => (2, 140),
            };
            prop_assert_eq!(coded.whole().len(), size.units * octet);
            prop_assert!(coded.parts.iter().all(|part| part.len() <= most));
        }
    }
}
