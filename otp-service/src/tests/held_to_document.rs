//! Every answer of every test is held to the OpenAPI document.

use std::sync::{Arc, LazyLock};

use ::openapi::testing::Answers;
use axum::Router;
use serde_json::{Value, json};

use crate::api;
use crate::openapi;

static ANSWERS: LazyLock<Arc<Answers>> = LazyLock::new(|| Answers::of(&document()));

/// The document as it is served.
pub(super) fn document() -> Value {
    openapi::document(&api::endpoints().into_parts().1)
}

/// The router, with a look at every answer that it gives.
pub(super) fn held(router: Router) -> Router {
    ANSWERS.hold(router)
}

/// The answer is one that the document tells of.
#[track_caller]
pub(super) fn assert_documented(what: &str, answer: &Value) {
    ANSWERS.assert_documented(what, answer.to_string().as_bytes());
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
