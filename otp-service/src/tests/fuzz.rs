//! Nonsense against the whole router: bodies, queries, headers and JWTs that nobody would write. Nothing
//! panics, nothing is a fault of ours, and whatever is answered is in the document (D-11, D-14, D-18).
//!
//! Property tests and not cargo-fuzz, which needs a nightly compiler. They run with every test run; for
//! a long one set `PROPTEST_CASES`, for example to 100000.

use std::future::Future;

use edge::testing::{Answer, Call};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::{Value, json};
use shared::ErrorType;

use super::super::held_to_document::document;
use super::harness::{Harness, NUMBER};

/// Runs a property against one service.
fn hold<S: Strategy, F: Future<Output = Result<(), TestCaseError>>>(
    strategy: &S,
    property: impl Fn(std::sync::Arc<Harness>, S::Value) -> F,
) {
    hold_at(Harness::start(), strategy, property);
}

/// The same against one that is started so.
fn hold_at<S: Strategy, F: Future<Output = Result<(), TestCaseError>>>(
    start: impl Future<Output = Harness>,
    strategy: &S,
    property: impl Fn(std::sync::Arc<Harness>, S::Value) -> F,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let harness = std::sync::Arc::new(runtime.block_on(start));
    let held = TestRunner::default().run(strategy, |value| {
        runtime.block_on(property(std::sync::Arc::clone(&harness), value))
    });
    if let Err(failure) = held {
        panic!("{failure}");
    }
}

/// The answer is one that the contract knows: a success, or the envelope and no fault of ours.
fn assert_sound(answer: &Answer) -> Result<(), TestCaseError> {
    prop_assert_ne!(answer.status, 500, "{:?}", answer.body);
    if answer.status != 200 {
        let error_type: ErrorType = serde_json::from_value(answer.json()["error_type"].clone())
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        answer.assert_error(error_type);
    }
    Ok(())
}

/// Every operation that takes a body: method, a path, and bodies as they should be.
fn calls_with_bodies() -> Vec<(String, String, Vec<Value>)> {
    let mut calls = Vec::new();
    for (path, methods) in document()["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let media = &operation["requestBody"]["content"]["application/json"];
            let Some(examples) = media["examples"].as_object() else {
                continue;
            };
            let bodies = examples.values().map(|example| example["value"].clone());
            let path = path
                .replace("{user_id}", "user_000000000000000000000000000")
                .replace(
                    "phone_numbers/{id}",
                    "phone_numbers/pn_000000000000000000000000000",
                );
            assert!(
                !path.contains('{'),
                "an id in {path} that this test does not know"
            );
            calls.push((method.to_ascii_uppercase(), path, bodies.collect()));
        }
    }
    assert!(calls.len() > 8, "{}", calls.len());
    calls
}

/// What is done to a good body to spoil it.
#[derive(Debug, Clone)]
enum Spoil {
    Put(Index, Vec<u8>),
    Cut(Index),
    Remove(Index),
    Repeat(Index, Index),
    RepeatKey(Index),
    Bury(usize),
    Replace(Index, Value),
}

fn spoils() -> impl Strategy<Value = Spoil> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let value = scalar.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any::<String>(), inner), 0..4).prop_map(|fields| fields.into_iter().collect()),
        ]
    });
    prop_oneof![
        (any::<Index>(), vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Spoil::Put(at, bytes)),
        any::<Index>().prop_map(Spoil::Cut),
        any::<Index>().prop_map(Spoil::Remove),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Spoil::Repeat(from, to)),
        any::<Index>().prop_map(Spoil::RepeatKey),
        (1_usize..64).prop_map(Spoil::Bury),
        (any::<Index>(), value).prop_map(|(key, value)| Spoil::Replace(key, value)),
    ]
}

