//! Outcomes of the commands in the words of the contract.

use edge::ApiError;
use shared::ErrorType;

use crate::rules::throttle::Refusal;

/// The number has to wait, or is locked (B-10).
pub(crate) fn refusal(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Wait(secs) | Refusal::Paced(secs, _) => {
            ApiError::from(ErrorType::TooManyRequests).retry_after(secs)
        }
        Refusal::Locked => ErrorType::NumberBlocked.into(),
    }
}

/// An `Idempotency-Key` came again with another request.
pub(crate) fn other_request() -> ApiError {
    ApiError::from(ErrorType::InvalidRequest)
        .message("The header `idempotency-key` was used for another request.")
}

/// A field holds what the contract does not allow.
pub(crate) fn invalid(message: &str) -> ApiError {
    ApiError::from(ErrorType::InvalidRequest).message(message)
}
