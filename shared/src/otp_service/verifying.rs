//! Presenting a code.

use serde::{Deserialize, Serialize};

use super::{DeviceFingerprint, MethodType, Session, present};
use crate::{HiddenText, OtpCode, SessionLifetime};

/// `POST /otps/verify`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::not_token_and_jwt)
)]
pub struct VerifyOtpRequest {
    /// The `phone_number_id` or `email_id` of the send.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::MethodId"))]
    pub method_id: String,
    /// The code.
    pub otp: OtpCode,
    /// Asks for a session, or moves the end of the given one.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "SessionLifetime"))]
    pub session_expires_in: Option<SessionLifetime>,
    /// An open session to extend; it gets a new token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<HiddenText>,
    /// The same by its JWT; not together with `session_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_jwt: Option<HiddenText>,
    /// Ours: only this challenge's codes count, only its tries are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_id: Option<String>,
    /// Each field given here must equal the one kept at send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_fingerprint: Option<DeviceFingerprint>,
    /// Ours: asks for a token by which this browser is known again (B-14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember_device: Option<bool>,
    /// Ours: the token that this browser got at an earlier sign-in. One that is not known counts as
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_token: Option<HiddenText>,
}

/// The code was right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifyOtpResponse {
    /// As asked for.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::MethodId"))]
    pub method_id: String,
    /// What kind of method it is.
    pub method_type: MethodType,
    /// Whose method it is.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
    pub user_id: String,
    /// With a session: its token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<crate::SessionToken>,
    /// With a session: its JWT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Jwt>"))]
    pub session_jwt: Option<String>,
    /// The session, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Ours: where it was asked for. It opens nothing; with it others' failures and sends do not
    /// count against this browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_token: Option<crate::DeviceToken>,
}
