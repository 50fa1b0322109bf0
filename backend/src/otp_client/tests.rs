//! An OTP service that misbehaves: whatever it does, the page gets an error of ours (H-01, H-06, H-07).
//!
//! What is done about it is in [`breaker`], what happens to connections in [`connections`].

mod breaker;
mod connections;

use std::collections::HashSet;

use edge::testing::{Answer, Call};
use shared::ErrorType;

use super::*;
use crate::testing::{Harness, KEY, RIGHT_CODE, Script};

const SEND: &str = "/otps/sms/login_or_create";

async fn both_calls(backend: &Harness, id: &str) -> [Answer; 2] {
    [
        backend.send_otp("+12125550142").await,
        backend.verify_otp(id, RIGHT_CODE).await,
    ]
}

#[tokio::test]
async fn every_call_to_the_service_carries_the_name_and_the_trace_of_its_request() {
    let backend = Harness::start().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let browser = backend.sign_in("+12125550142").await;
    let call = browser
        .sign(Call::get("/api/session"))
        .header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
    backend.call(call).await.assert_ok();
    let asked = backend.stub.asked();
    let names: HashSet<_> = asked
        .iter()
        .map(|asked| asked.headers["x-request-id"].clone())
        .collect();
    // A send, a verification and session checks, one call each.
    assert!(asked.len() >= 3);
    assert_eq!(names.len(), asked.len());
    let asked = backend.stub.asked_at("/sessions/verify");
    let handed_on = asked.last().unwrap().headers["traceparent"]
        .to_str()
        .unwrap();
    assert!(
        handed_on.starts_with(&format!("00-{trace}-")) && !handed_on.contains("00f067aa0ba902b7"),
        "{handed_on}"
    );
}

#[tokio::test]
async fn whatever_the_service_answers_the_page_gets_an_error_of_ours_h_06() {
    let misbehaved = ErrorType::OtpServiceMisbehaved;
    let large = format!("{{\"phone_number_id\":\"{}\"}}", "x".repeat(70_000));
    for (what, script, error) in [
        ("a fault", Script::error(500, "internal_error"), misbehaved),
        (
            "a fault without the envelope",
            Script::body(500, ""),
            misbehaved,
        ),
        (
            "HTML",
            Script::body(200, "<!doctype html><title>Welcome</title>"),
            misbehaved,
        ),
        (
            "HTML with an error",
            Script::body(404, "<h1>Not found</h1>"),
            misbehaved,
        ),
        ("an empty success", Script::body(200, ""), misbehaved),
        ("an empty object", Script::body(200, "{}"), misbehaved),
        ("a list", Script::body(200, "[]"), misbehaved),
        (
            "wrong types",
            Script::body(
                200,
                "{\"phone_number_id\":7,\"user_id\":[],\"method_id\":{}}",
            ),
            misbehaved,
        ),
        ("half an answer", Script::Truncated, misbehaved),
        (
            "no answer",
            Script::CutOff,
            ErrorType::OtpServiceUnavailable,
        ),
        ("more than 64 KiB", Script::body(200, large), misbehaved),
        (
            "invalid UTF-8",
            Script::body(200, b"{\"phone_number_id\":\"\xff\",\"user_id\":\"\xff\"}"),
            misbehaved,
        ),
        ("another success", Script::body(204, ""), misbehaved),
        (
            "a redirect",
            Script::body(302, "").header("location", "http://127.0.0.1:9/"),
            misbehaved,
        ),
        (
            "a permanent redirect",
            Script::body(308, "").header("location", "/"),
            misbehaved,
        ),
        (
            "our key is wrong",
            Script::error(401, "unauthorized"),
            misbehaved,
        ),
        (
            "our key may not",
            Script::error(403, "forbidden"),
            misbehaved,
        ),
        ("a gateway's 401", Script::body(401, "denied"), misbehaved),
        (
            "an error of another call",
            Script::error(409, "duplicate_email"),
            misbehaved,
        ),
        ("a made-up error", Script::error(400, "made_up"), misbehaved),
        (
            "an envelope that lies",
            Script::body(
                500,
                "{\"status_code\":400,\"error_message\":\"\",\"error_type\":\"invalid_otp\"}",
            ),
            misbehaved,
        ),
        (
            "a proxy's 502",
            Script::body(502, "<html>"),
            ErrorType::OtpServiceUnavailable,
        ),
        (
            "a proxy's 503",
            Script::body(503, "<html>"),
            ErrorType::OtpServiceUnavailable,
        ),
        (
            "a proxy's 504",
            Script::body(504, "<html>"),
            ErrorType::OtpServiceUnavailable,
        ),
        (
            "busy",
            Script::error(503, "overloaded"),
            ErrorType::Overloaded,
        ),
        (
            "a limit",
            Script::body(429, "slow down"),
            ErrorType::TooManyRequests,
        ),
        (
            "a locked number",
            Script::error(403, "number_blocked"),
            ErrorType::NumberBlocked,
        ),
    ] {
        // One for each: a breaker remembers.
        let backend = Harness::start().await;
        let id = backend.verification("+12125550142").await;
        backend.stub.plays(script);
        for answer in both_calls(&backend, &id).await {
            assert_eq!(answer.json()["error_type"], error.as_str(), "{what}");
            answer.assert_error(error);
            assert!(
                !answer.text().contains("UPSTREAM"),
                "{what}: {}",
                answer.text()
            );
            assert!(answer.header("set-cookie").is_none(), "{what}");
            if error.http_status() == 503 || error.http_status() == 429 {
                assert!(answer.header("retry-after").is_some(), "{what}");
            }
        }
        assert_eq!(backend.stub.live_sessions(), 0, "{what}");
    }
}

#[tokio::test]
async fn nothing_that_may_have_arrived_is_sent_or_verified_twice_h_02_h_08() {
    for script in [
        Script::Truncated,
        Script::CutOff,
        Script::body(500, ""),
        Script::body(503, ""),
        Script::body(308, ""),
    ] {
        let backend = Harness::start().await;
        let id = backend.verification("+12125550142").await;
        backend.stub.plays(script);
        both_calls(&backend, &id).await;
        assert_eq!(backend.stub.asked_at(SEND).len(), 2);
        assert_eq!(backend.stub.asked_at("/otps/verify").len(), 1);
    }
}

#[tokio::test]
async fn a_silent_service_is_given_up_h_01() {
    let backend = Harness::impatient().await;
    backend.stub.plays(Script::Silence);
    let answer = backend.send_otp("+12125550142").await;
    answer.assert_error(ErrorType::OtpServiceUnavailable);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert!(backend.stub.asked_at(SEND).len() <= 1);
}

#[test]
fn the_limits_are_those_of_the_requirement_h_01() {
    let limits = TimeLimits::default();
    assert_eq!(
        [limits.connect, limits.send, limits.other].map(|limit| limit.as_secs()),
        [2, 5, 3]
    );
}

#[test]
fn a_key_that_no_header_can_carry_is_refused_and_never_shown() {
    let error = client("http://127.0.0.1:1", "sk_test_\n").unwrap_err();
    assert!(!error.to_string().contains("sk_test"));
    let client = client("http://127.0.0.1:1", KEY).unwrap();
    assert!(!format!("{client:?}").contains("sk_test"));
}

fn client(base: &str, key: &str) -> Result<OtpClient, Unusable> {
    let (clock, _) = Clock::manual(crate::testing::NOW);
    let events = Arc::new(Events::register(&mut edge::metrics::Registry::default()));
    OtpClient::new(
        base,
        &Secret::from(key),
        TimeLimits::default(),
        clock,
        events,
    )
}