fn spoiled(body: &Value, spoil: &Spoil) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(body).unwrap();
    let keys: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
    match spoil {
        Spoil::Put(at, put) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, put.iter().copied());
        }
        Spoil::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Spoil::Remove(at) => {
            bytes.remove(at.index(bytes.len()));
        }
        Spoil::Repeat(from, to) => {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let part = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.splice(from.max(to)..from.max(to), part);
        }
        Spoil::RepeatKey(key) => {
            let key = key.get(&keys);
            let again = format!("{{{}:{},", json!(key), body[key]);
            bytes.splice(0..1, again.into_bytes());
        }
        Spoil::Bury(levels) => {
            let nested = format!("{{\"deep\":{}{},", "[".repeat(*levels), "]".repeat(*levels));
            bytes.splice(0..1, nested.into_bytes());
        }
        Spoil::Replace(key, value) => {
            let mut body = body.clone();
            body[key.get(&keys)] = value.clone();
            bytes = serde_json::to_vec(&body).unwrap();
        }
    }
    bytes
}

#[test]
fn no_bytes_as_a_body_do_harm_d_11_d_14() {
    let calls = calls_with_bodies();
    let strategy = (any::<Index>(), vec(any::<u8>(), 0..200));
    hold(&strategy, async |harness, (which, bytes)| {
        let (method, path, _) = which.get(&calls);
        let call = Call::new(method, path).header("content-type", "application/json");
        assert_sound(&harness.call(call.body(bytes)).await)
    });
}

#[test]
fn no_spoiled_body_does_harm_d_11_d_18() {
    let calls = calls_with_bodies();
    let strategy = (any::<Index>(), any::<Index>(), spoils());
    hold(&strategy, async |harness, (which, body, spoil)| {
        let (method, path, bodies) = which.get(&calls);
        let body = spoiled(body.get(bodies), &spoil);
        let call = Call::new(method, path).header("content-type", "application/json");
        let answer = harness.call(call.body(body)).await;
        if matches!(spoil, Spoil::RepeatKey(_)) || matches!(spoil, Spoil::Bury(17..)) {
            answer.assert_error(ErrorType::InvalidRequest);
        }
        assert_sound(&answer)
    });
}

#[test]
fn no_query_does_harm_d_18() {
    let strategy = ("[!$-;=?-Z_a-z~]{0,80}", any::<bool>());
    hold(&strategy, async |harness, (query, keys)| {
        let path = if keys {
            "jwks/default"
        } else {
            "sessions/list"
        };
        let call = Call::get(&format!("/v1/auth/{path}?{query}"));
        assert_sound(&harness.call(call).await)?;
        let twice = Call::get(&format!("/v1/auth/{path}?user_id=a&{query}&user%5fid=b"));
        harness
            .call(twice)
            .await
            .assert_error(ErrorType::InvalidRequest);
        Ok(())
    });
}

