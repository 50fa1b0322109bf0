//! Steps of the host's clock, within a process and over restarts (C-19).

use serde_json::{Value, json};
use shared::ErrorType;

use super::harness::{Harness, NUMBER, Sent};

const HOUR: i64 = 3600;

async fn refused(harness: &Harness, token: &Value) {
    harness
        .verify_session(token)
        .await
        .assert_error(ErrorType::InvalidSession);
}

/// A session that lasts so many minutes; the body that names it.
async fn session(harness: &Harness, number: &str, minutes: u32) -> Value {
    let sent = harness.sent_to(number).await;
    let verified = harness.verify(&sent.with_session(minutes)).await;
    json!({"session_token": verified.assert_ok().json()["session_token"]})
}

/// What was begun before a step back ends at its time, not later.
async fn ends_in_time(harness: &Harness, sent: &Sent, token: &Value) {
    harness.clock.advance(299);
    harness.verify_session(token).await.assert_ok();
    let wrong = harness.verify(&sent.body_with(&sent.wrong_code())).await;
    wrong.assert_error(ErrorType::InvalidOtp);
    harness.clock.advance(1);
    refused(harness, token).await;
    harness
        .verify(&sent.body())
        .await
        .assert_error(ErrorType::OtpExpired);
}

#[tokio::test]
async fn a_step_back_lengthens_no_code_and_no_session_c_19() {
    let harness = Harness::start().await;
    let token = session(&harness, "+12125550143", 5).await;
    let sent = harness.sent_to(NUMBER).await;
    harness.clock.step(-HOUR);
    ends_in_time(&harness, &sent, &token).await;
}

#[tokio::test]
async fn a_step_back_between_two_processes_lengthens_nothing_either_c_19() {
    let harness = Harness::start().await;
    let token = session(&harness, "+12125550143", 5).await;
    let sent = harness.sent_to(NUMBER).await;
    let (folder, clock) = harness.stop().await;
    clock.step(-HOUR);
    let harness = Harness::start_on(folder, clock, &[]).await;
    ends_in_time(&harness, &sent, &token).await;
}

#[tokio::test]
async fn a_machine_that_starts_again_with_its_clock_behind_goes_on_from_the_mark_c_19() {
    let harness = Harness::start().await;
    let token = session(&harness, "+12125550143", 5).await;
    let sent = harness.sent_to(NUMBER).await;
    let now = harness.clock.now();
    let (folder, _) = harness.stop().await;
    let harness = Harness::start_in(folder, now - HOUR, &[]).await;
    ends_in_time(&harness, &sent, &token).await;
}

#[tokio::test]
async fn what_a_step_ahead_has_ended_stays_ended_when_the_clock_is_right_again_c_19() {
    let harness = Harness::start().await;
    let ends = session(&harness, "+12125550143", 50).await;
    let sent = harness.sent_to(NUMBER).await;
    harness.clock.step(HOUR);
    refused(&harness, &ends).await;
    harness.clock.step(-HOUR);
    refused(&harness, &ends).await;
    // Killed rather than stopped: nothing is written on the way out.
    let (folder, clock) = (harness.folder.clone(), harness.clock.clone());
    drop(harness);
    let harness = Harness::start_on(folder, clock, &[]).await;
    refused(&harness, &ends).await;
    harness
        .verify(&sent.body())
        .await
        .assert_error(ErrorType::OtpExpired);

    // Time does not stand still meanwhile: what begins now lives as long as it should.
    let token = session(&harness, "+12125550144", 5).await;
    let sent = harness.sent_to(NUMBER).await;
    ends_in_time(&harness, &sent, &token).await;
}

#[tokio::test]
async fn after_a_step_ahead_was_taken_back_the_jwts_bear_the_times_of_the_host_c_19() {
    let harness = Harness::start().await;
    harness.clock.step(HOUR);
    harness.sent_to("+12125550143").await;
    harness.clock.step(-HOUR);
    let signed_in = harness.signed_in(NUMBER).await;
    let jwt = signed_in["session_jwt"].as_str().unwrap();
    let claims = super::jwts::base64_json(jwt.split('.').nth(1).unwrap());
    assert_eq!(claims["nbf"], harness.clock.now());
    assert_eq!(claims["exp"], harness.clock.now() + 300);
    harness
        .verify_session(&json!({"session_jwt": jwt}))
        .await
        .assert_ok();
}
