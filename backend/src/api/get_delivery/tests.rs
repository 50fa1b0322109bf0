//! How far a message has come, over the router.

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use crate::testing::{Harness, Script};

async fn ask(backend: &Harness, verification_id: &str) -> Answer {
    let body = json!({"verification_id": verification_id});
    let call = Call::post("/api/otp/delivery").json(&body);
    backend.call(call).await
}

fn nothing() -> Value {
    json!({"delivery": null, "usual_secs": null, "resend_in_secs": null})
}

#[tokio::test]
async fn what_the_otp_service_says_is_passed_on_and_nothing_else() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    for (delivery, usual, resend) in [
        ("on_its_way", Some(7), None),
        ("delivered", None, None),
        ("failed", None, Some(0)),
        ("not_reported", Some(90), None),
    ] {
        let mut told = json!({"challenge_id": "chal_1", "delivery": delivery, "sent_at": 1});
        if let Some(secs) = usual {
            told["usual_secs"] = json!(secs);
        }
        if let Some(secs) = resend {
            told["resend_in_secs"] = json!(secs);
        }
        backend.stub.plays(Script::body(200, told.to_string()));
        let answer = ask(&backend, &id).await;
        assert_eq!(
            answer.assert_ok().json(),
            json!({"delivery": delivery, "usual_secs": usual, "resend_in_secs": resend})
        );
    }
    let asked = backend.stub.asked();
    let path = &asked.last().unwrap().path;
    assert!(
        path.starts_with("/v1/auth/otps/chal_") && path.ends_with("/delivery"),
        "{path}"
    );
}

#[tokio::test]
async fn a_service_that_tells_nothing_of_messages_has_nothing_shown() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    // The stub knows no such call.
    assert_eq!(ask(&backend, &id).await.assert_ok().json(), nothing());

    let vendor = Harness::start().await;
    vendor.stub.is_the_vendor();
    let id = vendor.verification("+12125550142").await;
    let before = vendor.stub.asked().len();
    assert_eq!(ask(&vendor, &id).await.assert_ok().json(), nothing());
    assert_eq!(vendor.stub.asked().len(), before, "it is not even asked");
}

#[tokio::test]
async fn only_who_holds_the_verification_is_told() {
    let backend = Harness::start().await;
    ask(&backend, "x").await.assert_error(ErrorType::InvalidOtp);
    ask(&backend, "")
        .await
        .assert_error(ErrorType::InvalidRequest);
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_none_is_an_honest_error_h_06() {
    let backend = Harness::start().await;
    let id = backend.verification("+12125550142").await;
    for (script, error) in [
        (Script::body(200, "<html>"), ErrorType::OtpServiceMisbehaved),
        (
            Script::body(200, r#"{"challenge_id":"c","delivery":"lost","sent_at":1}"#),
            ErrorType::OtpServiceMisbehaved,
        ),
        (
            Script::error(401, "unauthorized"),
            ErrorType::OtpServiceMisbehaved,
        ),
        (
            Script::error(429, "too_many_requests"),
            ErrorType::TooManyRequests,
        ),
        (Script::CutOff, ErrorType::OtpServiceUnavailable),
    ] {
        backend.stub.plays(script);
        ask(&backend, &id).await.assert_error(error);
    }
}
