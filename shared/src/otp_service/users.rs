//! Users, and the calls that make, change and remove them.

use serde::{Deserialize, Serialize};

use crate::HiddenText;
use crate::object::only_as_object;

/// Whether a user may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// No code was verified yet.
    Pending,
    /// May sign in.
    Active,
    /// Disabled by an operator, or a word of the vendor's that we do not know.
    #[serde(other)]
    Inactive,
}

/// `GET /users/{user_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct User {
    /// `user_…`
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
    pub user_id: String,
    /// `""` when unset.
    pub first_name: String,
    /// `""` when unset.
    pub middle_name: String,
    /// `""` when unset.
    pub last_name: String,
    /// Whether the user may sign in.
    pub status: UserStatus,
    /// Whether `status` is active.
    pub active: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
    /// Oldest first.
    pub phone_numbers: Vec<UserPhoneNumber>,
    /// Oldest first.
    pub emails: Vec<UserEmail>,
    /// Always empty.
    #[serde(default)]
    pub idp_providers: Vec<NeverSet>,
    /// Always empty.
    #[serde(default)]
    pub wallets: Vec<NeverSet>,
    /// Always empty.
    #[serde(default)]
    pub totps: Vec<NeverSet>,
    /// Always empty.
    #[serde(default)]
    pub webauthn_credentials: Vec<NeverSet>,
}

/// An element of the lists that this version of the service never fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NeverSet {}

/// A phone number of a user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserPhoneNumber {
    /// `pn_…`
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::PhoneNumberId"))]
    pub id: String,
    /// Whether a code sent to it was ever verified.
    pub verified: bool,
    /// E.164.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::E164"))]
    pub phone_number: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl std::fmt::Debug for UserPhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserPhoneNumber")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// An e-mail address of a user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserEmail {
    /// `email_…`
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::EmailId"))]
    pub id: String,
    /// Whether a code sent to it was ever verified.
    pub verified: bool,
    /// The address.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::EmailAddress"))]
    pub email: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl std::fmt::Debug for UserEmail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserEmail")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// `POST /users/create`: an e-mail address, a phone number, or both.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::email_or_phone_number)
)]
pub struct CreateUserRequest {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<crate::schema::MaybeEmailAddress>")
    )]
    pub email: Option<HiddenText>,
    /// E.164, with `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<crate::schema::MaybeE164>")
    )]
    pub phone_number: Option<HiddenText>,
    /// Given name, at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::NamePart>"))]
    pub first_name: Option<String>,
    /// Middle name, at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::NamePart>"))]
    pub middle_name: Option<String>,
    /// Family name, at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::NamePart>"))]
    pub last_name: Option<String>,
    /// Whether the user stays `pending` until a first code is verified; `true` when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_verification: Option<bool>,
    /// Whether the answer carries the whole user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_user: Option<bool>,
}

impl std::fmt::Debug for CreateUserRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CreateUserRequest(hidden)")
    }
}

/// The user is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateUserResponse {
    /// `user_…`
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
    pub user_id: String,
    /// Whether the user may sign in.
    pub status: UserStatus,
    /// `""` when none was given.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::MaybeEmailId"))]
    pub email_id: String,
    /// `""` when none was given.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "crate::schema::MaybePhoneNumberId")
    )]
    pub phone_number_id: String,
    /// When asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
}

/// `PUT /users/{user_id}/update`.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UpdateUserRequest {
    /// Given name, at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::NamePart>"))]
    pub first_name: Option<String>,
    /// Middle name, at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::NamePart>"))]
    pub middle_name: Option<String>,
    /// Family name, at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::NamePart>"))]
    pub last_name: Option<String>,
    /// Addresses to attach; those that are there stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emails: Option<Vec<AttachedEmail>>,
    /// Numbers to attach; those that are there stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_numbers: Option<Vec<AttachedPhoneNumber>>,
}

impl std::fmt::Debug for UpdateUserRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UpdateUserRequest(hidden)")
    }
}

/// An e-mail address to attach to a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttachedEmail {
    /// The address.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::EmailAddress"))]
    pub email: HiddenText,
}

/// A phone number to attach to a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttachedPhoneNumber {
    /// E.164, with `+`.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::E164"))]
    pub phone_number: HiddenText,
}

only_as_object!(AttachedEmail, AttachedPhoneNumber);

/// The user as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UpdateUserResponse {
    /// `user_…`
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
    pub user_id: String,
    /// All of them.
    pub phone_numbers: Vec<UserPhoneNumber>,
    /// All of them.
    pub emails: Vec<UserEmail>,
    /// With everything.
    pub user: User,
}

/// Something of a user's, or the user, is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeleteUserResponse {
    /// `Successfully deleted user`, `… user phone number`, `… user email`
    pub message: String,
    /// Whose it was.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
    pub user_id: String,
}

/// `POST /users/phone_numbers/{id}/unblock`, ours: exactly one of the two names a live session of the
/// number's user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::token_or_jwt)
)]
pub struct UnblockPhoneNumberRequest {
    /// Its token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<HiddenText>,
    /// Its JWT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_jwt: Option<HiddenText>,
}

/// The number is free, whether anything held it back or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnblockPhoneNumberResponse {
    /// `Successfully unblocked user phone number`
    pub message: String,
    /// Whose it is.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
    pub user_id: String,
}
