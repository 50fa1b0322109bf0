//! Who is signed in, over the router.

use edge::testing::Call;
use serde_json::json;
use shared::ErrorType;

use crate::testing::{Harness, NOW, Script};

#[tokio::test]
async fn the_session_tells_who_and_until_when() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    backend.clock.advance(100);
    let answer = backend.call(browser.sign(Call::get("/api/session"))).await;
    let expected = json!({"session_id": browser.session_id, "user_id": "user_12125550142",
        "account_id": browser.account_id, "phone_number": "+12125550142", "started_at": NOW,
        "last_active_at": NOW + 100, "expires_in_secs": 86_300});
    assert_eq!(answer.assert_ok().json(), expected);
}

#[tokio::test]
async fn where_the_cookie_says_whose_it_is_no_database_is_needed() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    backend.break_accounts().await;
    let answer = backend.call(browser.sign(Call::get("/api/session"))).await;
    let answer = answer.assert_ok().json();
    assert_eq!(answer["account_id"], browser.account_id);
    assert_eq!(answer["phone_number"], "+12125550142");
}

#[tokio::test]
async fn token_and_cookie_are_worth_nothing_apart_c_18() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    let other = backend.sign_in("+12125550142").await;
    let asked = backend.stub.asked().len();
    for call in [
        Call::get("/api/session"),
        Call::get("/api/session").bearer(&browser.session_token),
        Call::get("/api/session").header("cookie", &browser.cookie),
        Call::get("/api/session")
            .header("cookie", &browser.cookie)
            .header("authorization", "Basic abc"),
        Call::get("/api/session")
            .header("cookie", &browser.cookie)
            .bearer("not/a/token"),
        browser
            .sign(Call::get("/api/session"))
            .header("cookie", &browser.cookie),
    ] {
        backend
            .call(call)
            .await
            .assert_error(ErrorType::InvalidSession);
    }
    assert_eq!(
        backend.stub.asked().len(),
        asked,
        "nobody is asked for nothing"
    );
    for call in [
        Call::get("/api/session")
            .bearer(&browser.session_token)
            .header("cookie", &other.cookie),
        Call::get("/api/session")
            .bearer(&browser.session_token)
            .header("cookie", "pipit_binding="),
        Call::get("/api/session")
            .bearer("dead")
            .header("cookie", &browser.cookie),
    ] {
        backend
            .call(call)
            .await
            .assert_error(ErrorType::InvalidSession);
    }
    backend
        .call(browser.sign(Call::get("/api/session")))
        .await
        .assert_ok();
}

#[tokio::test]
async fn an_ended_session_is_over_c_07() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    backend.clock.advance(86_400);
    let answer = backend.call(browser.sign(Call::get("/api/session"))).await;
    answer.assert_error(ErrorType::InvalidSession);
}

#[tokio::test]
async fn a_silent_service_is_not_the_end_of_a_session_h_06() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    for (script, error) in [
        (
            Script::error(401, "unauthorized"),
            ErrorType::OtpServiceMisbehaved,
        ),
        (
            Script::error(500, "internal_error"),
            ErrorType::OtpServiceMisbehaved,
        ),
        (Script::body(503, ""), ErrorType::OtpServiceUnavailable),
        (
            Script::body(200, "{\"session\":{}}"),
            ErrorType::OtpServiceMisbehaved,
        ),
        (
            Script::error(401, "invalid_session"),
            ErrorType::InvalidSession,
        ),
    ] {
        backend.stub.plays(script);
        let check = || backend.call(browser.sign(Call::get("/api/session")));
        check().await.assert_error(error);
        backend.stub.behaves();
        check().await.assert_ok();
    }
}
