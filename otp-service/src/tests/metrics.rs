//! What is counted, and that nothing of a request becomes a label (F-10).


use edge::testing::Call;
use serde_json::json;

use super::fake_gateway::FakeGateway;
use super::fake_relay::FakeRelay;
use super::gateways::{arguments, ask, start};
use super::harness::{Harness, KEY, NUMBER};
use crate::lookout::look;

/// A reading, without what explains it.
fn samples(harness: &Harness) -> Vec<String> {
    let shown = edge::metrics::render(&harness.service.registry).unwrap();
    let samples = shown.lines().filter(|line| !line.starts_with('#'));
    samples.map(ToOwned::to_owned).collect()
}

/// A whole run: every way in, right and wrong, with callers that mean harm among them.
async fn everything(harness: &Harness) {
    let signed_in = harness.signed_in(NUMBER).await;
    let token = json!({"session_token": signed_in["session_token"]});
    harness.verify_session(&token).await.assert_ok();
    harness.verify_session(&token).await.assert_ok();
    harness.login_or_create(&json!({"phone_number": NUMBER})).await;
    let sent = harness.sent_to("+12125550143").await;
    harness.verify(&sent.body_with(&sent.wrong_code())).await;
    harness.delete_session(&token).await.assert_ok();
    harness.verify_session(&token).await;
    let hostile = "x%22%7D%0Aotp_sends_total%7Bresult=%22%2B12125550142%22%7D";
    for method in ["GET", "POST", "DELETE", "PATCH", "EVIL", "TRACE"] {
        for path in [
            "/",
            "/metrics",
            "/v1/auth/users/+12125550142",
            "/v1/auth/users/user_000000000000000000000000000",
            &format!("/{hostile}"),
            &format!("/v1/auth/users/{hostile}"),
            &format!("/v1/auth/jwks/default?api_key={KEY}"),
        ] {
            Call::new(method, path)
                .header("user-agent", hostile)
                .bearer(KEY)
                .json(&json!({"phone_number": hostile, "method_id": hostile}))
                .send(&harness.router)
                .await;
        }
    }
    look(&harness.service, &mut None).await.unwrap();
}

#[tokio::test]
async fn no_label_comes_from_a_request_and_there_are_at_most_500_series_f_10() {
    let harness = Harness::start().await;
    everything(&harness).await;
    let samples = samples(&harness);
    for secret in [KEY, "2125550142", "evil", "EVIL", "x%22", "user_0", "203.0.113"] {
        let told = samples.iter().find(|line| line.contains(secret));
        assert_eq!(told, None);
    }
    let by_route = samples
        .iter()
        .filter(|line| line.starts_with("http_requests_total{"))
        .count();
    assert!(by_route > 5, "{samples:#?}");
    // Every route with every class of status, and some routes more than there are.
    let most = samples.len() - by_route + 45 * 5;
    assert!(most <= 500, "{most}");
}

#[tokio::test]
async fn with_every_gateway_and_many_countries_there_are_at_most_500_series_f_10() {
    let gateway = FakeGateway::start().await;
    let relay = FakeRelay::start().await;
    let mut with = arguments("twilio,vonage,http,smtp", &gateway.base, &gateway.base);
    with.retain(|argument| !argument.starts_with("--allowed-countries"));
    with.extend([
        "--allowed-countries=US,DE,CA,FR,IT,ES,GB,IN,BR,JP".to_owned(),
        format!("--smtp-address={}", relay.address),
        "--smtp-from=no-reply@example.com".to_owned(),
    ]);
    let harness = start(&with).await;
    for number in [NUMBER, "+4915112345678", "+5521987654321"] {
        ask(&harness, number).await.assert_ok();
    }
    let email = json!({"email": "ada@example.org", "expires_in": 5});
    harness.post("/otps/email/login_or_create", &email).await.assert_ok();
    harness.dispatch().await;
    let samples = samples(&harness);
    for counted in [
        "otp_messages_total{country=\"US\",gateway=\"none\",step=\"requested\"} 1",
        "otp_messages_total{country=\"DE\",gateway=\"none\",step=\"queued\"} 1",
        "otp_messages_total{country=\"other\",gateway=\"twilio\",step=\"accepted\"} 1",
        "otp_messages_total{country=\"none\",gateway=\"none\",step=\"requested\"} 1",
        "otp_messages_total{country=\"none\",gateway=\"smtp\",step=\"accepted\"} 1",
    ] {
        assert!(samples.iter().any(|line| line == counted), "{counted}: {samples:#?}");
    }
    let by_route = |line: &&String| line.starts_with("http_requests_total{");
    let most = samples.len() - samples.iter().filter(by_route).count() + 40 * 5;
    assert!(most <= 500, "{most}");
}

#[tokio::test]
async fn the_way_of_a_sign_in_is_counted_step_by_step_f_10() {
    let harness = Harness::start().await;
    everything(&harness).await;
    let samples = samples(&harness);
    for counted in [
        "otp_sends_total{result=\"queued\"} 2",
        "otp_sends_total{result=\"cool_down\"} 1",
        "otp_numbers_throttled_total{limit=\"cool_down\"} 1",
        "otp_verifies_total{result=\"right\"} 1",
        "otp_verifies_total{result=\"wrong\"} 1",
        "otp_session_tokens_total{how=\"made\"} 1",
        "otp_sessions_ended_total{why=\"deleted\"} 1",
        "otp_sessions_reused_total 1",
        "otp_session_jwts_total{how=\"signed\"} 1",
        "otp_session_jwts_total{how=\"reused\"} 2",
        "otp_messages_waiting 0",
        "database_commands_waiting 0",
        "http_requests_in_flight 0",
        "http_requests_total{route=\"/v1/auth/sessions/verify\",status=\"2xx\"} 2",
    ] {
        assert!(samples.iter().any(|line| line == counted), "{counted}: {samples:#?}");
    }
}

#[tokio::test]
async fn the_table_for_operators_is_that_of_the_code() {
    let harness = Harness::start().await;
    everything(&harness).await;
    let page = include_str!("../../../docs/metrics.md");
    let (own, _) = page.split_once("\n## The backend's own").unwrap();
    let rows = edge::testing::metrics_rows(&harness.service.registry);
    assert_eq!(edge::testing::table_rows(own), rows);
}

#[tokio::test]
async fn keys_that_come_and_go_beside_the_service_are_seen_f_03() {
    let harness = Harness::start().await;
    let mut keys = None;
    look(&harness.service, &mut keys).await.unwrap();
    assert_eq!(keys.as_ref().map(|keys| keys.len()), Some(1));
    super::chores::chore(&harness.config(), &["keys", "create"]).await.unwrap();
    look(&harness.service, &mut keys).await.unwrap();
    assert_eq!(keys.map(|keys| keys.len()), Some(2));
}
