//! Double presses, repeats after lost answers, and `Idempotency-Key` (I-07, I-08).

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use super::harness::{Harness, KEY, NUMBER, assert_wrong};

async fn with_key(harness: &Harness, key: &str, path: &str, body: &Value) -> Answer {
    let call = Call::post(&format!("/v1/auth{path}"))
        .bearer(KEY)
        .header("idempotency-key", key);
    call.json(body).send(&harness.router).await
}

#[tokio::test]
async fn equal_sends_within_ten_seconds_are_one_send_i_08() {
    let harness = Harness::start().await;
    let body =
        json!({"phone_number": NUMBER, "expires_in": 5, "device_fingerprint": {"ip": "192.0.2.1"}});
    let first = harness.login_or_create(&body).await.assert_ok().json();
    harness.clock.advance(9);
    let other_device = json!({"phone_number": NUMBER, "expires_in": "5"});
    assert_eq!(
        harness
            .login_or_create(&other_device)
            .await
            .assert_ok()
            .json(),
        first
    );
    harness
        .login_or_create(&json!({"phone_number": NUMBER, "expires_in": 4}))
        .await
        .assert_error(ErrorType::TooManyRequests);
    assert_eq!(harness.messages(NUMBER).await.len(), 1);
    harness.clock.advance(1);
    harness
        .login_or_create(&body)
        .await
        .assert_error(ErrorType::TooManyRequests);
}

#[tokio::test]
async fn a_key_gives_the_first_answer_again_and_no_second_message() {
    let harness = Harness::start().await;
    let body = json!({"phone_number": NUMBER, "expires_in": 5});
    let path = "/otps/sms/login_or_create";
    let first = with_key(&harness, "press-1", path, &body)
        .await
        .assert_ok()
        .json();
    harness.clock.advance(3600);
    assert_eq!(
        with_key(&harness, "press-1", path, &body)
            .await
            .assert_ok()
            .json(),
        first
    );
    assert_eq!(harness.messages(NUMBER).await.len(), 1);
    let other = json!({"phone_number": "+12125550143", "expires_in": 5});
    with_key(&harness, "press-1", path, &other)
        .await
        .assert_error(ErrorType::InvalidRequest);
    assert!(harness.messages("+12125550143").await.is_empty());
}

#[tokio::test]
async fn a_repeat_in_another_language_asks_for_another_message() {
    let harness = Harness::start().await;
    let path = "/otps/sms/login_or_create";
    let body = |number: &str, locale: &str| json!({"phone_number": number, "locale": locale});
    let (plain, keyed) = (NUMBER, "+12125550143");
    let first = harness.post(path, &body(plain, "de")).await.assert_ok().json();
    let again = harness.post(path, &body(plain, "de-AT")).await;
    assert_eq!(again.assert_ok().json(), first, "the same language, the same message");
    let other = harness.post(path, &body(plain, "fr")).await;
    other.assert_error(ErrorType::TooManyRequests);

    let first = with_key(&harness, "press-1", path, &body(keyed, "de")).await;
    let again = with_key(&harness, "press-1", path, &body(keyed, "de-AT")).await;
    assert_eq!(again.assert_ok().json(), first.assert_ok().json());
    let other = with_key(&harness, "press-1", path, &body(keyed, "fr")).await;
    other.assert_error(ErrorType::InvalidRequest);
    assert_eq!(harness.messages(keyed).await.len(), 1);
}

#[tokio::test]
async fn no_language_english_and_a_language_that_is_not_written_are_equal() {
    let harness = Harness::start().await;
    let path = "/otps/sms/login_or_create";
    let none = json!({"phone_number": NUMBER});
    let first = harness.post(path, &none).await.assert_ok().json();
    for locale in ["en", "en-GB", "tlh", ""] {
        let again = json!({"phone_number": NUMBER, "locale": locale});
        assert_eq!(harness.post(path, &again).await.assert_ok().json(), first, "{locale}");
    }
    assert_eq!(harness.messages(NUMBER).await.len(), 1);
}

#[tokio::test]
async fn another_key_is_another_press_and_has_to_wait() {
    let harness = Harness::start().await;
    let body = json!({"phone_number": NUMBER});
    let path = "/otps/sms/login_or_create";
    with_key(&harness, "press-1", path, &body).await.assert_ok();
    with_key(&harness, "press-2", path, &body)
        .await
        .assert_error(ErrorType::TooManyRequests);
    harness.clock.advance(30);
    with_key(&harness, "press-2", path, &body).await.assert_ok();
}

#[tokio::test]
async fn a_key_must_be_printable_and_not_too_long() {
    let harness = Harness::start().await;
    for key in ["", "ä", &"k".repeat(256)] {
        let answer = with_key(
            &harness,
            key,
            "/otps/sms/login_or_create",
            &json!({"phone_number": NUMBER}),
        )
        .await;
        answer.assert_error(ErrorType::InvalidRequest);
    }
    assert!(harness.messages(NUMBER).await.is_empty());
}

#[tokio::test]
async fn the_same_code_in_the_same_challenge_gives_the_same_session_for_a_minute_i_07() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    let first = harness
        .verify(&sent.with_session(60))
        .await
        .assert_ok()
        .json();
    harness.clock.advance(59);
    let again = harness
        .verify(&sent.with_session(60))
        .await
        .assert_ok()
        .json();
    assert_eq!(first["session_token"], again["session_token"]);
    assert_eq!(first["session"]["id"], again["session"]["id"]);
    assert_eq!(
        harness
            .list_sessions(&sent.user_id)
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
    harness
        .verify(&sent.body_with(&sent.wrong_code()))
        .await
        .assert_error(ErrorType::InvalidOtp);
    harness.clock.advance(1);
    harness
        .verify(&sent.with_session(60))
        .await
        .assert_error(ErrorType::InvalidOtp);
}

#[tokio::test]
async fn a_repeat_never_revives_an_ended_session() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    let body = sent.with_session(60);
    let first = with_key(&harness, "try-1", "/otps/verify", &body)
        .await
        .assert_ok()
        .json();
    harness
        .delete_session(&json!({"session_token": first["session_token"]}))
        .await
        .assert_ok();
    harness
        .verify(&body)
        .await
        .assert_error(ErrorType::InvalidOtp);
    with_key(&harness, "try-1", "/otps/verify", &body)
        .await
        .assert_error(ErrorType::InvalidOtp);
}

#[tokio::test]
async fn callers_without_challenge_id_repeat_by_their_key() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    let wrong = json!({"method_id": sent.method_id, "otp": sent.wrong_code()});
    for _ in 0..3 {
        assert_wrong(
            &with_key(&harness, "try-1", "/otps/verify", &wrong).await,
            4,
        );
    }
    let right = json!({"method_id": sent.method_id, "otp": sent.code, "session_expires_in": 60});
    with_key(&harness, "try-1", "/otps/verify", &right)
        .await
        .assert_error(ErrorType::InvalidRequest);
    let first = with_key(&harness, "try-2", "/otps/verify", &right)
        .await
        .assert_ok()
        .json();
    let again = with_key(&harness, "try-2", "/otps/verify", &right)
        .await
        .assert_ok()
        .json();
    assert_eq!(first["session_token"], again["session_token"]);
    harness
        .verify(&right)
        .await
        .assert_error(ErrorType::InvalidOtp);
}
