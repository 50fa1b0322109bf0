//! The plain screens over the router, as a browser without JavaScript walks through them.

use std::collections::BTreeMap;

use edge::testing::{Answer, Call, Log};
use screens::languages::{ALL, ENGLISH};
use serde_json::json;
use shared::ErrorType;

use crate::testing::{Harness, RIGHT_CODE, Script};

const NUMBER: &str = "(212) 555-0142";
const SEND: &str = "/otps/sms/login_or_create";

/// A browser: cookies, the page it shows, and every address it has been at.
struct Browser<'a> {
    backend: &'a Harness,
    cookies: BTreeMap<String, String>,
    language: &'static str,
    places: Vec<String>,
}

impl<'a> Browser<'a> {
    fn new(backend: &'a Harness) -> Self {
        Self {
            backend,
            cookies: BTreeMap::new(),
            language: "en-US,en;q=0.9",
            places: Vec::new(),
        }
    }

    async fn send(&mut self, call: Call) -> Answer {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let call = call
            .header("accept-language", self.language)
            .header("cookie", &cookies.join("; "));
        let answer = self.backend.call(call).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.len() <= 512 && cookie.contains("; HttpOnly; SameSite=Strict"));
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        assert!(self.cookies.len() <= 3, "D-17");
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.places.push(path.to_owned());
        self.send(Call::get(path)).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(form(path, fields)).await
    }

    /// Posts, and goes where the answer leads.
    async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields).await;
        self.follow(&answer).await
    }

    async fn follow(&mut self, answer: &Answer) -> Answer {
        let mut place = place(answer).to_owned();
        for _ in 0..3 {
            let answer = self.get(&place).await;
            if answer.status != 303 {
                return answer;
            }
            place = self::place(&answer).to_owned();
        }
        panic!("round and round at {place}");
    }

    /// At the code screen.
    async fn waiting(backend: &'a Harness) -> Self {
        let mut browser = Self::new(backend);
        let page = browser
            .submit("/plain", &[("country", "US"), ("phone", NUMBER)])
            .await;
        assert_eq!(heading(&page), ENGLISH.enter_the_code);
        browser
    }

    /// At the account screen.
    async fn signed_in(backend: &'a Harness) -> Self {
        let mut browser = Self::waiting(backend).await;
        let page = browser
            .submit("/plain/verify", &[("otp", RIGHT_CODE)])
            .await;
        assert_eq!(heading(&page), "You&#39;re signed in");
        browser
    }
}

fn form(path: &str, fields: &[(&str, &str)]) -> Call {
    let body: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    Call::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

#[track_caller]
fn place(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap()
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

fn heading(page: &Answer) -> &str {
    between(page.text(), "<h1 id=\"heading\">", "</h1>")
}

fn notice(page: &Answer) -> &str {
    between(page.text(), "role=\"status\">", "</p>")
}

/// What is said of a field.
fn blamed<'t>(page: &'t Answer, field: &str) -> &'t str {
    let said = between(page.text(), &format!("id=\"{field}-message\">"), "</p>");
    let invalid = page.text().contains("aria-invalid=\"true\" autofocus");
    assert_eq!(invalid, !said.is_empty(), "{said}");
    said
}

fn trouble(page: &Answer) -> &str {
    between(
        page.text(),
        "<p class=\"form-message\" role=\"alert\">",
        "</p>",
    )
}

fn press(page: &Answer) -> &str {
    between(page.text(), "name=\"press\" value=\"", "\"")
}

#[tokio::test]
async fn somebody_signs_in_and_out_without_javascript() {
    let backend = Harness::with(&["--terms-url", "/terms"]).await;
    let mut browser = Browser::new(&backend);
    let page = browser.get("/plain").await;
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("form-action 'self'")
    );
    assert_eq!(heading(page.assert_ok()), "Sign in");
    assert!(page.text().contains("<title>Sign in · Pipit</title>"));
    assert!(
        page.text()
            .contains("<option value=\"US\" selected>United States")
    );
    assert!(page.text().contains("<a href=\"/terms\""));
    println!("phone {} B", page.body.len());

    let fields = [
        ("press", press(&page)),
        ("country", "US"),
        ("phone", NUMBER),
    ];
    let page = browser.submit("/plain", &fields).await;
    assert_eq!(heading(&page), "Enter the code");
    assert!(
        page.text()
            .contains("<bdi class=\"number\" dir=\"ltr\" translate=\"no\">•••••••••42</bdi>")
    );
    assert!(!page.text().contains("5550142"), "F-07");
    assert!(page.text().contains("Ask for another in 31 seconds."));
    println!("code {} B", page.body.len());
    let asked = backend.stub.asked_at(SEND);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].body["phone_number"], "+12125550142");
    assert_eq!(asked[0].body["locale"], "en");

    let page = browser
        .submit("/plain/verify", &[("otp", " 123-456 ")])
        .await;
    assert_eq!(heading(&page), "You&#39;re signed in");
    assert!(page.text().contains("+1 212-555-0142"));
    assert!(page.text().contains("user_12125550142"));
    assert!(page.text().contains(
        "<time datetime=\"2027-01-16T08:00:00Z\" dir=\"ltr\">2027-01-16 08:00 UTC</time>"
    ));
    assert!(page.text().contains("This device") && page.text().contains("Last used just now"));
    println!("account {} B", page.body.len());
    for path in ["/plain", "/plain/verify"] {
        let answer = browser.get(path).await;
        assert_eq!(place(&answer), "/plain/account");
    }

    let page = browser.submit("/plain/sign-out", &[]).await;
    assert_eq!(
        (heading(&page), notice(&page)),
        ("Sign in", "You’re signed out.")
    );
    assert_eq!(backend.stub.live_sessions(), 0);
    assert!(!browser.cookies.contains_key("pipit_binding"));
    let answer = browser.get("/plain/account").await;
    assert_eq!(place(&answer), "/plain");
}

