//! Session JWTs (C-12): signed with RS256, since that is what the vendor's SDKs verify; read back
//! with nothing believed before the signature is checked.
//!
//! Not here: whether the session lives. A valid signature opens nothing by itself.

mod key_ring;
mod signed;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::otp_service::{Jwk, Session};

pub(crate) use key_ring::{KeyRings, SIGNED_UNTIL};

/// A JWT lives for so many seconds at most, and never past its session.
const LIVES: i64 = 300;
/// Longest JWT that is looked at.
const LONGEST: usize = 8 * 1024;

/// An RSA key of 2,048 bits and its name.
#[derive(Debug)]
pub(crate) struct SigningKey {
    id: String,
    pair: KeyPair,
}

/// The key can't be made, read or used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyFault;

impl std::fmt::Display for KeyFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a signing key can't be used")
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
    // Ways to bring a key along, or to demand something: refused.
    #[serde(default, skip_serializing)]
    jku: Option<serde_json::Value>,
    #[serde(default, skip_serializing)]
    jwk: Option<serde_json::Value>,
    #[serde(default, skip_serializing)]
    x5u: Option<serde_json::Value>,
    #[serde(default, skip_serializing)]
    x5c: Option<serde_json::Value>,
    #[serde(default, skip_serializing)]
    crit: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct Claims<'a> {
    exp: i64,
    iat: i64,
    nbf: i64,
    iss: &'a str,
    sub: &'a str,
    jti: &'a str,
    #[serde(rename = "https://streambird.io/jwt/session")]
    session: &'a Session,
}

/// What is read back of a JWT; its `exp` does not count, since a JWT is renewed while its session lives.
#[derive(Deserialize)]
struct ReadClaims {
    nbf: i64,
    iss: String,
    jti: String,
}

impl SigningKey {
    /// Makes a key. Takes a tenth of a second or more.
    pub(crate) fn generate(id: String) -> Result<Self, KeyFault> {
        KeyPair::generate(KeySize::Rsa2048)
            .map(|pair| Self { id, pair })
            .map_err(|_| KeyFault)
    }

    /// The private key, to be sealed.
    pub(crate) fn to_text(&self) -> Result<String, KeyFault> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| KeyFault)?;
        Ok(URL_SAFE_NO_PAD.encode(der.as_ref()))
    }

    /// A key that [`SigningKey::to_text`] wrote.
    pub(crate) fn from_text(id: String, text: &str) -> Result<Self, KeyFault> {
        let der = URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyFault)?;
        KeyPair::from_pkcs8(&der)
            .map(|pair| Self { id, pair })
            .map_err(|_| KeyFault)
    }

    /// The JWT of a session, issued now. Others compare its times with their own clocks, so they are
    /// those of the `host`, which may be behind `now` (C-19).
    pub(crate) fn sign(
        &self,
        app_id: &str,
        session: &Session,
        now: i64,
        host: i64,
    ) -> Result<String, KeyFault> {
        let header = Header {
            alg: "RS256".to_owned(),
            kid: self.id.clone(),
            typ: Some("JWT".to_owned()),
            jku: None,
            jwk: None,
            x5u: None,
            x5c: None,
            crit: None,
        };
        let claims = Claims {
            exp: host + LIVES.min(session.expires_at - now),
            iat: host,
            nbf: host,
            iss: app_id,
            sub: &session.user_id,
            jti: &session.id,
            session,
        };
        let mut text = format!("{}.{}", encode(&header)?, encode(&claims)?);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .map_err(|_| KeyFault)?;
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut text);
        Ok(text)
    }

    /// The public key as a JWKS shows it.
    pub(crate) fn public(&self) -> Jwk {
        let key = self.pair.public_key();
        Jwk {
            alg: "RS256".to_owned(),
            e: URL_SAFE_NO_PAD.encode(key.exponent().big_endian_without_leading_zero()),
            key_ops: vec!["verify".to_owned()],
            kid: self.id.clone(),
            kty: "RSA".to_owned(),
            n: URL_SAFE_NO_PAD.encode(key.modulus().big_endian_without_leading_zero()),
            key_use: "sig".to_owned(),
        }
    }

    fn verifies(&self, message: &str, signature: &[u8]) -> bool {
        let key =
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key().as_ref());
        key.verify(message.as_bytes(), signature).is_ok()
    }
}

fn encode(part: &impl Serialize) -> Result<String, KeyFault> {
    serde_json::to_vec(part)
        .map(|json| URL_SAFE_NO_PAD.encode(json))
        .map_err(|_| KeyFault)
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// The key that a JWT says it is signed with; nothing of it is believed yet.
fn claimed_key(jwt: &str) -> Option<String> {
    if jwt.len() > LONGEST {
        return None;
    }
    let header: Header = decode(jwt.split('.').next()?)?;
    let plain = header.jku.is_none()
        && header.jwk.is_none()
        && header.x5u.is_none()
        && header.x5c.is_none()
        && header.crit.is_none();
    let typed = header.typ.as_deref().is_none_or(|typ| typ == "JWT");
    (header.alg == "RS256" && plain && typed).then_some(header.kid)
}

/// The id of the session of a JWT that this key signed for this app.
fn session_id(jwt: &str, key: &SigningKey, app_id: &str, now: i64) -> Option<String> {
    let (signed, signature) = jwt.rsplit_once('.')?;
    let (_, claims) = signed.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !key.verifies(signed, &signature) {
        return None;
    }
    let claims: ReadClaims = decode(claims)?;
    (claims.iss == app_id && claims.nbf <= now).then_some(claims.jti)
}

#[cfg(test)]
mod tests;
