//! What an answer of the OTP service becomes: the value that was asked for, an error that the page may
//! know, or "it misbehaved" (H-06, H-07). Nothing that the service wrote is ever shown or logged
//! but its status and error type: its messages may hold a number, and belong to another contract.

use edge::ApiError;
use http::{StatusCode, header};
use serde::de::DeserializeOwned;
use shared::{ErrorEnvelope, ErrorType};

use super::transport::Reply;

/// When the service says 429 or 503 but not for how long.
const RETRY_AFTER_SECS: u32 = 5;

/// The errors that belong to a call and go on to the page. All others are misbehaviour, but for
/// those that any call can meet: a limit, and a service that is busy or away.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expect(pub(super) &'static [ErrorType]);

impl Expect {
    pub(super) fn read<T: DeserializeOwned>(self, reply: &Reply) -> Result<T, ApiError> {
        if reply.status != StatusCode::OK {
            return Err(self.error(reply));
        }
        serde_json::from_slice(&reply.body).map_err(|_| broken::<T>(reply))
    }

    fn error(self, reply: &Reply) -> ApiError {
        let status = reply.status;
        // A proxy's answer, or another contract's, wears the envelope badly or not at all.
        let envelope = serde_json::from_slice::<ErrorEnvelope>(&reply.body)
            .ok()
            .filter(|envelope| envelope.status_code == status.as_u16());
        let error_type = envelope.as_ref().map(|envelope| envelope.error_type);
        let wait = retry_after(reply, envelope.as_ref());
        match (status, error_type) {
            (StatusCode::TOO_MANY_REQUESTS, _) => {
                passed(ErrorType::TooManyRequests, envelope.as_ref())
                    .retry_after(wait.unwrap_or(RETRY_AFTER_SECS))
            }
            (_, Some(error_type)) if self.0.contains(&error_type) => {
                let error = passed(error_type, envelope.as_ref());
                wait.map_or(error.clone(), |secs| error.retry_after(secs))
            }
            (StatusCode::SERVICE_UNAVAILABLE, Some(ErrorType::Overloaded)) => {
                ApiError::from(ErrorType::Overloaded).retry_after(wait.unwrap_or(RETRY_AFTER_SECS))
            }
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => {
                let error_type = error_type.unwrap_or(ErrorType::Unknown);
                tracing::error!(
                    %status,
                    upstream_error_type = error_type.as_str(),
                    "the OTP service refuses our key: check OTP_API_KEY"
                );
                misbehaved("the OTP service refuses our key")
            }
            (
                StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT
                | StatusCode::REQUEST_TIMEOUT,
                _,
            ) => ApiError::unavailable(
                ErrorType::OtpServiceUnavailable,
                format_args!("the OTP service answered {status}"),
            )
            .retry_after(wait.unwrap_or(RETRY_AFTER_SECS)),
            (_, error_type) => misbehaved(format_args!(
                "the OTP service answered {status} {}",
                error_type.map_or("without the envelope", ErrorType::as_str)
            )),
        }
    }
}

fn misbehaved(cause: impl std::fmt::Display) -> ApiError {
    ApiError::unavailable(ErrorType::OtpServiceMisbehaved, cause)
}

/// The same error in our own words.
fn passed(error_type: ErrorType, envelope: Option<&ErrorEnvelope>) -> ApiError {
    let error = ApiError::from(error_type);
    match envelope.and_then(|envelope| envelope.attempts_left) {
        Some(left) => error.attempts_left(left),
        None => error,
    }
}

fn retry_after(reply: &Reply, envelope: Option<&ErrorEnvelope>) -> Option<u32> {
    let header = reply.headers.get(header::RETRY_AFTER);
    header
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse().ok())
        .or_else(|| envelope.and_then(|envelope| envelope.retry_after_secs))
}

/// Reads an answer once more, to say where it is not the contract: keeping the place costs several times the reading.
fn broken<T: DeserializeOwned>(reply: &Reply) -> ApiError {
    let mut reader = serde_json::Deserializer::from_slice(&reply.body);
    // The parser's own words may quote a token.
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => misbehaved("the answer is not the contract: more follows it"),
        Err(error) => misbehaved(format_args!(
            "the answer is not the contract: {:?} at {}",
            error.inner().classify(),
            error.path()
        )),
    }
}
