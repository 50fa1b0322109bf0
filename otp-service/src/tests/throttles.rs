//! Limits per number (B-01 to B-04, B-10).

use serde_json::json;
use shared::ErrorType;

use super::harness::{Harness, NUMBER, Sent, wrong};

#[tokio::test]
async fn a_second_code_within_thirty_seconds_is_refused_and_changes_nothing_b_04_b_10() {
    let harness = Harness::start().await;
    harness.sent_to(NUMBER).await;
    harness.clock.advance(11);
    for _ in 0..3 {
        let refused = harness
            .login_or_create(&json!({"phone_number": NUMBER}))
            .await;
        refused.assert_error(ErrorType::TooManyRequests);
        assert_eq!(
            refused.header("retry-after"),
            Some("19"),
            "a refusal lengthens nothing"
        );
    }
    assert_eq!(harness.messages(NUMBER).await.len(), 1);
    harness.clock.advance(19);
    harness.sent_to(NUMBER).await;
}

#[tokio::test]
async fn both_sends_share_the_numbers_budget_b_09() {
    let harness = Harness::start().await;
    harness.sent_to(NUMBER).await;
    harness.clock.advance(15);
    harness
        .send(&json!({"phone_number": NUMBER}))
        .await
        .assert_error(ErrorType::TooManyRequests);
}

#[tokio::test]
async fn five_messages_an_hour_and_the_wait_is_told_as_an_hour_at_most_b_04() {
    let harness = Harness::start().await;
    for _ in 0..5 {
        harness.sent_to(NUMBER).await;
        harness.wait_for_resend();
    }
    let refused = harness
        .login_or_create(&json!({"phone_number": NUMBER}))
        .await;
    refused.assert_error(ErrorType::TooManyRequests);
    assert_eq!(refused.json()["retry_after_secs"], 3600 - 5 * 60);
    harness.clock.advance(3600 - 5 * 60);
    harness.sent_to(NUMBER).await;
}

/// Tries wrong codes until the number has to wait; answers how many were compared.
async fn fail_until_refused(harness: &Harness, sent: &Sent) -> u32 {
    for compared in 0.. {
        let answer = harness
            .verify(&sent.body_with(&wrong(&sent.code, compared + 1)))
            .await;
        match answer.json()["error_type"].as_str().unwrap() {
            "invalid_otp" => {}
            "otp_attempts_exceeded" => return compared + 1,
            "too_many_requests" | "number_blocked" => return compared,
            other => panic!("{other}"),
        }
    }
    0
}

#[tokio::test]
async fn failures_add_up_over_challenges_until_the_number_is_locked_b_01_b_02() {
    let limits = ["--sends-per-hour=1000", "--sends-per-day=1000"];
    let harness = Harness::start_with(&limits).await;
    let mut failures = 0;
    let mut waits = Vec::new();
    while failures < 50 {
        let sent = harness.sent_to(NUMBER).await;
        let compared = fail_until_refused(&harness, &sent).await;
        assert!(compared > 0);
        failures += compared;
        let refused = harness
            .login_or_create(&json!({"phone_number": NUMBER}))
            .await;
        if failures < 50 {
            refused.assert_error(ErrorType::TooManyRequests);
            let wait = refused.json()["retry_after_secs"].as_i64().unwrap();
            waits.push(wait);
            harness.clock.advance(wait.max(60));
        } else {
            refused.assert_error(ErrorType::NumberBlocked);
        }
    }
    // After the first five every single failure starts a wait, so each challenge takes one.
    assert!(
        waits.is_sorted() && waits.contains(&300) && waits.contains(&1800) && waits.contains(&3600),
        "{waits:?}"
    );
    harness.clock.advance(90 * 24 * 3600);
    harness
        .send(&json!({"phone_number": NUMBER}))
        .await
        .assert_error(ErrorType::NumberBlocked);
}

#[tokio::test]
async fn during_a_wait_the_right_code_is_not_compared_and_works_after_it_b_01() {
    let harness = Harness::start().await;
    let first = harness.sent_to(NUMBER).await;
    harness.clock.advance(60);
    let second = harness.sent_to(NUMBER).await;
    for step in 1..=5 {
        harness
            .verify(&first.body_with(&wrong(&first.code, step)))
            .await;
    }
    harness.clock.advance(20);
    let refused = harness.verify(&second.body()).await;
    refused.assert_error(ErrorType::TooManyRequests);
    assert_eq!(refused.header("retry-after"), Some("10"));
    harness.clock.advance(10);
    harness.verify(&second.body()).await.assert_ok();
}

#[tokio::test]
async fn throttling_never_ends_an_open_session_b_15() {
    let harness = Harness::start().await;
    let token = harness.signed_in(NUMBER).await["session_token"].clone();
    harness.wait_for_resend();
    let sent = harness.sent_to(NUMBER).await;
    fail_until_refused(&harness, &sent).await;
    harness
        .verify_session(&json!({"session_token": token}))
        .await
        .assert_ok();
}
