//! The pending verification, sealed into the `verification_id` that the page carries between its two
//! screens. So nothing is kept here meanwhile, any replica can answer, and only the
//! browser that asked can verify.

use edge::keys::Key;
use serde::{Deserialize, Serialize};
use shared::{PhoneNumber, VerificationId};
use zeroize::Zeroizing;

use crate::sealed::Sealer;

const PURPOSE: &[u8] = b"verification_id v1";

/// What is inside a `verification_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingVerification {
    /// The OTP service's `phone_number_id`.
    #[serde(rename = "m")]
    pub(crate) method_id: String,
    /// The OTP service's challenge, where it has such a thing.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub(crate) challenge_id: Option<String>,
    /// Where the code went, in canonical form.
    #[serde(rename = "n")]
    pub(crate) phone_number: PhoneNumber,
    /// Unix seconds; after it the seal is worth nothing.
    #[serde(rename = "e")]
    pub(crate) ends_at: i64,
}

/// Seals and opens with a key of the backend's.
#[derive(Debug)]
pub(crate) struct Seal(Sealer);

/// The verification could not be sealed: no randomness, or ids of absurd length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CannotSeal;

impl std::fmt::Display for CannotSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the verification can't be sealed")
    }
}

impl Seal {
    pub(crate) fn new(backend_key: &Key) -> Self {
        let key = backend_key.derive("verification_id seal v1");
        Self(Sealer::new(key, PURPOSE))
    }

    pub(crate) fn seal(&self, pending: &PendingVerification) -> Result<VerificationId, CannotSeal> {
        let plain = Zeroizing::new(serde_json::to_vec(pending).map_err(|_| CannotSeal)?);
        let sealed = self.0.seal(&plain).ok_or(CannotSeal)?;
        VerificationId::parse(&sealed).map_err(|_| CannotSeal)
    }

    /// None for everything that was not sealed with this key, without saying why.
    pub(crate) fn open(&self, id: &VerificationId) -> Option<PendingVerification> {
        serde_json::from_slice(&self.0.open(id.as_str())?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge::settings::Secret;
    use proptest::prelude::*;

    fn seal(digits: &str) -> Seal {
        let key = Secret::from(digits.repeat(32).as_str());
        Seal::new(&Key::load(Some(&key), std::path::Path::new("/nowhere")).unwrap())
    }

    fn pending() -> PendingVerification {
        PendingVerification {
            method_id: "pn_24oXBLCgcKSXEqlYPVQMhFGDqI4".to_owned(),
            challenge_id: Some("chal_24oXBLCgcKSXEqlYPVQMhFGDqI5".to_owned()),
            phone_number: PhoneNumber::parse("+12125550142").unwrap(),
            ends_at: 1_800_000_000,
        }
    }

    #[test]
    fn what_is_sealed_opens_again_and_shows_nothing() {
        let id = seal("0f").seal(&pending()).unwrap();
        assert_eq!(seal("0f").open(&id), Some(pending()));
        assert!(!id.as_str().contains("24oXBLCgcKSX"));
        let again = seal("0f").seal(&pending()).unwrap();
        assert_ne!(id.as_str(), again.as_str());
    }

    #[test]
    fn a_foreign_or_changed_seal_does_not_open_a_13() {
        let id = seal("0f").seal(&pending()).unwrap();
        assert_eq!(seal("1f").open(&id), None);
        for place in 0..id.as_str().len() {
            let mut bytes = id.as_str().as_bytes().to_vec();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = VerificationId::parse(std::str::from_utf8(&bytes).unwrap()).unwrap();
            assert_eq!(seal("0f").open(&changed), None, "{place}");
        }
        for length in [1, 10, 32, 33, 54, 55] {
            let cut = VerificationId::parse(&id.as_str()[..length]).unwrap();
            assert_eq!(seal("0f").open(&cut), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn no_text_opens(text in "[A-Za-z0-9_.-]{1,1024}") {
            prop_assert_eq!(seal("0f").open(&VerificationId::parse(&text).unwrap()), None);
        }
    }
}
