//! Bad input, row by row: each gets its envelope, changes nothing, and reaches nobody.

use edge::testing::Call;
use serde_json::json;
use shared::ErrorType;

use crate::testing::{Harness, RIGHT_CODE};

const SEND: &str = "/api/otp/send";
const VERIFY: &str = "/api/otp/verify";

#[tokio::test]
async fn every_malformed_body_gets_its_envelope_d_11_d_18() {
    let backend = Harness::start().await;
    let large = format!("{{\"phone_number\":\"{}\"}}", "1".repeat(5 * 1024));
    for (what, path, body, error) in [
        (
            "no JSON",
            SEND,
            "phone_number=+12125550142",
            ErrorType::InvalidRequest,
        ),
        ("nothing", SEND, "", ErrorType::InvalidRequest),
        (
            "half of it",
            SEND,
            "{\"phone_number\":",
            ErrorType::InvalidRequest,
        ),
        (
            "a list",
            SEND,
            "[\"+12125550142\"]",
            ErrorType::InvalidRequest,
        ),
        ("a missing field", SEND, "{}", ErrorType::InvalidRequest),
        (
            "a number",
            SEND,
            "{\"phone_number\":12125550142}",
            ErrorType::InvalidRequest,
        ),
        (
            "null",
            SEND,
            "{\"phone_number\":null}",
            ErrorType::InvalidRequest,
        ),
        (
            "the key twice",
            SEND,
            "{\"phone_number\":\"+12125550142\",\"phone_number\":\"+12125550143\"}",
            ErrorType::InvalidRequest,
        ),
        (
            "more after the end",
            SEND,
            "{\"phone_number\":\"+12125550142\"} {}",
            ErrorType::InvalidRequest,
        ),
        (
            "a BOM",
            SEND,
            "\u{feff}{\"phone_number\":\"+12125550142\"}",
            ErrorType::InvalidRequest,
        ),
        (
            "an id of another type",
            SEND,
            "{\"phone_number\":\"+12125550142\",\"verification_id\":1}",
            ErrorType::InvalidRequest,
        ),
        (
            "an id with a space",
            SEND,
            "{\"phone_number\":\"+12125550142\",\"verification_id\":\"a b\"}",
            ErrorType::InvalidRequest,
        ),
        ("5 KiB", SEND, &large, ErrorType::PayloadTooLarge),
        (
            "no code",
            VERIFY,
            "{\"verification_id\":\"x\"}",
            ErrorType::InvalidRequest,
        ),
        (
            "no verification",
            VERIFY,
            "{\"otp\":\"123456\"}",
            ErrorType::InvalidRequest,
        ),
        (
            "an empty verification",
            VERIFY,
            "{\"verification_id\":\"\",\"otp\":\"123456\"}",
            ErrorType::InvalidRequest,
        ),
        (
            "a forged verification",
            VERIFY,
            "{\"verification_id\":\"x\",\"otp\":\"123456\"}",
            ErrorType::InvalidOtp,
        ),
    ] {
        let call = Call::post(path)
            .header("content-type", "application/json")
            .body(body.to_owned());
        let answer = backend.call(call).await;
        assert_eq!(answer.json()["error_type"], error.as_str(), "{what}");
        answer.assert_error(error);
        assert!(!answer.text().contains("5550"), "{what}: {}", answer.text());
    }
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn another_content_type_is_refused_d_11() {
    let backend = Harness::start().await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        for path in [SEND, VERIFY] {
            let call = Call::post(path)
                .header("content-type", content_type)
                .body("{\"phone_number\":\"+12125550142\"}");
            backend
                .call(call)
                .await
                .assert_error(ErrorType::UnsupportedMediaType);
        }
    }
    let bare = Call::post(SEND).body("{\"phone_number\":\"+12125550142\"}");
    backend
        .call(bare)
        .await
        .assert_error(ErrorType::UnsupportedMediaType);
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn unknown_routes_and_methods_wear_the_envelope_d_10() {
    let backend = Harness::start().await;
    for (method, path, error) in [
        ("GET", "/api/none", ErrorType::NotFound),
        ("POST", "/api/otp", ErrorType::NotFound),
        ("GET", SEND, ErrorType::MethodNotAllowed),
        ("PUT", VERIFY, ErrorType::MethodNotAllowed),
        ("OPTIONS", SEND, ErrorType::MethodNotAllowed),
        ("PATCH", "/api/session", ErrorType::MethodNotAllowed),
        ("POST", "/api/sessions/sess_1", ErrorType::MethodNotAllowed),
        ("TRACE", "/api/config", ErrorType::MethodNotAllowed),
        ("BREW", "/api/config", ErrorType::MethodNotAllowed),
    ] {
        let answer = backend.call(Call::new(method, path)).await;
        answer.assert_error(error);
        assert_eq!(
            answer.header("allow").is_some(),
            error == ErrorType::MethodNotAllowed,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_page_of_others_can_start_nothing_c_16() {
    let backend = Harness::with(&["--public-url", "https://login.example.com"]).await;
    let browser = backend.sign_in("+12125550142").await;
    let id = backend.verification("+12125550143").await;
    let asked = backend.stub.asked().len();
    let calls = || {
        [
            Call::post(SEND).json(&json!({"phone_number": "+12125550144"})),
            Call::post(VERIFY).json(&json!({"verification_id": id, "otp": RIGHT_CODE})),
            browser.sign(Call::post("/api/session/extend")),
            browser.sign(Call::delete("/api/session")),
            browser.sign(Call::delete("/api/sessions")),
            browser.sign(Call::delete("/api/sessions/sess_1")),
        ]
    };
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://login.example.com"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        for call in calls() {
            let call = call.header(name, value).header("host", "evil.example");
            let answer = backend.call(call).await;
            answer.assert_error(ErrorType::OriginNotAllowed);
            assert!(
                answer
                    .headers
                    .keys()
                    .all(|name| !name.as_str().starts_with("access-control"))
            );
        }
    }
    assert_eq!(backend.stub.asked().len(), asked);
    for call in calls().into_iter().take(3) {
        let call = call
            .header("origin", "https://login.example.com")
            .header("sec-fetch-site", "same-origin");
        backend.call(call).await.assert_ok();
    }
}

#[tokio::test]
async fn behind_https_cookie_and_transport_are_locked_c_18_d_02() {
    let backend = Harness::with(&["--public-url", "https://login.example.com"]).await;
    let browser = backend.sign_in("+12125550142").await;
    assert!(
        browser.cookie.starts_with("__Host-pipit_binding="),
        "{}",
        browser.cookie
    );
    let answer = backend.call(browser.sign(Call::get("/api/session"))).await;
    assert_eq!(
        answer.header("strict-transport-security"),
        Some("max-age=31536000; includeSubDomains")
    );
}

#[tokio::test]
async fn a_header_that_came_twice_or_is_too_long_is_refused_d_18() {
    let backend = Harness::start().await;
    let send = || Call::post(SEND).json(&json!({"phone_number": "+12125550142"}));
    for call in [
        send().header("content-type", "application/json"),
        send()
            .header("idempotency-key", "a")
            .header("idempotency-key", "b"),
        send().header("idempotency-key", &"a".repeat(256)),
        send().header("idempotency-key", "ä"),
    ] {
        backend
            .call(call)
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
    let long = format!("/api/config?{}", "a".repeat(2048));
    backend
        .call(Call::get(&long))
        .await
        .assert_error(ErrorType::UriTooLong);
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn api_answers_are_never_kept_d_08() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    for path in [
        "/api/config",
        "/api/session",
        "/api/sessions",
        "/api/none",
        "/healthz",
        "/readyz",
    ] {
        let answer = backend.call(browser.sign(Call::get(path))).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(
            answer.header("content-security-policy"),
            Some("default-src 'none'; frame-ancestors 'none'")
        );
    }
}

#[test]
fn a_plain_form_has_the_right_of_way_of_its_call_i_10() {
    use crate::router::work_of;
    use edge::Work;

    for (form, call) in [
        ("/plain", "/api/otp/send"),
        ("/plain/resend", "/api/otp/send"),
        ("/plain/verify", "/api/otp/verify"),
        ("/plain/account", "/api/session"),
        ("/plain/extend", "/api/session/extend"),
        ("/plain/sign-out", "/api/session"),
        ("/plain/sign-out/others", "/api/sessions"),
        ("/plain/sign-out/device", "/api/sessions/{session_id}"),
    ] {
        assert_eq!(work_of(form), work_of(call), "{form}");
    }
    assert_eq!(work_of("/api/config"), Work::Free);
}
