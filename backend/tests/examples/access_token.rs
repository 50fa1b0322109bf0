//! `examples/access-token`, and every forged token that its like has ever fallen for.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use edge::keys::Key;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::browser::Browser;
use crate::house::{House, Site, TOKEN_KEY};
use crate::program::Program;

const AUDIENCE: &str = "https://api.example.com";

fn encoded(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A token of the real key.
fn signed(header: &Value, claims: &Value) -> String {
    signed_with(TOKEN_KEY, header, claims)
}

fn signed_with(seed: &str, header: &Value, claims: &Value) -> String {
    let pair = Ed25519KeyPair::from_seed_unchecked(Key::parse(seed).unwrap().bytes()).unwrap();
    let text = format!("{}.{}", encoded(header), encoded(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(pair.sign(text.as_bytes()).as_ref());
    format!("{text}.{signature}")
}

fn with(value: &Value, field: &str, other: Value) -> Value {
    let mut value = value.clone();
    value[field] = other;
    value
}

async fn token(house: &House, browser: &mut Browser, session_token: &str) -> Value {
    let bearer = format!("Bearer {session_token}");
    let url = format!("{}/api/token", house.url);
    browser
        .post(&url, &json!({}), &[("authorization", &bearer)])
        .await
        .ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_checks_tokens_by_the_public_keys_alone_and_falls_for_no_forged_one() {
    let site = Site::find().await;
    let environment = [("ISSUER", site.url.as_str()), ("AUDIENCE", AUDIENCE)];
    let api = Program::node("access-token/server.mjs", &environment);
    let house = site
        .build(&["--token-audience", AUDIENCE, "--token-claims", "role"])
        .await;
    let linked =
        json!({"phone_number": "+12125550142", "external_id": "42", "metadata": {"role": "admin"}});
    house.as_server("/api/accounts", &linked).await.ok();
    let mut browser = Browser::default();
    let signed_in = house.sign_in(&mut browser, "+12125550142").await;
    let given = token(
        &house,
        &mut browser,
        signed_in["session_token"].as_str().unwrap(),
    )
    .await;
    let real = given["access_token"].as_str().unwrap();
    let mut caller = Browser::default();
    let answer = caller
        .get_with(&api.url, &[("authorization", &format!("Bearer {real}"))])
        .await;
    assert_eq!(
        answer.ok(),
        json!({"account": signed_in["account_id"], "external_id": "42", "role": "admin"})
    );

    let parts: Vec<&str> = real.split('.').collect();
    let (header, claims) = (decoded(parts[0]), decoded(parts[1]));
    // The forger's tools work: a token signed like ours passes.
    let again = signed(&header, &claims);
    let answer = caller
        .get_with(&api.url, &[("authorization", &format!("Bearer {again}"))])
        .await;
    answer.ok();

    let keys = Browser::default()
        .get(&format!("{}/.well-known/jwks.json", house.url))
        .await
        .ok();
    let public = BASE64_URL_SAFE_NO_PAD
        .decode(keys["keys"][0]["x"].as_str().unwrap())
        .unwrap();
    let hs256 = |secret: &[u8]| {
        let text = format!(
            "{}.{}",
            encoded(&with(&header, "alg", json!("HS256"))),
            parts[1]
        );
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).unwrap();
        mac.update(text.as_bytes());
        format!(
            "{text}.{}",
            BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        )
    };
    let none = |alg: &str, signature: &str| {
        format!(
            "{}.{}.{signature}",
            encoded(&with(&header, "alg", json!(alg))),
            parts[1]
        )
    };
    let now = claims["iat"].as_i64().unwrap();
    let own_jwk =
        json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode([7; 32])});
    for (what, forged) in [
        ("no algorithm", none("none", "")),
        ("no algorithm, with a signature", none("none", parts[2])),
        ("no algorithm, spelled otherwise", none("NoNe", "")),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{real}.{}", parts[2])),
        ("HS256 with the public key", hs256(&public)),
        (
            "HS256 with the public key as text",
            hs256(keys["keys"][0]["x"].as_str().unwrap().as_bytes()),
        ),
        (
            "RS256",
            signed(&with(&header, "alg", json!("RS256")), &claims),
        ),
        (
            "an unknown key",
            signed(&with(&header, "kid", json!("unknown")), &claims),
        ),
        (
            "no key",
            signed(&with(&header, "kid", Value::Null), &claims),
        ),
        (
            "a key of its own",
            signed_with(&"4".repeat(64), &with(&header, "jwk", own_jwk), &claims),
        ),
        (
            "another key's signature",
            signed_with(&"4".repeat(64), &header, &claims),
        ),
        (
            "another type",
            signed(&with(&header, "typ", json!("JWT")), &claims),
        ),
        (
            "a demand",
            signed(&with(&header, "crit", json!(["exp"])), &claims),
        ),
        (
            "expired",
            signed(&header, &with(&claims, "exp", json!(now - 60))),
        ),
        (
            "not yet",
            signed(&header, &with(&claims, "nbf", json!(now + 600))),
        ),
        (
            "for ever",
            signed(&header, &with(&claims, "exp", json!("never"))),
        ),
        (
            "another audience",
            signed(
                &header,
                &with(&claims, "aud", json!("https://other.example.com")),
            ),
        ),
        (
            "several audiences",
            signed(
                &header,
                &with(&claims, "aud", json!(["https://other.example.com"])),
            ),
        ),
        (
            "another issuer",
            signed(
                &header,
                &with(&claims, "iss", json!("https://evil.example")),
            ),
        ),
        (
            "nobody",
            signed(&header, &with(&claims, "sub", Value::Null)),
        ),
        (
            "other claims",
            format!(
                "{}.{}.{}",
                parts[0],
                encoded(&with(&claims, "role", json!("root"))),
                parts[2]
            ),
        ),
        (
            "the session's token",
            signed_in["session_token"].as_str().unwrap().to_owned(),
        ),
        ("nonsense", "a.b.c".to_owned()),
        ("nothing", String::new()),
        ("a long one", "a".repeat(9000)),
    ] {
        let answer = caller
            .get_with(&api.url, &[("authorization", &format!("Bearer {forged}"))])
            .await;
        assert_eq!(answer.status, 401, "{what}");
    }
    house.tear_down().await;
    let offline = caller
        .get_with(&api.url, &[("authorization", &format!("Bearer {real}"))])
        .await;
    offline.ok();
}
