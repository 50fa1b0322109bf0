//! From a number to a session, and everything that keeps a code from being used for something else.

use edge::testing::Call;
use serde_json::json;
use shared::ErrorType;

use super::harness::{Harness, KEY, NUMBER, START, assert_wrong};

#[tokio::test]
async fn a_new_number_becomes_a_pending_user_and_the_right_code_an_active_one_with_a_session() {
    let harness = Harness::start().await;
    let answer = harness
        .login_or_create(&json!({"phone_number": NUMBER, "expires_in": 5}))
        .await;
    let body = answer.assert_ok().json();
    assert_eq!(body["user_created"], true);
    assert_eq!(
        (&body["status"], &body["user_active"]),
        (&json!("pending"), &json!(false))
    );
    assert_eq!(
        (&body["expires_in_secs"], &body["resend_in_secs"]),
        (&json!(300), &json!(30))
    );
    assert!(body["phone_number_id"].as_str().unwrap().starts_with("pn_"));

    let message = &harness.messages(NUMBER).await[0];
    let code = message["code"].as_str().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
    assert!(
        message["text"]
            .as_str()
            .unwrap()
            .ends_with(&format!("\n@localhost #{code}"))
    );

    let verify =
        json!({"method_id": body["phone_number_id"], "otp": code, "session_expires_in": 60});
    let verified = harness.verify(&verify).await.assert_ok().json();
    assert_eq!(verified["user_id"], body["user_id"]);
    assert_eq!(verified["method_type"], "phone_number");
    let token = verified["session_token"].as_str().unwrap();
    assert!(
        token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "C-01"
    );
    let session = &verified["session"];
    assert_eq!(
        (&session["started_at"], &session["expires_at"]),
        (&json!(START), &json!(START + 3600))
    );
    assert_eq!(session["factors"][0]["method"]["phone_number"], NUMBER);
    assert_eq!(session["factors"][0]["type"], "otp");
    assert_eq!(
        session["device_fingerprint"],
        json!({"ip": "", "user_agent": ""})
    );

    let user = harness
        .user(body["user_id"].as_str().unwrap())
        .await
        .assert_ok()
        .json();
    assert_eq!(
        (&user["status"], &user["active"]),
        (&json!("active"), &json!(true))
    );
    assert_eq!(user["phone_numbers"][0]["phone_number"], NUMBER);
    assert_eq!(user["phone_numbers"][0]["verified"], true);
    for list in [
        "emails",
        "idp_providers",
        "wallets",
        "totps",
        "webauthn_credentials",
    ] {
        assert_eq!(user[list], json!([]), "{list}");
    }
}

#[tokio::test]
async fn a_known_number_keeps_its_user_whatever_its_spelling_b_07() {
    let harness = Harness::start().await;
    let first = harness.sent_to("+447400123456").await;
    harness.wait_for_resend();
    let again = harness
        .login_or_create(&json!({"phone_number": "+4407400123456"}))
        .await;
    assert_eq!(again.assert_ok().json()["user_created"], false);
    assert_eq!(again.json()["user_id"], first.user_id.as_str());
    harness.clock.advance(1);
    harness
        .login_or_create(&json!({"phone_number": "+447400123456", "expires_in": 2}))
        .await
        .assert_error(ErrorType::TooManyRequests);
}

#[tokio::test]
async fn verifying_without_asking_for_a_session_gives_none() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    let body = harness.verify(&sent.body()).await.assert_ok().json();
    for field in ["session", "session_token", "session_jwt"] {
        assert!(body.get(field).is_none(), "{field}");
    }
}

#[tokio::test]
async fn a_code_works_once_a_04() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    let unbound = json!({"method_id": sent.method_id, "otp": sent.code});
    harness.verify(&unbound).await.assert_ok();
    let again = harness.verify(&unbound).await;
    again.assert_error(ErrorType::InvalidOtp);
    assert_eq!(
        again.text(),
        r#"{"status_code":400,"error_message":"Invalid OTP Code.","error_type":"invalid_otp"}"#
    );
}

