//! The screen of somebody who is signed in.

use super::*;

#[tokio::test]
async fn other_devices_are_seen_and_signed_out() {
    let backend = Harness::start().await;
    let mut browser = Browser::signed_in(&backend).await;
    let other = backend.sign_in("+12125550142").await;
    let stranger = backend.sign_in("+12125550143").await;
    let page = browser.get("/plain/account").await;
    assert_eq!(page.text().matches("<li class=\"device\">").count(), 2);
    assert_eq!(
        between(page.text(), "name=\"session\" value=\"", "\""),
        other.session_id
    );
    for session in [stranger.session_id.as_str(), "", "sess_x"] {
        let page = browser
            .submit("/plain/sign-out/device", &[("session", session)])
            .await;
        assert_eq!(trouble(&page), "That device was already signed out.");
    }
    let page = browser
        .submit("/plain/sign-out/device", &[("session", &other.session_id)])
        .await;
    assert_eq!(notice(&page), "That device is signed out.");
    let page = browser.submit("/plain/sign-out/others", &[]).await;
    assert_eq!(notice(&page), "No other device was signed in.");
    for _ in 0..2 {
        backend.sign_in("+12125550142").await;
    }
    let page = browser.submit("/plain/sign-out/others", &[]).await;
    assert_eq!(notice(&page), "2 other devices are signed out.");
    assert_eq!(
        backend.stub.live_sessions(),
        2,
        "this one and the stranger's"
    );
}

#[tokio::test]
async fn a_session_is_extended_with_its_cookies() {
    let backend = Harness::start().await;
    let mut browser = Browser::signed_in(&backend).await;
    backend.clock.advance(3600);
    let answer = browser.post("/plain/extend", &[]).await;
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        assert!(cookie.to_str().unwrap().contains("Max-Age=86400"));
    }
    let page = browser.follow(&answer).await;
    assert_eq!(notice(&page), "Your session is extended.");
    assert!(page.text().contains("2027-01-16 09:00 UTC"));
}

#[tokio::test]
async fn a_session_that_is_over_or_without_its_cookie_leads_back_with_a_word_c_18() {
    let backend = Harness::start().await;
    for path in [
        "/plain/extend",
        "/plain/sign-out/others",
        "/plain/sign-out/device",
        "",
    ] {
        for over in [true, false] {
            let mut browser = Browser::signed_in(&backend).await;
            if over {
                backend.clock.advance(86_400);
            } else {
                browser.cookies.remove("pipit_binding");
            }
            let page = match path {
                "" => {
                    let answer = browser.get("/plain/account").await;
                    browser.follow(&answer).await
                }
                path => browser.submit(path, &[]).await,
            };
            assert_eq!(
                notice(&page),
                "Your session has ended. Sign in again to go on.",
                "{path} {over}"
            );
            assert_eq!(place(&browser.get("/plain/account").await), "/plain");
        }
    }
}

#[tokio::test]
async fn a_service_that_is_down_is_told_and_nobody_is_signed_out_by_it() {
    let backend = Harness::start().await;
    let mut browser = Browser::signed_in(&backend).await;
    backend.stub.plays(Script::error(500, "internal_error"));
    let page = browser.get("/plain/account").await;
    assert!(page.status >= 500, "{}", page.status);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(trouble(&page).starts_with("Sign-in isn’t working"));
    assert!(
        page.text()
            .contains("<a href=\"/plain/account\">Try again</a>")
    );
    let answer = browser.post("/plain/extend", &[]).await;
    assert_eq!(place(&answer), "/plain/account");
    backend.stub.behaves();
    let page = browser.get("/plain/account").await;
    assert!(trouble(&page).starts_with("Sign-in isn’t working"));
    backend.stub.plays(Script::error(500, "internal_error"));
    let page = browser.submit("/plain/sign-out", &[]).await;
    assert_eq!(notice(&page), ENGLISH.signed_out_unreached);
}
