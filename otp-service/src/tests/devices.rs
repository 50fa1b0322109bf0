//! Browsers that have signed in before: nobody can lock their owners out (B-14).

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use super::chores::chore;
use super::harness::{Harness, NUMBER, Sent, wrong};

const DAY: i64 = 24 * 3600;

/// Signs in and asks to be known; answers what `verify` answered.
async fn known(harness: &Harness, number: &str) -> Value {
    let mut body = harness.sent_to(number).await.with_session(60);
    body["remember_device"] = true.into();
    let answer = harness.verify(&body).await.assert_ok().json();
    harness.clock.advance(3600);
    answer
}

/// Asks for a code from a browser that shows this token.
async fn send_from(harness: &Harness, token: &Value, number: &str) -> Answer {
    let body = json!({"phone_number": number, "expires_in": 5, "device_token": token});
    harness.login_or_create(&body).await
}

async fn sent_from(harness: &Harness, token: &Value) -> Sent {
    let answer = send_from(harness, token, NUMBER).await.assert_ok().json();
    let text = |field: &str| answer[field].as_str().unwrap().to_owned();
    Sent {
        method_id: text("phone_number_id"),
        user_id: text("user_id"),
        challenge_id: text("challenge_id"),
        code: harness.messages(NUMBER).await[0]["code"]
            .as_str()
            .unwrap()
            .to_owned(),
    }
}

fn shown(mut body: Value, token: &Value) -> Value {
    body["device_token"] = token.clone();
    body
}

/// A stranger tries wrong codes until the number is locked.
async fn lock(harness: &Harness) {
    let sent = harness.sent_to(NUMBER).await;
    for step in 1..=5 {
        harness
            .verify(&sent.body_with(&wrong(&sent.code, step)))
            .await;
    }
    harness.clock.advance(3600);
    stranger_is_locked_out(harness).await;
}

async fn stranger_is_locked_out(harness: &Harness) {
    harness
        .login_or_create(&json!({"phone_number": NUMBER}))
        .await
        .assert_error(ErrorType::NumberBlocked);
}

#[tokio::test]
async fn who_locks_a_number_does_not_lock_out_the_browser_of_its_owner_b_14() {
    let harness = Harness::start_with(&["--failures-to-lock=5"]).await;
    let token = known(&harness, NUMBER).await["device_token"].clone();
    lock(&harness).await;
    let sent = sent_from(&harness, &token).await;
    harness
        .verify(&sent.body())
        .await
        .assert_error(ErrorType::NumberBlocked);
    harness
        .verify(&shown(sent.with_session(60), &token))
        .await
        .assert_ok();
    // The owner's success does not help the stranger.
    harness.clock.advance(3600);
    stranger_is_locked_out(&harness).await;
}

#[tokio::test]
async fn two_sends_an_hour_are_kept_free_for_a_browser_that_is_known_b_14() {
    let harness = Harness::start().await;
    let token = known(&harness, NUMBER).await["device_token"].clone();
    for _ in 0..5 {
        harness.sent_to(NUMBER).await;
        harness.wait_for_resend();
    }
    harness
        .login_or_create(&json!({"phone_number": NUMBER}))
        .await
        .assert_error(ErrorType::TooManyRequests);
    for _ in 0..2 {
        send_from(&harness, &token, NUMBER).await.assert_ok();
        harness.wait_for_resend();
    }
    let refused = send_from(&harness, &token, NUMBER).await;
    refused.assert_error(ErrorType::TooManyRequests);
}

#[tokio::test]
async fn its_own_wrong_codes_hold_the_browser_back_and_nobody_else_b_14() {
    let harness = Harness::start_with(&["--failures-to-lock=5"]).await;
    let token = known(&harness, NUMBER).await["device_token"].clone();
    let sent = sent_from(&harness, &token).await;
    for step in 1..=5 {
        let body = sent.body_with(&wrong(&sent.code, step));
        harness.verify(&shown(body, &token)).await;
    }
    harness.clock.advance(3600);
    send_from(&harness, &token, NUMBER)
        .await
        .assert_error(ErrorType::NumberBlocked);
    harness.signed_in(NUMBER).await;
    // A success elsewhere does not reset it; an operator does.
    harness.clock.advance(3600);
    send_from(&harness, &token, NUMBER)
        .await
        .assert_error(ErrorType::NumberBlocked);
    let freed = chore(&harness.config(), &["numbers", "unblock", NUMBER]).await;
    assert!(freed.unwrap().contains("free again"));
    send_from(&harness, &token, NUMBER).await.assert_ok();
}

