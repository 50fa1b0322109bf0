//! The code with which an app's server takes the result of a challenge: a MAC over the challenge's id, so that
//! nothing secret is kept and a lost answer can be given again. Worth something only once the number is
//! proved, for two minutes, once, and to who holds a server key.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use edge::keys::Key;
use hmac::Mac;
use subtle::ConstantTimeEq;

/// Makes and checks them.
#[derive(Debug)]
pub(crate) struct ResultCodes(Key);

impl ResultCodes {
    pub(crate) fn new(backend_key: &Key) -> Self {
        Self(backend_key.derive("challenge result code v1"))
    }

    /// The code of a challenge.
    pub(crate) fn of(&self, challenge_id: &str) -> String {
        let mac = self.0.mac(challenge_id.as_bytes()).finalize();
        BASE64_URL_SAFE_NO_PAD.encode(mac.into_bytes())
    }

    /// Whether it is the code of this challenge. Takes the same time whatever was sent.
    pub(crate) fn is_of(&self, code: &str, challenge_id: &str) -> bool {
        code.as_bytes()
            .ct_eq(self.of(challenge_id).as_bytes())
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_that_of_one_challenge_under_one_key() {
        let codes = |digits: &str| ResultCodes::new(&Key::parse(&digits.repeat(32)).unwrap());
        let code = codes("0f").of("chlg_1");
        assert_eq!(code.len(), 43);
        assert!(codes("0f").is_of(&code, "chlg_1"));
        for (key, shown, id) in [
            ("1f", &*code, "chlg_1"),
            ("0f", &code, "chlg_2"),
            ("0f", "", "chlg_1"),
            ("0f", &code[1..], "chlg_1"),
        ] {
            assert!(!codes(key).is_of(shown, id));
        }
    }
}
