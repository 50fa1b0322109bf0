//! Messages that somebody earns by (G-03, G-04), and guessing all over the service (G-06).

use edge::testing::Log;
use serde_json::json;
use shared::ErrorType;

use super::fake_gateway::{FakeGateway, Script};
use super::gateways::{arguments, ask, assert_works, start, states};
use super::harness::{Harness, wrong};
use crate::lookout::look;

const MINUTE: i64 = 60;

/// Numbers of one prefix.
fn neighbour(n: usize) -> String {
    format!("+1212555{:04}", 100 + n)
}

async fn with(more: &[&str]) -> (Harness, FakeGateway) {
    let gateway = FakeGateway::start().await;
    let mut arguments = arguments("twilio", &gateway.base, &gateway.base);
    arguments.extend(more.iter().map(ToString::to_string));
    (start(&arguments).await, gateway)
}

/// A message to each of so many neighbours, of which every `nth` types the code in.
async fn send(harness: &Harness, gateway: &FakeGateway, count: usize, nth: usize) {
    for n in 0..count {
        let sent = ask(harness, &neighbour(n)).await;
        sent.assert_ok();
        harness.dispatch().await;
        if n.is_multiple_of(nth) {
            let code = gateway.given().last().unwrap().code();
            assert_works(harness, &sent, &code).await;
        }
    }
}

#[tokio::test]
async fn neighbours_of_whom_few_answer_get_twenty_messages_in_ten_minutes_g_03() {
    let (harness, gateway) = with(&[]).await;
    send(&harness, &gateway, 20, 4).await;
    let refused = ask(&harness, &neighbour(20)).await;
    let refused = refused.assert_error(ErrorType::TooManyRequests);
    assert_eq!(refused.json()["retry_after_secs"], 600);
    assert_eq!(states(&harness).await.len(), 20);
    assert_eq!(refused_for(&harness, "prefix_paced"), 1);
    // Numbers elsewhere are not touched, and what was sent is told again.
    ask(&harness, "+12125560100").await.assert_ok();
    ask(&harness, &neighbour(19)).await.assert_ok();
    harness.clock.advance(10 * MINUTE);
    ask(&harness, &neighbour(20)).await.assert_ok();
}

#[tokio::test]
async fn neighbours_of_whom_half_answer_get_as_many_messages_as_they_want_g_03() {
    let (harness, gateway) = with(&[]).await;
    send(&harness, &gateway, 40, 2).await;
    assert_eq!(states(&harness).await.len(), 40);
}

#[tokio::test]
async fn neighbours_of_whom_hardly_any_answers_get_nothing_for_twelve_hours_also_after_a_restart_g_04() {
    let (harness, gateway) = with(&[]).await;
    send(&harness, &gateway, 20, 7).await;
    harness.clock.advance(11 * MINUTE);
    let blocked = ask(&harness, &neighbour(20)).await;
    let blocked = blocked.assert_error(ErrorType::TooManyRequests);
    assert_eq!(blocked.json()["retry_after_secs"], 3600);
    assert_eq!(refused_for(&harness, "prefix_blocked"), 1);
    let (folder, clock) = harness.stop().await;
    let with = arguments("twilio", &gateway.base, &gateway.base);
    let harness = super::gateways::start_on(folder, clock, &with).await;
    ask(&harness, &neighbour(20))
        .await
        .assert_error(ErrorType::TooManyRequests);
    harness.clock.advance(12 * 60 * MINUTE);
    ask(&harness, &neighbour(20)).await.assert_ok();
}

#[tokio::test]
async fn a_browser_that_has_signed_in_before_is_no_fraud_whoever_its_neighbours_are_b_14() {
    let (harness, gateway) = with(&[]).await;
    let sent = ask(&harness, &neighbour(99)).await;
    harness.dispatch().await;
    let code = gateway.given()[0].code();
    let known = harness
        .verify(&json!({
            "method_id": sent.json()["phone_number_id"], "challenge_id": sent.json()["challenge_id"],
            "otp": code, "session_expires_in": 60, "remember_device": true,
        }))
        .await;
    let token = known.assert_ok().json()["device_token"].clone();
    send(&harness, &gateway, 19, 30).await;
    harness.clock.advance(3 * MINUTE);
    let body = json!({"phone_number": neighbour(99)});
    harness
        .login_or_create(&body)
        .await
        .assert_error(ErrorType::TooManyRequests);
    let body = json!({"phone_number": neighbour(99), "device_token": token});
    harness.login_or_create(&body).await.assert_ok();
}

#[tokio::test]
async fn what_surely_did_not_go_and_what_costs_nothing_is_not_counted() {
    let (harness, gateway) = with(&["--prefix-sends-per-ten-minutes=2"]).await;
    gateway.plays(Script::twilio_error(400, 21211));
    ask(&harness, &neighbour(0)).await.assert_ok();
    harness.dispatch().await;
    for n in 1..=2 {
        ask(&harness, &neighbour(n)).await.assert_ok();
    }
    ask(&harness, &neighbour(3))
        .await
        .assert_error(ErrorType::TooManyRequests);

    let harness = Harness::start().await;
    for n in 0..30 {
        ask(&harness, &neighbour(n)).await.assert_ok();
    }
}

#[tokio::test]
async fn sixty_four_neighbours_at_once_get_no_more_messages_than_one_after_the_other_g_03() {
    let (harness, _gateway) = with(&[]).await;
    let numbers: Vec<_> = (0..64).map(neighbour).collect();
    let asking = numbers.iter().map(|number| ask(&harness, number)).collect();
    let answers = super::budgets::together(asking).await;
    let sent = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((sent, states(&harness).await.len()), (20, 20));
}

#[tokio::test]
async fn challenges_that_end_by_wrong_codes_are_counted_and_told_when_they_are_too_many_g_06() {
    let log = Log::keep();
    let harness = Harness::start().await;
    for n in 0..20 {
        let sent = harness.sent_to(&neighbour(n)).await;
        for step in 1..=6 {
            harness.verify(&sent.body_with(&wrong(&sent.code, step))).await;
        }
        look(&harness.service, &mut None).await.unwrap();
        assert_eq!(shown(&harness, "otp_challenges_exhausted_ten_minutes"), (n + 1).to_string());
        assert_eq!(log.events("guessing").len(), usize::from(n == 19));
    }
    look(&harness.service, &mut None).await.unwrap();
    assert_eq!(log.events("guessing").len(), 1);
    harness.clock.advance(10 * MINUTE);
    look(&harness.service, &mut None).await.unwrap();
    assert_eq!(shown(&harness, "otp_challenges_exhausted_ten_minutes"), "0");
    assert_eq!(shown(&harness, "otp_challenges_exhausted_day"), "20");
}

fn shown(harness: &Harness, row: &str) -> String {
    let shown = edge::metrics::render(&harness.service.registry).unwrap();
    let row = format!("{row} ");
    shown
        .lines()
        .find_map(|line| line.strip_prefix(&row))
        .unwrap()
        .to_owned()
}

fn refused_for(harness: &Harness, result: &str) -> usize {
    let row = format!("otp_sends_total{{result=\"{result}\"}}");
    shown(harness, &row).parse().unwrap()
}
