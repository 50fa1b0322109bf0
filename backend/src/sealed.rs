//! What a browser carries for us without reading or changing it: encrypted under a key of the backend's,
//! for one purpose.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use edge::keys::Key;
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;

/// Seals and opens.
#[derive(Debug)]
pub(crate) struct Sealer {
    key: Key,
    purpose: &'static [u8],
}

impl Sealer {
    pub(crate) fn new(key: Key, purpose: &'static [u8]) -> Self {
        Self { key, purpose }
    }

    /// Letters, digits, `-` and `_`. None without randomness.
    pub(crate) fn seal(&self, plain: &[u8]) -> Option<String> {
        let mut sealed = vec![0; NONCE_BYTES];
        getrandom::fill(&mut sealed).ok()?;
        let hidden = self
            .cipher()
            .encrypt(XNonce::from_slice(&sealed), self.payload(plain));
        sealed.extend(hidden.ok()?);
        Some(BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    /// None for everything that was not sealed with this key for this purpose.
    pub(crate) fn open(&self, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, hidden) = sealed.split_at_checked(NONCE_BYTES)?;
        let plain = self
            .cipher()
            .decrypt(XNonce::from_slice(nonce), self.payload(hidden));
        plain.ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.bytes().into())
    }

    fn payload<'a>(&self, msg: &'a [u8]) -> Payload<'a, 'static> {
        Payload {
            msg,
            aad: self.purpose,
        }
    }
}
