//! The screen for the code.

use super::*;

#[tokio::test]
async fn what_is_no_code_counts_no_try_and_a_wrong_one_says_how_many_are_left_a_12() {
    let backend = Harness::start().await;
    let mut browser = Browser::waiting(&backend).await;
    for otp in ["", "12345", "1234567", "abc", "１２３"] {
        let page = browser.submit("/plain/verify", &[("otp", otp)]).await;
        assert_eq!(
            blamed(&page, "otp"),
            "Enter all 6 digits of the code.",
            "{otp}"
        );
    }
    let page = browser.submit("/plain/verify", &[]).await;
    assert_eq!(blamed(&page, "otp"), "Enter all 6 digits of the code.");
    assert_eq!(backend.stub.asked_at("/otps/verify").len(), 0);
    for (left, said) in [
        (4, "You have 4 tries left."),
        (3, "You have 3 tries left."),
        (2, "You have 2 tries left."),
        (1, "You have 1 try left."),
    ] {
        let body = json!({"status_code": 400, "error_message": "x", "error_type": "invalid_otp", "attempts_left": left});
        backend.stub.plays(Script::body(400, body.to_string()));
        let page = browser.submit("/plain/verify", &[("otp", "654321")]).await;
        assert!(
            blamed(&page, "otp").ends_with(said),
            "{}",
            blamed(&page, "otp")
        );
        assert!(
            page.text().contains("value=\"654321\" required"),
            "the text is kept"
        );
        let again = browser.get("/plain/verify").await;
        assert!(again.text().contains(said));
    }
    assert_eq!(
        backend.stub.asked_at("/otps/verify").len(),
        4,
        "a reload tries nothing"
    );
    backend
        .stub
        .plays(Script::error(400, "otp_attempts_exceeded"));
    let page = browser.submit("/plain/verify", &[("otp", "654321")]).await;
    assert_eq!(
        blamed(&page, "otp"),
        "Too many wrong codes. Ask for a new code."
    );
    backend.stub.behaves();
    let page = browser.submit("/plain/resend", &[]).await;
    assert_eq!(notice(&page), ENGLISH.sent_again);
    let asked = backend.stub.asked_at(SEND).pop().unwrap();
    assert_eq!(
        asked.body.get("challenge_id"),
        None,
        "a used-up challenge is not added to"
    );
    for otp in ["１２３４５６", "۱۲۳۴۵۶", "Your code is 123456."] {
        let mut browser = Browser::waiting(&backend).await;
        let page = browser.submit("/plain/verify", &[("otp", otp)]).await;
        assert_eq!(heading(&page), "You&#39;re signed in", "{otp}");
    }
}

#[tokio::test]
async fn every_refusal_is_told_at_its_place() {
    let backend = Harness::start().await;
    for (status, error, at_field, said) in [
        (400, "otp_expired", true, "That code has expired."),
        (403, "number_blocked", true, "This number is locked"),
        (403, "user_inactive", false, "This account is disabled."),
        (500, "internal_error", false, "Sign-in isn’t working"),
        (401, "unauthorized", false, "Sign-in isn’t working"),
    ] {
        let mut browser = Browser::waiting(&backend).await;
        backend.stub.plays(Script::error(status, error));
        let page = browser
            .submit("/plain/verify", &[("otp", RIGHT_CODE)])
            .await;
        let told = if at_field {
            blamed(&page, "otp")
        } else {
            trouble(&page)
        };
        assert!(told.starts_with(said), "{error}: {told}");
        assert!(!page.text().contains("UPSTREAM"), "{error}");
        backend.stub.behaves();
    }
    for (status, error, at_field, said) in [
        (400, "invalid_phone_number", true, "This isn’t a number"),
        (
            403,
            "destination_not_allowed",
            true,
            "We can’t send codes to this number",
        ),
        (403, "number_blocked", true, "This number is locked"),
        (503, "sms_not_sent", false, "The message couldn’t be sent."),
        (429, "too_many_requests", false, "That’s too many requests."),
    ] {
        let mut browser = Browser::new(&backend);
        backend.stub.plays(Script::error(status, error));
        let page = browser
            .submit("/plain", &[("country", "US"), ("phone", NUMBER)])
            .await;
        let told = if at_field {
            blamed(&page, "phone")
        } else {
            trouble(&page)
        };
        assert!(told.starts_with(said), "{error}: {told}");
        assert!(page.text().contains("value=\"(212) 555-0142\""), "{error}");
        backend.stub.behaves();
    }
}

#[tokio::test]
async fn another_code_waits_for_its_time_and_a_reload_sends_none() {
    let backend = Harness::start().await;
    let mut browser = Browser::waiting(&backend).await;
    let page = browser.submit("/plain/resend", &[]).await;
    assert_eq!(
        trouble(&page),
        "That’s too many requests. Try again in 31 seconds."
    );
    for _ in 0..3 {
        browser.get("/plain/verify").await.assert_ok();
    }
    assert_eq!(backend.stub.asked_at(SEND).len(), 1);
    backend.clock.advance(31);
    let page = browser.get("/plain/verify").await;
    assert!(page.text().contains(ENGLISH.resend_now));
    let fields = [("press", press(&page))];
    let page = browser.submit("/plain/resend", &fields).await;
    assert_eq!((notice(&page), trouble(&page)), (ENGLISH.sent_again, ""));
    let asked = backend.stub.asked_at(SEND);
    assert_eq!(asked.len(), 2);
    assert_eq!(
        asked[1].body["challenge_id"], "chal_000000000000000000000000001",
        "A-07"
    );
    let page = browser
        .submit("/plain/verify", &[("otp", RIGHT_CODE)])
        .await;
    assert_eq!(heading(&page), "You&#39;re signed in");
}

#[tokio::test]
async fn a_verification_that_is_over_leads_back_to_the_beginning() {
    let backend = Harness::start().await;
    let mut browser = Browser::waiting(&backend).await;
    // The code's 299 seconds, and an hour in which it can be said that it has expired.
    backend.clock.advance(299 + 3599);
    browser.get("/plain/verify").await.assert_ok();
    backend.clock.advance(1);
    let answer = browser.get("/plain/verify").await;
    assert_eq!(place(&answer), "/plain");
    for path in ["/plain/verify", "/plain/resend"] {
        let answer = browser.post(path, &[("otp", RIGHT_CODE)]).await;
        assert_eq!(place(&answer), "/plain");
    }
    let sends = backend.stub.asked_at("/otps/sms/login_or_create");
    assert_eq!(
        (sends.len(), backend.stub.asked_at("/otps/verify").len()),
        (1, 0)
    );
}
