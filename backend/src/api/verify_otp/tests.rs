//! Signing in, over the router.

use edge::testing::Call;
use serde_json::{Value, json};
use shared::ErrorType;

use crate::testing::{Harness, RIGHT_CODE, Script};

const VERIFY: &str = "/otps/verify";

#[tokio::test]
async fn the_right_code_signs_in_and_binds_the_browser_c_18() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    let answer = backend.verify_otp(&id, RIGHT_CODE).await;
    let body = answer.assert_ok().json();
    let mut fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "account_id",
            "expires_in_secs",
            "phone_number",
            "session_token",
            "user_id"
        ]
    );
    assert_eq!(
        (&body["phone_number"], &body["expires_in_secs"]),
        (&json!("+12125550142"), &json!(86_400))
    );
    assert!(body["account_id"].as_str().unwrap().starts_with("acct_"));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("pipit_binding=") && cookie.contains("HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let asked = backend.stub.asked_at(VERIFY);
    assert_eq!(asked[0].body["session_expires_in"], 1440);
    assert!(
        asked[0].body["challenge_id"]
            .as_str()
            .unwrap()
            .starts_with("chal_")
    );
    assert_eq!(
        asked[0].body.get("device_fingerprint"),
        None,
        "a phone may change networks"
    );
}

#[tokio::test]
async fn the_account_is_found_again_at_the_next_sign_in() {
    let backend = Harness::start().await;
    let first = backend.sign_in("+12125550142").await;
    let second = backend.sign_in("+12125550142").await;
    let other = backend.sign_in("+12125550143").await;
    assert_eq!(first.account_id, second.account_id);
    assert_ne!(first.account_id, other.account_id);
    assert_ne!(first.session_token, second.session_token);
}

#[tokio::test]
async fn a_wrong_code_tells_the_tries_that_are_left() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    let answer = backend.verify_otp(&id, "654321").await;
    answer.assert_error(ErrorType::InvalidOtp);
    assert_eq!(
        (
            &answer.json()["attempts_left"],
            &answer.json()["error_message"]
        ),
        (&json!(4), &json!("Invalid OTP Code."))
    );
    assert!(answer.header("set-cookie").is_none());
    backend.verify_otp(&id, RIGHT_CODE).await.assert_ok();
}

#[tokio::test]
async fn forged_foreign_and_outlived_verifications_are_one_answer_and_nobody_is_asked_a_13() {
    let backend = Harness::start().await;
    let own = backend.verification("+12125550142").await;
    let mut changed = own.clone();
    changed.replace_range(40..41, if &own[40..41] == "A" { "B" } else { "A" });
    let mut answers = Vec::new();
    for id in ["x", "pn_12125550142", changed.as_str(), &own[..30]] {
        answers.push(backend.verify_otp(id, RIGHT_CODE).await);
    }
    backend.clock.advance(299 + 3600);
    answers.push(backend.verify_otp(&own, RIGHT_CODE).await);
    for answer in &answers {
        answer.assert_error(ErrorType::InvalidOtp);
        assert_eq!(
            (&answer.body, &answer.headers),
            (&answers[0].body, &answers[0].headers)
        );
    }
    assert!(backend.stub.asked_at(VERIFY).is_empty());
}

#[tokio::test]
async fn a_verification_that_is_over_is_told_so_by_the_service() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    backend.clock.advance(600);
    for (word, error) in [
        ("otp_expired", ErrorType::OtpExpired),
        ("otp_attempts_exceeded", ErrorType::OtpAttemptsExceeded),
    ] {
        backend.stub.plays(Script::error(400, word));
        backend
            .verify_otp(&id, RIGHT_CODE)
            .await
            .assert_error(error);
    }
}

#[tokio::test]
async fn a_code_is_six_to_ten_ascii_digits_in_a_string_a_12() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    for otp in [
        json!("12345"),
        json!("12345678901"),
        json!("١٢٣٤٥٦"),
        json!("12 456"),
        json!(""),
        json!(123_456),
        Value::Null,
        json!(["123456"]),
    ] {
        let body = json!({"verification_id": id, "otp": otp});
        let answer = backend
            .call(Call::post("/api/otp/verify").json(&body))
            .await;
        answer.assert_error(ErrorType::InvalidRequest);
        assert_eq!(
            answer.json()["error_message"],
            match otp {
                Value::String(_) => "`otp` must be a string of 6 to 10 digits.",
                _ => "`otp` must be a string.",
            }
        );
    }
    assert!(backend.stub.asked_at(VERIFY).is_empty());
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_i_07() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    let [first, again] = [
        backend.verify_otp(&id, RIGHT_CODE).await,
        backend.verify_otp(&id, RIGHT_CODE).await,
    ];
    assert_eq!(first.assert_ok().body, again.assert_ok().body);
    assert_eq!(first.header("set-cookie"), again.header("set-cookie"));
    assert_eq!(backend.stub.live_sessions(), 1);
}