#[tokio::test]
async fn wrong_codes_count_down_and_the_fifth_ends_the_challenge_a_05() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    for left in (1..5).rev() {
        assert_wrong(
            &harness.verify(&sent.body_with(&sent.wrong_code())).await,
            left,
        );
    }
    for code in [&sent.wrong_code(), &sent.code] {
        let answer = harness.verify(&sent.body_with(code)).await;
        answer.assert_error(ErrorType::OtpAttemptsExceeded);
        assert_eq!(answer.json()["attempts_left"], 0);
        assert_eq!(answer.json()["retry_after_secs"], 30);
    }
    harness.clock.advance(29);
    harness
        .login_or_create(&json!({"phone_number": NUMBER}))
        .await
        .assert_error(ErrorType::TooManyRequests);
    harness.clock.advance(1);
    let fresh = harness.resent(NUMBER, &sent.challenge_id).await;
    assert_ne!(
        fresh.challenge_id, sent.challenge_id,
        "a dead challenge is not revived"
    );
    harness.verify(&fresh.body()).await.assert_ok();
}

#[tokio::test]
async fn after_a_resend_both_codes_work_and_the_tries_are_not_refilled_a_07() {
    for use_old in [true, false] {
        let harness = Harness::start().await;
        let first = harness.sent_to(NUMBER).await;
        assert_wrong(
            &harness.verify(&first.body_with(&first.wrong_code())).await,
            4,
        );
        harness.clock.advance(30);
        let second = harness.resent(NUMBER, &first.challenge_id).await;
        assert_eq!(first.challenge_id, second.challenge_id);
        let neither = (1..)
            .map(|step| super::harness::wrong(&first.code, step))
            .find(|code| *code != second.code);
        assert_wrong(
            &harness.verify(&first.body_with(&neither.unwrap())).await,
            3,
        );
        let code = if use_old { &first.code } else { &second.code };
        harness.verify(&first.body_with(code)).await.assert_ok();
        let other = if use_old { &second.code } else { &first.code };
        harness
            .verify(&first.body_with(other))
            .await
            .assert_error(ErrorType::InvalidOtp);
    }
}

#[tokio::test]
async fn a_strangers_request_leaves_the_owners_codes_alone_a_07_a_08() {
    let harness = Harness::start().await;
    let owner = harness.sent_to(NUMBER).await;
    harness.clock.advance(30);
    let stranger = harness.sent_to(NUMBER).await;
    assert_ne!(owner.challenge_id, stranger.challenge_id);
    for left in (1..4).rev() {
        assert_wrong(
            &harness
                .verify(&stranger.body_with(&super::harness::wrong(&owner.code, 7)))
                .await,
            left + 1,
        );
    }
    harness.verify(&owner.body()).await.assert_ok();
}

#[tokio::test]
async fn a_code_ends_with_its_lifetime_which_is_a_minute_unless_asked_otherwise_a_03() {
    let harness = Harness::start().await;
    let body = harness
        .login_or_create(&json!({"phone_number": NUMBER}))
        .await
        .assert_ok()
        .json();
    assert_eq!(body["expires_in_secs"], 60);
    let code = harness.messages(NUMBER).await[0]["code"].clone();
    harness.clock.advance(60);
    let answer = harness
        .verify(&json!({"method_id": body["phone_number_id"], "otp": code}))
        .await;
    answer.assert_error(ErrorType::OtpExpired);
    assert_eq!(
        harness.messages(NUMBER).await[0]["text"],
        "",
        "the text is not shown after its end (E-02)"
    );
}

#[tokio::test]
async fn a_code_of_one_number_fails_for_another_a_09() {
    let harness = Harness::start().await;
    let (mine, yours) = (
        harness.sent_to(NUMBER).await,
        harness.sent_to("+12125550143").await,
    );
    if mine.code != yours.code {
        assert_wrong(&harness.verify(&yours.body_with(&mine.code)).await, 4);
    }
    let crossed =
        json!({"method_id": yours.method_id, "challenge_id": mine.challenge_id, "otp": mine.code});
    harness
        .verify(&crossed)
        .await
        .assert_error(ErrorType::InvalidOtp);
    harness.verify(&mine.body()).await.assert_ok();
}

#[tokio::test]
async fn who_holds_no_challenge_learns_nothing_a_11_a_13() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    let invalid =
        r#"{"status_code":400,"error_message":"Invalid OTP Code.","error_type":"invalid_otp"}"#;
    for (body, what) in [
        (
            json!({"method_id": "pn_000000000000000000000000000", "otp": "000000"}),
            "unknown",
        ),
        (json!({"method_id": "", "otp": "000000"}), "empty"),
        (
            json!({"method_id": "' OR 1=1 --", "otp": "000000"}),
            "malformed",
        ),
        (
            json!({"method_id": sent.method_id, "challenge_id": "chal_x", "otp": sent.code}),
            "foreign challenge",
        ),
    ] {
        assert_eq!(harness.verify(&body).await.text(), invalid, "{what}");
    }
    harness.verify(&sent.body()).await.assert_ok();
}

