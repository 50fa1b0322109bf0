//! The contract between the servers of the app that people sign in to, and the backend: accounts
//! and challenges. Every call carries `Authorization: Bearer` and one of the backend's server keys; no browser ever makes one.
//!
//! No address of these calls holds a number or an id of the app's own: what is looked for stands in bodies.

mod texts;

use serde::{Deserialize, Serialize};

use crate::otp_service::DeviceFingerprint;
use crate::{HiddenText, LanguageTag, PhoneNumber};

pub use texts::{ExternalId, Metadata, NotMetadata, NotThisText, Purpose, ShownText};

/// An account: a person who has signed in here, or is expected to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountResponse {
    /// `acct_…`, for ever the same.
    pub account_id: String,
    /// The user at the OTP service.
    pub user_id: String,
    /// The number that was proved last; before the first sign-in the one that was given.
    pub phone_number: PhoneNumber,
    /// The app's own id for this person, unique among accounts; none while it is not linked.
    pub external_id: Option<ExternalId>,
    /// What the app has noted.
    pub metadata: Metadata,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds; none before the first sign-in.
    pub first_sign_in_at: Option<i64>,
    /// Unix seconds; none before the first sign-in.
    pub last_sign_in_at: Option<i64>,
}

/// `POST /api/accounts`: exactly one of the two names the account. With a number it is made where there is
/// none yet, so that it is there before its first sign-in; nothing is sent to the phone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::number_or_account)
)]
pub struct LinkAccountRequest {
    /// E.164, with `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<HiddenText>,
    /// `acct_…`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Links the account to it; left out, the link stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// Takes the place of what was noted; left out, that stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

/// The account as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkAccountResponse {
    /// With everything.
    pub account: AccountResponse,
    /// Whether this call made it.
    pub created: bool,
}

/// `POST /api/accounts/search`: exactly one of the three.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::number_user_or_external_id)
)]
pub struct FindAccountsRequest {
    /// E.164, with `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<HiddenText>,
    /// The user at the OTP service, as a session names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The app's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
}

/// The accounts that were found; none is an empty list. More than one only for a number that has changed
/// hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindAccountsResponse {
    /// At most 100.
    pub accounts: Vec<AccountResponse>,
}

/// The query of `GET /api/accounts`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListAccountsQuery {
    /// Accounts on a page, 1 to 100; 50 when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The `account_id` after which the page starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starting_after: Option<String>,
}

/// A page of accounts, in the order of their ids: always the same, also while others come and go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListAccountsResponse {
    /// The page.
    pub accounts: Vec<AccountResponse>,
    /// Whether there is a page after this one.
    pub has_more: bool,
}

/// `DELETE /api/accounts/{account_id}`: gone here and at the OTP service, its sessions ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeleteAccountResponse {
    /// A sentence for a developer.
    pub message: String,
    /// Which it was.
    pub account_id: String,
}

/// `DELETE /api/accounts/{account_id}/sessions`: nobody is signed in any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndAccountSessionsResponse {
    /// A sentence for a developer.
    pub message: String,
    /// Whose they were.
    pub account_id: String,
    /// So many have ended.
    pub ended: u32,
}

/// `POST /api/challenges`: a code is sent, and a person is to prove the number at the address of the answer.
/// Exactly one of `phone_number` and `account_id`. It opens no session and makes no account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::number_or_account)
)]
pub struct CreateChallengeRequest {
    /// E.164, with `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<HiddenText>,
    /// `acct_…`: its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// What it is for, in a word of the app's; comes back when the result is redeemed.
    pub purpose: Purpose,
    /// What the person reads above the code, in their language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<ShownText>,
    /// Where the browser goes with the result; its origin must be on the backend's list.
    pub return_to: String,
    /// Of the message; the screen speaks the browser's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageTag>,
    /// The person's browser as the app sees it; the OTP service keeps it with the challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_fingerprint: Option<DeviceFingerprint>,
}

/// A code is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateChallengeResponse {
    /// `chlg_…`; keep it with the person's own session and compare it when the browser is back.
    pub challenge_id: String,
    /// Where to send the browser.
    pub url: String,
    /// The number, but for its last digits hidden.
    pub masked_number: String,
    /// The challenge is over in this many seconds.
    pub expires_in_secs: u32,
}

/// `POST /api/challenges/{challenge_id}/redeem`, within two minutes after the code was right, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RedeemChallengeRequest {
    /// From the address that the browser came back to.
    pub result_code: HiddenText,
}

/// The number was proved for this challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RedeemChallengeResponse {
    /// Of the challenge.
    pub challenge_id: String,
    /// As it was given; compare it with what the person is about to do.
    pub purpose: Purpose,
    /// The number that was proved.
    pub phone_number: PhoneNumber,
    /// As it was given.
    pub account_id: Option<String>,
    /// When, Unix seconds.
    pub verified_at: i64,
}
