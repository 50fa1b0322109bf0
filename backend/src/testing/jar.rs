//! A browser's cookies over the router, with the rules that hold for every one that we set (D-17).

use std::collections::BTreeMap;

use edge::testing::{Answer, Call};
use serde_json::json;

use super::{Harness, RIGHT_CODE};

/// One browser.
pub(crate) struct Jar<'a> {
    pub(crate) backend: &'a Harness,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'a> Jar<'a> {
    pub(crate) fn new(backend: &'a Harness) -> Self {
        Self {
            backend,
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) async fn send(&mut self, call: Call) -> Answer {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let sent = pairs.collect::<Vec<_>>().join("; ");
        let call = call.header("cookie", &sent).header("accept-language", "en");
        let answer = self.backend.call(call).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.len() <= 512 && cookie.contains("; HttpOnly; SameSite=Strict"),
                "{cookie}"
            );
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match cookie.contains("Max-Age=0") {
                true => drop(self.cookies.remove(name)),
                false => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Call::get(path)).await
    }

    pub(crate) async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let call = Call::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(call.body(body)).await
    }

    /// As the page signs in.
    pub(crate) async fn sign_in(&mut self, number: &str) -> Answer {
        let id = self.backend.verification(number).await;
        let body = json!({"verification_id": id, "otp": RIGHT_CODE});
        self.send(Call::post("/api/otp/verify").json(&body)).await
    }
}

/// Where an answer leads to.
#[track_caller]
pub(crate) fn place(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap()
}
