//! The one place where an error becomes a sentence.

use shared::ErrorType;

use super::Catalogue;
use crate::failure::{Failure, Refusal};
use crate::phone::{CountryCode, Misread};
use crate::user_agent;

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

/// What to tell the person about a call that failed.
#[must_use]
pub fn failure(text: &Catalogue, failure: Failure, doing: Doing) -> String {
    match failure {
        Failure::Offline => text.offline.to_owned(),
        Failure::Unreachable => text.unreachable.to_owned(),
        Failure::Refused(refusal) => refused(text, refusal, doing),
    }
}

fn refused(text: &Catalogue, refusal: Refusal, doing: Doing) -> String {
    let waiting = |sentence: &str, with_time: fn(&str) -> String| match refusal.retry_after_secs {
        Some(secs) if secs > 0 => with_time(&(text.duration)(secs)),
        _ => sentence.to_owned(),
    };
    let fixed = match refusal.error_type {
        ErrorType::InvalidOtp => match refusal.attempts_left {
            Some(tries) if tries > 0 => return (text.wrong_code_tries_left)(tries),
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
        ErrorType::InvalidSession => text.session_ended,
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
        | ErrorType::InternalError => text.unknown_error,
        // Words of a newer server; the enum of the contract grows without breaking this page.
        _ => text.unknown_error,
    };
    fixed.to_owned()
}

/// What to tell the person about a number that can't be one; `name` words a country.
#[must_use]
pub fn misread(text: &Catalogue, misread: Misread, name: impl Fn(CountryCode) -> String) -> String {
    match misread {
        Misread::Empty => text.number_missing.to_owned(),
        Misread::NotANumber => text.not_a_number.to_owned(),
        Misread::UnknownCallingCode => text.unknown_calling_code.to_owned(),
        Misread::TooShort(country) => (text.too_short)(&name(country)),
        Misread::TooLong(country) => (text.too_long)(&name(country)),
    }
}

/// Browser and system in words.
#[must_use]
pub fn device(text: &Catalogue, user_agent: &str) -> String {
    let device = user_agent::device(user_agent);
    match (device.browser, device.system) {
        (Some(browser), Some(system)) => (text.browser_on_system)(browser, system),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => text.unknown_device.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ENGLISH;
    use super::*;

    fn refusal(error_type: ErrorType) -> Refusal {
        Refusal {
            error_type,
            attempts_left: None,
            retry_after_secs: None,
        }
    }

    #[test]
    fn every_error_type_has_a_sentence_for_every_step() {
        for error_type in ErrorType::ALL {
            for doing in [Doing::Sending, Doing::Verifying, Doing::Managing] {
                let sentence = failure(&ENGLISH, Failure::Refused(refusal(*error_type)), doing);
                assert!(sentence.ends_with('.'), "{error_type}: {sentence}");
            }
        }
    }

    #[test]
    fn sentences_say_how_many_tries_and_how_long() {
        let tell = |refusal| failure(&ENGLISH, Failure::Refused(refusal), Doing::Verifying);
        let wrong = Refusal {
            attempts_left: Some(4),
            ..refusal(ErrorType::InvalidOtp)
        };
        assert!(tell(wrong).contains("4 tries left"));
        let last = Refusal {
            attempts_left: Some(1),
            ..refusal(ErrorType::InvalidOtp)
        };
        assert!(tell(last).contains("1 try left"));
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

    #[test]
    fn a_short_number_is_told_with_its_country() {
        let germany = CountryCode::parse("DE").unwrap();
        let sentence = misread(&ENGLISH, Misread::TooShort(germany), |_| {
            "Germany".to_owned()
        });
        assert_eq!(sentence, "This number is too short for Germany.");
    }
}