#[tokio::test]
async fn a_second_factor_goes_only_to_a_number_that_has_a_user() {
    let harness = Harness::start().await;
    let unknown = harness.send(&json!({"phone_number": NUMBER})).await;
    unknown.assert_error(ErrorType::UserNotFound);
    assert!(harness.messages(NUMBER).await.is_empty());
    let user = harness.signed_in(NUMBER).await;
    harness.wait_for_resend();
    let body = harness
        .send(&json!({"phone_number": NUMBER}))
        .await
        .assert_ok()
        .json();
    assert_eq!(body["user_id"], user["user_id"]);
    assert!(body.get("user_created").is_none());
    let code = harness.messages(NUMBER).await[0]["code"].clone();
    harness
        .verify(&json!({"method_id": body["phone_number_id"], "otp": code}))
        .await
        .assert_ok();
}

#[tokio::test]
async fn a_user_that_needs_no_verification_is_active_at_once() {
    let harness = Harness::start().await;
    let body = json!({"phone_number": NUMBER, "requires_verification": false});
    let answer = harness.login_or_create(&body).await.assert_ok().json();
    assert_eq!(
        (&answer["status"], &answer["user_active"]),
        (&json!("active"), &json!(true))
    );
}

#[tokio::test]
async fn a_device_that_differs_from_the_one_at_send_is_a_wrong_code() {
    let harness = Harness::start().await;
    let device = json!({"ip": "192.0.2.7", "user_agent": "A browser"});
    let body = json!({"phone_number": NUMBER, "expires_in": 5, "device_fingerprint": device});
    let sent = harness.login_or_create(&body).await.assert_ok().json();
    let code = harness.messages(NUMBER).await[0]["code"].clone();
    let mut verify =
        json!({"method_id": sent["phone_number_id"], "otp": code, "session_expires_in": 60});
    verify["device_fingerprint"] = json!({"ip": "192.0.2.8"});
    assert_wrong(&harness.verify(&verify).await, 4);
    verify["device_fingerprint"] = json!({"ip": "192.0.2.7"});
    let verified = harness.verify(&verify).await.assert_ok().json();
    assert_eq!(verified["session"]["device_fingerprint"], device);
}

#[tokio::test]
async fn countries_that_are_not_served_and_fixed_lines_get_no_message_g_01_g_02() {
    let harness = Harness::start_with(&["--allowed-countries=us,CA"]).await;
    harness
        .login_or_create(&json!({"phone_number": "+4915112345678"}))
        .await
        .assert_error(ErrorType::DestinationNotAllowed);
    harness
        .login_or_create(&json!({"phone_number": "+12423591234"}))
        .await
        .assert_error(ErrorType::DestinationNotAllowed);
    harness
        .login_or_create(&json!({"phone_number": NUMBER}))
        .await
        .assert_ok();
    let harness = Harness::start().await;
    harness
        .login_or_create(&json!({"phone_number": "+442079460958"}))
        .await
        .assert_error(ErrorType::InvalidPhoneNumber);
    let harness = Harness::start_with(&["--allow-fixed-lines"]).await;
    harness
        .login_or_create(&json!({"phone_number": "+442079460958"}))
        .await
        .assert_ok();
}

#[tokio::test]
async fn the_outbox_is_a_page_with_no_inline_script_and_its_own_files() {
    let harness = Harness::start().await;
    let page = Call::get("/outbox").send(&harness.router).await;
    assert!(page.assert_ok().text().contains("<h1>Outbox</h1>"));
    assert!(
        !page
            .header("content-security-policy")
            .unwrap()
            .contains("unsafe")
    );
    for (path, kind) in [
        ("/outbox/outbox.css", "text/css"),
        ("/outbox/outbox.js", "text/javascript"),
    ] {
        let file = Call::get(path).send(&harness.router).await;
        assert!(
            file.assert_ok()
                .header("content-type")
                .unwrap()
                .starts_with(kind)
        );
    }
}

#[tokio::test]
async fn it_says_when_it_is_up_and_ready_without_a_key() {
    let harness = Harness::start().await;
    for path in ["/healthz", "/readyz"] {
        Call::get(path).send(&harness.router).await.assert_ok();
    }
    Call::get("/v1/auth/users/user_x")
        .bearer(KEY)
        .send(&harness.router)
        .await
        .assert_error(ErrorType::UserNotFound);
}
