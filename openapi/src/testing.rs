//! Holds every answer of a router's tests to its OpenAPI document: status, error type, fields and their
//! shapes. A field that the document does not know is a fault here, though callers may ignore it.
//! Behind the feature `testing`, so never in a server.

#![allow(clippy::unwrap_used, reason = "a test that can't go on ends here")]

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use edge::testing::Answer;
use jsonschema::Validator;
use serde_json::{Value, json};

/// The answers of a document; by `method path status`. None as validator: one without a body.
#[derive(Debug)]
pub struct Answers(HashMap<String, Option<Validator>>);

impl Answers {
    /// Those that the document tells of.
    #[must_use]
    pub fn of(document: &Value) -> Arc<Self> {
        let mut document = document.clone();
        let mut components = document["components"].take();
        for schema in components["schemas"].as_object_mut().unwrap().values_mut() {
            if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
                schema["additionalProperties"] = false.into();
            }
        }
        let mut answers = HashMap::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let schema = response.pointer("/content/application~1json/schema");
                    let validator = schema.map(|schema| validator(schema, &components));
                    answers.insert(format!("{method} {path} {status}"), validator);
                }
            }
        }
        Arc::new(Self(answers))
    }

    /// The router, with a look at every answer that it gives.
    pub fn hold(self: &Arc<Self>, router: Router) -> Router {
        let answers = Arc::clone(self);
        router.layer(from_fn(move |path: Option<MatchedPath>, request, next| {
            let answers = Arc::clone(&answers);
            async move { answers.look(path, request, next).await }
        }))
    }

    async fn look(&self, path: Option<MatchedPath>, request: Request, next: Next) -> Response {
        let method = request.method().as_str().to_ascii_lowercase();
        let (parts, body) = next.run(request).await.into_parts();
        let status = parts.status.as_u16();
        let answer = Answer::read((parts.clone(), body).into_response()).await;
        let what = format!("{method} {}", path.as_ref().map_or("", MatchedPath::as_str));
        // A method that the path does not have, and the pages, are no operations.
        if self.0.contains_key(&format!("{what} 200")) {
            self.assert_documented(&format!("{what} {status}"), &answer.body);
        }
        (parts, answer.body).into_response()
    }

    /// The answer is one that the document tells of.
    #[track_caller]
    pub fn assert_documented(&self, what: &str, body: &[u8]) {
        let answer = String::from_utf8_lossy(body);
        let validator = self.0.get(what);
        let validator = validator.unwrap_or_else(|| panic!("the document has no {what}: {answer}"));
        let Some(validator) = validator else {
            assert!(body.is_empty(), "{what} has a body: {answer}");
            return;
        };
        let answer = serde_json::from_slice(body).unwrap_or(Value::Null);
        let faults: Vec<_> = validator
            .iter_errors(&answer)
            .map(|fault| format!("{} at `{}`", fault, fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{what}: {faults:?}");
    }
}

fn validator(schema: &Value, components: &Value) -> Validator {
    let schema = json!({"allOf": [schema], "components": components});
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}
