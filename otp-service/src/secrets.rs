//! What is computed with the service's own key: digests of codes, session tokens, sealed texts.
//! The key is not in the database (E-01), so neither codes nor texts can be had from a stolen copy.
//!
//! While the key is being replaced (E-08) there are several: one makes everything new, and what the
//! others made is recognised. Not here: which key is which, and until when; that is [`crate::own_key`].

use std::convert::Infallible;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use edge::keys::{Key, base62};
use hmac::Mac as _;
use sha2::{Digest as _, Sha256};
use shared::OtpCode;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::address::Address;

/// Keyed digest of a code, 256 bit. Comparing two of them takes the same time whatever they are.
#[derive(Clone, Copy)]
pub(crate) struct CodeDigest([u8; 32]);

impl CodeDigest {
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let digits = text.as_bytes();
        (digits.len() == 64).then_some(())?;
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    pub(crate) fn to_hex(self) -> String {
        hex(&self.0)
    }

    /// Whether both are digests of the same code, in constant time.
    pub(crate) fn matches(self, other: Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for CodeDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeDigest(hidden)")
    }
}

/// The digests that a presented code has under each key: one for every key that may have made the
/// digest that it is compared with.
#[derive(Debug, Clone)]
pub(crate) struct Presented {
    current: CodeDigest,
    others: Vec<CodeDigest>,
}

impl Presented {
    /// Whether it is the code of this digest. Takes the same time whatever they are.
    pub(crate) fn matches(&self, digest: CodeDigest) -> bool {
        let found = self.current.matches(digest);
        self.others
            .iter()
            .fold(found, |found, other| found | other.matches(digest))
    }

    /// The one to keep.
    pub(crate) fn current(&self) -> CodeDigest {
        self.current
    }
}

impl From<CodeDigest> for Presented {
    fn from(current: CodeDigest) -> Self {
        Self {
            current,
            others: Vec::new(),
        }
    }
}

/// Digest of what a request asks for, under each key, to recognise its repeat.
#[derive(Debug, Clone)]
pub(crate) struct RequestDigest {
    current: String,
    others: Vec<String>,
}

impl RequestDigest {
    /// Whether the digest that was kept is of the same request.
    pub(crate) fn is(&self, kept: &str) -> bool {
        self.current == kept || self.others.iter().any(|other| other == kept)
    }

    /// The one to keep.
    pub(crate) fn current(&self) -> &str {
        &self.current
    }
}

/// What is derived from one key, one key per use.
struct Derived {
    pepper: Key,
    token_key: Key,
    text_key: Key,
    request_key: Key,
    check: String,
}

impl Derived {
    fn of(key: &Key) -> Self {
        let check = key.derive("pipit otp-service: check value");
        Self {
            pepper: key.derive("pipit otp-service: code pepper"),
            token_key: key.derive("pipit otp-service: session token"),
            text_key: key.derive("pipit otp-service: message text"),
            request_key: key.derive("pipit otp-service: request digest"),
            check: hex(check.bytes()),
        }
    }

    fn code_digest(&self, challenge_id: &str, address: &Address, code: &OtpCode) -> CodeDigest {
        let parts = [
            challenge_id.as_bytes(),
            address.as_str().as_bytes(),
            code.as_str().as_bytes(),
        ];
        CodeDigest(mac(&self.pepper, &parts))
    }

    fn request_digest(&self, parts: &[&str]) -> String {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        hex(&mac(&self.request_key, &parts))
    }

    fn session_token(&self, session_id: &str, generation: i64) -> Zeroizing<String> {
        let mut block = 0_u32;
        let derived = base62(64, |bytes| {
            for part in bytes.chunks_mut(32) {
                let parts = [
                    session_id.as_bytes(),
                    &generation.to_be_bytes(),
                    &block.to_be_bytes(),
                ];
                part.copy_from_slice(
                    mac(&self.token_key, &parts)
                        .get(..part.len())
                        .unwrap_or_default(),
                );
                block += 1;
            }
            Ok::<_, Infallible>(())
        });
        match derived {
            Ok(token) => token,
            Err(never) => match never {},
        }
    }

