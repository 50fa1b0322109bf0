//! Tables of bad input: each row gets its envelope and changes nothing.

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use super::harness::{Harness, KEY, NUMBER};

const SEND: &str = "/v1/auth/otps/sms/login_or_create";
const VERIFY: &str = "/v1/auth/otps/verify";

async fn nothing_happened(harness: &Harness) -> bool {
    let count = |sql: &storage::Sql<'_>| {
        sql.query_one(
            "SELECT (SELECT COUNT(*) FROM users) + (SELECT COUNT(*) FROM messages)",
            &[],
            |row| row.int(0),
        )
    };
    harness.service.database.read(count).await.unwrap() == Some(0)
}

async fn raw(harness: &Harness, path: &str, body: &str) -> Answer {
    harness
        .call(
            Call::post(path)
                .header("content-type", "application/json")
                .body(body.to_owned()),
        )
        .await
}

#[tokio::test]
async fn bodies_that_are_not_the_contract_d_11_d_18() {
    let harness = Harness::start().await;
    let nested = format!(
        r#"{{"phone_number":"{NUMBER}","x":{}{}}}"#,
        "[".repeat(20),
        "]".repeat(20)
    );
    let wide = format!(
        r#"{{"phone_number":"{NUMBER}",{}}}"#,
        (0..70)
            .map(|key| format!("\"k{key}\":1"))
            .collect::<Vec<_>>()
            .join(",")
    );
    for (body, names, what) in [
        ("phone_number=1", "", "not JSON"),
        ("", "phone_number", "empty counts as {}"),
        ("{}", "phone_number", "missing field"),
        ("null", "", "not an object"),
        ("[]", "", "a list"),
        ("\u{feff}{}", "", "a byte order mark"),
        (r#"{"phone_number":"+12125550142"} x"#, "", "trailing bytes"),
        (
            r#"{"phone_number":"+12125550142","phone_number":"+12125550143"}"#,
            "",
            "the same key twice",
        ),
        (
            r#"{"phone_number":12125550142}"#,
            "phone_number",
            "a number for a string",
        ),
        (r#"{"phone_number":null}"#, "phone_number", "null"),
        (
            r#"{"phone_number":["+12125550142"]}"#,
            "phone_number",
            "a list for a string",
        ),
        (
            r#"{"phone_number":"+12125550142","requires_verification":"yes"}"#,
            "requires_verification",
            "a wrong type",
        ),
        (
            r#"{"phone_number":"+12125550142","device_fingerprint":7}"#,
            "device_fingerprint",
            "a wrong type",
        ),
        (
            r#"{"phone_number":"+12125550142","device_fingerprint":["192.0.2.1",null]}"#,
            "device_fingerprint",
            "a list for an object",
        ),
        (
            r#"{"phone_number":"+12125550142","device_fingerprint":{"ip":"here"}}"#,
            "ip",
            "no address",
        ),
        (
            r#"{"phone_number":"+12125550142","locale":49}"#,
            "locale",
            "a number for a language",
        ),
        (
            r#"{"phone_number":"+12125550142","locale":["de"]}"#,
            "locale",
            "a list of languages",
        ),
        (
            r#"{"phone_number":"+12125550142","locale":"de-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"}"#,
            "locale",
            "a tag of 38 characters",
        ),
        (&nested, "", "twenty levels"),
        (&wide, "", "seventy keys"),
    ] {
        let answer = raw(&harness, SEND, body).await;
        answer.assert_error(ErrorType::InvalidRequest);
        let message = answer.json()["error_message"].as_str().unwrap().to_owned();
        assert!(message.contains(names), "{what}: {message}");
        assert!(
            !message.contains("2125550142"),
            "nothing of the value is told (F-01): {message}"
        );
    }
    assert!(nothing_happened(&harness).await);
}

#[tokio::test]
async fn lifetimes_out_of_range_send_nothing_a_03() {
    let harness = Harness::start().await;
    for value in [
        "0",
        "11",
        "-1",
        "1.5",
        "1e309",
        "null",
        "true",
        "[]",
        "\"\"",
        "\"eleven\"",
        "\"11\"",
    ] {
        let answer = raw(
            &harness,
            SEND,
            &format!(r#"{{"phone_number":"{NUMBER}","expires_in":{value}}}"#),
        )
        .await;
        answer.assert_error(ErrorType::InvalidRequest);
    }
    assert!(nothing_happened(&harness).await);
    raw(
        &harness,
        SEND,
        &format!(r#"{{"phone_number":"{NUMBER}","expires_in":"10","unknown":{{}}}}"#),
    )
    .await
    .assert_ok();
}

#[tokio::test]
async fn numbers_that_take_no_messages_g_02() {
    let harness = Harness::start().await;
    for (number, what) in [
        ("", "empty"),
        ("12125550142", "no plus"),
        ("+1 212 555 0142", "spaces"),
        ("+1212555CODE", "letters"),
        ("+12125550142x9", "an extension"),
        ("+12125550142;ext=9", "an extension"),
        ("+1212", "too short"),
        ("+121255501421", "too long for its country"),
        ("+1212555014212345", "too long for any"),
        ("+19002345678", "premium rate"),
        ("+870772001234", "satellite"),
        ("+881612345678", "satellite"),
        ("+99912345678", "no such country"),
        ("+1212555014\u{0662}", "a digit of another script"),
        ("+12125550142\u{0}", "a NUL"),
    ] {
        let answer = harness
            .login_or_create(&json!({"phone_number": number}))
            .await;
        answer.assert_error(ErrorType::InvalidPhoneNumber);
        assert!(
            number.is_empty() || !answer.text().contains(number),
            "{what}"
        );
    }
    assert!(nothing_happened(&harness).await);
}

#[tokio::test]
async fn codes_of_another_shape_take_no_try_a_12() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    for otp in [
        json!("12345"),
        json!("1234567"),
        json!(""),
        json!("١٢٣٤٥٦"),
        json!("12 456"),
        json!("12345a"),
        json!("-12345"),
        json!(123_456),
        json!(null),
        json!(["123456"]),
        json!(true),
    ] {
        let body =
            json!({"method_id": sent.method_id, "challenge_id": sent.challenge_id, "otp": otp});
        harness
            .verify(&body)
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
    for session_expires_in in [
        json!(4),
        json!(525_601),
        json!(null),
        json!("60"),
        json!(7.5),
    ] {
        let mut body = sent.body();
        body["session_expires_in"] = session_expires_in;
        harness
            .verify(&body)
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
    super::harness::assert_wrong(
        &harness.verify(&sent.body_with(&sent.wrong_code())).await,
        4,
    );
}

#[tokio::test]
async fn keys_that_open_nothing() {
    let harness = Harness::start().await;
    let body = json!({"phone_number": NUMBER});
    let unknown = KEY.replace('0', "1");
    let live = KEY.replace("test", "live");
    for header in [
        None,
        Some(""),
        Some("Bearer "),
        Some(KEY),
        Some("Basic c2tfdGVzdA=="),
        Some(&*format!("Bearer {unknown}")),
        Some(&*format!("Bearer {live}")),
        Some(&*format!("Bearer {KEY}0")),
    ] {
        for path in [
            SEND,
            VERIFY,
            "/v1/auth/sessions/verify",
            "/v1/auth/otps/sms/send",
        ] {
            let call = Call::post(path).json(&body);
            let call = header.map_or_else(
                || Call::post(path).json(&body),
                |value| call.header("authorization", value),
            );
            call.send(&harness.router)
                .await
                .assert_error(ErrorType::Unauthorized);
        }
    }
    let twice = Call::post(SEND).bearer(KEY).bearer(KEY).json(&body);
    twice
        .send(&harness.router)
        .await
        .assert_error(ErrorType::InvalidRequest);
    assert!(nothing_happened(&harness).await);
}

#[tokio::test]
async fn wrong_content_types_sizes_routes_and_methods_d_10_d_11_d_14() {
    let harness = Harness::start().await;
    let body = json!({"phone_number": NUMBER}).to_string();
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let call = Call::post(SEND)
            .header("content-type", content_type)
            .body(body.clone());
        harness
            .call(call)
            .await
            .assert_error(ErrorType::UnsupportedMediaType);
    }
    let large = json!({"phone_number": NUMBER, "filler": "x".repeat(17 * 1024)});
    harness
        .login_or_create(&large)
        .await
        .assert_error(ErrorType::PayloadTooLarge);
    for path in [
        "/",
        "/v1/auth",
        "/v1/auth/otps",
        "/v1/auth/otps/sms/login_or_create/",
        "/v2/auth/otps/verify",
    ] {
        harness
            .call(Call::get(path))
            .await
            .assert_error(ErrorType::NotFound);
    }
    for (method, path) in [
        ("GET", SEND),
        ("PUT", VERIFY),
        ("POST", "/v1/auth/sessions/delete"),
        ("TRACE", VERIFY),
    ] {
        let answer = harness.call(Call::new(method, path)).await;
        answer.assert_error(ErrorType::MethodNotAllowed);
        assert!(answer.header("allow").is_some(), "{method} {path}");
    }
    harness
        .call(Call::get(&format!("/v1/auth/users/{}", "x".repeat(3000))))
        .await
        .assert_error(ErrorType::UriTooLong);
    for query in ["", "?user_id=a&user_id=b", "?other=1"] {
        harness
            .call(Call::get(&format!("/v1/auth/sessions/list{query}")))
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
    for id in [
        "user_x",
        "pn_000000000000000000000000000",
        "%00",
        "user_%ff%fe",
    ] {
        harness.user(id).await.assert_error(ErrorType::UserNotFound);
    }
    assert!(nothing_happened(&harness).await);
}

#[tokio::test]
async fn a_dead_token_and_no_token_open_no_session() {
    let harness = Harness::start().await;
    for (body, expected) in [
        (
            json!({"session_token": "0".repeat(64)}),
            ErrorType::InvalidSession,
        ),
        (
            json!({"session_token": "with spaces"}),
            ErrorType::InvalidSession,
        ),
        (json!({"session_jwt": "a.b.c"}), ErrorType::InvalidSession),
        (json!({}), ErrorType::InvalidRequest),
        (
            json!({"session_token": "a", "session_jwt": "b"}),
            ErrorType::InvalidRequest,
        ),
        (json!({"session_token": 7}), ErrorType::InvalidRequest),
        (
            json!({"session_token": "a", "session_expires_in": 4}),
            ErrorType::InvalidRequest,
        ),
    ] {
        harness.verify_session(&body).await.assert_error(expected);
    }
}

#[tokio::test]
async fn two_apps_never_meet_c_13() {
    let harness = Harness::start().await;
    let other_key = KEY.replace("test", "live");
    let random = harness.service.random.clone();
    let key = other_key.clone();
    let insert = move |sql: &storage::Sql<'_>| {
        crate::store::api_keys::insert(
            sql,
            &key,
            crate::app::Mode::Live,
            &random,
            super::harness::START,
        )
    };
    harness.service.database.write(insert).await.unwrap();
    let sent = harness.sent_to(NUMBER).await;
    let as_other = async |path: &str, body: &Value| {
        Call::post(&format!("/v1/auth{path}"))
            .bearer(&other_key)
            .json(body)
            .send(&harness.router)
            .await
    };
    as_other("/otps/verify", &sent.body())
        .await
        .assert_error(ErrorType::InvalidOtp);
    as_other("/otps/sms/send", &json!({"phone_number": NUMBER}))
        .await
        .assert_error(ErrorType::UserNotFound);
    let created = as_other(
        "/otps/sms/login_or_create",
        &json!({"phone_number": NUMBER}),
    )
    .await
    .assert_ok()
    .json();
    assert_eq!(created["user_created"], true);
    assert_ne!(created["user_id"], sent.user_id.as_str());
    let token = harness
        .verify(&sent.with_session(60))
        .await
        .assert_ok()
        .json()["session_token"]
        .clone();
    as_other("/sessions/verify", &json!({"session_token": token}))
        .await
        .assert_error(ErrorType::InvalidSession);
    harness
        .verify_session(&json!({"session_token": token}))
        .await
        .assert_ok();
}
