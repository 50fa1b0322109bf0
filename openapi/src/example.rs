//! A call and its answer, as the document shows them. The tests make every one of these calls, in the
//! document's order, and want the answer that stands here.

use serde_json::Value;
use shared::{ErrorEnvelope, ErrorType};

/// A call and its answer.
#[derive(Debug, Clone)]
pub struct Example {
    /// Names it in the document; the same name stands with the request and with the answer.
    pub name: &'static str,
    /// Values of parameters.
    pub parameters: Vec<(&'static str, &'static str)>,
    /// The body.
    pub request: Option<Value>,
    /// HTTP status of the answer.
    pub status: u16,
    /// The answer's body.
    pub answer: Value,
}

impl Example {
    /// An example with this name: words with `_` between them.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            parameters: Vec::new(),
            request: None,
            status: 200,
            answer: Value::Null,
        }
    }

    /// With this value of a parameter.
    #[must_use]
    pub fn with(mut self, parameter: &'static str, value: &'static str) -> Self {
        self.parameters.push((parameter, value));
        self
    }

    /// The body.
    #[must_use]
    pub fn sends(mut self, request: Value) -> Self {
        self.request = Some(request);
        self
    }

    /// A success with this body.
    #[must_use]
    pub fn answers(self, answer: Value) -> Self {
        Self { answer, ..self }
    }

    /// An error with its own sentence.
    #[must_use]
    pub fn fails(self, error_type: ErrorType) -> Self {
        self.fails_with(&error_type.into())
    }

    /// An error with more than its type.
    #[must_use]
    pub fn fails_with(mut self, envelope: &ErrorEnvelope) -> Self {
        self.status = envelope.status_code;
        self.answer = serde_json::to_value(envelope).unwrap_or_default();
        self
    }
}
