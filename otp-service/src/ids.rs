//! Names of things: a prefix, `_`, and a KSUID (20 bytes: 4 of time, 16 random; 27 characters of
//! base62), whose time is the thing's `created_at`. Not secret.

/// Seconds between the Unix epoch and the KSUID epoch (KSUID specification).
const EPOCH: i64 = 1_400_000_000;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 27;

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    App,
    Challenge,
    Device,
    Email,
    Jwk,
    Key,
    Message,
    PhoneNumber,
    Session,
    User,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Challenge => "chal",
            Self::Device => "dev",
            Self::Email => "email",
            Self::Jwk => "jwk",
            Self::Key => "key",
            Self::Message => "msg",
            Self::PhoneNumber => "pn",
            Self::Session => "sess",
            Self::User => "user",
        }
    }
}

/// Makes the id of a thing that is made at `created_at` (Unix seconds).
pub(crate) fn new(kind: Kind, created_at: i64, random: [u8; 16]) -> String {
    let since_epoch = u32::try_from(created_at - EPOCH).unwrap_or(0);
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&since_epoch.to_be_bytes());
    bytes[4..].copy_from_slice(&random);
    format!("{}_{}", kind.prefix(), base62(&bytes))
}

/// Whether the text is shaped like an id of this kind.
pub(crate) fn is_id(kind: Kind, text: &str) -> bool {
    text.strip_prefix(kind.prefix())
        .and_then(|rest| rest.strip_prefix('_'))
        .is_some_and(|ksuid| {
            ksuid.len() == LENGTH && ksuid.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Whether the text is shaped like the id of a phone number or an e-mail address.
pub(crate) fn is_method_id(text: &str) -> bool {
    is_id(Kind::PhoneNumber, text) || is_id(Kind::Email, text)
}

/// Base62 of the bytes as one big number, padded to 27 characters.
fn base62(bytes: &[u8; 20]) -> String {
    let mut number = *bytes;
    let mut text = [b'0'; LENGTH];
    for place in text.iter_mut().rev() {
        let mut rest = 0_u32;
        for byte in &mut number {
            let value = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        *place = ALPHABET.get(rest as usize).copied().unwrap_or(b'0');
    }
    text.iter().map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [Kind; 9] = [
        Kind::App,
        Kind::Challenge,
        Kind::Email,
        Kind::Jwk,
        Kind::Key,
        Kind::Message,
        Kind::PhoneNumber,
        Kind::Session,
        Kind::User,
    ];

    proptest! {
        #[test]
        fn no_bytes_but_a_prefix_and_27_letters_and_digits_are_an_id(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                "(user|pn|email|sess|app)?_?[0-9A-Za-z_é-]{24,29}".prop_map(String::into_bytes),
            ],
        ) {
            let text = String::from_utf8_lossy(&bytes);
            let kinds: Vec<Kind> = KINDS.into_iter().filter(|kind| is_id(*kind, &text)).collect();
            prop_assert!(kinds.len() <= 1, "{kinds:?}");
            if let [kind] = kinds[..] {
                prop_assert!(text.is_ascii());
                prop_assert_eq!(text.len(), kind.prefix().len() + 1 + LENGTH);
            }
            prop_assert_eq!(
                is_method_id(&text),
                matches!(kinds[..], [Kind::PhoneNumber | Kind::Email])
            );
        }

        #[test]
        fn every_id_that_is_made_is_one_of_its_kind_and_holds_its_bytes(
            time in any::<u32>(),
            random in any::<[u8; 16]>(),
        ) {
            for kind in KINDS {
                let id = new(kind, EPOCH + i64::from(time), random);
                prop_assert!(is_id(kind, &id));
                let ksuid = id.rsplit('_').next().unwrap();
                prop_assert_eq!(decoded(ksuid), [&time.to_be_bytes()[..], &random].concat());
            }
        }
    }

    /// The bytes behind 27 characters of base62, by the textbook.
    fn decoded(ksuid: &str) -> Vec<u8> {
        let mut bytes = [0_u8; 20];
        for character in ksuid.bytes() {
            let mut carry = ALPHABET.iter().position(|one| *one == character).unwrap();
            for byte in bytes.iter_mut().rev() {
                carry += usize::from(*byte) * 62;
                *byte = u8::try_from(carry % 256).unwrap();
                carry /= 256;
            }
        }
        bytes.to_vec()
    }

    #[test]
    fn base62_is_that_of_the_ksuid_specification() {
        // The example of the reference implementation's documentation.
        let bytes = [
            0x06, 0x69, 0xF7, 0xEF, 0xB5, 0xA1, 0xCD, 0x34, 0xB5, 0xF9, 0x9D, 0x11, 0x54, 0xFB,
            0x68, 0x53, 0x34, 0x5C, 0x97, 0x35,
        ];
        assert_eq!(base62(&bytes), "0ujtsYcgvSTl8PAuAdqWYSMnLOv");
        assert_eq!(base62(&[0; 20]), "000000000000000000000000000");
        assert_eq!(base62(&[0xFF; 20]), "aWgEPTl1tmebfsQzFP4bxwgy80V");
    }

    #[test]
    fn ids_carry_their_kind_and_sort_by_time() {
        let earlier = new(Kind::User, 1_800_000_000, [0xFF; 16]);
        let later = new(Kind::User, 1_800_000_001, [0; 16]);
        assert!(earlier < later && earlier.len() == 32);
        assert!(is_id(Kind::User, &earlier) && !is_id(Kind::PhoneNumber, &earlier));
        for text in [
            "",
            "user",
            "user_",
            "user_short",
            "user_0ujtsYcgvSTl8PAuAdqWYSMnLO-",
            "pn_ééééééééééééé1",
        ] {
            assert!(!is_id(Kind::User, text), "{text}");
        }
    }
}
