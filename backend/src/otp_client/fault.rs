//! Why a call came to nothing, and whether it may have had an effect all the same: who counts sends has to know
//! (B-10, H-02).

use edge::ApiError;
use shared::ErrorType;

use super::lane::NotBegun;
use super::transport::Failure;

/// What the browser is told when the service is away, seconds (H-04).
const RETRY_AFTER_SECS: u32 = 5;

/// A call without the answer that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) error: ApiError,
    /// It may have been done, for all we know.
    pub(crate) in_doubt: bool,
}

impl Fault {
    /// What an answer of the service has become.
    pub(super) fn of_answer(error: ApiError) -> Self {
        let mut fault = Self::from(error);
        fault.in_doubt = !fault.is_an_answer();
        fault
    }

    /// Whether the service said something that the contract knows: it works, and only says no.
    pub(super) fn is_an_answer(&self) -> bool {
        !matches!(
            self.error.error_type(),
            ErrorType::OtpServiceUnavailable | ErrorType::OtpServiceMisbehaved
        )
    }
}

/// An error that is told before anything was asked for, or in the words of the contract.
impl From<ApiError> for Fault {
    fn from(error: ApiError) -> Self {
        Self {
            error,
            in_doubt: false,
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

impl From<NotBegun> for Fault {
    fn from(why: NotBegun) -> Self {
        let error = match why {
            // Told to the log when the breaker opened; a line for each call would drown it.
            NotBegun::Open => ApiError::from(ErrorType::OtpServiceUnavailable),
            NotBegun::Full => ApiError::unavailable(
                ErrorType::OtpServiceUnavailable,
                "too many calls to the OTP service are on their way",
            ),
        };
        error.retry_after(RETRY_AFTER_SECS).into()
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        let away = |cause| {
            ApiError::unavailable(ErrorType::OtpServiceUnavailable, cause)
                .retry_after(RETRY_AFTER_SECS)
        };
        match failure {
            Failure::Unreached(cause) => away(cause).into(),
            Failure::Silent(cause) => Self {
                error: away(cause),
                in_doubt: true,
            },
            Failure::Garbled(cause) => Self {
                error: ApiError::unavailable(ErrorType::OtpServiceMisbehaved, cause),
                in_doubt: true,
            },
            Failure::Unwritable(cause) => ApiError::internal(cause).into(),
        }
    }
}
