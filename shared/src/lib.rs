//! The words that both sides of every wire use.
//!
//! Here live the parsed values ([`PhoneNumber`], [`OtpCode`], [`LanguageTag`], the tokens), the contracts
//! ([`browser`]: page and backend; [`app_server`]: the app's servers and backend; [`otp_service`]: backend and
//! OTP service) and the one list of
//! error types with the envelope that carries them.
//!
//! Deliberately absent: I/O, clocks, randomness, number plans and policy. The crate is compiled
//! into the page, so every dependency here is paid for in bytes.

#![warn(missing_docs)]

pub mod app_server;
pub mod browser;
mod error;
mod language_tag;
mod lifetime;
mod object;
mod opaque;
mod otp_code;
pub mod otp_service;
mod phone_number;
#[cfg(feature = "schema")]
pub mod schema;

pub use error::{ErrorEnvelope, ErrorType};
pub use language_tag::{LanguageTag, TagTooLong};
pub use lifetime::{CodeLifetime, OutOfRange, SessionLifetime};
pub use opaque::{AccessToken, DeviceToken, HiddenText, NotAToken, SessionToken, VerificationId};
pub use otp_code::{NotACode, OtpCode};
pub use phone_number::{NotE164, PhoneNumber};