#[tokio::test]
async fn no_half_sign_in_if_the_account_cannot_be_written() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    backend.break_accounts().await;
    let answer = backend.verify_otp(&id, RIGHT_CODE).await;
    answer.assert_error(ErrorType::Overloaded);
    assert!(answer.header("set-cookie").is_none());
    assert_eq!(backend.stub.live_sessions(), 0);
    assert_eq!(backend.stub.asked_at("/sessions/delete").len(), 1);
}

#[tokio::test]
async fn a_success_that_is_not_whole_is_none_h_06() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    let session = json!({"id": "sess_1", "user_id": "user_1", "started_at": 1, "expires_at": 2_000_000_000_i64});
    let whole = json!({"method_id": "pn_12125550142", "method_type": "phone_number", "user_id": "user_1",
        "session_token": "token", "session": session});
    for (field, value) in [
        ("session_token", Value::Null),
        ("session_token", json!("a b")),
        ("session", Value::Null),
        ("session", json!({})),
        (
            "session",
            json!({"id": "", "user_id": "user_1", "started_at": 1, "expires_at": 2}),
        ),
        ("method_id", json!("pn_999")),
        ("method_type", json!("telepathy")),
        ("user_id", json!("user_2")),
        ("user_id", json!(7)),
    ] {
        let mut answer = whole.clone();
        answer[field] = value.clone();
        backend.stub.plays(Script::body(200, answer.to_string()));
        let refused = backend.verify_otp(&id, RIGHT_CODE).await;
        refused.assert_error(ErrorType::OtpServiceMisbehaved);
        assert!(refused.header("set-cookie").is_none(), "{field} {value}");
    }
    backend.stub.plays(Script::body(200, whole.to_string()));
    backend.verify_otp(&id, RIGHT_CODE).await.assert_ok();
}

#[tokio::test]
async fn with_the_cookie_switched_off_the_token_alone_opens_the_session() {
    let backend = Harness::with(&["--binding-cookie", "false"]).await;
    let id = backend.verification("+12125550142").await;
    let answer = backend.verify_otp(&id, RIGHT_CODE).await;
    assert!(answer.assert_ok().header("set-cookie").is_none());
    let token = answer.json()["session_token"].as_str().unwrap().to_owned();
    backend
        .call(Call::get("/api/session").bearer(&token))
        .await
        .assert_ok();
}

#[tokio::test]
async fn a_browser_that_has_signed_in_is_known_again_by_its_cookie_b_14() {
    const SEND: &str = "/otps/sms/login_or_create";
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    let answer = backend.verify_otp(&id, RIGHT_CODE).await;
    let cookies = answer.assert_ok().headers.get_all("set-cookie");
    let device = cookies.iter().nth(1).unwrap().to_str().unwrap();
    assert!(device.starts_with("pipit_device=") && device.contains("Max-Age=15552000"));
    let cookie = device.split(';').next().unwrap();
    for (number, known) in [("+12125550142", true), ("+12125550143", false)] {
        let send = Call::post("/api/otp/send").json(&json!({"phone_number": number}));
        let sent = backend.call(send.header("cookie", cookie)).await;
        let id = sent.assert_ok().json()["verification_id"].clone();
        let body = json!({"verification_id": id, "otp": RIGHT_CODE});
        let verify = Call::post("/api/otp/verify").json(&body);
        backend
            .call(verify.header("cookie", cookie))
            .await
            .assert_ok();
        for path in [SEND, VERIFY] {
            let asked = backend.stub.asked_at(path);
            let shown = asked.last().unwrap().body.get("device_token");
            assert_eq!(shown.is_some(), known, "{path} {number}");
        }
    }
}

#[tokio::test]
async fn a_service_that_knows_no_devices_gets_no_device_cookie_set_b_14() {
    let backend = Harness::start().await;
    backend.stub.is_the_vendor();
    let id = backend.verification("+12125550142").await;
    let answer = backend.verify_otp(&id, RIGHT_CODE).await;
    let cookies = answer.assert_ok().headers.get_all("set-cookie");
    assert_eq!(cookies.iter().count(), 1);
}
