//! The log of a whole run: every event of F-03 is in it, and nothing of F-01.

use edge::testing::{Call, Log};
use serde_json::json;

use super::fake_gateway::{ACCOUNT, FakeGateway, SECRET, Script};
use super::gateways::{arguments, ask, start};
use super::harness::{Harness, KEY, NUMBER};
use crate::lookout::look;

#[tokio::test]
async fn every_event_is_logged_with_fields_from_closed_sets_f_03() {
    let log = Log::keep();
    let harness = Harness::start().await;
    crate::events::configuration(&harness.config());
    crate::events::long_messages(&harness.service.template);
    let mut keys = None;
    look(&harness.service, &mut keys).await.unwrap();
    let first = harness.signed_in(NUMBER).await;
    harness.login_or_create(&json!({"phone_number": NUMBER})).await;
    harness.wait_for_resend();
    let sent = harness.sent_to(NUMBER).await;
    for step in 1..=5 {
        let code = super::harness::wrong(&sent.code, step);
        harness.verify(&sent.body_with(&code)).await;
    }
    let token = json!({"session_token": first["session_token"]});
    harness.delete_session(&token).await.assert_ok();
    harness.verify_session(&token).await;
    let listed = super::chores::chore(&harness.config(), &["keys", "create"]).await;
    listed.unwrap();
    look(&harness.service, &mut keys).await.unwrap();
    let made = log.events("key_made")[0]["key"].as_str().unwrap().to_owned();
    super::chores::chore(&harness.config(), &["keys", "revoke", &made]).await.unwrap();
    look(&harness.service, &mut keys).await.unwrap();

    for (event, field, value) in [
        ("configuration", "gateway", "outbox"),
        ("long_messages", "segments", "ar=2 hi=2"),
        ("key_used_first", "level", "INFO"),
        ("send", "result", "queued"),
        ("send", "result", "cool_down"),
        ("throttled", "key", "number"),
        ("throttled", "limit", "cool_down"),
        ("verify", "result", "right"),
        ("verify", "result", "wrong"),
        ("verify", "result", "exhausted"),
        ("session", "how", "made"),
        ("session_ended", "why", "deleted"),
        ("session_reuse", "level", "INFO"),
        ("key_made", "mode", "test"),
        ("key_revoked", "key", &made),
    ] {
        let found = log.events(event);
        assert!(
            found.iter().any(|entry| entry[field] == value),
            "{event} with {field} {value}: {found:#?}"
        );
    }
}

#[tokio::test]
async fn a_line_names_the_request_of_its_caller_and_its_trace() {
    let log = Log::keep();
    let harness = Harness::start().await;
    let name = "q7WnB3xK9sVfLr2TzYc5-_";
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let call = Call::post("/v1/auth/otps/sms/login_or_create").bearer(KEY);
    let call = call.header("x-request-id", name);
    let call = call.header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
    call.json(&json!({"phone_number": NUMBER})).send(&harness.router).await.assert_ok();
    let text = log.text();
    let line = text.lines().find(|line| line.contains("answered")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["span"]["caller_id"], name);
    assert_eq!(line["span"]["trace_id"], trace);
    assert_ne!(line["span"]["id"], name);
    assert_eq!(log.events("send")[0]["span"], line["span"]);
}

#[tokio::test]
async fn no_secret_and_no_number_of_a_message_on_its_way_is_in_the_log_f_01() {
    let log = Log::keep();
    let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
    let harness = start(&arguments("twilio,vonage", &first.base, &second.base)).await;
    for script in [
        Script::twilio_error(401, 20003),
        Script::twilio_error(400, 21211),
        Script::Half,
        Script::html(500),
    ] {
        first.plays(script);
    }
    for last in 2..7 {
        ask(&harness, &format!("+1212555014{last}")).await.assert_ok();
        harness.dispatch().await;
    }
    let callback = first.given()[0].field("StatusCallback").unwrap();
    let path = callback.strip_prefix("https://otp.example.com").unwrap();
    let report = Call::post(path).header("x-twilio-signature", "c2lnbmVk");
    report.body("To=%2B12125550142").send(&harness.router).await;
    let text = log.text();
    for event in ["gateway_credentials", "receipt_refused", "server_error", "\"vonage\""] {
        assert!(text.contains(event), "{event}: {text}");
    }
    let codes = [first.given(), second.given()].concat();
    let codes: Vec<_> = codes.iter().map(|given| given.code()).collect();
    let others = [SECRET, ACCOUNT, "21255501", "never ask", "c2lnbmVk"];
    for secret in codes.iter().map(String::as_str).chain(others) {
        let told = text.lines().find(|line| line.contains(secret));
        assert_eq!(told, None, "{secret}");
    }
}

#[tokio::test]
async fn no_secret_and_no_number_is_in_the_log_at_any_level_f_01() {
    let log = Log::keep();
    let harness = Harness::start().await;
    let signed_in = harness.signed_in(NUMBER).await;
    let sent = harness.sent_to("+12125550143").await;
    harness.verify(&sent.body_with(&sent.wrong_code())).await;
    let keyed = format!("/v1/auth/jwks/default?api_key={KEY}");
    Call::get(&keyed).send(&harness.router).await.assert_ok();
    let by_jwt = json!({"session_jwt": signed_in["session_jwt"]});
    harness.verify_session(&by_jwt).await.assert_ok();
    harness.delete_session(&by_jwt).await.assert_ok();
    let text = log.text();
    assert!(text.contains("answered") && text.contains("US..42#"), "{text}");
    let token = signed_in["session_token"].as_str().unwrap();
    let jwt = signed_in["session_jwt"].as_str().unwrap();
    for secret in [KEY, token, jwt, &sent.code, &sent.wrong_code(), "2125550142", "2125550143", "never ask"] {
        let told = text.lines().find(|line| line.contains(secret));
        assert_eq!(told, None, "{secret}");
    }
    for line in text.lines() {
        assert!(line.len() < 4096 && line.is_ascii(), "{line}");
    }
}
