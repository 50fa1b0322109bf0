//! Session JWTs and the keys behind them, as callers use them (C-12, F-05).

use edge::testing::Call;
use serde_json::{Value, json};
use shared::ErrorType;

use super::harness::{Harness, KEY, NUMBER};

async fn jwks(harness: &Harness) -> Value {
    harness
        .call(Call::get("/v1/auth/jwks/default"))
        .await
        .assert_ok()
        .json()
}

#[tokio::test]
async fn a_jwt_stands_for_its_session_until_that_has_ended_whatever_its_own_end() {
    let harness = Harness::start().await;
    let signed_in = harness.signed_in(NUMBER).await;
    let by_jwt = json!({"session_jwt": signed_in["session_jwt"]});
    let answer = harness.verify_session(&by_jwt).await.assert_ok().json();
    assert_eq!(answer["session_token"], signed_in["session_token"]);
    harness.clock.advance(301);
    let renewed = harness.verify_session(&by_jwt).await.assert_ok().json();
    assert_ne!(renewed["session_jwt"], signed_in["session_jwt"]);
    assert_eq!(renewed["session"]["id"], signed_in["session"]["id"]);
    harness
        .delete_session(&json!({"session_jwt": renewed["session_jwt"]}))
        .await
        .assert_ok();
    for jwt in [&signed_in["session_jwt"], &renewed["session_jwt"]] {
        harness
            .verify_session(&json!({"session_jwt": jwt}))
            .await
            .assert_error(ErrorType::InvalidSession);
    }
}

#[tokio::test]
async fn a_session_given_by_its_jwt_is_extended_at_verify() {
    let harness = Harness::start().await;
    let first = harness.signed_in(NUMBER).await;
    harness.wait_for_resend();
    let sent = harness.sent_to(NUMBER).await;
    let mut body = sent.body();
    body["session_jwt"] = json!("a.b.c");
    harness
        .verify(&body)
        .await
        .assert_error(ErrorType::InvalidSession);
    body["session_jwt"] = first["session_jwt"].clone();
    let second = harness.verify(&body).await.assert_ok().json();
    assert_eq!(first["session"]["id"], second["session"]["id"]);
    assert_ne!(first["session_token"], second["session_token"]);
}

#[tokio::test]
async fn the_public_keys_are_given_by_header_or_for_old_sdks_by_query() {
    let harness = Harness::start().await;
    let keys = jwks(&harness).await;
    let key = &keys["keys"][0];
    assert_eq!(
        (&key["alg"], &key["kty"], &key["use"]),
        (&json!("RS256"), &json!("RSA"), &json!("sig"))
    );
    assert_eq!(
        (&key["key_ops"], &key["e"]),
        (&json!(["verify"]), &json!("AQAB"))
    );
    let signed_in = harness.signed_in(NUMBER).await;
    let header = signed_in["session_jwt"]
        .as_str()
        .unwrap()
        .split('.')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        base64_json(&header)["kid"] == key["kid"]
            && key["kid"].as_str().unwrap().starts_with("jwk_")
    );

    let in_address = Call::get(&format!("/v1/auth/jwks/default?api_key={KEY}"));
    assert_eq!(
        in_address.send(&harness.router).await.assert_ok().json(),
        keys
    );
    for path in [
        "/v1/auth/jwks/default",
        "/v1/auth/jwks/default?api_key=sk_test_x",
    ] {
        Call::get(path)
            .send(&harness.router)
            .await
            .assert_error(ErrorType::Unauthorized);
    }
    let strict = Harness::start_with(&["--jwks-key-in-address=false"]).await;
    let in_address = Call::get(&format!("/v1/auth/jwks/default?api_key={KEY}"));
    in_address
        .send(&strict.router)
        .await
        .assert_error(ErrorType::Unauthorized);
}

#[tokio::test]
async fn the_keys_survive_a_restart_and_lie_sealed() {
    let harness = Harness::start().await;
    let before = jwks(&harness).await;
    let signed_in = harness.signed_in(NUMBER).await;
    let harness = harness.restart().await;
    assert_eq!(jwks(&harness).await, before);
    harness
        .verify_session(&json!({"session_jwt": signed_in["session_jwt"]}))
        .await
        .assert_ok();
    let stored = |sql: &storage::Sql<'_>| {
        sql.query_one("SELECT sealed_key FROM signing_keys", &[], |row| {
            row.text(0)
        })
    };
    let sealed = harness
        .service
        .database
        .read(stored)
        .await
        .unwrap()
        .unwrap();
    assert!(harness.service.secrets().open(&sealed).is_some());
}

#[tokio::test]
async fn a_jwt_of_another_app_opens_nothing_c_13() {
    let (one, two) = (Harness::start().await, Harness::start().await);
    let signed_in = one.signed_in(NUMBER).await;
    two.signed_in(NUMBER).await;
    let by_jwt = json!({"session_jwt": signed_in["session_jwt"]});
    two.verify_session(&by_jwt)
        .await
        .assert_error(ErrorType::InvalidSession);
}

pub(super) fn base64_json(part: &str) -> Value {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