#[tokio::test]
async fn a_token_of_another_number_or_of_nobody_is_as_good_as_none_f_08_a_13() {
    let harness = Harness::start_with(&["--failures-to-lock=5"]).await;
    let foreign = known(&harness, "+12125550143").await["device_token"].clone();
    lock(&harness).await;
    let without = harness
        .login_or_create(&json!({"phone_number": NUMBER}))
        .await;
    for token in [foreign, json!("a".repeat(64)), json!("")] {
        let with = send_from(&harness, &token, NUMBER).await;
        assert_eq!((with.status, with.text()), (without.status, without.text()));
    }
    let sent = harness.sent_to("+12125550144").await;
    let body = shown(sent.body_with(&sent.wrong_code()), &json!("nobody's"));
    super::harness::assert_wrong(&harness.verify(&body).await, 4);
}

#[tokio::test]
async fn a_token_is_given_to_who_asks_and_is_the_same_again_while_it_counts_b_14() {
    let harness = Harness::start().await;
    let plain = harness.signed_in(NUMBER).await;
    assert!(plain.get("device_token").is_none());
    harness.clock.advance(3600);
    let mut body = harness.sent_to(NUMBER).await.with_session(60);
    body["remember_device"] = true.into();
    let first = harness.verify(&body).await.assert_ok().json();
    let again = harness.verify(&body).await.assert_ok().json();
    assert_eq!(first["device_token"], again["device_token"], "I-07");
    let token = first["device_token"].clone();

    harness.clock.advance(179 * DAY);
    let mut body = shown(harness.sent_to(NUMBER).await.with_session(60), &token);
    body["remember_device"] = true.into();
    let renewed = harness.verify(&body).await.assert_ok().json();
    assert_eq!(renewed["device_token"], token);
    harness.clock.advance(180 * DAY);
    let mut body = shown(harness.sent_to(NUMBER).await.with_session(60), &token);
    body["remember_device"] = true.into();
    let other = harness.verify(&body).await.assert_ok().json();
    assert_ne!(other["device_token"], token);
    assert!(other["device_token"].is_string());
}

#[tokio::test]
async fn ten_browsers_are_known_for_a_number_b_13_b_14() {
    let harness = Harness::start_with(&["--failures-to-lock=5", "--sends-per-day=1000"]).await;
    let mut tokens = Vec::new();
    for _ in 0..11 {
        tokens.push(known(&harness, NUMBER).await["device_token"].clone());
    }
    lock(&harness).await;
    send_from(&harness, &tokens[0], NUMBER)
        .await
        .assert_error(ErrorType::NumberBlocked);
    send_from(&harness, &tokens[1], NUMBER).await.assert_ok();
}

#[tokio::test]
async fn the_signed_in_owner_frees_the_number_for_new_devices_b_03_b_14() {
    let arguments = ["--failures-to-lock=5", "--session-idle-minutes=1440"];
    let harness = Harness::start_with(&arguments).await;
    let sent = harness.sent_to(NUMBER).await;
    let owner = harness.verify(&sent.with_session(1440)).await.assert_ok().json();
    let stranger = harness.sent_to("+12125550143").await;
    let stranger = harness.verify(&stranger.with_session(1440)).await.assert_ok().json();
    harness.clock.advance(3600);
    lock(&harness).await;
    let unblock = async |body: &Value| {
        let path = format!("/v1/auth/users/phone_numbers/{}/unblock", sent.method_id);
        harness.call(Call::post(&path).json(body)).await
    };
    unblock(&json!({"session_token": stranger["session_token"]}))
        .await
        .assert_error(ErrorType::PhoneNumberNotFound);
    unblock(&json!({"session_token": "made-up"}))
        .await
        .assert_error(ErrorType::InvalidSession);
    unblock(&json!({}))
        .await
        .assert_error(ErrorType::InvalidRequest);
    stranger_is_locked_out(&harness).await;
    let freed = unblock(&json!({"session_jwt": owner["session_jwt"]})).await;
    assert_eq!(freed.assert_ok().json()["user_id"], owner["user_id"]);
    harness.signed_in(NUMBER).await;
}

#[tokio::test]
async fn known_browsers_are_forgotten_with_their_number_and_after_their_time_f_09_e_06() {
    let harness = Harness::start().await;
    let count = async || {
        let question = |sql: &storage::Sql<'_>| {
            sql.query_one("SELECT COUNT(*) FROM devices", &[], |row| row.int(0))
        };
        harness.service.database.read(question).await.unwrap()
    };
    let user_id = known(&harness, NUMBER).await["user_id"].clone();
    known(&harness, "+12125550143").await;
    assert_eq!(count().await, Some(2));
    let path = format!("/v1/auth/users/{}/delete", user_id.as_str().unwrap());
    harness.call(Call::delete(&path)).await.assert_ok();
    assert_eq!(count().await, Some(1));
    harness.clock.advance(180 * DAY);
    crate::housekeeping::forget(&harness.service, 100)
        .await
        .unwrap();
    assert_eq!(count().await, Some(0));
}
