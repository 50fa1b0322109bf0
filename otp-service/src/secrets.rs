//! What is computed with the service's own key: digests of codes, session tokens, sealed texts.
//! The key is not in the database (E-01), so neither codes nor texts can be had from a stolen copy.

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

/// The keys derived from the service's own one.
pub(crate) struct Secrets {
    pepper: Key,
    token_key: Key,
    text_key: Key,
    request_key: Key,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(hidden)")
    }
}

impl Secrets {
    /// Derives one key per use from the service's own one.
    pub(crate) fn derive(key: &Key) -> Self {
        Self {
            pepper: key.derive("pipit otp-service: code pepper"),
            token_key: key.derive("pipit otp-service: session token"),
            text_key: key.derive("pipit otp-service: message text"),
            request_key: key.derive("pipit otp-service: request digest"),
        }
    }

    /// Digest of a code inside a challenge: it covers both and the address (E-01, A-09).
    pub(crate) fn code_digest(
        &self,
        challenge_id: &str,
        address: &Address,
        code: &OtpCode,
    ) -> CodeDigest {
        let parts = [
            challenge_id.as_bytes(),
            address.as_str().as_bytes(),
            code.as_str().as_bytes(),
        ];
        CodeDigest(mac(&self.pepper, &parts))
    }

    /// The token of a session: 64 letters and digits, derived again whenever an answer was lost
    /// (I-07), so that only its hash is stored. `generation` grows with every new token of it.
    pub(crate) fn session_token(&self, session_id: &str, generation: i64) -> Zeroizing<String> {
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

    /// Digest of what a request asks for, to recognise its repeat. Keyed, since a code may be in it.
    pub(crate) fn request_digest(&self, parts: &[&str]) -> String {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        hex(&mac(&self.request_key, &parts))
    }

    /// Seals the text of a message for the time it waits (E-02). `nonce` is 24 random bytes.
    pub(crate) fn seal(&self, text: &str, nonce: [u8; 24]) -> Option<String> {
        let cipher = XChaCha20Poly1305::new(self.text_key.bytes().into());
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), text.as_bytes())
            .ok()?;
        Some(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// The text again, or nothing when it was not sealed with this key.
    pub(crate) fn open(&self, sealed: &str) -> Option<String> {
        let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(24)?;
        let cipher = XChaCha20Poly1305::new(self.text_key.bytes().into());
        String::from_utf8(cipher.decrypt(XNonce::from_slice(nonce), sealed).ok()?).ok()
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
        Secrets::derive(&Key::load(Some(&byte.repeat(32).as_str().into()), "".as_ref()).unwrap())
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
}