#[tokio::test]
async fn what_can_be_no_number_is_told_kept_and_not_sent() {
    let backend = Harness::with(&["--countries", "US,DE"]).await;
    for (country, phone, said) in [
        ("US", "", "Enter your phone number."),
        ("US", " \u{200b}", "Enter your phone number."),
        (
            "US",
            "212 555 O142",
            "This doesn’t look like a phone number.",
        ),
        ("US", "+", "This doesn’t look like a phone number."),
        (
            "US",
            "212555014",
            "This number is too short for United States.",
        ),
        (
            "DE",
            "+1 212 555 014",
            "This number is too short for United States.",
        ),
        (
            "US",
            "212 555 0142 3",
            "This number is too long for United States.",
        ),
        ("DE", "01511", "This number is too short for Germany."),
        ("US", "+999 123 45678", "No country has this calling code."),
        (
            "US",
            "900 234 5678",
            "This isn’t a number that can get text messages.",
        ),
        ("US", "+33 6 12 34 56 78", "We can’t send codes to France."),
        ("FR", "06 12 34 56 78", "This isn’t a number"),
        (
            "US",
            "<b>\"x\"&</b>",
            "This doesn’t look like a phone number.",
        ),
    ] {
        let mut browser = Browser::new(&backend);
        let page = browser
            .submit("/plain", &[("country", country), ("phone", phone)])
            .await;
        assert!(
            blamed(&page, "phone").starts_with(said),
            "{phone}: {}",
            blamed(&page, "phone")
        );
        let kept = format!("value=\"{}\" required", screens::html::escape(phone));
        assert!(page.text().contains(&kept), "{phone}");
        if country != "FR" {
            assert!(
                page.text()
                    .contains(&format!("<option value=\"{country}\" selected>"))
            );
        }
        let again = browser.get("/plain").await;
        assert_eq!(
            blamed(&again, "phone"),
            blamed(&page, "phone"),
            "a reload tells the same"
        );
    }
    let mut browser = Browser::new(&backend);
    let page = browser.submit("/plain", &[]).await;
    assert_eq!(blamed(&page, "phone"), "Enter your phone number.");
    let long = "1".repeat(3000);
    let page = browser.submit("/plain", &[("phone", &long)]).await;
    assert!(!blamed(&page, "phone").is_empty());
    assert!(
        page.text()
            .contains(&format!("value=\"{}\"", "1".repeat(150)))
    );
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn numbers_are_taken_as_people_write_them() {
    let backend = Harness::start().await;
    for (country, phone, number) in [
        ("US", "+1 (212) 555-0142", "+12125550142"),
        ("DE", "0151 1234 5678", "+4915112345678"),
        ("US", "0049 151 12345678", "+4915112345678"),
        ("DE", "４９ １５１ １２３４５６７８", "+4915112345678"),
        ("EG", "٠١٠٠١٢٣٤٥٦٧", "+201001234567"),
        ("FR", "tel:+33612345678", "+33612345678"),
    ] {
        let mut browser = Browser::new(&backend);
        let page = browser
            .submit("/plain", &[("country", country), ("phone", phone)])
            .await;
        assert_eq!(heading(&page), "Enter the code", "{phone}");
        let asked = backend.stub.asked_at(SEND).pop().unwrap();
        assert_eq!(asked.body["phone_number"], number, "{phone}");
    }
}

#[tokio::test]
async fn the_list_opens_on_the_country_that_fits() {
    for (arguments, language, country) in [
        (&[][..], "de-AT,de;q=0.9", "AT"),
        (&[], "ja", "JP"),
        (&[], "xx", "US"),
        (&["--default-country", "CA"], "de-AT", "CA"),
        (&["--countries", "FR,CH"], "de-AT", "CH"),
        (&["--countries", "FR,CH"], "fr", "FR"),
    ] {
        let backend = Harness::with(arguments).await;
        let mut browser = Browser::new(&backend);
        browser.language = language;
        let page = browser.get("/plain").await;
        let selected = format!("<option value=\"{country}\" selected>");
        assert!(page.text().contains(&selected), "{arguments:?} {language}");
        assert_eq!(page.text().matches(" selected>").count(), 1);
    }
}

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

#[tokio::test]
async fn a_press_that_comes_twice_is_one_message_i_08() {
    let backend = Harness::start().await;
    let mut browser = Browser::new(&backend);
    let page = browser.get("/plain").await;
    let fields = [
        ("press", press(&page)),
        ("country", "US"),
        ("phone", NUMBER),
    ];
    // Both leave before either is answered: neither has the other's cookie.
    let first = browser.post("/plain", &fields).await;
    browser.cookies.clear();
    let second = browser.post("/plain", &fields).await;
    let keys: Vec<_> = backend
        .stub
        .asked_at(SEND)
        .iter()
        .map(|asked| asked.headers["idempotency-key"].clone())
        .collect();
    assert_eq!(
        (place(&first), place(&second)),
        ("/plain/verify", "/plain/verify")
    );
    assert!(keys.len() == 2 && keys[0] == keys[1]);
    // Sent after the answer, with the cookie, it asks for nothing.
    let third = browser.post("/plain", &fields).await;
    assert_eq!(place(&third), "/plain/verify");
    assert_eq!(backend.stub.asked_at(SEND).len(), 2);
    // With another number it is another message.
    let other = [
        ("press", press(&page)),
        ("country", "US"),
        ("phone", "2125550143"),
    ];
    browser.post("/plain", &other).await;
    let asked = backend.stub.asked_at(SEND);
    assert!(asked.len() == 3 && asked[2].headers["idempotency-key"] != keys[0]);
    assert_ne!(press(&page), press(&browser.get("/plain").await));
    // A form that was not ours has no key.
    let mut stranger = Browser::new(&backend);
    stranger
        .post("/plain", &[("country", "US"), ("phone", NUMBER)])
        .await;
    assert!(
        backend.stub.asked_at(SEND)[3]
            .headers
            .get("idempotency-key")
            .is_none()
    );
}

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

#[tokio::test]
async fn every_screen_is_in_the_persons_language() {
    let backend = Harness::start().await;
    for text in ALL {
        let mut browser = Browser::new(&backend);
        browser.language = text.language;
        let start = format!(
            "<!doctype html>\n<html lang=\"{}\" dir=\"{}\">",
            text.language,
            text.direction()
        );
        let page = browser.get("/plain").await;
        assert!(page.text().starts_with(&start), "{}", text.language);
        println!("{:<8} phone {} B", text.language, page.body.len());
        let page = browser
            .submit("/plain", &[("country", "US"), ("phone", NUMBER)])
            .await;
        assert!(
            page.text().starts_with(&start)
                && heading(&page) == screens::html::escape(text.enter_the_code)
        );
        assert_eq!(
            backend.stub.asked_at(SEND).pop().unwrap().body["locale"],
            text.language
        );
        let page = browser
            .submit("/plain/verify", &[("otp", RIGHT_CODE)])
            .await;
        assert!(
            page.text().starts_with(&start)
                && heading(&page) == screens::html::escape(text.signed_in)
        );
        for script in ["<script", " style=", " onclick"] {
            assert!(!page.text().contains(script), "D-03");
        }
    }
}

#[tokio::test]
async fn a_chosen_language_stays() {
    let backend = Harness::start().await;
    let mut browser = Browser::new(&backend);
    let page = browser.get("/plain?language=ja").await;
    assert!(page.text().contains("<html lang=\"ja\""));
    assert!(page.text().contains("name=\"language\" value=\"ja\""));
    let fields = [("language", "ja"), ("country", "US"), ("phone", NUMBER)];
    let answer = browser.post("/plain", &fields).await;
    assert_eq!(place(&answer), "/plain/verify?language=ja");
    let page = browser.follow(&answer).await;
    assert!(
        page.text().contains("href=\"/plain?language=ja\""),
        "the way back carries it too"
    );
    let answer = browser
        .post(
            "/plain/verify",
            &[("language", "<xx>"), ("otp", RIGHT_CODE)],
        )
        .await;
    assert_eq!(
        place(&answer),
        "/plain/account",
        "only tags of ours are carried"
    );
}

#[tokio::test]
async fn what_the_operator_and_browsers_call_themselves_is_text() {
    let backend = Harness::with(&["--app-name", "<b>Tom & Jerry</b>"]).await;
    let mut browser = Browser::new(&backend);
    let page = browser.get("/plain").await;
    assert!(
        page.text()
            .contains("<span class=\"brand-name\">&lt;b&gt;Tom &amp; Jerry&lt;/b&gt;</span>")
    );
    assert!(!page.text().contains("<b>"));
}

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

#[test]
fn every_country_with_numbers_has_a_name_in_every_language() {
    let countries = number_plan::countries();
    for text in ALL {
        let mut named: Vec<_> = screens::html::country_names(text.language)
            .map(|(code, _)| code.to_owned())
            .collect();
        named.sort_unstable();
        assert_eq!(
            named, countries,
            "{}: node screens/country-names.mjs",
            text.language
        );
    }
}
