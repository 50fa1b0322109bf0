//! The one list of error types, with the HTTP status of each, and the envelope that every answer
//! outside 2xx wears.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! error_types {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $status:literal, $message:literal;)*) => {
        /// What went wrong, as a word that programs can match on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum ErrorType {
            $($(#[$doc])* #[serde(rename = $wire)] $name,)*
            /// A word that this build does not know: an older page survives a newer server.
            #[serde(other, rename = "unknown")]
            #[cfg_attr(feature = "schema", schemars(skip))]
            Unknown,
        }

        impl ErrorType {
            /// Every error type but [`ErrorType::Unknown`].
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The HTTP status of answers with this error type.
            #[must_use]
            pub fn http_status(self) -> u16 {
                match self { $(Self::$name => $status,)* Self::Unknown => 500 }
            }

            /// The word on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* Self::Unknown => "unknown" }
            }

            /// The sentence that goes with it unless the server has a more exact one.
            #[must_use]
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* Self::Unknown => "Unknown error." }
            }
        }
    };
}

error_types! {
    /// Wrong code, used code, unknown `method_id`, forged `verification_id`: one answer for all (A-13).
    InvalidOtp = "invalid_otp", 400, "Invalid OTP Code.";
    /// The newest code of this challenge is past its time.
    OtpExpired = "otp_expired", 400, "The code has expired. Ask for a new one.";
    /// The challenge has no tries left.
    OtpAttemptsExceeded = "otp_attempts_exceeded", 400, "The code was entered wrongly too often. Ask for a new one.";
    /// The result code of a challenge is wrong, used, or too old: one answer for all.
    InvalidResultCode = "invalid_result_code", 400, "The result code is wrong, used, or older than two minutes.";
    /// The address to go back to is malformed, or its origin is not on the list.
    ReturnNotAllowed = "return_not_allowed", 400, "`return_to` must be an address of one of the RETURN_ORIGINS.";
    /// A field is missing, malformed or out of range; the message names it.
    InvalidRequest = "invalid_request", 400, "The request is malformed.";
    /// Not the number of a phone that can receive text messages.
    InvalidPhoneNumber = "invalid_phone_number", 400, "This is not a phone number that can receive text messages.";
    /// Missing, malformed, unknown or revoked secret key.
    Unauthorized = "unauthorized", 401, "The secret key is missing or not valid.";
    /// Unknown, expired or ended session.
    InvalidSession = "invalid_session", 401, "The session is not valid.";
    /// The session is there, but the last code was given longer ago than the caller takes.
    SignInTooOld = "sign_in_too_old", 401, "The sign-in is too long ago for this. Sign in again.";
    /// The number's country or prefix is not served.
    DestinationNotAllowed = "destination_not_allowed", 403, "Codes can't be sent to this country.";
    /// The number is locked after too many wrong codes (B-01).
    NumberBlocked = "number_blocked", 403, "This number is locked. Contact support.";
    /// The user is disabled.
    UserInactive = "user_inactive", 403, "This user is not active.";
    /// The call came from a page of another origin (C-16).
    OriginNotAllowed = "origin_not_allowed", 403, "Calls from this origin are not allowed.";
    /// No user has this id or number.
    UserNotFound = "user_not_found", 404, "User not found.";
    /// No phone number has this id.
    PhoneNumberNotFound = "phone_number_not_found", 404, "Phone number not found.";
    /// No e-mail address has this id.
    EmailNotFound = "email_not_found", 404, "E-mail address not found.";
    /// No session has this id.
    SessionNotFound = "session_not_found", 404, "Session not found.";
    /// No account has this id.
    AccountNotFound = "account_not_found", 404, "Account not found.";
    /// No challenge has this id.
    ChallengeNotFound = "challenge_not_found", 404, "Challenge not found.";
    /// No such path.
    NotFound = "not_found", 404, "There is nothing at this address.";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "This method is not allowed here.";
    /// The caller took too long to send its request.
    RequestTimeout = "request_timeout", 408, "The request took too long to arrive.";
    /// The number belongs to another user.
    DuplicatePhoneNumber = "duplicate_phone_number", 409, "This phone number belongs to another user.";
    /// The address belongs to another user.
    DuplicateEmail = "duplicate_email", 409, "This e-mail address belongs to another user.";
    /// Another account is linked to this id of the app.
    DuplicateExternalId = "duplicate_external_id", 409, "This external id belongs to another account.";
    /// The account is linked to another id of the app.
    AccountLinked = "account_linked", 409, "This account is linked to another external id. Unlink it first.";
    /// The first request with this `Idempotency-Key` is still running.
    RequestInProgress = "request_in_progress", 409, "The same request is still running.";
    /// The body is larger than this server reads.
    PayloadTooLarge = "payload_too_large", 413, "The request body is too large.";
    /// The address is longer than this server reads.
    UriTooLong = "uri_too_long", 414, "The address is too long.";
    /// The body is not announced as JSON.
    UnsupportedMediaType = "unsupported_media_type", 415, "The content type must be application/json.";
    /// A limit is reached; `retry_after_secs` says for how long.
    TooManyRequests = "too_many_requests", 429, "Too many requests. Try again later.";
    /// The header section is larger than this server reads.
    HeadersTooLarge = "headers_too_large", 431, "The request headers are too large.";
    /// A fault inside; nothing of the cause is told.
    InternalError = "internal_error", 500, "Something went wrong on our side.";
    /// The OTP service answered something that is not its contract.
    OtpServiceMisbehaved = "otp_service_misbehaved", 502, "The sign-in service answered in a way we do not understand.";
    /// Every gateway refused the message or timed out.
    SmsNotSent = "sms_not_sent", 503, "The message could not be sent.";
    /// The budget for messages is used up.
    SmsBudgetExhausted = "sms_budget_exhausted", 503, "No messages can be sent at the moment.";
    /// More work than this server takes on.
    Overloaded = "overloaded", 503, "The service is busy. Try again shortly.";
    /// The OTP service can't be reached.
    OtpServiceUnavailable = "otp_service_unavailable", 503, "The sign-in service can't be reached. Try again shortly.";
}

