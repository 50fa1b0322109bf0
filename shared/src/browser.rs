//! The contract between the page and the backend. Same origin, JSON in and out; durations are
//! seconds from now, never an instant that the browser's clock would have to agree with.

use serde::{Deserialize, Serialize};

use crate::otp_service::DeliveryState;
use crate::{
    AccessToken, HiddenText, LanguageTag, OtpCode, PhoneNumber, SessionToken, VerificationId,
};

/// `GET /api/config`: what the page needs before anybody has typed anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConfigResponse {
    /// The product's name, shown on the screens.
    pub app_name: String,
    /// Digits of a code, 6 to 10.
    pub code_length: u8,
    /// Country to open the picker on, ISO 3166 alpha-2, or none: then the browser's region.
    pub default_country: Option<String>,
    /// Countries that codes are sent to, ISO 3166 alpha-2, sorted.
    pub countries: Vec<String>,
    /// Link to the terms of service.
    pub terms_url: Option<String>,
    /// Link to the privacy notice.
    pub privacy_url: Option<String>,
    /// Link to a place where people get help.
    pub support_url: Option<String>,
    /// The product's logo, a path of the backend's. Pages that the backend makes show it already.
    #[serde(default)]
    pub logo_url: Option<String>,
    /// A style sheet with the product's accent, a path of the backend's; the same holds.
    #[serde(default)]
    pub style_url: Option<String>,
}

/// `POST /api/otp/send`, with an `Idempotency-Key` header, one per press of the button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SendOtpRequest {
    /// `+`, country code and number, as the page understood it.
    pub phone_number: HiddenText,
    /// Given on a resend: the code is added to this verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_id: Option<VerificationId>,
    /// The language of the page, for the message; none: the OTP service's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageTag>,
}

/// The code is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SendOtpResponse {
    /// Goes back with the code.
    pub verification_id: VerificationId,
    /// The number in E.164 form, as the server understood it.
    pub phone_number: PhoneNumber,
    /// Digits of the code, 6 to 10.
    pub code_length: u8,
    /// The code works for this many seconds.
    pub expires_in_secs: u32,
    /// Another code can be asked for in this many seconds.
    pub resend_in_secs: u32,
}

/// `POST /api/otp/delivery`: how far the newest message has come. A call with a body, because no address
/// holds a `verification_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GetDeliveryRequest {
    /// From the answer to the newest send.
    pub verification_id: VerificationId,
}

/// What can be told to the person who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GetDeliveryResponse {
    /// None where the OTP service tells nothing of messages, as the vendor's: then nothing is shown.
    pub delivery: Option<DeliveryState>,
    /// How many seconds messages to that country usually take, once that is known.
    pub usual_secs: Option<u32>,
    /// Of a message that failed: another code can be asked for in so many seconds, sooner than was said.
    pub resend_in_secs: Option<u32>,
}

/// `POST /api/otp/verify`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifyOtpRequest {
    /// From the answer to the newest send.
    pub verification_id: VerificationId,
    /// What the person typed.
    pub otp: OtpCode,
}

/// The person is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifyOtpResponse {
    /// Opens the calls below, together with the binding cookie that came with it (C-18). Where the session is
    /// kept in a cookie it opens nothing, and only says that there is a session.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Carried"))]
    pub session_token: SessionToken,
    /// The user at the OTP service.
    pub user_id: String,
    /// The account here.
    pub account_id: String,
    /// The number in E.164 form.
    pub phone_number: PhoneNumber,
    /// The session ends in this many seconds at the latest.
    pub expires_in_secs: u32,
    /// Where the person came from and goes back to now, an address of an app's that the backend has checked;
    /// none: they stay here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
}

/// `POST /api/token`: a short-lived token for the app's own APIs, which they check by the keys at
/// `/.well-known/jwks.json` without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateAccessTokenResponse {
    /// A JWT.
    pub access_token: AccessToken,
    /// `Bearer`
    pub token_type: String,
    /// It is good for this many seconds.
    pub expires_in_secs: u32,
}

/// `GET /api/session` and `POST /api/session/extend`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionResponse {
    /// Names the session; not a secret.
    pub session_id: String,
    /// The user at the OTP service.
    pub user_id: String,
    /// The account here.
    pub account_id: String,
    /// The number that was signed in with.
    pub phone_number: PhoneNumber,
    /// Unix seconds.
    pub started_at: i64,
    /// Unix seconds.
    pub last_active_at: i64,
    /// The session ends in this many seconds at the latest.
    pub expires_in_secs: u32,
    /// Where the person came from and goes back to now, as in [`VerifyOtpResponse`]; told once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
}

/// `GET /api/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListSessionsResponse {
    /// The user's live sessions, this one first, then the latest used.
    pub sessions: Vec<SessionSummary>,
}

/// One of the user's live sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionSummary {
    /// Names the session; not a secret.
    pub session_id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Unix seconds.
    pub started_at: i64,
    /// Unix seconds.
    pub last_active_at: i64,
    /// The session ends in this many seconds at the latest.
    pub expires_in_secs: u32,
    /// Address it was opened from, `""` when unknown.
    pub ip: String,
    /// Browser it was opened with, `""` when unknown.
    pub user_agent: String,
}

/// `DELETE /api/session` and `DELETE /api/sessions/{session_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndSessionResponse {
    /// A sentence for a developer.
    pub message: String,
}

/// `POST /api/phone-number/unblock`: other devices can sign in with the number again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnblockPhoneNumberResponse {
    /// A sentence for a developer.
    pub message: String,
}

/// `DELETE /api/sessions`: all but this one are ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndOtherSessionsResponse {
    /// A sentence for a developer.
    pub message: String,
    /// How many were ended.
    pub ended: u32,
}
