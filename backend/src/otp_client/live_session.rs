//! What the backend reads of a session when one is checked or opened: less than the contract's answer has, because what
//! is not used is only skipped, and a session check is what this server does most.

use serde::Deserialize;
use shared::HiddenText;
use shared::otp_service::MethodType;

/// A live session.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LiveSession {
    /// `sess_…`
    pub(crate) id: String,
    /// `user_…`
    pub(crate) user_id: String,
    /// Unix seconds.
    pub(crate) started_at: i64,
    /// Unix seconds.
    pub(crate) expires_at: i64,
    /// Unix seconds.
    #[serde(default)]
    pub(crate) last_active_at: i64,
    /// What was proved for it, at least one.
    #[serde(default)]
    pub(crate) factors: Vec<Proof>,
}

/// A proof that stands behind a session.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Proof {
    pub(crate) method: ProvedMethod,
}

/// What was proved.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ProvedMethod {
    /// `pn_…` or `email_…`
    pub(crate) method_id: String,
    pub(crate) method_type: MethodType,
    /// Unix seconds.
    pub(crate) last_verified_at: i64,
    /// Of a number, E.164.
    #[serde(default)]
    pub(crate) phone_number: Option<HiddenText>,
}
