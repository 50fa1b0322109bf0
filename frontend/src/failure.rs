//! What can go wrong between the page and its backend, as one type.
//!
//! Deliberately absent: the sentences (see `text`) and the calls (see `api`).

use screens::Refusal;
use shared::ErrorType;

/// Why a call did not give what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The browser itself has no network.
    Offline,
    /// No answer, or one that is not our backend's: whether the call took effect is unknown.
    Unreachable,
    /// The backend said no.
    Refused(Refusal),
}

impl Failure {
    /// The backend's word, if it said one.
    #[must_use]
    pub fn error_type(self) -> Option<ErrorType> {
        match self {
            Self::Refused(refusal) => Some(refusal.error_type),
            Self::Offline | Self::Unreachable => None,
        }
    }

    /// Whether the session that the call was made with is over.
    #[must_use]
    pub fn ends_session(self) -> bool {
        matches!(
            self.error_type(),
            Some(ErrorType::InvalidSession | ErrorType::UserInactive)
        )
    }

    /// Whether the call may have taken effect all the same, so that a repeat must be recognisable.
    #[must_use]
    pub fn is_uncertain(self) -> bool {
        match self {
            Self::Offline | Self::Unreachable => true,
            Self::Refused(refusal) => {
                matches!(
                    refusal.error_type,
                    ErrorType::RequestInProgress | ErrorType::RequestTimeout
                ) || refusal.error_type.http_status() >= 500
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_that_settles_it_lets_a_new_press_be_a_new_message() {
        let refused = |error_type| {
            Failure::Refused(Refusal {
                error_type,
                attempts_left: None,
                retry_after_secs: None,
            })
        };
        assert!(Failure::Unreachable.is_uncertain());
        assert!(refused(ErrorType::OtpServiceUnavailable).is_uncertain());
        assert!(refused(ErrorType::RequestInProgress).is_uncertain());
        assert!(!refused(ErrorType::TooManyRequests).is_uncertain());
        assert!(!refused(ErrorType::InvalidPhoneNumber).is_uncertain());
    }
}