    fn open(&self, sealed: &str) -> Option<String> {
        let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(24)?;
        let cipher = XChaCha20Poly1305::new(self.text_key.bytes().into());
        String::from_utf8(cipher.decrypt(XNonce::from_slice(nonce), sealed).ok()?).ok()
    }
}

/// Everything that is derived from the keys in use.
pub(crate) struct Secrets {
    current: Derived,
    others: Vec<Derived>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(hidden)")
    }
}

impl Secrets {
    /// With `current` everything new is made; what `others` made is recognised.
    pub(crate) fn derive<'a>(current: &Key, others: impl IntoIterator<Item = &'a Key>) -> Self {
        Self {
            current: Derived::of(current),
            others: others.into_iter().map(Derived::of).collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Derived> {
        std::iter::once(&self.current).chain(&self.others)
    }

    /// Names the current key; nothing can be made with it.
    pub(crate) fn check_value(&self) -> &str {
        &self.current.check
    }

    /// Whether one of the keys has this check value.
    pub(crate) fn know(&self, check_value: &str) -> bool {
        self.all().any(|key| key.check == check_value)
    }

    /// Digest of a code inside a challenge: it covers both and the address (E-01, A-09).
    pub(crate) fn code_digest(
        &self,
        challenge_id: &str,
        address: &Address,
        code: &OtpCode,
    ) -> CodeDigest {
        self.current.code_digest(challenge_id, address, code)
    }

    /// The same of a code that somebody presents.
    pub(crate) fn presented(
        &self,
        challenge_id: &str,
        address: &Address,
        code: &OtpCode,
    ) -> Presented {
        let under = |key: &Derived| key.code_digest(challenge_id, address, code);
        Presented {
            current: under(&self.current),
            others: self.others.iter().map(under).collect(),
        }
    }

    /// A new token of a session: 64 letters and digits, derived, so that only its hash is stored.
    /// `generation` grows with every new token of it.
    pub(crate) fn session_token(&self, session_id: &str, generation: i64) -> Zeroizing<String> {
        self.current.session_token(session_id, generation)
    }

    /// The token of a browser that has signed in, made like that of a session.
    pub(crate) fn device_token(&self, device_id: &str) -> Zeroizing<String> {
        self.session_token(device_id, 0)
    }

    /// The token that a session has, derived again (I-07); whichever key made it, its hash tells.
    pub(crate) fn session_token_again(
        &self,
        session_id: &str,
        generation: i64,
        hash: &str,
    ) -> Option<Zeroizing<String>> {
        self.all()
            .map(|key| key.session_token(session_id, generation))
            .find(|token| fingerprint(token) == hash)
    }

    /// The same for a browser.
    pub(crate) fn device_token_again(
        &self,
        device_id: &str,
        hash: &str,
    ) -> Option<Zeroizing<String>> {
        self.session_token_again(device_id, 0, hash)
    }

    /// Digest of some words. Keyed, since a code or a number may be among them.
    pub(crate) fn word_digest(&self, parts: &[&str]) -> String {
        self.current.request_digest(parts)
    }

    /// Digest of what a request asks for.
    pub(crate) fn request_digest(&self, parts: &[&str]) -> RequestDigest {
        RequestDigest {
            current: self.current.request_digest(parts),
            others: self
                .others
                .iter()
                .map(|key| key.request_digest(parts))
                .collect(),
        }
    }

    /// Seals a text for the time it waits (E-02). `nonce` is 24 random bytes.
    pub(crate) fn seal(&self, text: &str, nonce: [u8; 24]) -> Option<String> {
        let cipher = XChaCha20Poly1305::new(self.current.text_key.bytes().into());
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), text.as_bytes())
            .ok()?;
        Some(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// The text again, or nothing when it was not sealed with one of the keys.
    pub(crate) fn open(&self, sealed: &str) -> Option<String> {
        self.all().find_map(|key| key.open(sealed))
    }

    /// Whether a text is sealed with another key than the current one.
    pub(crate) fn is_sealed_with_another(&self, sealed: &str) -> bool {
        self.current.open(sealed).is_none()
    }
}

/// SHA-256 in hexadecimal: how API keys and session tokens are stored (C-02, E-03). They have more
/// than 112 random bits, so a fast hash is enough.
pub(crate) fn fingerprint(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// HMAC-SHA-256 over the parts, each with its length before it, so that no two lists of parts are
/// the same bytes.
fn mac(key: &Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = key.mac(&[]);
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        of("07")
    }

    fn of(byte: &str) -> Secrets {
        Secrets::derive(&key(byte), [])
    }

    fn key(byte: &str) -> Key {
        Key::parse(&byte.repeat(32)).unwrap()
    }

    #[test]
    fn a_digest_belongs_to_one_challenge_number_and_code_e_01() {
        let digest = |challenge: &str, number: &str, code: &str| {
            let number = Address::Phone(shared::PhoneNumber::parse(number).unwrap());
            secrets().code_digest(challenge, &number, &OtpCode::parse(code).unwrap())
        };
        let one = digest("chal_1", "+12125550142", "123456");
        assert!(one.matches(digest("chal_1", "+12125550142", "123456")));
        assert!(!one.matches(digest("chal_2", "+12125550142", "123456")));
        assert!(!one.matches(digest("chal_1", "+12125550143", "123456")));
        assert!(!one.matches(digest("chal_1", "+12125550142", "123457")));
        assert!(CodeDigest::from_hex(&one.to_hex()).unwrap().matches(one));
        assert!(
            CodeDigest::from_hex("").is_none() && CodeDigest::from_hex(&"é".repeat(32)).is_none()
        );
    }

    #[test]
    fn a_session_token_is_64_letters_and_digits_and_can_be_derived_again_c_01_i_07() {
        let token = secrets().session_token("sess_1", 1);
        assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(token, secrets().session_token("sess_1", 1));
        assert_ne!(token, secrets().session_token("sess_1", 2));
        assert_ne!(token, of("08").session_token("sess_1", 1));
    }

    #[test]
    fn a_sealed_text_shows_nothing_and_opens_only_with_its_key_e_02() {
        let sealed = secrets().seal("Your code is 123456", [1; 24]).unwrap();
        assert!(!sealed.contains("123456"));
        assert_eq!(
            secrets().open(&sealed).as_deref(),
            Some("Your code is 123456")
        );
        assert_eq!(of("08").open(&sealed), None);
        assert_eq!(secrets().open("AAAA"), None);
    }

    #[test]
    fn what_an_older_key_made_is_recognised_and_new_things_are_made_with_the_new_one_e_08() {
        let (old, both) = (of("07"), Secrets::derive(&key("08"), [&key("07")]));
        let number = Address::Phone(shared::PhoneNumber::parse("+12125550142").unwrap());
        let code = OtpCode::parse("123456").unwrap();
        let presented = both.presented("chal_1", &number, &code);
        assert!(presented.matches(old.code_digest("chal_1", &number, &code)));
        assert!(presented.matches(of("08").code_digest("chal_1", &number, &code)));
        assert!(!presented.matches(of("09").code_digest("chal_1", &number, &code)));

        let token = old.session_token("sess_1", 1);
        let again =
            |secrets: &Secrets| secrets.session_token_again("sess_1", 1, &fingerprint(&token));
        assert_eq!(again(&both), Some(token.clone()));
        assert_eq!(again(&of("08")), None);
        assert_ne!(both.session_token("sess_1", 1), token);

        let kept = old.request_digest(&["a"]);
        assert!(both.request_digest(&["a"]).is(kept.current()));
        assert!(!both.request_digest(&["b"]).is(kept.current()));
        assert!(!of("08").request_digest(&["a"]).is(kept.current()));

        let sealed = old.seal("text", [1; 24]).unwrap();
        assert_eq!(both.open(&sealed).as_deref(), Some("text"));
        assert!(both.is_sealed_with_another(&sealed));
        assert!(!old.is_sealed_with_another(&sealed));
        assert!(both.know(old.check_value()) && !old.know(both.check_value()));
    }
}
