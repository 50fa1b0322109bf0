//! The one error of both servers' handlers and how it becomes an answer (D-14).
//!
//! Not here: logging of the cause and the request id, which are added once, in [`crate::harden`].

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use shared::{ErrorEnvelope, ErrorType};

/// No `Retry-After` is longer than an hour (B-10).
const LONGEST_WAIT_SECS: u32 = 3600;

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What a handler answers instead of a success. The cause, where there is one, is logged once
/// with the request id and never shown.
#[derive(Debug, Clone)]
pub struct ApiError {
    envelope: ErrorEnvelope,
    cause: Option<Arc<str>>,
}

/// Marks an answer of 400 or more whose body is meant for people, such as a plain HTML page: it
/// is left as it is instead of being turned into the envelope.
#[derive(Debug, Clone, Copy)]
pub struct OwnPage;

impl ApiError {
    /// A fault inside, 500. `cause` goes to the log; the caller learns the request id.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::unavailable(ErrorType::InternalError, cause)
    }

    /// An error whose cause the operator should read and the caller should not.
    pub fn unavailable(error_type: ErrorType, cause: impl fmt::Display) -> Self {
        Self {
            envelope: error_type.into(),
            cause: Some(cause.to_string().into()),
        }
    }

    /// Replaces the sentence that goes with the error type.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.envelope.error_message = message.into();
        self
    }

    /// How many wrong codes the challenge still takes.
    #[must_use]
    pub fn attempts_left(mut self, left: u8) -> Self {
        self.envelope.attempts_left = Some(left);
        self
    }

    /// When to try again, in seconds from now; sets the field and the header alike, at most an hour.
    #[must_use]
    pub fn retry_after(mut self, secs: u32) -> Self {
        self.envelope.retry_after_secs = Some(secs.min(LONGEST_WAIT_SECS));
        self
    }

    /// The error type that the caller will see.
    #[must_use]
    pub fn error_type(&self) -> ErrorType {
        self.envelope.error_type
    }

    /// The body as the caller will see it, but for the request id.
    #[must_use]
    pub fn envelope(&self) -> &ErrorEnvelope {
        &self.envelope
    }

    /// Writes the cause to the log, where there is one. Whoever makes a page of an error for people
    /// calls it; of an error that is the answer it is logged anyway.
    pub fn log(&self) {
        if let Some(cause) = self.cause() {
            let error_type = self.error_type().as_str();
            tracing::error!(error_type, cause, "request failed");
        }
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The same for a caller, with nothing for the log.
    pub(crate) fn without_cause(mut self) -> Self {
        self.cause = None;
        self
    }

    pub(crate) fn with_request_id(mut self, id: &str) -> Self {
        self.envelope.request_id = Some(id.to_owned());
        self
    }

    /// The error for a status that some library answered with.
    pub(crate) fn for_status(status: StatusCode) -> Self {
        let error_type = match status.as_u16() {
            401 => ErrorType::Unauthorized,
            404 => ErrorType::NotFound,
            405 => ErrorType::MethodNotAllowed,
            408 => ErrorType::RequestTimeout,
            413 => ErrorType::PayloadTooLarge,
            414 => ErrorType::UriTooLong,
            415 => ErrorType::UnsupportedMediaType,
            429 => ErrorType::TooManyRequests,
            431 => ErrorType::HeadersTooLarge,
            503 => ErrorType::Overloaded,
            status if status < 500 => ErrorType::InvalidRequest,
            _ => return Self::internal(format_args!("a bare {status} was answered")),
        };
        error_type.into()
    }
}

impl From<ErrorType> for ApiError {
    fn from(error_type: ErrorType) -> Self {
        Self {
            envelope: error_type.into(),
            cause: None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.envelope).unwrap_or_default();
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::from_u16(self.envelope.status_code)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(header::CONTENT_LENGTH, body.len().into());
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        if let Some(secs) = self.envelope.retry_after_secs {
            headers.insert(header::RETRY_AFTER, secs.into());
        }
        *response.body_mut() = body.into();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Answer;

    async fn answer(error: ApiError) -> Answer {
        Answer::read(error.into_response()).await
    }

    #[tokio::test]
    async fn every_error_type_wears_the_envelope_under_its_own_status_d_14() {
        for error_type in ErrorType::ALL {
            let answer = answer((*error_type).into()).await;
            answer.assert_error(*error_type);
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }

    #[tokio::test]
    async fn the_wait_stands_in_the_field_and_in_the_header_and_is_at_most_an_hour_b_10() {
        let answer = answer(ApiError::from(ErrorType::TooManyRequests).retry_after(90_000)).await;
        assert_eq!(answer.header("retry-after"), Some("3600"));
        assert_eq!(answer.json()["retry_after_secs"], 3600);
    }

    #[tokio::test]
    async fn the_cause_is_never_shown() {
        let answer = answer(ApiError::internal("disk on fire").attempts_left(2)).await;
        assert!(!answer.text().contains("fire"));
        assert_eq!(answer.json()["attempts_left"], 2);
    }

    #[test]
    fn a_librarys_bare_status_gets_its_error_type() {
        for (status, error_type) in [
            (404, ErrorType::NotFound),
            (405, ErrorType::MethodNotAllowed),
            (422, ErrorType::InvalidRequest),
            (503, ErrorType::Overloaded),
            (500, ErrorType::InternalError),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(ApiError::for_status(status).error_type(), error_type);
        }
    }
}
