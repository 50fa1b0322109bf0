//! What comes from others, or is made to look like ours; and that nothing is told to them.

use super::*;

#[tokio::test]
async fn a_cookie_that_is_not_ours_is_none_a_13() {
    let backend = Harness::start().await;
    let waiting = Browser::waiting(&backend).await.cookies["pipit_plain"].clone();
    let mut changed = waiting.clone();
    changed.replace_range(40..41, if &waiting[40..41] == "A" { "B" } else { "A" });
    for value in ["", "x", &"A".repeat(300), &changed, &waiting[1..]] {
        let mut browser = Browser::new(&backend);
        browser
            .cookies
            .insert("pipit_plain".to_owned(), value.to_owned());
        for path in ["/plain/verify", "/plain/account"] {
            let answer = browser.get(path).await;
            assert_eq!(place(&answer), "/plain", "{value}");
        }
        for path in [
            "/plain/verify",
            "/plain/resend",
            "/plain/extend",
            "/plain/sign-out",
            "/plain/sign-out/others",
            "/plain/sign-out/device",
        ] {
            let answer = browser.post(path, &[("otp", RIGHT_CODE)]).await;
            assert_eq!(place(&answer), "/plain", "{path}");
        }
        assert_eq!(heading(browser.get("/plain").await.assert_ok()), "Sign in");
    }
    let twice = format!("pipit_plain={waiting}; pipit_plain={waiting}");
    let answer = backend
        .call(Call::get("/plain/verify").header("cookie", &twice))
        .await;
    assert_eq!(place(&answer), "/plain");
    let sends = backend.stub.asked_at("/otps/sms/login_or_create");
    assert_eq!(
        (sends.len(), backend.stub.asked_at("/otps/verify").len()),
        (1, 0)
    );
}

#[tokio::test]
async fn forms_of_others_do_nothing_c_16() {
    let backend = Harness::with(&["--public-url", "https://login.example.com"]).await;
    let paths = [
        "/plain",
        "/plain/verify",
        "/plain/resend",
        "/plain/extend",
        "/plain/sign-out",
        "/plain/sign-out/others",
        "/plain/sign-out/device",
    ];
    let fields = [("country", "US"), ("phone", NUMBER)];
    for path in paths {
        for headers in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[("origin", "null"), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
        ] {
            let mut call = form(path, &fields);
            for (name, value) in headers {
                call = call.header(name, value);
            }
            let answer = backend.call(call).await;
            answer.assert_error(ErrorType::OriginNotAllowed);
        }
    }
    assert!(backend.stub.asked().is_empty());
    for headers in [
        &[
            ("origin", "https://login.example.com"),
            ("sec-fetch-site", "same-origin"),
        ][..],
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
    ] {
        let mut call = form("/plain", &fields);
        for (name, value) in headers {
            call = call.header(name, value);
        }
        assert_eq!(place(&backend.call(call).await), "/plain/verify");
    }
}

#[tokio::test]
async fn what_is_no_form_is_refused_d_11_d_18() {
    let backend = Harness::start().await;
    for (content_type, body, error) in [
        (
            "application/json",
            "{}".to_owned(),
            ErrorType::UnsupportedMediaType,
        ),
        (
            "text/plain",
            "phone=1".to_owned(),
            ErrorType::UnsupportedMediaType,
        ),
        (
            "application/x-www-form-urlencoded",
            "phone=1&phone=2".to_owned(),
            ErrorType::InvalidRequest,
        ),
        (
            "application/x-www-form-urlencoded",
            format!("phone={}", "1".repeat(5000)),
            ErrorType::PayloadTooLarge,
        ),
    ] {
        for path in [
            "/plain",
            "/plain/verify",
            "/plain/resend",
            "/plain/sign-out",
        ] {
            let call = Call::post(path)
                .header("content-type", content_type)
                .body(body.clone());
            backend.call(call).await.assert_error(error);
        }
    }
    for (method, path) in [
        ("PUT", "/plain"),
        ("DELETE", "/plain/account"),
        ("POST", "/plain/account"),
        ("GET", "/plain/resend"),
        ("GET", "/plain/sign-out"),
    ] {
        let answer = backend.call(Call::new(method, path)).await;
        answer.assert_error(ErrorType::MethodNotAllowed);
    }
    for path in ["/plain/", "/plain/none", "/plain/verify/more"] {
        backend
            .call(Call::get(path))
            .await
            .assert_error(ErrorType::NotFound);
    }
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn no_address_and_no_log_line_holds_anything_of_a_sign_in_c_17_f_01() {
    let log = Log::keep();
    let backend = Harness::start().await;
    let mut browser = Browser::new(&backend);
    browser
        .submit("/plain", &[("country", "US"), ("phone", "212 555 014")])
        .await;
    browser
        .submit("/plain", &[("country", "US"), ("phone", NUMBER)])
        .await;
    browser.submit("/plain/verify", &[("otp", "654321")]).await;
    backend.clock.advance(60);
    browser.submit("/plain/resend", &[("language", "de")]).await;
    browser
        .submit("/plain/verify", &[("otp", RIGHT_CODE)])
        .await;
    browser.submit("/plain/extend", &[]).await;
    browser
        .submit("/plain/sign-out/others", &[("language", "ar")])
        .await;
    backend.stub.plays(Script::error(500, "internal_error"));
    browser.submit("/plain/sign-out", &[]).await;
    assert!(browser.places.len() >= 8);
    for place in &browser.places {
        let plain = ["/plain", "/plain/verify", "/plain/account"];
        let path = place.split('?').next().unwrap();
        assert!(plain.contains(&path), "{place}");
        let query = place.split_once('?').map(|(_, query)| query);
        assert!(query.is_none_or(|query| ["language=de", "language=ar"].contains(&query)));
    }
    let text = log.text();
    assert!(text.contains("\"route\":\"/plain/verify\""), "{text}");
    // Three digits alone are in many a time and id.
    for secret in [
        "555014",
        "555 014",
        "654321",
        RIGHT_CODE,
        "012345678901234567890",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    for cookie in browser.cookies.values() {
        assert!(!text.contains(cookie.as_str()));
    }
}
