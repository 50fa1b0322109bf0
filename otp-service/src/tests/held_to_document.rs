//! Holds every answer of every test to the OpenAPI document: status, error type, fields and their
//! shapes. A field that the document does not know is a fault here, though callers may ignore it.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use edge::testing::Answer;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::api;
use crate::openapi;

/// By `method path status`.
static ANSWERS: LazyLock<HashMap<String, Validator>> = LazyLock::new(answers);

/// The document as it is served.
pub(super) fn document() -> Value {
    openapi::document(&api::endpoints().into_parts().1)
}

/// The router, with a look at every answer that it gives.
pub(super) fn held(router: Router) -> Router {
    router.layer(from_fn(look))
}

async fn look(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_ascii_lowercase();
    let (parts, body) = next.run(request).await.into_parts();
    let status = parts.status.as_u16();
    let answer = Answer::read((parts.clone(), body).into_response()).await;
    let what = format!("{method} {}", path.as_ref().map_or("", MatchedPath::as_str));
    // A method that the path does not have, and the pages, are no operations.
    if ANSWERS.contains_key(&format!("{what} 200")) {
        assert_documented(&format!("{what} {status}"), &answer.json());
    }
    (parts, answer.body).into_response()
}

/// The answer is one that the document tells of.
#[track_caller]
pub(super) fn assert_documented(what: &str, answer: &Value) {
    let validator = ANSWERS.get(what);
    let validator = validator.unwrap_or_else(|| panic!("the document has no {what}: {answer}"));
    let faults: Vec<_> = validator
        .iter_errors(answer)
        .map(|fault| format!("{} at `{}`", fault, fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{what}: {faults:?}");
}

fn answers() -> HashMap<String, Validator> {
    let mut document = document();
    let mut components = document["components"].take();
    for schema in components["schemas"].as_object_mut().unwrap().values_mut() {
        if schema.get("properties").is_some() {
            schema["additionalProperties"] = false.into();
        }
    }
    let mut answers = HashMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let schema = &response["content"]["application/json"]["schema"];
                let schema = json!({"allOf": [schema], "components": components});
                let validator = jsonschema::draft202012::options()
                    .should_validate_formats(true)
                    .build(&schema)
                    .unwrap();
                answers.insert(format!("{method} {path} {status}"), validator);
            }
        }
    }
    answers
}

#[test]
#[should_panic(expected = "is a required property")]
fn an_answer_without_one_of_its_fields_is_a_fault() {
    let answer = json!({"message": "Successfully deleted user"});
    assert_documented("delete /v1/auth/users/{user_id}/delete 200", &answer);
}

#[test]
#[should_panic(expected = "Additional properties are not allowed")]
fn an_answer_with_a_field_that_nobody_declared_is_a_fault() {
    let answer = json!({"message": "Successfully deleted session", "more": 1});
    assert_documented("delete /v1/auth/sessions/delete 200", &answer);
}

#[test]
#[should_panic(expected = "is not one of")]
fn an_error_that_nobody_declared_is_a_fault() {
    let envelope = shared::ErrorEnvelope::from(shared::ErrorType::UserNotFound);
    let answer = serde_json::to_value(envelope).unwrap();
    assert_documented("delete /v1/auth/sessions/delete 404", &answer);
}
