//! Sessions, what was proved for them, and the keys that their JWTs are signed with.

use serde::{Deserialize, Serialize};

use super::{DeviceFingerprint, MethodType, present};
use crate::{HiddenText, SessionLifetime};

/// A session, without its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    /// `sess_…`
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::SessionId"))]
    pub id: String,
    /// `user_…`
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
    pub user_id: String,
    /// Unix seconds.
    pub started_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
    /// Unix seconds; moves at most once a minute.
    #[serde(default)]
    pub last_active_at: i64,
    /// Unix seconds.
    #[serde(default)]
    pub created_at: i64,
    /// Unix seconds.
    #[serde(default)]
    pub updated_at: i64,
    /// What was proved for it, at least one.
    #[serde(default)]
    pub factors: Vec<Factor>,
    /// `""` for what is unknown.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "super::KnownDevice"))]
    pub device_fingerprint: DeviceFingerprint,
}

/// A proof that stands behind a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Factor {
    /// How the code travelled.
    pub delivery_channel: DeliveryChannel,
    /// Always `otp`.
    #[serde(rename = "type")]
    pub factor_type: FactorType,
    /// Where to.
    pub method: FactorMethod,
}

/// How a code travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryChannel {
    /// Text message.
    Sms,
    /// E-mail.
    Email,
}

/// What kind of proof it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FactorType {
    /// A one-time passcode.
    Otp,
}

/// The method behind a factor; either the phone or the e-mail fields are set.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorMethod {
    /// `pn_…` or `email_…`
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::MethodId"))]
    pub method_id: String,
    /// What kind of method it is.
    pub method_type: MethodType,
    /// Unix seconds.
    pub last_verified_at: i64,
    /// Equal to `method_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<crate::schema::PhoneNumberId>")
    )]
    pub phone_number_id: Option<String>,
    /// E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::E164>"))]
    pub phone_number: Option<String>,
    /// Equal to `method_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::EmailId>"))]
    pub email_id: Option<String>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<crate::schema::EmailAddress>")
    )]
    pub email: Option<String>,
}

impl std::fmt::Debug for FactorMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FactorMethod")
            .field("method_id", &self.method_id)
            .finish_non_exhaustive()
    }
}

/// `POST /sessions/verify`: exactly one of token and JWT.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::token_or_jwt)
)]
pub struct VerifySessionRequest {
    /// The session's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<HiddenText>,
    /// The session's JWT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_jwt: Option<HiddenText>,
    /// Moves the end to this many minutes from now.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "SessionLifetime"))]
    pub session_expires_in: Option<SessionLifetime>,
}

/// The session is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifySessionResponse {
    /// As it is now.
    pub session: Session,
    /// Unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<crate::SessionToken>,
    /// A fresh one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Jwt>"))]
    pub session_jwt: Option<String>,
}

/// `GET /sessions/list?user_id=`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListSessionsResponse {
    /// Live ones only, the newest first.
    pub sessions: Vec<Session>,
}

/// `DELETE /sessions/delete`: exactly one of the three.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::token_jwt_or_id)
)]
pub struct DeleteSessionRequest {
    /// The session's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<HiddenText>,
    /// The session's JWT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_jwt: Option<HiddenText>,
    /// The session's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}

/// The session is ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeleteSessionResponse {
    /// `Successfully deleted session`
    pub message: String,
}

/// `GET /jwks/default`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JwksResponse {
    /// Newest first.
    pub keys: Vec<Jwk>,
}

/// A public RSA key (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Jwk {
    /// `RS256`
    pub alg: String,
    /// Exponent, base64url.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Base64Url"))]
    pub e: String,
    /// `["verify"]`
    pub key_ops: Vec<String>,
    /// `jwk_…`
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::JwkId"))]
    pub kid: String,
    /// `RSA`
    pub kty: String,
    /// Modulus, base64url.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Base64Url"))]
    pub n: String,
    /// `sig`
    #[serde(rename = "use")]
    pub key_use: String,
}
