//! Faults of gateways and of this process: each with its end state, no second message and no lost code.

use std::sync::Arc;
use std::time::Duration;

use edge::clock::Clock;
use edge::testing::{Call, Log, reserved_address};
use serde_json::json;
use shared::ErrorType;

use super::TestDatabase;
use super::fake_gateway::{FakeGateway, Script};
use super::gateways::{
    arguments, ask, assert_works, secrets, settled, start, start_on, state, states, told, with_twilio,
};
use super::harness::{Harness, NUMBER, START};
use crate::GatewayKind;
use crate::commands::hand_over::Claim;
use crate::dispatcher::Dispatcher;

/// Whatever a gateway does that leaves it open whether it has the message: it is sent once, by one
/// gateway, and its code works (H-02).
#[tokio::test]
async fn of_a_doubtful_answer_nothing_is_sent_again_and_the_code_works_h_02() {
    let redirect = Script::Answer(302, String::new());
    for (script, reason) in [
        (Script::twilio_error(500, 20500), "server_error"),
        (Script::html(503), "server_error"),
        (Script::html(200), "garbled"),
        (Script::html(403), "garbled"),
        (Script::json(201, &json!({"status": "accepted"})), "garbled"),
        (Script::json(201, &json!({"sid": 7})), "garbled"),
        (redirect, "garbled"),
        (Script::Answer(201, "x".repeat(70_000)), "broken_off"),
        (Script::Half, "broken_off"),
        (Script::CutOff, "broken_off"),
    ] {
        let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
        let harness = start(&arguments("twilio,vonage", &first.base, &second.base)).await;
        first.always_plays(script.clone());
        let sent = ask(&harness, NUMBER).await;
        sent.assert_ok();
        harness.dispatch().await;
        harness.clock.advance(40);
        harness.dispatch().await;
        let what = format!("{script:?}");
        assert_eq!((first.given().len(), second.given().len()), (1, 0), "{what}");
        assert_eq!(state(&harness).await, settled("unknown", reason, "twilio"), "{what}");
        assert_eq!(told(&harness, &sent).await, "not_reported", "{what}");
        assert_works(&harness, &sent, &first.given()[0].code()).await;
    }
}

#[tokio::test]
async fn a_gateway_that_hangs_is_given_up_and_its_message_is_unknown_h_01() {
    let gateway = FakeGateway::start().await;
    gateway.always_plays(Script::Silence);
    let with = arguments("twilio", &gateway.base, &gateway.base);
    let (_, clock) = Clock::manual(START);
    let folder = Arc::new(TestDatabase::new());
    let harness = Harness::start_sending(folder, clock, &with, |settings| {
        secrets(settings);
        // The message has to have left, and then nobody wants to wait.
        settings.time_limits.in_all = Duration::from_millis(500);
    })
    .await;
    let sent = ask(&harness, NUMBER).await;
    harness.dispatch().await;
    assert_eq!(state(&harness).await, settled("unknown", "too_slow", "twilio"));
    assert_eq!(gateway.given().len(), 1);
    assert_works(&harness, &sent, &gateway.given()[0].code()).await;
}

/// The first surely has not taken it: the second one gets it (H-09).
#[tokio::test]
async fn the_second_gateway_gets_what_the_first_surely_has_not_taken_h_09() {
    let down = format!("http://{}", reserved_address());
    for (address, script) in [
        (Some(down.as_str()), None),
        (Some("https://gateway.invalid"), None),
        (None, Some(Script::twilio_error(429, 20429))),
        (None, Some(Script::html(429))),
        (None, Some(Script::twilio_error(400, 21211))),
        (None, Some(Script::twilio_error(401, 20003))),
    ] {
        let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
        let at = address.unwrap_or(&first.base);
        let harness = start(&arguments("twilio,vonage", at, &second.base)).await;
        if let Some(script) = &script {
            first.always_plays(script.clone());
        }
        let sent = ask(&harness, NUMBER).await;
        harness.dispatch().await;
        let what = format!("{address:?} {script:?}");
        assert_eq!(second.given().len(), 1, "{what}");
        assert!(first.given().len() <= 1, "{what}");
        assert_eq!(state(&harness).await, settled("accepted", "", "vonage"), "{what}");
        assert_works(&harness, &sent, &second.given()[0].code()).await;
        // The person has been sent one message: the next one has to wait.
        harness.clock.advance(20);
        ask(&harness, NUMBER)
            .await
            .assert_error(ErrorType::TooManyRequests);
    }
}

