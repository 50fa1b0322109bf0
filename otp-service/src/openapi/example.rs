//! A call and its answer, as the document shows them. The tests make every one of these calls, in the
//! document's order, and want the answer that stands here.

use serde_json::Value;
use shared::{ErrorEnvelope, ErrorType};

/// A call and its answer.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// Names it in the document; the same name stands with the request and with the answer.
    pub(crate) name: &'static str,
    /// Values of parameters.
    pub(crate) parameters: Vec<(&'static str, &'static str)>,
    pub(crate) request: Option<Value>,
    pub(crate) status: u16,
    pub(crate) answer: Value,
}

impl Example {
    /// An example with this name: words with `_` between them.
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            parameters: Vec::new(),
            request: None,
            status: 200,
            answer: Value::Null,
        }
    }

    /// With this value of a parameter.
    pub(crate) fn with(mut self, parameter: &'static str, value: &'static str) -> Self {
        self.parameters.push((parameter, value));
        self
    }

    /// The body.
    pub(crate) fn sends(mut self, request: Value) -> Self {
        self.request = Some(request);
        self
    }

    /// A success with this body.
    pub(crate) fn answers(self, answer: Value) -> Self {
        Self { answer, ..self }
    }

    /// An error with its own sentence.
    pub(crate) fn fails(self, error_type: ErrorType) -> Self {
        self.fails_with(&error_type.into())
    }

    /// An error with more than its type.
    pub(crate) fn fails_with(mut self, envelope: &ErrorEnvelope) -> Self {
        self.status = envelope.status_code;
        self.answer = serde_json::to_value(envelope).unwrap_or_default();
        self
    }
}
