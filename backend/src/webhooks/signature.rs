//! Signatures of the Standard Webhooks specification 1.0: `v1,` and the base64 of an HMAC-SHA256 over id, time and body,
//! one for each secret, so that receivers can move from one to the other.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use edge::keys::HmacSha256;
use edge::settings::Secret;
use hmac::Mac;
use zeroize::Zeroizing;

const PREFIX: &str = "whsec_";
/// Bytes of a secret, as the specification has it.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;
const SHAPE: &str = "WEBHOOK_SECRET: each must be whsec_ and the base64 of 24 to 64 random bytes, with commas or line ends \
                     between; `echo whsec_$(openssl rand -base64 32)` makes one";

/// Signs with all secrets.
pub(super) struct Signer(Vec<HmacSha256>);

impl Signer {
    /// Secrets with commas or line ends between them.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub(super) fn parse(given: &Secret) -> Result<Self, String> {
        let secrets = given.expose().split([',', '\n']).map(str::trim);
        let keyed: Option<Vec<_>> = secrets.filter(|text| !text.is_empty()).map(keyed).collect();
        keyed
            .filter(|keyed| !keyed.is_empty())
            .map(Self)
            .ok_or_else(|| SHAPE.to_owned())
    }

    /// The header's value.
    pub(super) fn sign(&self, message_id: &str, now: i64, body: &str) -> String {
        let signatures = self.0.iter().map(|keyed| {
            let mut mac = keyed.clone();
            mac.update(format!("{message_id}.{now}.").as_bytes());
            mac.update(body.as_bytes());
            format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
        });
        signatures.collect::<Vec<_>>().join(" ")
    }
}

fn keyed(text: &str) -> Option<HmacSha256> {
    let bytes = BASE64_STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
    let bytes = Zeroizing::new(bytes);
    LENGTHS
        .contains(&bytes.len())
        .then(|| HmacSha256::new_from_slice(&bytes).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_signature_is_that_of_the_specifications_libraries() {
        let signer = Signer::parse(&Secret::from(SECRET)).unwrap();
        let signature = signer.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let one = Signer::parse(&Secret::from(SECRET)).unwrap();
        let other = format!("whsec_{}", BASE64_STANDARD.encode([7; 32]));
        let both = Signer::parse(&Secret::from(format!("{other}, {SECRET}\n").as_str())).unwrap();
        let signatures = both.sign("msg_1", 1, "{}");
        let signatures: Vec<_> = signatures.split(' ').collect();
        assert_eq!(signatures.len(), 2);
        assert_eq!(signatures[1], one.sign("msg_1", 1, "{}"));
        assert_ne!(signatures[0], signatures[1]);
    }

    #[test]
    fn a_secret_that_is_none_is_refused_and_never_shown() {
        let short = format!("whsec_{}", BASE64_STANDARD.encode([7; 23]));
        let long = format!("whsec_{}", BASE64_STANDARD.encode([7; 65]));
        for text in [
            "",
            " ,",
            "sesame",
            "whsec_",
            "whsec_sesame!",
            &short,
            &long,
            &format!("{SECRET},sesame"),
        ] {
            let said = Signer::parse(&Secret::from(text)).map(drop).unwrap_err();
            assert!(
                said.contains("WEBHOOK_SECRET") && !said.contains("sesame"),
                "{text}"
            );
        }
    }
}
