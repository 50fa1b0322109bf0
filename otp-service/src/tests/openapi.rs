//! The OpenAPI document against the code: its routes, its examples, and the page that it is read on.

use std::collections::{BTreeSet, HashMap};

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use super::super::held_to_document::{assert_documented, document};
use super::harness::{Harness, KEY, wrong};
use crate::openapi::sample;

/// Every operation of the document: method, path and what is said of it.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[tokio::test]
async fn the_document_is_served_and_is_openapi_3_1() {
    let harness = Harness::start().await;
    let answer = Call::get("/openapi.json").send(&harness.router).await;
    assert_eq!(answer.assert_ok().json(), document());
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(answer.json()["openapi"], "3.1.1");
}

#[tokio::test]
async fn every_route_of_the_router_is_in_the_document_and_the_other_way_round() {
    let harness = Harness::start().await;
    const FALLBACK: [&str; 2] = ["/", "/{*__private__axum_fallback}"];
    // The router lists its paths only in its debug output.
    let debug = format!("{:?}", harness.router);
    let routes: BTreeSet<&str> = debug
        .split('"')
        .filter(|part| part.starts_with('/') && !FALLBACK.contains(part))
        .collect();
    let pages = BTreeSet::from([
        "/docs",
        "/docs/docs.css",
        "/openapi.json",
        "/outbox",
        "/outbox/messages",
        "/outbox/outbox.css",
        "/outbox/outbox.js",
        "/receipts/{gateway}",
    ]);
    let document = document();
    let documented: BTreeSet<&str> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(routes, documented.union(&pages).copied().collect());

    for (method, path, _) in operations(&document) {
        let path = path.replace(['{', '}'], "");
        let other = if method == "put" { "POST" } else { "PUT" };
        let answer = Call::new(other, &path).send(&harness.router).await;
        answer.assert_error(ErrorType::MethodNotAllowed);
        let allowed = answer.header("allow").unwrap();
        let method = method.to_ascii_uppercase();
        let methods = if method == "GET" { "GET,HEAD".to_owned() } else { method };
        assert_eq!(allowed, methods, "{path}");
    }
}

#[test]
fn every_operation_says_what_a_caller_needs() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].to_string()), "{what}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{what}");
        let parameters = operation["parameters"].as_array().unwrap();
        for name in path.split('{').skip(1) {
            let name = name.split('}').next().unwrap();
            let known = parameters.iter().any(|parameter| {
                (&parameter["name"], &parameter["in"]) == (&json!(name), &json!("path"))
            });
            assert!(known, "{what}: {name}");
        }
        let media = &operation["responses"]["200"]["content"]["application/json"];
        let shown = media["examples"].as_object().is_some_and(|examples| !examples.is_empty());
        assert!(shown || operation["deprecated"] == true, "{what} has no example");
        let body = operation.get("requestBody").is_some();
        assert_eq!(body, operation["responses"].get("415").is_some(), "{what}");
    }
}

#[test]
fn every_error_type_of_the_service_is_told_of_somewhere() {
    let told = document()["paths"].to_string();
    // Words of the backend, and of what is not there yet.
    let elsewhere = [
        ErrorType::AccountLinked,
        ErrorType::AccountNotFound,
        ErrorType::ChallengeNotFound,
        ErrorType::DuplicateExternalId,
        ErrorType::InvalidResultCode,
        ErrorType::ReturnNotAllowed,
        ErrorType::SignInTooOld,
        ErrorType::OriginNotAllowed,
        ErrorType::RequestInProgress,
        ErrorType::OtpServiceMisbehaved,
        ErrorType::OtpServiceUnavailable,
    ];
    for error in ErrorType::ALL {
        let word = format!("\"{error}\"");
        assert_eq!(told.contains(&word), !elsewhere.contains(error), "{error}");
    }
}

#[test]
fn a_type_that_is_read_and_answered_has_one_schema() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in ["Session", "User", "ErrorEnvelope", "SendOtpBySmsRequest"] {
        assert!(schemas.contains_key(name), "{name}");
    }
    for (name, schema) in schemas {
        let text = schema.to_string();
        let read = name.ends_with("Request") || name.starts_with("UserFilter");
        let both = ["Comparison", "DeviceFingerprint", "FilterValue"].contains(&&**name);
        assert!(read || both || !text.contains("\"null\""), "{name} is answered as null");
    }
}

/// The things of the document's examples under the names that the running service gave them.
#[derive(Default)]
struct Names(HashMap<String, String>);

impl Names {
    /// What the document calls a thing that the service names anew each time.
    const SAMPLES: [&str; 10] = [
        sample::USER_ID,
        sample::PHONE_NUMBER_ID,
        sample::EMAIL_ID,
        sample::CHALLENGE_ID,
        sample::SESSION_ID,
        sample::KEY_ID,
        sample::TOKEN,
        sample::JWT,
        sample::MODULUS,
        sample::CODE,
    ];

