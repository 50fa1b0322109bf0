//! Sending a code, over the router.

use edge::testing::Call;
use serde_json::json;
use shared::ErrorType;

use crate::testing::{Harness, RIGHT_CODE, Script};

const SEND: &str = "/otps/sms/login_or_create";

#[tokio::test]
async fn the_answer_holds_what_the_screen_needs_and_nothing_else_f_06() {
    let backend = Harness::start().await;
    let answer = backend.send_otp("+4402079460958").await;
    let body = answer.assert_ok().json();
    let id = body["verification_id"].as_str().unwrap();
    let expected = json!({"verification_id": id, "phone_number": "+442079460958", "code_length": 6,
        "expires_in_secs": 299, "resend_in_secs": 31});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn new_and_known_numbers_get_the_same_answer_f_08() {
    let backend = Harness::start().await;
    let shape = |answer: edge::testing::Answer| {
        let body = answer.assert_ok().json();
        let id = body["verification_id"].as_str().unwrap().len();
        let headers: Vec<_> = answer
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        (id, answer.body.len(), headers)
    };
    let first = shape(backend.send_otp("+12125550142").await);
    assert_eq!(shape(backend.send_otp("+12125550142").await), first);
}

#[tokio::test]
async fn the_service_is_asked_for_five_minutes_with_address_browser_and_key() {
    let backend = Harness::start().await;
    let agent = "é".repeat(600);
    let call = Call::post("/api/otp/send")
        .json(&json!({"phone_number": "+12125550142"}))
        .from_peer("[::ffff:203.0.113.7]:1234")
        .header("user-agent", &agent)
        .header("x-forwarded-for", "198.51.100.1")
        .header("idempotency-key", "press-1");
    backend.call(call).await.assert_ok();
    let asked = backend.stub.asked_at(SEND);
    let expected = json!({"phone_number": "+12125550142", "expires_in": 5,
        "device_fingerprint": {"ip": "203.0.113.7", "user_agent": "é".repeat(512)}});
    assert_eq!(asked[0].body, expected);
    assert_eq!(asked[0].headers["idempotency-key"], "press-1");
    assert!(asked[0].headers.get("x-forwarded-for").is_none());
}

#[tokio::test]
async fn the_language_of_the_page_is_passed_on_as_it_is_and_told_nobody_else_f_01() {
    let log = edge::testing::Log::keep();
    let backend = Harness::start().await;
    for language in ["pt-BR", "no tag at all"] {
        let body = json!({"phone_number": "+12125550142", "language": language});
        let answer = backend.call(Call::post("/api/otp/send").json(&body)).await;
        assert!(!answer.assert_ok().text().contains(language));
    }
    let locales: Vec<_> = backend
        .stub
        .asked_at(SEND)
        .iter()
        .map(|asked| asked.body["locale"].clone())
        .collect();
    assert_eq!(locales, ["pt-BR", "no tag at all"]);
    assert!(!log.text().contains("pt-BR") && !log.text().contains("no tag"));
}

#[tokio::test]
async fn a_language_that_is_no_string_or_too_long_is_refused_before_anybody_is_asked() {
    let backend = Harness::start().await;
    for language in [json!(49), json!(["de"]), json!({}), json!("de-".repeat(12))] {
        let body = json!({"phone_number": "+12125550142", "language": language});
        let answer = backend.call(Call::post("/api/otp/send").json(&body)).await;
        answer.assert_error(ErrorType::InvalidRequest);
        let message = answer.json()["error_message"].to_string();
        assert!(
            message.contains("`language`") && !message.contains("de-"),
            "{message}"
        );
    }
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn a_resend_stays_in_its_verification_and_every_code_of_it_works_a_07() {
    let backend = Harness::start().await;
    let first = backend.verification("+12125550142").await;
    let body = json!({"phone_number": "+12125550142", "verification_id": first});
    let answer = backend.call(Call::post("/api/otp/send").json(&body)).await;
    let second = answer.assert_ok().json()["verification_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let asked = backend.stub.asked_at(SEND);
    assert_eq!(asked[0].body.get("challenge_id"), None);
    assert!(
        asked[1].body["challenge_id"]
            .as_str()
            .unwrap()
            .starts_with("chal_")
    );
    let signed_in = [
        backend.verify_otp(&second, RIGHT_CODE).await,
        backend.verify_otp(&first, RIGHT_CODE).await,
    ];
    assert_eq!(
        signed_in[0].assert_ok().json(),
        signed_in[1].assert_ok().json(),
        "one challenge, one session"
    );
}

#[tokio::test]
async fn a_resend_for_another_number_or_with_a_forged_verification_is_refused() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    for (number, id, error) in [
        ("+12125550143", id.as_str(), ErrorType::InvalidRequest),
        ("+12125550142", "forged", ErrorType::InvalidOtp),
    ] {
        let body = json!({"phone_number": number, "verification_id": id});
        backend
            .call(Call::post("/api/otp/send").json(&body))
            .await
            .assert_error(error);
    }
    assert_eq!(backend.stub.asked_at(SEND).len(), 1);
}

#[tokio::test]
async fn a_resend_long_after_the_end_begins_anew() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    backend.clock.advance(86_400);
    let body = json!({"phone_number": "+12125550142", "verification_id": id});
    backend
        .call(Call::post("/api/otp/send").json(&body))
        .await
        .assert_ok();
    assert_eq!(
        backend.stub.asked_at(SEND)[1].body.get("challenge_id"),
        None
    );
}

#[tokio::test]
async fn what_is_no_number_that_can_sign_in_is_refused_before_anybody_is_asked() {
    let backend = Harness::with(&["--countries", "US,DE"]).await;
    for (number, error) in [
        ("", ErrorType::InvalidPhoneNumber),
        ("2125550142", ErrorType::InvalidPhoneNumber),
        ("+1212555O142", ErrorType::InvalidPhoneNumber),
        ("+12125550142x7", ErrorType::InvalidPhoneNumber),
        ("+12125550142;ext=7", ErrorType::InvalidPhoneNumber),
        ("+1212555", ErrorType::InvalidPhoneNumber),
        ("+121255501420000", ErrorType::InvalidPhoneNumber),
        ("+1212555014\u{0662}", ErrorType::InvalidPhoneNumber),
        ("+19005550142", ErrorType::InvalidPhoneNumber),
        ("+881612345678", ErrorType::InvalidPhoneNumber),
        ("+442079460958", ErrorType::DestinationNotAllowed),
        ("+18765550142", ErrorType::DestinationNotAllowed),
    ] {
        let answer = backend.send_otp(number).await;
        assert_eq!(answer.json()["error_type"], error.as_str(), "{number}");
        answer.assert_error(error);
        assert!(!answer.text().contains("555"), "{}", answer.text());
    }
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn the_vendors_shorter_answer_is_filled_up_and_signs_in() {
    let backend = Harness::start().await;
    backend.stub.is_the_vendor();
    let answer = backend.send_otp("+12125550142").await;
    let body = answer.assert_ok().json();
    assert_eq!(
        (&body["expires_in_secs"], &body["resend_in_secs"]),
        (&json!(300), &json!(30))
    );
    let id = body["verification_id"].as_str().unwrap();
    backend.verify_otp(id, RIGHT_CODE).await.assert_ok();
    let asked = backend.stub.asked_at("/otps/verify");
    assert_eq!(asked[0].body.get("challenge_id"), None);
}

#[tokio::test]
async fn a_limit_comes_through_with_its_time_and_in_our_words_h_07() {
    let backend = Harness::start().await;
    backend
        .stub
        .plays(Script::error(429, "too_many_requests").header("retry-after", "17"));
    let answer = backend.send_otp("+12125550142").await;
    answer.assert_error(ErrorType::TooManyRequests);
    assert_eq!(answer.header("retry-after"), Some("17"));
    assert!(!answer.text().contains("UPSTREAM"));
}

#[tokio::test]
async fn a_send_without_its_method_is_no_send_h_06() {
    let backend = Harness::start().await;
    backend.stub.plays(Script::body(
        200,
        "{\"phone_number_id\":\"\",\"user_id\":\"user_1\"}",
    ));
    backend
        .send_otp("+12125550142")
        .await
        .assert_error(ErrorType::OtpServiceMisbehaved);
}