#[tokio::test]
async fn when_both_refuse_the_message_has_failed_and_everything_is_given_back_h_09() {
    let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
    let mut with = arguments("twilio,vonage", &first.base, &second.base);
    with.push("--budget-per-hour=1".to_owned());
    let harness = start(&with).await;
    first.plays(Script::twilio_error(400, 21211));
    second.plays(Script::vonage_error(422, "Invalid sender"));
    let send = || {
        Call::post("/v1/auth/otps/sms/login_or_create")
            .header("idempotency-key", "one")
            .json(&json!({"phone_number": NUMBER, "expires_in": 5}))
    };
    let sent = harness.call(send()).await;
    sent.assert_ok();
    harness.dispatch().await;
    assert_eq!(state(&harness).await, settled("failed", "refused", "vonage"));
    let challenge = sent.json()["challenge_id"].as_str().unwrap().to_owned();
    let told_of = harness.delivery(&challenge).await.json();
    assert_eq!((&told_of["delivery"], &told_of["resend_in_secs"]), (&json!("failed"), &json!(0)));
    // The same request with the same key is a send again, at once and within the budget.
    let again = harness.call(send()).await;
    again.assert_ok();
    harness.dispatch().await;
    assert_eq!((first.given().len(), second.given().len()), (2, 1));
    assert_eq!(states(&harness).await[1], settled("accepted", "", "twilio"));
    assert_eq!(told(&harness, &again).await, "on_its_way");
    assert_works(&harness, &again, &first.given()[1].code()).await;
}

#[tokio::test]
async fn wrong_codes_stay_counted_when_a_send_is_given_back_h_09() {
    let (harness, gateway) = with_twilio().await;
    let sent = ask(&harness, NUMBER).await;
    harness.dispatch().await;
    let wrong = super::harness::wrong(&gateway.given()[0].code(), 1);
    let body = json!({
        "method_id": sent.json()["phone_number_id"], "challenge_id": sent.json()["challenge_id"], "otp": wrong,
    });
    harness.verify(&body).await.assert_error(ErrorType::InvalidOtp);
    harness.clock.advance(60);
    gateway.plays(Script::twilio_error(400, 21610));
    ask(&harness, NUMBER).await.assert_ok();
    harness.dispatch().await;
    assert_eq!(states(&harness).await[1][0], "failed");
    let throttle = harness
        .service
        .database
        .read(|sql| {
            sql.query_one("SELECT failures, sends FROM throttles", &[], |row| {
                Ok((row.int(0)?, row.text(1)?))
            })
        })
        .await
        .unwrap();
    assert_eq!(throttle, Some((1, format!("[{START}]"))));
}

#[tokio::test]
async fn a_send_that_waits_hears_that_nobody_took_its_message_h_09_h_10() {
    let gateway = FakeGateway::start().await;
    let mut with = arguments("twilio", &gateway.base, &gateway.base);
    with.push("--gateway-wait-ms=3000".to_owned());
    let harness = start(&with).await;
    for (script, refused) in [(Some(Script::twilio_error(400, 21211)), true), (None, false)] {
        if let Some(script) = script {
            gateway.plays(script);
        }
        let (stop, told) = tokio::sync::watch::channel(false);
        let dispatching = tokio::spawn(crate::dispatcher::dispatch(
            Arc::clone(&harness.service),
            told,
        ));
        let answer = ask(&harness, NUMBER).await;
        if refused {
            let answer = answer.assert_error(ErrorType::SmsNotSent);
            assert_eq!(answer.json()["retry_after_secs"], 5);
        } else {
            assert_eq!(told_code(&gateway), gateway.given()[1].code());
            answer.assert_ok();
        }
        stop.send_replace(true);
        dispatching.await.unwrap();
    }
    assert_eq!(gateway.given().len(), 2);
}

