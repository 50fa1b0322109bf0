//! The calls of the app's servers about challenges, and everything that is refused. What a person does between
//! them is tested beside the screen.

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use crate::testing::{Harness, NOW, Script};

const CHALLENGES: &str = "/api/challenges";
const LIST: &[&str] = &["--return-origins", "https://app.example.com"];

fn body() -> Value {
    json!({"phone_number": "+12125550142", "purpose": "transfer", "text": "100 € to Ada",
        "return_to": "https://app.example.com/back?of=1"})
}

/// The usual request with one field changed; `null` takes it away.
fn with(field: &str, value: Value) -> Value {
    let mut body = body();
    match value {
        Value::Null => drop(body.as_object_mut().unwrap().remove(field)),
        value => body[field] = value,
    }
    body
}

async fn create(backend: &Harness, body: &Value) -> Answer {
    backend.as_server(Call::post(CHALLENGES).json(body)).await
}

async fn redeem(backend: &Harness, id: &str, body: &Value) -> Answer {
    let path = format!("{CHALLENGES}/{id}/redeem");
    backend.as_server(Call::post(&path).json(body)).await
}

#[tokio::test]
async fn a_challenge_sends_one_code_and_says_where_it_is_proved() {
    let backend = Harness::with(LIST).await;
    let answer = create(&backend, &body()).await;
    let made = answer.assert_ok().json();
    let id = made["challenge_id"].as_str().unwrap();
    assert_eq!(made["url"], format!("http://localhost:3000/challenge/{id}"));
    assert_eq!(
        (&made["masked_number"], &made["expires_in_secs"]),
        (&json!("•••••••••42"), &json!(600))
    );
    let sends = backend.stub.asked_at("/otps/sms/send");
    let sent = sends.last().unwrap();
    assert_eq!(
        (&sent.body["phone_number"], &sent.body["expires_in"]),
        (&json!("+12125550142"), &json!(5))
    );
    let created = backend.stub.asked_at("/users/create");
    assert_eq!(created.len(), 1, "the OTP service wants a user for it");
    assert!(
        backend
            .stub
            .asked_at("/otps/sms/login_or_create")
            .is_empty(),
        "A-10"
    );
    assert!(
        backend
            .store
            .accounts_after("", 9)
            .await
            .unwrap()
            .is_empty(),
        "no account"
    );

    create(&backend, &body()).await.assert_ok();
    assert_eq!(backend.stub.asked_at("/users/create").len(), 1);
}

#[tokio::test]
async fn a_repeat_with_its_key_is_one_message_i_08() {
    let backend = Harness::with(LIST).await;
    let call = Call::post(CHALLENGES)
        .header("idempotency-key", "press-1")
        .json(&with("language", json!("de")));
    backend.as_server(call).await.assert_ok();
    let sent = backend.stub.asked_at("/otps/sms/send");
    assert!(
        sent.iter()
            .all(|sent| sent.headers["idempotency-key"] == "press-1")
    );
    assert!(sent.iter().all(|sent| sent.body["locale"] == "de"));
}

#[tokio::test]
async fn an_accounts_number_is_proved_without_naming_it() {
    let backend = Harness::with(LIST).await;
    let browser = backend.sign_in("+12125550142").await;
    let mut request = with("phone_number", Value::Null);
    request["account_id"] = json!(browser.account_id);
    request["device_fingerprint"] = json!({"ip": "192.0.2.7"});
    let made = create(&backend, &request).await;
    assert_eq!(made.assert_ok().json()["masked_number"], "•••••••••42");
    let sent = &backend.stub.asked_at("/otps/sms/send")[0];
    assert_eq!(sent.body["device_fingerprint"], json!({"ip": "192.0.2.7"}));
}

#[tokio::test]
async fn an_account_whose_number_is_another_users_now_is_refused() {
    let backend = Harness::with(LIST).await;
    let browser = backend.sign_in("+12125550142").await;
    let mut request = with("phone_number", Value::Null);
    request["account_id"] = json!(browser.account_id);
    backend.stub.plays(Script::body(
        200,
        r#"{"phone_number_id":"pn_1","user_id":"user_2"}"#,
    ));
    create(&backend, &request)
        .await
        .assert_error(ErrorType::DuplicatePhoneNumber);
}

