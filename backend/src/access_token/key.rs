//! An Ed25519 key: how it signs, and how its public half is shown (RFC 8032, 8037, 7638).

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use edge::keys::Key;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A key pair and its name.
#[derive(Debug)]
pub(super) struct SigningKey {
    id: String,
    x: String,
    pair: Ed25519KeyPair,
}

/// The key can't be made or used.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyFault;

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key for access tokens can't be used")
    }
}

/// As a JWKS shows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct PublicKey {
    kty: &'static str,
    crv: &'static str,
    x: String,
    kid: String,
    alg: &'static str,
    #[serde(rename = "use")]
    key_use: &'static str,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

impl SigningKey {
    /// The pair that these 32 bytes are the seed of.
    pub(super) fn new(seed: &Key) -> Result<Self, KeyFault> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.bytes()).map_err(|_| KeyFault)?;
        let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        // Named by its thumbprint, so the same key has the same name wherever it is read.
        let thumbprint = Sha256::digest(format!(
            "{{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"{x}\"}}"
        ));
        Ok(Self {
            id: BASE64_URL_SAFE_NO_PAD.encode(thumbprint),
            x,
            pair,
        })
    }

    /// A JWT with these claims.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, KeyFault> {
        let header = Header {
            alg: "EdDSA",
            typ: "at+jwt",
            kid: &self.id,
        };
        let mut text = format!("{}.{}", encode(&header)?, encode(claims)?);
        let signature = self.pair.try_sign(text.as_bytes()).map_err(|_| KeyFault)?;
        text.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut text);
        Ok(text)
    }

    pub(super) fn public(&self) -> PublicKey {
        PublicKey {
            kty: "OKP",
            crv: "Ed25519",
            x: self.x.clone(),
            kid: self.id.clone(),
            alg: "EdDSA",
            key_use: "sig",
        }
    }
}

fn encode(part: &impl Serialize) -> Result<String, KeyFault> {
    let json = serde_json::to_vec(part).map_err(|_| KeyFault)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_names_are_those_of_the_standards() {
        // RFC 8037, A.1 to A.3.
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let key = SigningKey::new(&Key::parse(seed).unwrap()).unwrap();
        assert_eq!(key.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(key.id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let signature = key
            .pair
            .try_sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
        assert_eq!(
            BASE64_URL_SAFE_NO_PAD.encode(signature.unwrap().as_ref()),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }
}