fn told_code(gateway: &FakeGateway) -> String {
    gateway.given().last().unwrap().code()
}

#[tokio::test]
async fn while_its_gateway_is_ill_a_send_is_refused_at_once_and_leaves_nothing_h_04() {
    let (harness, gateway) = with_twilio().await;
    gateway.always_plays(Script::html(500));
    for last in 0..5 {
        ask(&harness, &format!("+1212555014{last}")).await.assert_ok();
    }
    harness.dispatch().await;
    assert_eq!(gateway.given().len(), 5);
    let refused = ask(&harness, "+12125550149").await;
    let refused = refused.assert_error(ErrorType::SmsNotSent);
    assert_eq!(refused.json()["retry_after_secs"], 5);
    assert_eq!(states(&harness).await.len(), 5);
    // Sessions and codes go on (H-05).
    harness.list_sessions("user_x").await;
    // One message in five seconds, until three were good.
    gateway.behaves();
    for probe in 0..3 {
        harness.clock.advance(5);
        ask(&harness, &format!("+1212555015{probe}")).await.assert_ok();
        harness.dispatch().await;
        assert_eq!(gateway.given().len(), 6 + probe);
    }
    for last in 0..3 {
        ask(&harness, &format!("+1212555016{last}")).await.assert_ok();
    }
    harness.dispatch().await;
    assert_eq!(gateway.given().len(), 11);
}

/// 64 are in flight at a gateway that hangs; the others wait two seconds for it, and then go to the next.
#[tokio::test]
async fn a_gateway_that_hangs_does_not_keep_the_others_from_theirs_h_05() {
    let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
    let mut with = arguments("twilio,vonage", &first.base, &second.base);
    with.push("--gateway-routes=DE=vonage".to_owned());
    let harness = start(&with).await;
    first.always_plays(Script::Silence);
    for n in 0..70 {
        ask(&harness, &format!("+1212{}0142", 555 + n)).await.assert_ok();
    }
    ask(&harness, "+4915112345678").await.assert_ok();
    let mut dispatcher = Dispatcher::new(Arc::clone(&harness.service));
    dispatcher.begin().await;
    while (first.given().len(), second.given().len()) != (64, 1) {
        tokio::task::yield_now().await;
    }
    harness.clock.advance(1);
    dispatcher.begin().await;
    harness.clock.advance(1);
    dispatcher.begin().await;
    while second.given().len() < 7 {
        tokio::task::yield_now().await;
    }
    assert_eq!(first.given().len(), 64);
    // Who asks when too many wait hears so at once.
    let wait = |messages| harness.service.queue.wait([(GatewayKind::Twilio, messages)].into());
    wait(256);
    ask(&harness, "+12125550199")
        .await
        .assert_error(ErrorType::SmsNotSent);
    ask(&harness, "+4915112345679").await.assert_ok();
    wait(250);
    ask(&harness, "+12125550199").await.assert_ok();
}

#[tokio::test]
async fn a_message_that_one_gateway_refuses_waits_for_a_place_at_the_next_one_h_05_h_09() {
    let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
    let with = arguments("twilio,vonage", &first.base, &second.base);
    let harness = start(&with).await;
    first.plays(Script::twilio_error(429, 20429));
    let gateways = &harness.service.gateways;
    let now = harness.clock.now();
    let take = || gateways.place("US", &[GatewayKind::Twilio], 0, [0; 4], now);
    let mut taken: Vec<_> = std::iter::from_fn(take).collect();
    assert_eq!(taken.len(), 64);
    let log = Log::keep();
    ask(&harness, NUMBER).await.assert_ok();
    let mut dispatcher = Dispatcher::new(Arc::clone(&harness.service));
    dispatcher.begin().await;
    while !log.events("message").iter().any(|event| event["result"] == "refused") {
        tokio::task::yield_now().await;
    }
    taken.pop();
    dispatcher.until_idle().await;
    assert_eq!((first.given().len(), second.given().len()), (1, 1));
    assert_eq!(state(&harness).await, settled("accepted", "", "vonage"));
}

