//! The plain screens over the router, as a browser without JavaScript walks through them.

use std::collections::BTreeMap;

use edge::testing::{Answer, Call, Log};
use screens::languages::{ALL, ENGLISH};
use serde_json::json;
use shared::ErrorType;

use crate::testing::{Harness, RIGHT_CODE, Script};

mod account;
mod code;
mod languages;
mod phone;
mod strangers;

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