    fn real(&self, text: &str) -> String {
        self.0.get(text).cloned().unwrap_or_else(|| text.to_owned())
    }

    fn in_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.real(text).into(),
            Value::Array(items) => items.iter().map(|item| self.in_value(item)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), self.in_value(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// Learns the service's names from an answer, and sees that nothing else differs but times.
    fn learn(&mut self, what: &str, shown: &Value, real: &Value) {
        match (shown, real) {
            (Value::Object(shown), Value::Object(real)) => {
                let keys = |map: &serde_json::Map<String, Value>| {
                    map.keys().cloned().collect::<BTreeSet<_>>()
                };
                assert_eq!(keys(shown), keys(real), "{what}");
                for (key, value) in shown {
                    if key.ends_with("_at") {
                        assert!(real[key].is_i64(), "{what}: {key}");
                    } else {
                        self.learn(&format!("{what} {key}"), value, &real[key]);
                    }
                }
            }
            (Value::Array(shown), Value::Array(real)) => {
                assert_eq!(shown.len(), real.len(), "{what}");
                for (shown, real) in shown.iter().zip(real) {
                    self.learn(what, shown, real);
                }
            }
            (Value::String(shown), Value::String(real))
                if Self::SAMPLES.contains(&shown.as_str()) =>
            {
                self.0.insert(shown.clone(), real.clone());
            }
            _ => assert_eq!(shown, real, "{what}"),
        }
    }

    /// Reads the code that the sample number got last.
    async fn learn_code(&mut self, harness: &Harness) {
        if let Some(message) = harness.messages(sample::NUMBER).await.first() {
            let code = message["code"].as_str().unwrap_or_default().to_owned();
            if !code.is_empty() {
                self.0.insert(sample::WRONG_CODE.to_owned(), wrong(&code, 1));
                self.0.insert(sample::CODE.to_owned(), code);
            }
        }
    }
}

/// Makes the call of an example.
async fn run(
    harness: &Harness,
    names: &Names,
    (method, path, operation): &(String, String, Value),
    name: &str,
) -> Answer {
    let mut path = path.clone();
    for parameter in operation["parameters"].as_array().unwrap() {
        let Some(value) = parameter["examples"][name]["value"].as_str() else {
            continue;
        };
        let key = parameter["name"].as_str().unwrap();
        let value = names.real(value);
        match parameter["in"].as_str().unwrap() {
            "path" => path = path.replace(&format!("{{{key}}}"), &value),
            "query" => path.push_str(&format!("?{key}={value}")),
            place => panic!("no example is known for a parameter in the {place}"),
        }
    }
    let mut call = Call::new(&method.to_ascii_uppercase(), &path);
    if operation["security"] != json!([]) {
        call = call.bearer(KEY);
    }
    let media = &operation["requestBody"]["content"]["application/json"];
    if let Some(example) = media["examples"].get(name) {
        call = call.json(&names.in_value(&example["value"]));
    }
    call.send(&harness.router).await
}

#[tokio::test]
async fn every_example_of_the_document_is_true() {
    let harness = Harness::start().await;
    let mut names = Names::default();
    let mut count = 0;
    for operation in operations(&document()) {
        for (status, response) in operation.2["responses"].as_object().unwrap() {
            let media = &response["content"]["application/json"];
            for (name, example) in media["examples"].as_object().into_iter().flatten() {
                let what = format!("{} {} {status}", operation.0, operation.1);
                assert_documented(&what, &example["value"]);
                count += usize::from(!name.is_empty());
            }
        }
    }
    let mut ran = 0;
    for route in crate::api::endpoints().into_parts().1 {
        let operation = (route.method.to_owned(), route.path.clone(), document()["paths"][&route.path][route.method].clone());
        for example in (route.operation)().examples {
            // Past the cool-down of the number that the example before may have sent to.
            harness.wait_for_resend();
            names.learn_code(&harness).await;
            let answer = run(&harness, &names, &operation, example.name).await;
            let what = format!("{} {} {}", operation.0, operation.1, example.name);
            assert_eq!(answer.status, example.status, "{what}: {:?}", answer.body);
            names.learn(&what, &example.answer, &answer.json());
            ran += 1;
        }
    }
    assert_eq!(ran, count);
}

#[tokio::test]
async fn the_page_shows_every_operation_and_asks_no_other_address() {
    let harness = Harness::start().await;
    let page = Call::get("/docs").send(&harness.router).await;
    let text = page.assert_ok().text();
    for (_, path, operation) in operations(&document()) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(text.contains(&format!("<article id=\"{id}\">")), "{id}");
        assert!(text.contains(&path), "{path}");
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"));
    assert!(!text.contains("://") && !text.contains("<script"));
    for address in text.split(" href=\"").skip(1) {
        let address = address.split('"').next().unwrap();
        if let Some(id) = address.strip_prefix('#') {
            assert!(text.contains(&format!("id=\"{id}\"")), "{address}");
        } else {
            Call::get(address).send(&harness.router).await.assert_ok();
        }
    }
}
