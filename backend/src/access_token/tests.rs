//! Tokens, over the router, and what a careful reader makes of them and of forged ones.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clap::Parser;
use edge::testing::Call;
use serde_json::{Value, json};
use shared::ErrorType;

use super::*;
use crate::testing::{Harness, NOW};

const AUDIENCE: &str = "https://api.example.com";
const TOKEN: &str = "/api/token";
const JWKS: &str = "/.well-known/jwks.json";

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Header and claims, after the signature was checked with the published key of that name.
async fn read(backend: &Harness, token: &str) -> (Value, Value) {
    let [header, claims, signature]: [&str; 3] =
        token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let keys = backend.call(Call::get(JWKS)).await.assert_ok().json()["keys"].clone();
    let named = decoded(header)["kid"].clone();
    let key = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == named)
        .unwrap();
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (
            &json!("OKP"),
            &json!("Ed25519"),
            &json!("EdDSA"),
            &json!("sig")
        )
    );
    let x = BASE64_URL_SAFE_NO_PAD
        .decode(key["x"].as_str().unwrap())
        .unwrap();
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ED25519, x)
        .verify(format!("{header}.{claims}").as_bytes(), &signature)
        .unwrap();
    (decoded(header), decoded(claims))
}

#[tokio::test]
async fn a_token_says_who_for_whom_and_until_when_c_12() {
    let backend =
        Harness::with(&["--token-audience", AUDIENCE, "--token-claims", "role,plan"]).await;
    let linked = json!({"phone_number": "+12125550142", "external_id": "42",
        "metadata": {"role": "admin", "secret": "not told"}});
    backend
        .as_server(Call::post("/api/accounts").json(&linked))
        .await
        .assert_ok();
    let browser = backend.sign_in("+12125550142").await;
    backend.clock.advance(100);
    let answer = backend.call(browser.sign(Call::post(TOKEN))).await;
    let body = answer.assert_ok().json();
    assert_eq!(
        (&body["token_type"], &body["expires_in_secs"]),
        (&json!("Bearer"), &json!(300))
    );
    let (header, mut claims) = read(&backend, body["access_token"].as_str().unwrap()).await;
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("EdDSA"), &json!("at+jwt"))
    );
    let jti = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(jti.as_str().unwrap().len(), 22);
    let expected = json!({"iss": "http://localhost:3000", "aud": AUDIENCE, "sub": browser.account_id,
        "user_id": "user_12125550142", "external_id": "42", "sid": browser.session_id, "role": "admin",
        "iat": NOW + 100, "nbf": NOW + 100, "exp": NOW + 400, "auth_time": NOW});
    assert_eq!(
        claims, expected,
        "no number, no token, nothing that was not asked for"
    );
}

#[tokio::test]
async fn no_token_outlives_its_session() {
    let backend = Harness::with(&[
        "--token-audience",
        AUDIENCE,
        "--session-minutes",
        "5",
        "--token-minutes",
        "60",
    ])
    .await;
    let browser = backend.sign_in("+12125550142").await;
    backend.clock.advance(200);
    let answer = backend.call(browser.sign(Call::post(TOKEN))).await;
    assert_eq!(answer.assert_ok().json()["expires_in_secs"], 100);
    backend.clock.advance(101);
    let after = backend.call(browser.sign(Call::post(TOKEN))).await;
    after.assert_error(ErrorType::InvalidSession);
}

#[tokio::test]
async fn without_a_session_or_its_cookie_there_is_no_token_c_18() {
    let backend = Harness::with(&["--token-audience", AUDIENCE]).await;
    let (browser, other) = (
        backend.sign_in("+12125550142").await,
        backend.sign_in("+12125550143").await,
    );
    let token = backend
        .call(browser.sign(Call::post(TOKEN)))
        .await
        .assert_ok()
        .json();
    for call in [
        Call::post(TOKEN),
        Call::post(TOKEN).bearer(&browser.session_token),
        Call::post(TOKEN).header("cookie", &browser.cookie),
        Call::post(TOKEN)
            .bearer(&browser.session_token)
            .header("cookie", &other.cookie),
        Call::post(TOKEN)
            .bearer(token["access_token"].as_str().unwrap())
            .header("cookie", &browser.cookie),
        Call::post(TOKEN)
            .bearer(crate::testing::SERVER_KEY)
            .header("cookie", &browser.cookie),
    ] {
        backend
            .call(call)
            .await
            .assert_error(ErrorType::InvalidSession);
    }
    let foreign = browser
        .sign(Call::post(TOKEN))
        .header("origin", "https://evil.example");
    backend
        .call(foreign)
        .await
        .assert_error(ErrorType::OriginNotAllowed);
    backend
        .call(browser.sign(Call::delete("/api/session")))
        .await
        .assert_ok();
    backend
        .call(browser.sign(Call::post(TOKEN)))
        .await
        .assert_error(ErrorType::InvalidSession);
}

#[tokio::test]
async fn tokens_are_offered_only_with_an_audience() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    backend
        .call(browser.sign(Call::post(TOKEN)))
        .await
        .assert_error(ErrorType::NotFound);
    backend
        .call(Call::get(JWKS))
        .await
        .assert_error(ErrorType::NotFound);
}

#[tokio::test]
async fn keys_may_be_kept_by_readers_for_minutes_and_no_longer() {
    let backend = Harness::with(&["--token-audience", AUDIENCE]).await;
    let answer = backend.call(Call::get(JWKS)).await;
    assert_eq!(
        answer.assert_ok().header("cache-control"),
        Some("public, max-age=300")
    );
    assert!(!answer.text().contains("\"d\""), "no private half");
}

fn tokens(arguments: &[&str], keys: Option<&str>) -> Result<Option<AccessTokens>, String> {
    let mut config = Config::parse_from(["backend"].iter().chain(arguments));
    config.token_keys = keys.map(Secret::from);
    let key = Key::parse(&"0f".repeat(32)).unwrap();
    AccessTokens::of(&config, "https://login.example.com".to_owned(), &key)
        .map_err(|error| error.to_string())
}

#[test]
fn keys_change_with_overlap_and_replicas_have_the_same_e_08() {
    let (old, new) = ("0a".repeat(32), "0b".repeat(32));
    let ids = |keys: Option<&str>| {
        let tokens = tokens(&["--token-audience", "a"], keys).unwrap().unwrap();
        let public = serde_json::to_value(tokens.public_keys()).unwrap();
        public
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].to_string())
            .collect::<Vec<_>>()
    };
    let before = ids(Some(&old));
    let both = ids(Some(&format!("{new}\n{old}\n")));
    assert_eq!(both[1], before[0], "the old one is still published");
    assert_ne!(both[0], before[0]);
    assert_eq!(ids(None), ids(None));
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let audience = &["--token-audience", "a"][..];
    for (arguments, keys, said) in [
        (&[][..], Some("0a"), "TOKEN_AUDIENCE is missing"),
        (audience, Some("0a"), "64 hexadecimal digits"),
        (audience, Some(","), "64 hexadecimal digits"),
        (
            &["--token-audience", "a", "--token-claims", "role,sub"],
            None,
            "sub has a meaning",
        ),
    ] {
        let error = tokens(arguments, keys).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
}
