//! Apps send people here and get them back, over the router: with a token in the page, and with the session in
//! a cookie; with and without JavaScript.

use edge::testing::Call;
use shared::ErrorType;

use crate::testing::{Harness, Jar, RIGHT_CODE, Script, place};

const APP: &str = "https://app.example.com/orders?open=1";
const DOOR: &str = "/sign-in?return_to=https%3A%2F%2Fapp.example.com%2Forders%3Fopen%3D1";
const LIST: &[&str] = &["--return-origins", "https://app.example.com"];
const COOKIE: &[&str] = &[
    "--return-origins",
    "https://app.example.com",
    "--session-cookie",
    "host",
];

#[tokio::test]
async fn who_signs_in_goes_back_to_the_app_once() {
    let backend = Harness::with(LIST).await;
    let mut browser = Jar::new(&backend);
    assert_eq!(place(&browser.get(DOOR).await), "/");
    let signed_in = browser.sign_in("+12125550142").await;
    assert_eq!(signed_in.assert_ok().json()["return_to"], APP);
    let token = signed_in.json()["session_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let session = browser.send(Call::get("/api/session").bearer(&token)).await;
    assert!(
        session.assert_ok().json().get("return_to").is_none(),
        "told once"
    );
}

#[tokio::test]
async fn whose_page_is_signed_in_already_goes_back_too() {
    let backend = Harness::with(LIST).await;
    let mut browser = Jar::new(&backend);
    let signed_in = browser.sign_in("+12125550142").await;
    assert!(signed_in.assert_ok().json().get("return_to").is_none());
    let token = signed_in.json()["session_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(place(&browser.get(DOOR).await), "/");
    let session = browser.send(Call::get("/api/session").bearer(&token)).await;
    assert_eq!(session.assert_ok().json()["return_to"], APP);
    let again = browser.send(Call::get("/api/session").bearer(&token)).await;
    assert!(again.assert_ok().json().get("return_to").is_none());
}

#[tokio::test]
async fn without_javascript_the_way_back_is_the_same() {
    for arguments in [LIST, COOKIE] {
        let backend = Harness::with(arguments).await;
        let mut browser = Jar::new(&backend);
        browser.get(DOOR).await;
        let sent = browser
            .submit("/plain", &[("country", "US"), ("phone", "212 555 0142")])
            .await;
        assert_eq!(place(&sent), "/plain/verify");
        let page = browser.get("/plain/verify").await;
        let policy = page.assert_ok().header("content-security-policy").unwrap();
        assert!(
            policy.contains("form-action 'self' https://app.example.com;"),
            "{policy}"
        );
        let signed_in = browser
            .submit("/plain/verify", &[("otp", RIGHT_CODE)])
            .await;
        assert_eq!(place(&signed_in), APP);
        assert!(!browser.cookies.contains_key("pipit_return"));
        browser.get(DOOR).await;
        if arguments == LIST {
            assert_eq!(place(&browser.get("/plain/account").await), APP);
        }
        browser.get("/plain/account").await.assert_ok();
    }
}

#[tokio::test]
async fn with_the_session_in_a_cookie_who_is_signed_in_goes_straight_back() {
    let backend = Harness::with(COOKIE).await;
    let mut browser = Jar::new(&backend);
    let signed_in = browser.sign_in("+12125550142").await;
    assert_eq!(signed_in.assert_ok().json()["session_token"], "in-cookie");
    assert_eq!(place(&browser.get(DOOR).await), APP);
    assert!(!browser.cookies.contains_key("pipit_return"));
    browser
        .send(Call::delete("/api/session").bearer("in-cookie"))
        .await
        .assert_ok();
    assert!(!browser.cookies.contains_key("pipit_session"));
    assert_eq!(place(&browser.get(DOOR).await), "/");
}

#[tokio::test]
async fn the_page_works_with_a_cookie_and_never_sees_the_token() {
    let backend = Harness::with(COOKIE).await;
    let mut browser = Jar::new(&backend);
    let signed_in = browser.sign_in("+12125550142").await;
    let real = backend.stub.asked_at("/otps/verify").len();
    assert_eq!(real, 1);
    assert!(!browser.cookies.contains_key("pipit_binding"));
    for call in [
        Call::get("/api/session"),
        Call::post("/api/session/extend"),
        Call::get("/api/sessions"),
        Call::delete("/api/sessions"),
    ] {
        let answer = browser.send(call.bearer("in-cookie")).await;
        answer.assert_ok();
        assert!(
            !answer.text().contains("session_token"),
            "{}",
            answer.text()
        );
    }
    let tokens: Vec<_> = backend.stub.tokens();
    for token in tokens {
        assert!(!signed_in.text().contains(&token));
        assert!(
            browser
                .cookies
                .values()
                .all(|value| !value.contains(&token))
        );
        let stolen = Call::get("/api/session").bearer(&token);
        backend
            .call(stolen)
            .await
            .assert_error(ErrorType::InvalidSession);
    }
}

#[tokio::test]
async fn a_new_session_in_the_same_browser_ends_the_one_whose_cookie_it_takes() {
    let backend = Harness::with(COOKIE).await;
    let mut browser = Jar::new(&backend);
    browser.sign_in("+12125550142").await.assert_ok();
    browser.sign_in("+12125550142").await.assert_ok();
    assert_eq!(backend.stub.live_sessions(), 1);
}

#[tokio::test]
async fn a_fresh_code_is_asked_for_where_the_last_one_is_too_long_ago() {
    let backend = Harness::with(COOKIE).await;
    let mut browser = Jar::new(&backend);
    browser.sign_in("+12125550142").await.assert_ok();
    let door = format!("{DOOR}&max_age=60");
    assert_eq!(place(&browser.get(&door).await), APP);
    backend.clock.advance(61);
    assert_eq!(place(&browser.get(&door).await), "/plain/again");
    let sends = || backend.stub.asked_at("/otps/sms/login_or_create").len();
    let before = sends();
    let page = browser.get("/plain/again").await;
    assert!(page.assert_ok().text().contains("•42"), "{}", page.text());
    assert!(!page.text().contains("5550142"), "F-07");
    assert_eq!(sends(), before, "looking sends nothing");
    assert_eq!(
        place(&browser.submit("/plain/again", &[("press", "1")]).await),
        "/plain/verify"
    );
    assert_eq!(
        place(&browser.submit("/plain/again", &[("press", "2")]).await),
        "/plain/verify"
    );
    assert_eq!(
        sends(),
        before + 1,
        "a code that is on its way is not sent again"
    );
    let back = browser
        .submit("/plain/verify", &[("otp", RIGHT_CODE)])
        .await;
    assert_eq!(place(&back), APP);
    assert_eq!(place(&browser.get(&door).await), APP, "fresh now");
    assert_eq!(backend.stub.live_sessions(), 1);
}

#[tokio::test]
async fn who_is_not_signed_in_is_not_asked_for_a_fresh_code_but_to_sign_in() {
    let backend = Harness::with(COOKIE).await;
    let mut browser = Jar::new(&backend);
    assert_eq!(
        place(&browser.get(&format!("{DOOR}&max_age=60")).await),
        "/"
    );
    assert_eq!(place(&browser.get("/plain/again").await), "/plain");
    assert_eq!(place(&browser.submit("/plain/again", &[]).await), "/plain");
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn nobody_is_led_anywhere_else() {
    let backend = Harness::with(COOKIE).await;
    for query in [
        "return_to=https%3A%2F%2Fevil.example%2F",
        "return_to=https%3A%2F%2Fapp.example.com%40evil.example%2F",
        "return_to=https%3A%2F%2Fapp.example.com%5C%40evil.example%2F",
        "return_to=%2F%2Fevil.example",
        "return_to=javascript%3Aalert(1)",
        "return_to=%2Fplain",
        "return_to=",
    ] {
        let answer = backend.call(Call::get(&format!("/sign-in?{query}"))).await;
        answer.assert_error(ErrorType::ReturnNotAllowed);
        assert!(answer.header("set-cookie").is_none() && answer.header("location").is_none());
    }
    let twice = "return_to=https%3A%2F%2Fapp.example.com&return_to=https%3A%2F%2Fevil.example";
    for query in [
        "",
        twice,
        "return_to=https%3A%2F%2Fapp.example.com&max_age=0",
    ] {
        let answer = backend.call(Call::get(&format!("/sign-in?{query}"))).await;
        answer.assert_error(ErrorType::InvalidRequest);
    }
    let nobody = Harness::start().await;
    nobody
        .call(Call::get(DOOR))
        .await
        .assert_error(ErrorType::ReturnNotAllowed);
    let with_token = Harness::with(LIST).await;
    let answer = with_token
        .call(Call::get(&format!("{DOOR}&max_age=60")))
        .await;
    assert!(
        answer
            .assert_error(ErrorType::InvalidRequest)
            .text()
            .contains("SESSION_COOKIE")
    );
}

#[tokio::test]
async fn who_signs_out_while_the_service_is_away_has_no_cookie_any_more_c_15() {
    let backend = Harness::with(COOKIE).await;
    let mut browser = Jar::new(&backend);
    browser.sign_in("+12125550142").await.assert_ok();
    backend.stub.plays(Script::CutOff);
    let answer = browser.send(Call::delete("/api/session")).await;
    answer.assert_error(ErrorType::OtpServiceUnavailable);
    assert!(!browser.cookies.contains_key("pipit_session"));
}