impl fmt::Display for ErrorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The body of every answer outside 2xx, of both servers (D-14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorEnvelope {
    /// Equal to the HTTP status.
    pub status_code: u16,
    /// A sentence for a developer; the page has its own.
    pub error_message: String,
    /// What went wrong.
    pub error_type: ErrorType,
    /// How many wrong codes the challenge still takes, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_left: Option<u8>,
    /// When to try again, in seconds from now, equal to the `Retry-After` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_secs: Option<u32>,
    /// Names the request in the server's log; only on `internal_error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl From<ErrorType> for ErrorEnvelope {
    fn from(error_type: ErrorType) -> Self {
        Self {
            status_code: error_type.http_status(),
            error_message: error_type.message().to_owned(),
            error_type,
            attempts_left: None,
            retry_after_secs: None,
            request_id: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_code_looks_exactly_like_the_vendors() {
        let body = serde_json::to_string(&ErrorEnvelope::from(ErrorType::InvalidOtp)).unwrap();
        assert_eq!(
            body,
            r#"{"status_code":400,"error_message":"Invalid OTP Code.","error_type":"invalid_otp"}"#
        );
    }

    #[test]
    fn every_error_type_survives_the_wire_under_its_own_word() {
        for error_type in ErrorType::ALL {
            let word = serde_json::to_string(error_type).unwrap();
            assert_eq!(word, format!("\"{error_type}\""));
            assert_eq!(
                serde_json::from_str::<ErrorType>(&word).unwrap(),
                *error_type
            );
            assert!(
                (400..600).contains(&error_type.http_status()),
                "{error_type}"
            );
        }
    }

    #[test]
    fn an_old_page_survives_a_newer_servers_word() {
        assert_eq!(
            serde_json::from_str::<ErrorType>("\"made_up_tomorrow\"").unwrap(),
            ErrorType::Unknown
        );
    }
}
