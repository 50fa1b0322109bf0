//! What fails is left alone and comes good by itself (H-04, H-11), sends and sessions apart (H-05); what changes
//! nothing is made again (H-03).

use edge::testing::Call;
use shared::ErrorType;

use super::*;
use crate::testing::Browser;

const CHECK: &str = "/sessions/verify";

async fn check(backend: &Harness, browser: &Browser) -> Answer {
    backend.call(browser.sign(Call::get("/api/session"))).await
}

fn asked(backend: &Harness) -> usize {
    backend.stub.asked().len()
}

/// Sends fail so often that they are left alone.
async fn until_sends_are_left_alone(backend: &Harness) {
    backend.stub.plays(Script::body(500, ""));
    for _ in 0..5 {
        let answer = backend.send_otp("+12125550142").await;
        answer.assert_error(ErrorType::OtpServiceMisbehaved);
    }
}

#[tokio::test]
async fn after_five_failures_nobody_is_asked_until_a_probe_every_five_seconds_was_good_h_04() {
    let backend = Harness::start().await;
    until_sends_are_left_alone(&backend).await;
    backend.stub.behaves();
    for good in 0..3 {
        let before = asked(&backend);
        for secs in [0, 4] {
            backend.clock.advance(secs);
            let refused = backend.send_otp("+12125550142").await;
            refused.assert_error(ErrorType::OtpServiceUnavailable);
            assert_eq!(refused.header("retry-after"), Some("5"));
        }
        assert_eq!(asked(&backend), before, "after {good} good ones");
        backend.clock.advance(1);
        backend.send_otp("+12125550142").await.assert_ok();
    }
    for _ in 0..3 {
        backend.send_otp("+12125550142").await.assert_ok();
    }
}

#[tokio::test]
async fn half_of_twenty_calls_that_fail_within_ten_seconds_open_it_h_04() {
    let backend = Harness::start().await;
    for n in 0..20 {
        match n % 2 {
            0 => backend.stub.behaves(),
            _ => backend.stub.plays(Script::body(502, "<html>")),
        }
        backend.send_otp("+12125550142").await;
    }
    backend.stub.behaves();
    let before = asked(&backend);
    let refused = backend.send_otp("+12125550142").await;
    refused.assert_error(ErrorType::OtpServiceUnavailable);
    assert_eq!(asked(&backend), before);
}

#[tokio::test]
async fn an_answer_of_the_contract_and_any_4xx_are_no_failures_h_04() {
    let backend = Harness::start().await;
    for script in [
        Script::error(429, "too_many_requests"),
        Script::error(401, "unauthorized"),
        Script::body(404, "<h1>Not found</h1>"),
        Script::error(503, "sms_not_sent"),
        Script::error(503, "overloaded"),
    ] {
        backend.stub.plays(script);
        for _ in 0..6 {
            backend.send_otp("+12125550142").await;
        }
    }
    backend.stub.behaves();
    backend.send_otp("+12125550142").await.assert_ok();
}

#[tokio::test]
async fn while_sending_is_dead_sessions_go_on_and_readyz_says_so_h_05() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550143").await;
    until_sends_are_left_alone(&backend).await;
    backend.stub.behaves();
    let refused = backend.send_otp("+12125550142").await;
    refused.assert_error(ErrorType::OtpServiceUnavailable);
    check(&backend, &browser).await.assert_ok();
    let ready = backend.call(Call::get("/readyz")).await;
    let said = ready.assert_ok().json()["otp_service"].to_string();
    assert!(said.contains("left alone"), "{said}");
}

#[tokio::test]
async fn however_many_sends_hang_a_session_is_checked_h_05() {
    let backend = Arc::new(Harness::start().await);
    let browser = backend.sign_in("+12125550143").await;
    backend.stub.plays_at(SEND, Script::Silence);
    let mut hanging = tokio::task::JoinSet::new();
    for n in 0..100 {
        let backend = Arc::clone(&backend);
        hanging.spawn(async move { backend.send_otp(&format!("+12125550{n:03}")).await });
    }
    while backend.stub.asked_at(SEND).len() < 1 + 64 {
        tokio::task::yield_now().await;
    }
    check(&backend, &browser).await.assert_ok();
    assert_eq!(
        backend.stub.asked_at(SEND).len(),
        1 + 64,
        "the others wait here"
    );
    hanging.shutdown().await;
}

#[tokio::test]
async fn a_backend_that_nobody_calls_finds_out_by_itself_that_the_service_works_again_h_11() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550143").await;
    backend.stub.plays(Script::body(500, ""));
    while !backend.app.otp.others.is_open() {
        check(&backend, &browser)
            .await
            .assert_error(ErrorType::OtpServiceMisbehaved);
    }
    let answer = backend.call(Call::get("/readyz")).await;
    answer.assert_error(ErrorType::OtpServiceUnavailable);
    assert!(answer.text().contains("left alone"), "{}", answer.text());
    backend.stub.behaves();
    for _ in 0..3 {
        assert!(!backend.app.otp.others.wants_probe());
        backend.clock.advance(5);
        // What looks after it does once a second.
        assert!(backend.app.otp.others.wants_probe());
        drop(backend.app.otp.readiness().await);
    }
    backend.call(Call::get("/readyz")).await.assert_ok();
    check(&backend, &browser).await.assert_ok();
}

#[tokio::test]
async fn who_asks_whether_it_is_ready_does_not_open_the_breaker_h_11() {
    let backend = Harness::start().await;
    backend.stub.plays(Script::body(500, ""));
    for _ in 0..6 {
        let answer = backend.call(Call::get("/readyz")).await;
        answer.assert_error(ErrorType::OtpServiceUnavailable);
    }
    backend.stub.behaves();
    backend.call(Call::get("/readyz")).await.assert_ok();
}

#[tokio::test]
async fn a_session_check_is_made_again_twice_at_most_h_03() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550143").await;
    let before = backend.stub.asked_at(CHECK).len();
    backend.stub.plays_times(2, Script::body(502, ""));
    check(&backend, &browser).await.assert_ok();
    assert_eq!(backend.stub.asked_at(CHECK).len(), before + 3);
    backend.clock.advance(60);
    backend.stub.plays(Script::body(502, ""));
    let answer = check(&backend, &browser).await;
    answer.assert_error(ErrorType::OtpServiceUnavailable);
    assert_eq!(backend.stub.asked_at(CHECK).len(), before + 6);
    let again = check(&backend, &browser).await;
    again.assert_error(ErrorType::OtpServiceUnavailable);
    assert_eq!(
        backend.stub.asked_at(CHECK).len(),
        before + 7,
        "two in a quiet minute"
    );
    backend.clock.advance(60);
    backend.stub.plays(Script::error(401, "unauthorized"));
    let refused = check(&backend, &browser).await;
    refused.assert_error(ErrorType::OtpServiceMisbehaved);
    let asked = backend.stub.asked_at(CHECK).len();
    assert_eq!(asked, before + 8, "who refuses refuses again");
}

#[tokio::test]
async fn what_changes_something_is_not_made_again_h_03() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550143").await;
    backend.stub.plays(Script::CutOff);
    let before = asked(&backend);
    let extended = backend
        .call(browser.sign(Call::post("/api/session/extend")))
        .await;
    extended.assert_error(ErrorType::OtpServiceUnavailable);
    // The check before it may be.
    let paths: Vec<_> = backend.stub.asked().split_off(before);
    let extends = paths
        .iter()
        .filter(|asked| !asked.body["session_expires_in"].is_null());
    assert!(extends.count() <= 1);
}
