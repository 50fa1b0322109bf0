//! What a proxy is told, over the router.

use edge::testing::{Answer, Call};
use serde_json::json;
use shared::ErrorType;

use crate::testing::{Browser, Harness, Script};

const CHECK: &str = "/api/auth/check";
const COOKIE: &[&str] = &[
    "--session-cookie",
    "host",
    "--return-origins",
    "https://app.example.com",
];

fn asked(browser: &Browser, query: &str) -> Call {
    Call::get(&format!("{CHECK}{query}")).header("cookie", &browser.cookie)
}

fn for_page(query: &str) -> Call {
    Call::get(&format!("{CHECK}{query}"))
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "app.example.com")
        .header("x-forwarded-uri", "/orders?open=1")
}

fn place(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap()
}

#[tokio::test]
async fn a_proxy_learns_who_it_is_and_nothing_secret() {
    let backend = Harness::with(COOKIE).await;
    let linked = json!({"phone_number": "+12125550142", "external_id": "Zoë 100%"});
    backend
        .as_server(Call::post("/api/accounts").json(&linked))
        .await
        .assert_ok();
    let (browser, other) = (
        backend.sign_in("+12125550142").await,
        backend.sign_in("+12125550143").await,
    );
    let answer = backend.call(asked(&browser, "")).await;
    answer.assert_ok();
    assert_eq!(
        answer.header("x-auth-account"),
        Some(browser.account_id.as_str())
    );
    assert_eq!(answer.header("x-auth-user"), Some("user_12125550142"));
    assert_eq!(
        answer.header("x-auth-external-id"),
        Some("Zo%C3%AB%20100%25")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let unlinked = backend.call(asked(&other, "")).await;
    assert_eq!(
        unlinked.header("x-auth-external-id"),
        Some(""),
        "so that none of the client's is left"
    );
}

#[tokio::test]
async fn without_a_live_session_in_its_cookie_nobody_passes_c_11() {
    let backend = Harness::with(COOKIE).await;
    let browser = backend.sign_in("+12125550142").await;
    let value = browser.cookie.split_once('=').unwrap().1;
    let asked_so_far = backend.stub.asked().len();
    for call in [
        Call::get(CHECK),
        Call::get(CHECK).bearer("in-cookie"),
        Call::get(CHECK).header("cookie", "pipit_session=in-cookie"),
        Call::get(CHECK).header("cookie", &format!("pipit_session={}", &value[1..])),
        Call::get(CHECK).header("cookie", &format!("pipit_binding={value}")),
        asked(&browser, "").header("cookie", &browser.cookie),
    ] {
        backend
            .call(call)
            .await
            .assert_error(ErrorType::InvalidSession);
    }
    assert_eq!(
        backend.stub.asked().len(),
        asked_so_far,
        "nobody is asked for nothing"
    );
    backend
        .call(browser.sign(Call::delete("/api/session")))
        .await
        .assert_ok();
    backend
        .call(asked(&browser, ""))
        .await
        .assert_error(ErrorType::InvalidSession);
}

#[tokio::test]
async fn where_the_page_keeps_a_token_no_proxy_can_ask() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    let answer = backend.call(browser.sign(Call::get(CHECK))).await;
    assert!(
        answer
            .assert_error(ErrorType::InvalidSession)
            .text()
            .contains("SESSION_COOKIE")
    );
}

#[tokio::test]
async fn a_sign_in_of_long_ago_does_not_pass_where_a_fresh_one_is_wanted() {
    let backend = Harness::with(COOKIE).await;
    let browser = backend.sign_in("+12125550142").await;
    backend.clock.advance(60);
    backend
        .call(asked(&browser, "?max_age=60"))
        .await
        .assert_ok();
    backend.clock.advance(1);
    backend
        .call(asked(&browser, "?max_age=60"))
        .await
        .assert_error(ErrorType::SignInTooOld);
    backend.call(asked(&browser, "")).await.assert_ok();
    for query in [
        "?max_age=29",
        "?max_age=86401",
        "?max_age=-1",
        "?max_age=x",
        "?max_age=60&max_age=61",
        "?sign_in=x",
    ] {
        backend
            .call(asked(&browser, query))
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
}

#[tokio::test]
async fn a_browser_is_led_to_the_sign_in_and_back_where_the_proxy_wants_that() {
    let backend = Harness::with(COOKIE).await;
    let there =
        "http://localhost:3000/sign-in?return_to=https%3A%2F%2Fapp.example.com%2Forders%3Fopen%3D1";
    let answer = backend.call(for_page("?sign_in=redirect")).await;
    assert_eq!(place(&answer), there);
    let answer = backend.call(for_page("?sign_in=redirect&max_age=60")).await;
    assert_eq!(place(&answer), format!("{there}&max_age=60"));
    backend
        .call(for_page(""))
        .await
        .assert_error(ErrorType::InvalidSession);
    let posted = Call::get(&format!("{CHECK}?sign_in=redirect"))
        .header("x-forwarded-method", "POST")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "app.example.com")
        .header("x-forwarded-uri", "/orders");
    backend
        .call(posted)
        .await
        .assert_error(ErrorType::InvalidSession);
}

#[tokio::test]
async fn whatever_a_client_says_of_itself_leads_to_the_operators_list_at_most_b_08_d_15() {
    let backend = Harness::with(COOKIE).await;
    for (scheme, host, path) in [
        ("https", "evil.example", "/"),
        ("http", "app.example.com", "/"),
        ("https", "app.example.com@evil.example", "/"),
        ("https", "app.example.com", "@evil.example/"),
        ("https", "app.example.com", "//evil.example\\x"),
        ("https://evil.example/?", "app.example.com", "/"),
        ("https", "", "/"),
    ] {
        let call = Call::get(&format!("{CHECK}?sign_in=redirect"))
            .header("x-forwarded-proto", scheme)
            .header("x-forwarded-host", host)
            .header("x-forwarded-uri", path);
        backend
            .call(call)
            .await
            .assert_error(ErrorType::InvalidSession);
    }
    let twice = for_page("?sign_in=redirect").header("x-forwarded-host", "evil.example");
    backend
        .call(twice)
        .await
        .assert_error(ErrorType::InvalidSession);
}

#[tokio::test]
async fn a_service_that_is_away_lets_nobody_pass_h_06() {
    let backend = Harness::with(COOKIE).await;
    let browser = backend.sign_in("+12125550142").await;
    for (script, error) in [
        (Script::CutOff, ErrorType::OtpServiceUnavailable),
        (Script::body(200, "{}"), ErrorType::OtpServiceMisbehaved),
        (
            Script::error(401, "unauthorized"),
            ErrorType::OtpServiceMisbehaved,
        ),
    ] {
        backend.stub.plays(script);
        let answer = backend.call(asked(&browser, "?sign_in=redirect")).await;
        answer.assert_error(error);
    }
}