#[test]
fn no_header_does_harm_and_no_made_up_key_opens_anything_d_18() {
    let value = "[ -~\u{80}-\u{ff}]{0,80}"
        .prop_filter("spaces at the ends are HTTP's own", |text| {
            text.trim() == text
        });
    let strategy = (value, 0..3_usize);
    hold(&strategy, async |harness, (value, which)| {
        let name = ["authorization", "content-type", "idempotency-key"][which];
        let mut call = Call::post("/v1/auth/otps/sms/send").header(name, &value);
        if name != "content-type" {
            call = call.header("content-type", "application/json");
        }
        let call = call.body(r#"{"phone_number":"+12125550142"}"#);
        if name == "authorization" {
            let answer = call.send(&harness.router).await;
            answer.assert_error(ErrorType::Unauthorized);
            return Ok(());
        }
        assert_sound(&harness.call(call).await)
    });
}

#[test]
fn no_path_does_harm() {
    let strategy = "[!$-;=@-Z_a-z~]{0,60}";
    hold(&strategy, async |harness, path| {
        for method in ["GET", "PUT", "DELETE"] {
            let call = Call::new(method, &format!("/v1/auth/users/{path}"));
            let answer = harness.call(call).await;
            prop_assert_ne!(answer.status, 200);
            assert_sound(&answer)?;
        }
        Ok(())
    });
}

#[test]
fn no_made_up_and_no_changed_jwt_opens_a_session_c_12() {
    let change = prop_oneof![
        any::<String>().prop_map(Change::Other),
        "[A-Za-z0-9_-]{0,40}[.][A-Za-z0-9_-]{0,40}[.][A-Za-z0-9_-]{0,40}".prop_map(Change::Other),
        (any::<Index>(), "[A-Za-z0-9_.-]").prop_map(|(at, put)| Change::Replaced(at, put)),
        (any::<Index>(), "[A-Za-z0-9_.=-]{1,4}").prop_map(|(at, put)| Change::Inserted(at, put)),
        any::<Index>().prop_map(Change::Cut),
        (any::<Index>(), "[{}\":,a-zA-Z0-9]{0,40}")
            .prop_map(|(part, text)| Change::Part(part, text)),
    ];
    let jwts = std::sync::OnceLock::new();
    hold(&change, async |harness, change| {
        if jwts.get().is_none() {
            let jwt = harness.signed_in(NUMBER).await["session_jwt"].clone();
            jwts.set(jwt.as_str().unwrap().to_owned()).unwrap();
        }
        let jwt = jwts.get().unwrap();
        let changed = change.of(jwt);
        let answer = harness
            .verify_session(&json!({"session_jwt": changed}))
            .await;
        if changed == *jwt {
            answer.assert_ok();
        } else {
            answer.assert_error(ErrorType::InvalidSession);
        }
        Ok(())
    });
}

/// What is made of a good JWT.
#[derive(Debug, Clone)]
enum Change {
    Other(String),
    Replaced(Index, String),
    Inserted(Index, String),
    Cut(Index),
    /// One of its three parts is this text.
    Part(Index, String),
}

impl Change {
    fn of(&self, jwt: &str) -> String {
        use base64::Engine as _;
        match self {
            Self::Other(text) => text.clone(),
            Self::Replaced(at, put) => {
                let at = at.index(jwt.len());
                format!("{}{put}{}", &jwt[..at], &jwt[at + 1..])
            }
            Self::Inserted(at, put) => {
                let at = at.index(jwt.len() + 1);
                format!("{}{put}{}", &jwt[..at], &jwt[at..])
            }
            Self::Cut(at) => jwt[..at.index(jwt.len())].to_owned(),
            Self::Part(part, text) => {
                let mut parts: Vec<String> = jwt.split('.').map(str::to_owned).collect();
                let part = part.index(parts.len());
                parts[part] = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text);
                parts.join(".")
            }
        }
    }
}

/// Reports of gateways that none has signed, or that one has signed and are nonsense.
#[test]
fn no_nonsense_is_a_receipt_g_09() {
    let nowhere = "http://127.0.0.1:9";
    let with = super::gateways::arguments("twilio,vonage,http", nowhere, nowhere);
    let bodies = prop_oneof![
        vec(any::<u8>(), 0..200),
        "[{}\":,a-z0-9\\[\\]]{0,60}".prop_map(String::into_bytes),
        "[A-Za-z]{0,12}=[a-z%0-9]{0,12}(&MessageStatus=[a-z]{0,9})?".prop_map(String::into_bytes),
    ];
    let strategy = (
        prop_oneof![Just("twilio"), Just("vonage"), Just("http")],
        "([?][ -~&&[^ #<>\"`{}|\\\\^]]{0,40})?",
        bodies,
        "[ -~]{0,60}",
        any::<bool>(),
        any::<i64>(),
    );
    hold_at(
        async { super::gateways::start(&with).await },
        &strategy,
        |harness, (gateway, query, body, signature, sign, time)| async move {
            let own = |body: &[u8]| {
                let body = String::from_utf8_lossy(body);
                super::fake_gateway::own_signature(&body, super::harness::START)
            };
            let body = if sign {
                String::from_utf8_lossy(&body).into_owned().into_bytes()
            } else {
                body
            };
            let (time, signature) = if sign {
                (super::harness::START, own(&body))
            } else {
                (time, signature)
            };
            let answer = Call::post(&format!("/receipts/{gateway}{query}"))
                .header("x-pipit-time", &time.to_string())
                .header("x-pipit-signature", &signature)
                .header("x-twilio-signature", &signature)
                .header("authorization", &format!("Bearer {signature}"))
                .body(body)
                .send(&harness.router)
                .await;
            assert_sound(&answer)?;
            prop_assert!(
                sign && gateway == "http" || answer.status == 401,
                "{}",
                answer.status
            );
            Ok(())
        },
    );
}