#[tokio::test]
async fn every_malformed_call_gets_its_envelope_and_sends_nothing_d_11_d_18() {
    let backend = Harness::with(LIST).await;
    for (what, body, error) in [
        ("nothing", json!({}), ErrorType::InvalidRequest),
        (
            "nobody",
            with("phone_number", Value::Null),
            ErrorType::InvalidRequest,
        ),
        (
            "two",
            with("account_id", json!("acct_1")),
            ErrorType::InvalidRequest,
        ),
        (
            "a number of another type",
            with("phone_number", json!(1)),
            ErrorType::InvalidRequest,
        ),
        (
            "no number",
            with("phone_number", json!("x")),
            ErrorType::InvalidPhoneNumber,
        ),
        (
            "no purpose",
            with("purpose", Value::Null),
            ErrorType::InvalidRequest,
        ),
        (
            "a purpose of another type",
            with("purpose", json!(["x"])),
            ErrorType::InvalidRequest,
        ),
        (
            "a purpose of two words",
            with("purpose", json!("two words")),
            ErrorType::InvalidRequest,
        ),
        (
            "a long purpose",
            with("purpose", json!("x".repeat(41))),
            ErrorType::InvalidRequest,
        ),
        (
            "an empty text",
            with("text", json!("")),
            ErrorType::InvalidRequest,
        ),
        (
            "a text of another type",
            with("text", json!(7)),
            ErrorType::InvalidRequest,
        ),
        (
            "a text of two lines",
            with("text", json!("a\nb")),
            ErrorType::InvalidRequest,
        ),
        (
            "a long text",
            with("text", json!("x".repeat(201))),
            ErrorType::InvalidRequest,
        ),
        (
            "no way back",
            with("return_to", Value::Null),
            ErrorType::InvalidRequest,
        ),
        (
            "a way of another type",
            with("return_to", json!(true)),
            ErrorType::InvalidRequest,
        ),
        (
            "a long way",
            with(
                "return_to",
                json!(format!("https://app.example.com/{}", "x".repeat(1024))),
            ),
            ErrorType::ReturnNotAllowed,
        ),
        (
            "a way elsewhere",
            with("return_to", json!("https://evil.example/")),
            ErrorType::ReturnNotAllowed,
        ),
        (
            "a way with a name",
            with("return_to", json!("https://app.example.com@evil.example/")),
            ErrorType::ReturnNotAllowed,
        ),
        (
            "a way with a backslash",
            with(
                "return_to",
                json!("https://app.example.com\\@evil.example/"),
            ),
            ErrorType::ReturnNotAllowed,
        ),
        (
            "another scheme",
            with("return_to", json!("javascript:alert(1)")),
            ErrorType::ReturnNotAllowed,
        ),
        (
            "a language of another type",
            with("language", json!(1)),
            ErrorType::InvalidRequest,
        ),
        (
            "a long language",
            with("language", json!("x".repeat(36))),
            ErrorType::InvalidRequest,
        ),
        (
            "a device of another type",
            with("device_fingerprint", json!("192.0.2.1")),
            ErrorType::InvalidRequest,
        ),
        (
            "a device as a list",
            with("device_fingerprint", json!(["192.0.2.1"])),
            ErrorType::InvalidRequest,
        ),
    ] {
        let answer = create(&backend, &body).await;
        assert_eq!(
            answer.json()["error_type"],
            error.as_str(),
            "{what}: {}",
            answer.text()
        );
        answer.assert_error(error);
        assert!(!answer.text().contains("5550"), "{what}");
    }
    let mut unknown = with("phone_number", Value::Null);
    unknown["account_id"] = json!("acct_1");
    create(&backend, &unknown)
        .await
        .assert_error(ErrorType::AccountNotFound);
    assert!(backend.stub.asked().is_empty());

    let made = create(&backend, &body()).await.assert_ok().json();
    let id = made["challenge_id"].as_str().unwrap();
    for body in [
        json!({}),
        json!({"result_code": 1}),
        json!({"result_code": null}),
        json!({"result_code": {}}),
    ] {
        redeem(&backend, id, &body)
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
    for id in ["chlg_1", "..%2F..", "%00", &"x".repeat(500)] {
        let answer = redeem(&backend, id, &json!({"result_code": "x"})).await;
        answer.assert_error(ErrorType::ChallengeNotFound);
    }
}

#[tokio::test]
async fn without_a_server_key_nothing_is_sent_or_told() {
    let backend = Harness::with(LIST).await;
    let browser = backend.sign_in("+12125550142").await;
    let asked = backend.stub.asked().len();
    for call in [
        Call::post(CHALLENGES).json(&body()),
        Call::post(CHALLENGES)
            .bearer(&browser.session_token)
            .json(&body()),
        browser
            .sign(Call::post("/api/challenges/chlg_1/redeem"))
            .json(&json!({"result_code": "x"})),
        Call::post(CHALLENGES).bearer("sk_").body("no JSON either"),
    ] {
        backend
            .call(call)
            .await
            .assert_error(ErrorType::Unauthorized);
    }
    assert_eq!(backend.stub.asked().len(), asked);
}

#[tokio::test]
async fn what_is_not_proved_can_not_be_redeemed() {
    let backend = Harness::with(LIST).await;
    let made = create(&backend, &body()).await.assert_ok().json();
    let id = made["challenge_id"].as_str().unwrap();
    for code in ["", "x", &"A".repeat(43), id, &"x".repeat(3000)] {
        let answer = redeem(&backend, id, &json!({"result_code": code})).await;
        answer.assert_error(ErrorType::InvalidResultCode);
    }
}

#[tokio::test]
async fn refusals_of_the_otp_service_reach_the_app_h_07() {
    let backend = Harness::with(LIST).await;
    for (script, error) in [
        (
            Script::error(429, "too_many_requests").header("retry-after", "30"),
            ErrorType::TooManyRequests,
        ),
        (
            Script::error(403, "number_blocked"),
            ErrorType::NumberBlocked,
        ),
        (
            Script::error(403, "destination_not_allowed"),
            ErrorType::DestinationNotAllowed,
        ),
        (Script::error(503, "sms_not_sent"), ErrorType::SmsNotSent),
        (
            Script::error(401, "unauthorized"),
            ErrorType::OtpServiceMisbehaved,
        ),
        (
            Script::body(200, r#"{"phone_number_id":"","user_id":"user_1"}"#),
            ErrorType::OtpServiceMisbehaved,
        ),
        (Script::CutOff, ErrorType::OtpServiceUnavailable),
    ] {
        backend.stub.plays(script);
        let answer = create(&backend, &body()).await;
        assert_eq!(answer.json()["error_type"], error.as_str());
        assert!(!answer.text().contains("UPSTREAM"));
    }
    assert_eq!(backend.clock.now(), NOW);
}