#[tokio::test]
async fn what_no_gateway_takes_in_time_is_dropped_and_given_back() {
    let (harness, gateway) = with_twilio().await;
    let sent = ask(&harness, NUMBER).await;
    sent.assert_ok();
    // Thirty seconds are left, then one less.
    harness.clock.advance(271);
    harness.dispatch().await;
    assert!(gateway.given().is_empty());
    assert_eq!(state(&harness).await, settled("failed", "too_late", ""));
    assert_eq!(told(&harness, &sent).await, "failed");
    let throttle = harness.service.database.read(|sql| {
        sql.query_one("SELECT sends FROM throttles", &[], |row| row.text(0))
    });
    assert_eq!(throttle.await.unwrap().as_deref(), Some("[]"));
}

#[tokio::test]
async fn a_queued_message_goes_out_after_a_restart_if_its_code_lives_thirty_seconds_i_05() {
    for (later, goes) in [(30, true), (270, true), (271, false)] {
        let (harness, gateway) = with_twilio().await;
        let sent = ask(&harness, NUMBER).await;
        let (folder, clock) = harness.stop().await;
        clock.advance(later);
        let harness = start_on(folder, clock, &arguments("twilio", &gateway.base, &gateway.base)).await;
        harness.dispatch().await;
        harness.dispatch().await;
        assert_eq!(gateway.given().len(), usize::from(goes), "{later}");
        if goes {
            let lives = gateway.given()[0].field("ValidityPeriod");
            assert_eq!(lives, Some((300 - later).to_string()));
            assert_works(&harness, &sent, &gateway.given()[0].code()).await;
        }
    }
}

/// A process that is gone had taken the message out of the queue.
async fn claim_and_die(harness: &Harness) {
    let ids = harness.service.database.read(|sql| {
        sql.query("SELECT id FROM messages", &[], |row| row.text(0))
    });
    let ids = ids.await.unwrap().into_iter();
    let claim = Claim {
        wanted: ids.map(|id| (id, GatewayKind::Twilio)).collect(),
        holder: "somebody who is gone".to_owned(),
        now: harness.clock.now(),
    };
    let claimed = harness.service.database.write(move |sql| claim.run(sql)).await;
    assert!(claimed.unwrap().iter().all(Option::is_some));
}

#[tokio::test]
async fn a_message_whose_holder_is_gone_is_never_sent_again_h_02() {
    let (harness, gateway) = with_twilio().await;
    let sent = ask(&harness, NUMBER).await;
    claim_and_die(&harness).await;
    // Nobody else takes it, and as long as its holder may live nobody says what became of it.
    harness.clock.advance(29);
    harness.dispatch().await;
    assert_eq!(state(&harness).await[0], "dispatching");
    harness.clock.advance(1);
    harness.dispatch().await;
    assert_eq!(state(&harness).await, settled("unknown", "abandoned", "twilio"));
    assert_eq!(told(&harness, &sent).await, "not_reported");
    assert!(gateway.given().is_empty());
}

#[tokio::test]
async fn at_a_start_nobody_holds_a_message_of_a_file_and_others_may_on_a_server_i_05() {
    let (harness, gateway) = with_twilio().await;
    ask(&harness, NUMBER).await.assert_ok();
    claim_and_die(&harness).await;
    let on_a_server = harness.folder.url().is_some();
    let (folder, clock) = harness.stop().await;
    let harness = start_on(folder, clock, &arguments("twilio", &gateway.base, &gateway.base)).await;
    let expected = if on_a_server { "dispatching" } else { "unknown" };
    assert_eq!(state(&harness).await[0], expected);
    harness.clock.advance(30);
    harness.dispatch().await;
    assert_eq!(state(&harness).await, settled("unknown", "abandoned", "twilio"));
    assert!(gateway.given().is_empty());
}

