//! JWTs that must be refused, whatever they claim (C-12).

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::otp_service::DeviceFingerprint;

use super::*;

const NOW: i64 = 1_800_000_000;
const APP: &str = "app_one";

fn key() -> &'static SigningKey {
    static KEY: std::sync::OnceLock<SigningKey> = std::sync::OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate("jwk_one".to_owned()).unwrap())
}

fn session() -> Session {
    Session {
        id: "sess_one".to_owned(),
        user_id: "user_one".to_owned(),
        started_at: NOW,
        expires_at: NOW + 3600,
        last_active_at: NOW,
        created_at: NOW,
        updated_at: NOW,
        factors: Vec::new(),
        device_fingerprint: DeviceFingerprint::default(),
    }
}

fn read(jwt: &str) -> Option<String> {
    let claimed = claimed_key(jwt)?;
    (claimed == key().id).then_some(())?;
    session_id(jwt, key(), APP, NOW)
}

/// A JWT with these parts, signed by the right key.
fn signed(header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", encode(header).unwrap(), encode(claims).unwrap());
    let mut signature = vec![0; key().pair.public_modulus_len()];
    key()
        .pair
        .sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            text.as_bytes(),
            &mut signature,
        )
        .unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn part(jwt: &str, place: usize) -> Value {
    decode(jwt.split('.').nth(place).unwrap()).unwrap()
}

#[test]
fn a_session_jwt_says_what_the_contract_says_and_is_read_back() {
    let jwt = key().sign(APP, &session(), NOW, NOW).unwrap();
    assert_eq!(
        part(&jwt, 0),
        json!({"alg": "RS256", "kid": "jwk_one", "typ": "JWT"})
    );
    let claims = part(&jwt, 1);
    assert_eq!(
        (&claims["exp"], &claims["iat"], &claims["nbf"]),
        (&json!(NOW + 300), &json!(NOW), &json!(NOW))
    );
    assert_eq!(
        (&claims["sub"], &claims["jti"], &claims["iss"]),
        (&json!("user_one"), &json!("sess_one"), &json!(APP))
    );
    assert_eq!(
        claims["https://streambird.io/jwt/session"]["id"],
        "sess_one"
    );
    assert_eq!(read(&jwt).as_deref(), Some("sess_one"));
    let short = Session {
        expires_at: NOW + 10,
        ..session()
    };
    assert_eq!(
        part(&key().sign(APP, &short, NOW, NOW).unwrap(), 1)["exp"],
        NOW + 10,
        "never past the session"
    );
}

#[test]
fn a_key_survives_being_stored() {
    let again = SigningKey::from_text("jwk_one".to_owned(), &key().to_text().unwrap()).unwrap();
    assert_eq!(again.public(), key().public());
    assert!(SigningKey::from_text("x".to_owned(), "AAAA").is_err());
}

#[test]
fn forged_jwts_are_refused() {
    let jwt = key().sign(APP, &session(), NOW, NOW).unwrap();
    let (header, claims) = (part(&jwt, 0), part(&jwt, 1));
    let other = SigningKey::generate("jwk_one".to_owned()).unwrap();
    let with = |mut value: Value, name: &str, new: Value| {
        value[name] = new;
        value
    };
    assert!(
        read(&signed(&header, &claims)).is_some(),
        "the tool of this test makes good ones"
    );
    for (jwt, what) in [
        (
            signed(&with(header.clone(), "alg", json!("none")), &claims),
            "alg none, signed",
        ),
        (
            format!(
                "{}.{}.",
                encode(&json!({"alg": "none", "kid": "jwk_one"})).unwrap(),
                encode(&claims).unwrap()
            ),
            "alg none",
        ),
        (
            signed(&with(header.clone(), "alg", json!("HS256")), &claims),
            "HS256",
        ),
        (
            signed(&with(header.clone(), "alg", json!("rs256")), &claims),
            "another spelling",
        ),
        (
            signed(&with(header.clone(), "kid", json!("jwk_two")), &claims),
            "unknown kid",
        ),
        (
            signed(
                &with(header.clone(), "jku", json!("https://evil.example")),
                &claims,
            ),
            "jku",
        ),
        (
            signed(&with(header.clone(), "jwk", json!({})), &claims),
            "jwk",
        ),
        (
            signed(
                &with(header.clone(), "x5u", json!("https://evil.example")),
                &claims,
            ),
            "x5u",
        ),
        (
            signed(&with(header.clone(), "crit", json!(["exp"])), &claims),
            "crit",
        ),
        (
            signed(&with(header.clone(), "typ", json!("at+jwt")), &claims),
            "another type",
        ),
        (
            signed(&header, &with(claims.clone(), "iss", json!("app_two"))),
            "another app",
        ),
        (
            signed(&header, &with(claims.clone(), "nbf", json!(NOW + 1))),
            "not yet",
        ),
        (
            signed(&header, &with(claims.clone(), "jti", json!(7))),
            "a wrong type",
        ),
        (
            other.sign(APP, &session(), NOW, NOW).unwrap(),
            "another key under the same name",
        ),
        (jwt[..jwt.len() - 4].to_owned(), "cut"),
        (format!("{jwt}.x"), "four parts"),
        (String::new(), "empty"),
        ("a.b.c".to_owned(), "no base64"),
        ("A".repeat(10_000), "too long"),
    ] {
        assert_eq!(read(&jwt), None, "{what}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(text in "\\PC{0,200}", place in 0..600_usize, byte: u8) {
        prop_assert_eq!(read(&text), None);
        let mut changed = key().sign(APP, &session(), NOW, NOW).unwrap().into_bytes();
        let place = place % changed.len();
        if changed[place] != byte && byte.is_ascii() {
            changed[place] = byte;
            let changed = String::from_utf8(changed).unwrap();
            // The last character of a part may carry bits that do not count.
            prop_assert!(read(&changed).is_none_or(|id| id == "sess_one"));
        }
    }
}
