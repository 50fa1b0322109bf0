//! The arithmetic, then every door of a backend before the vendor's service.

use edge::testing::{Answer, Call};
use serde_json::json;

use super::*;
use crate::testing::{Harness, NOW, RIGHT_CODE, Script};

const NUMBER: &str = "+12125550142";

#[test]
fn thirty_seconds_then_sixty_five_an_hour_ten_a_day_b_04() {
    let mut times = Vec::new();
    let mut now = NOW;
    let mut waits = Vec::new();
    for _ in 0..11 {
        times.push(now);
        waits.push(wait(&times, now));
        now += wait(&times, now);
    }
    let rest_of_hour = HOUR - 30 - 3 * 60;
    assert_eq!(waits[..5], [30, 60, 60, 60, rest_of_hour]);
    assert_eq!(waits[9], DAY - (times[9] - NOW));
    assert_eq!(wait(&[], now), 0);
    assert_eq!(wait(&[NOW], NOW + 29), 1);
    assert_eq!(wait(&[NOW], NOW + 30), 0);
}

/// A backend before the vendor's service.
async fn before_the_vendor() -> Harness {
    let backend = Harness::start().await;
    backend.stub.is_the_vendor();
    backend.app.numbers.learn(false);
    backend
}

fn sends(backend: &Harness) -> usize {
    let paths = ["/otps/sms/login_or_create", "/otps/sms/send"];
    paths
        .iter()
        .map(|path| backend.stub.asked_at(path).len())
        .sum()
}

#[tokio::test]
async fn before_the_vendors_service_a_number_is_paced_here_in_any_spelling_b_04_b_07() {
    let backend = before_the_vendor().await;
    let first = backend.send_otp(NUMBER).await;
    assert_eq!(first.assert_ok().json()["resend_in_secs"], 30);
    backend.clock.advance(10);
    let refused = backend.send_otp(NUMBER).await;
    refused.assert_error(ErrorType::TooManyRequests);
    assert_eq!(refused.json()["retry_after_secs"], 20);
    for spelling in ["+1 212-555-0142", "+1 (212) 555 0142", "+012125550142"] {
        let refused = backend.send_otp(spelling).await;
        assert!([400, 429].contains(&refused.status), "{spelling}");
    }
    backend.send_otp("+12125550143").await.assert_ok();
    backend.clock.advance(20);
    let second = backend.send_otp(NUMBER).await;
    assert_eq!(second.assert_ok().json()["resend_in_secs"], 60);
    assert_eq!(sends(&backend), 3);
}

#[tokio::test]
async fn a_challenge_of_an_apps_server_counts_for_the_same_number_b_09() {
    let backend = Harness::with(&["--return-origins=https://app.example.com"]).await;
    backend.stub.is_the_vendor();
    backend.app.numbers.learn(false);
    backend.send_otp(NUMBER).await.assert_ok();
    let body = json!({"phone_number": NUMBER, "purpose": "transfer",
        "return_to": "https://app.example.com/back"});
    let challenge = || Call::post("/api/challenges").json(&body);
    let refused = backend.as_server(challenge()).await;
    refused.assert_error(ErrorType::TooManyRequests);
    backend.clock.advance(30);
    backend.as_server(challenge()).await.assert_ok();
}

#[tokio::test]
async fn a_second_press_is_the_same_message_and_is_told_the_same_i_08() {
    let backend = before_the_vendor().await;
    let first = backend.send_otp(NUMBER).await.assert_ok().json();
    backend.clock.advance(9);
    let second = backend.send_otp(NUMBER).await.assert_ok().json();
    assert_eq!(
        [&first["resend_in_secs"], &second["resend_in_secs"]],
        [30, 21]
    );
    assert_eq!(
        [&first["expires_in_secs"], &second["expires_in_secs"]],
        [300, 291]
    );
    assert_eq!(sends(&backend), 1);
    // Both are the same verification, and take codes together.
    let ids = [first, second].map(|sent| sent["verification_id"].as_str().unwrap().to_owned());
    for id in ids.iter().cycle().take(10) {
        let wrong = backend.verify_otp(id, "000000").await;
        wrong.assert_error(ErrorType::InvalidOtp);
    }
    for id in &ids {
        let spent = backend.verify_otp(id, RIGHT_CODE).await;
        spent.assert_error(ErrorType::OtpAttemptsExceeded);
    }
}

#[tokio::test]
async fn sixty_four_sends_at_once_are_one_message_b_12() {
    let backend = std::sync::Arc::new(before_the_vendor().await);
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let backend = std::sync::Arc::clone(&backend);
        running.spawn(async move { backend.send_otp(NUMBER).await });
    }
    let answers: Vec<Answer> = running.join_all().await;
    let sent = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((sent, sends(&backend)), (64, 1));
}

#[tokio::test]
async fn what_surely_was_not_sent_does_not_count_and_what_may_have_been_does_b_10() {
    let backend = before_the_vendor().await;
    backend
        .stub
        .plays(Script::error(400, "invalid_phone_number"));
    for _ in 0..3 {
        let refused = backend.send_otp(NUMBER).await;
        refused.assert_error(ErrorType::InvalidPhoneNumber);
    }
    backend.stub.plays(Script::CutOff);
    let in_doubt = backend.send_otp(NUMBER).await;
    in_doubt.assert_error(ErrorType::OtpServiceUnavailable);
    let refused = backend.send_otp(NUMBER).await;
    refused.assert_error(ErrorType::TooManyRequests);
}

#[tokio::test]
async fn what_can_not_be_counted_is_not_sent_b_11() {
    let backend = before_the_vendor().await;
    backend.store.forget_how_to_count().await;
    let refused = backend.send_otp(NUMBER).await;
    refused.assert_error(ErrorType::Overloaded);
    assert_eq!(sends(&backend), 0);
}

#[tokio::test]
async fn our_own_service_counts_by_itself_unless_the_operator_wants_both() {
    for (arguments, counts) in [(&[][..], false), (&["--limit-numbers"][..], true)] {
        let backend = Harness::with(arguments).await;
        backend.send_otp(NUMBER).await.assert_ok();
        backend.clock.advance(10);
        let second = backend.send_otp(NUMBER).await;
        assert_eq!(second.status == 429, counts);
    }
    // One that does not show that it is ours is not believed to be.
    let backend = Harness::start().await;
    backend.stub.is_the_vendor();
    backend.send_otp(NUMBER).await.assert_ok();
    assert!(backend.app.numbers.counts());
}

#[tokio::test]
async fn the_eleventh_code_of_a_verification_is_not_compared_b_06() {
    let backend = before_the_vendor().await;
    let id = backend.verification(NUMBER).await;
    for _ in 0..10 {
        let wrong = backend.verify_otp(&id, "000000").await;
        wrong.assert_error(ErrorType::InvalidOtp);
    }
    let before = backend.stub.asked().len();
    let refused = backend.verify_otp(&id, RIGHT_CODE).await;
    refused.assert_error(ErrorType::OtpAttemptsExceeded);
    assert_eq!(backend.stub.asked().len(), before);
    backend.clock.advance(60);
    let next = backend.verification(NUMBER).await;
    backend.verify_otp(&next, RIGHT_CODE).await.assert_ok();
}

#[test]
fn a_number_is_known_by_a_keyed_digest_alone() {
    let of = |digits: &str| {
        let numbers = Numbers::new(&Key::parse(&digits.repeat(32)).unwrap(), false);
        numbers.digest(&PhoneNumber::parse(NUMBER).unwrap())
    };
    assert_eq!(of("0f").len(), 43);
    assert_ne!(of("0f"), of("1f"));
}
