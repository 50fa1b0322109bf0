//! The one place where an error of the backend becomes a sentence.

use shared::{ErrorEnvelope, ErrorType};

use crate::Catalogue;

/// What the backend said instead of doing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The word for it.
    pub error_type: ErrorType,
    /// Tries that are left for this verification.
    pub attempts_left: Option<u8>,
    /// Seconds until it makes sense to try again.
    pub retry_after_secs: Option<u32>,
}

impl From<&ErrorEnvelope> for Refusal {
    fn from(envelope: &ErrorEnvelope) -> Self {
        Self {
            error_type: envelope.error_type,
            attempts_left: envelope.attempts_left,
            retry_after_secs: envelope.retry_after_secs,
        }
    }
}

/// What the person was doing; some errors mean different things at different steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Asking for a code.
    Sending,
    /// Giving a code.
    Verifying,
    /// Looking after sessions.
    Managing,
}

/// What to tell the person.
#[must_use]
pub fn refused(text: &Catalogue, refusal: Refusal, doing: Doing) -> String {
    let waiting = |sentence: &str, with_time: &str| match refusal.retry_after_secs {
        Some(secs) if secs > 0 => crate::filled(with_time, &[&text.duration(secs)]),
        _ => sentence.to_owned(),
    };
    let fixed = match refusal.error_type {
        ErrorType::InvalidOtp => match refusal.attempts_left {
            Some(tries) if tries > 0 => {
                let tries = u32::from(tries);
                return text.counted(text.wrong_code_tries_left, tries, &tries.to_string());
            }
            _ => text.wrong_code,
        },
        ErrorType::OtpExpired => text.code_expired,
        ErrorType::OtpAttemptsExceeded => {
            return waiting(text.too_many_tries, text.too_many_tries_wait);
        }
        ErrorType::TooManyRequests => return waiting(text.slow_down, text.slow_down_for),
        ErrorType::InvalidPhoneNumber => text.invalid_number,
        ErrorType::DestinationNotAllowed => text.destination_not_allowed,
        ErrorType::NumberBlocked => text.number_blocked,
        ErrorType::UserInactive => text.user_inactive,
        ErrorType::OriginNotAllowed => text.origin_not_allowed,
        ErrorType::InvalidSession | ErrorType::SignInTooOld => text.session_ended,
        ErrorType::SessionNotFound => text.device_already_gone,
        ErrorType::RequestInProgress => text.in_progress,
        ErrorType::RequestTimeout => text.unreachable,
        ErrorType::Overloaded => text.busy,
        ErrorType::SmsNotSent | ErrorType::SmsBudgetExhausted => text.message_not_sent,
        ErrorType::OtpServiceMisbehaved | ErrorType::OtpServiceUnavailable => text.service_down,
        // The pending verification is no longer one that the backend takes.
        ErrorType::InvalidRequest if doing == Doing::Verifying => text.code_expired,
        // This build of the page speaks another contract than the backend.
        ErrorType::InvalidRequest
        | ErrorType::NotFound
        | ErrorType::MethodNotAllowed
        | ErrorType::PayloadTooLarge
        | ErrorType::UriTooLong
        | ErrorType::UnsupportedMediaType
        | ErrorType::HeadersTooLarge => text.out_of_date,
        // Not for browsers; should one come through, there is nothing the person could do.
        ErrorType::Unauthorized
        | ErrorType::UserNotFound
        | ErrorType::PhoneNumberNotFound
        | ErrorType::EmailNotFound
        | ErrorType::DuplicatePhoneNumber
        | ErrorType::DuplicateEmail
        | ErrorType::AccountNotFound
        | ErrorType::AccountLinked
        | ErrorType::ChallengeNotFound
        | ErrorType::InvalidResultCode
        | ErrorType::ReturnNotAllowed
        | ErrorType::DuplicateExternalId
        | ErrorType::InternalError => text.unknown_error,
        // Words of a newer server; the enum of the contract grows without breaking this page.
        _ => text.unknown_error,
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::{ALL, ENGLISH};

    fn refusal(error_type: ErrorType) -> Refusal {
        Refusal {
            error_type,
            attempts_left: None,
            retry_after_secs: None,
        }
    }

    #[test]
    fn every_error_type_has_a_sentence_for_every_step_in_every_language() {
        for text in ALL {
            for error_type in ErrorType::ALL {
                for doing in [Doing::Sending, Doing::Verifying, Doing::Managing] {
                    let sentence = refused(text, refusal(*error_type), doing);
                    assert!(
                        sentence.ends_with(['.', '。', '।']),
                        "{} {error_type}: {sentence}",
                        text.language
                    );
                }
            }
        }
    }

    #[test]
    fn sentences_say_how_many_tries_and_how_long() {
        let tell = |refusal| refused(&ENGLISH, refusal, Doing::Verifying);
        let wrong = |tries| Refusal {
            attempts_left: Some(tries),
            ..refusal(ErrorType::InvalidOtp)
        };
        assert!(tell(wrong(4)).contains("4 tries left"));
        assert!(tell(wrong(1)).contains("1 try left"));
        let slow = Refusal {
            retry_after_secs: Some(28),
            ..refusal(ErrorType::TooManyRequests)
        };
        assert!(tell(slow).contains("28 seconds"));
        let locked = Refusal {
            retry_after_secs: Some(1800),
            ..refusal(ErrorType::OtpAttemptsExceeded)
        };
        assert!(tell(locked).contains("30 minutes"));
    }
}
