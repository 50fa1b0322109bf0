//! The contract between a server and the OTP service: the vendor's Auth API, version 1, and our
//! additions. Every field that the vendor does not send is optional here, so that the same types
//! read both.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{CodeLifetime, HiddenText, OtpCode, SessionLifetime};

/// Every path of the contract is below this one.
pub const BASE_PATH: &str = "/v1/auth";

/// The device that the caller acts for. Only what the caller passes counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFingerprint {
    /// IP address, or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// At most 512 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// `POST /otps/sms/login_or_create` and `POST /otps/sms/send`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendOtpBySmsRequest {
    /// E.164, with `+`.
    pub phone_number: HiddenText,
    /// How long the code works; one minute when not given.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub expires_in: Option<CodeLifetime>,
    /// Whether a new user stays `pending` until the first code is verified; `true` when not given.
    /// Without effect on `send`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_verification: Option<bool>,
    /// Kept with the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_fingerprint: Option<DeviceFingerprint>,
    /// Ours: makes it a resend inside this challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_id: Option<String>,
}

/// The answer of `login_or_create`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginOrCreateUserBySmsResponse {
    /// The `method_id` of the verification.
    pub phone_number_id: String,
    /// The user, new or not.
    pub user_id: String,
    /// Whether this call made the user.
    #[serde(default)]
    pub user_created: bool,
    /// Of the user.
    #[serde(default)]
    pub status: Option<UserStatus>,
    /// Whether `status` is active, in the older form of the answer.
    #[serde(default)]
    pub user_active: Option<bool>,
    /// Ours; the vendor sends none of it.
    #[serde(flatten)]
    pub challenge: ChallengeFields,
}

/// The answer of `send`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendOtpBySmsResponse {
    /// The `method_id` of the verification.
    pub phone_number_id: String,
    /// The user of the number.
    pub user_id: String,
    /// Ours; the vendor sends none of it.
    #[serde(flatten)]
    pub challenge: ChallengeFields,
}

/// `POST /otps/email/login_or_create` and `POST /otps/email/send`: the same by e-mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendOtpByEmailRequest {
    /// The address.
    pub email: HiddenText,
    /// How long the code works; one minute when not given.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub expires_in: Option<CodeLifetime>,
    /// Whether a new user stays `pending` until the first code is verified; `true` when not given.
    /// Without effect on `send`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_verification: Option<bool>,
    /// Kept with the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_fingerprint: Option<DeviceFingerprint>,
    /// Ours: makes it a resend inside this challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_id: Option<String>,
}

/// The answer of `login_or_create` by e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginOrCreateUserByEmailResponse {
    /// The `method_id` of the verification.
    pub email_id: String,
    /// The user, new or not.
    pub user_id: String,
    /// Whether this call made the user.
    #[serde(default)]
    pub user_created: bool,
    /// Of the user.
    #[serde(default)]
    pub status: Option<UserStatus>,
    /// Whether `status` is active, in the older form of the answer.
    #[serde(default)]
    pub user_active: Option<bool>,
    /// Ours; the vendor sends none of it.
    #[serde(flatten)]
    pub challenge: ChallengeFields,
}

/// The answer of `send` by e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendOtpByEmailResponse {
    /// The `method_id` of the verification.
    pub email_id: String,
    /// The user of the address.
    pub user_id: String,
    /// Ours; the vendor sends none of it.
    #[serde(flatten)]
    pub challenge: ChallengeFields,
}

/// What our service adds to the answer of every send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeFields {
    /// Names the challenge that the code belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_id: Option<String>,
    /// The code works for this many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_secs: Option<u32>,
    /// Another code can be asked for in this many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resend_in_secs: Option<u32>,
}

/// Whether a user may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// `POST /otps/verify`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VerifyOtpRequest {
    /// The `phone_number_id` or `email_id` of the send.
    pub method_id: String,
    /// The code.
    pub otp: OtpCode,
    /// Asks for a session, or moves the end of the given one.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub session_expires_in: Option<SessionLifetime>,
    /// An open session to extend; it gets a new token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<HiddenText>,
    /// The same by its JWT; not together with `session_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_jwt: Option<HiddenText>,
    /// Ours: only this challenge's codes count, only its tries are used (A-08).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_id: Option<String>,
    /// Each field given here must equal the one kept at send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_fingerprint: Option<DeviceFingerprint>,
}

/// The code was right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyOtpResponse {
    /// As asked for.
    pub method_id: String,
    /// What kind of method it is.
    pub method_type: MethodType,
    /// Whose method it is.
    pub user_id: String,
    /// With a session: its token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<crate::SessionToken>,
    /// With a session: its JWT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_jwt: Option<String>,
    /// The session, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
}

/// Where a code is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodType {
    /// A phone number, by text message.
    PhoneNumber,
    /// An e-mail address.
    Email,
}

/// A session, without its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// `sess_…`
    pub id: String,
    /// `user_…`
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
    pub device_fingerprint: DeviceFingerprint,
}

/// A proof that stands behind a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[serde(rename_all = "snake_case")]
pub enum DeliveryChannel {
    /// Text message.
    Sms,
    /// E-mail.
    Email,
}

/// What kind of proof it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorType {
    /// A one-time passcode.
    Otp,
}

/// The method behind a factor; either the phone or the e-mail fields are set.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorMethod {
    /// `pn_…` or `email_…`
    pub method_id: String,
    /// What kind of method it is.
    pub method_type: MethodType,
    /// Unix seconds.
    pub last_verified_at: i64,
    /// Equal to `method_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number_id: Option<String>,
    /// E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Equal to `method_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_id: Option<String>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    pub session_expires_in: Option<SessionLifetime>,
}

/// The session is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifySessionResponse {
    /// As it is now.
    pub session: Session,
    /// Unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<crate::SessionToken>,
    /// A fresh one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_jwt: Option<String>,
}

/// `GET /sessions/list?user_id=`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSessionsResponse {
    /// Live ones only, the newest first.
    pub sessions: Vec<Session>,
}

/// `DELETE /sessions/delete`: exactly one of the three.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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
pub struct DeleteSessionResponse {
    /// `Successfully deleted session`
    pub message: String,
}

/// `GET /jwks/default`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwksResponse {
    /// Newest first.
    pub keys: Vec<Jwk>,
}

/// A public RSA key (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `RS256`
    pub alg: String,
    /// Exponent, base64url.
    pub e: String,
    /// `["verify"]`
    pub key_ops: Vec<String>,
    /// `jwk_…`
    pub kid: String,
    /// `RSA`
    pub kty: String,
    /// Modulus, base64url.
    pub n: String,
    /// `sig`
    #[serde(rename = "use")]
    pub key_use: String,
}

/// `GET /users/{user_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// `user_…`
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
pub struct NeverSet {}

/// A phone number of a user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPhoneNumber {
    /// `pn_…`
    pub id: String,
    /// Whether a code sent to it was ever verified.
    pub verified: bool,
    /// E.164.
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
pub struct UserEmail {
    /// `email_…`
    pub id: String,
    /// Whether a code sent to it was ever verified.
    pub verified: bool,
    /// The address.
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
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CreateUserRequest {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<HiddenText>,
    /// E.164, with `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<HiddenText>,
    /// The names.
    #[serde(flatten)]
    pub names: NameFields,
    /// Whether the user stays `pending` until a first code is verified; `true` when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_verification: Option<bool>,
    /// Whether the answer carries the whole user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_user: Option<bool>,
}

/// A user's names, each at most 256 characters; what is left out stays as it is, or unset.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameFields {
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Middle name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
}

impl std::fmt::Debug for NameFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NameFields(hidden)")
    }
}

/// The user is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateUserResponse {
    /// `user_…`
    pub user_id: String,
    /// Whether the user may sign in.
    pub status: UserStatus,
    /// `""` when none was given.
    pub email_id: String,
    /// `""` when none was given.
    pub phone_number_id: String,
    /// When asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
}

/// `PUT /users/{user_id}/update`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct UpdateUserRequest {
    /// The names.
    #[serde(flatten)]
    pub names: NameFields,
    /// Addresses to attach; those that are there stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emails: Option<Vec<AttachedEmail>>,
    /// Numbers to attach; those that are there stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_numbers: Option<Vec<AttachedPhoneNumber>>,
}

/// An e-mail address to attach to a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AttachedEmail {
    /// The address.
    pub email: HiddenText,
}

/// A phone number to attach to a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AttachedPhoneNumber {
    /// E.164, with `+`.
    pub phone_number: HiddenText,
}

/// The user as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateUserResponse {
    /// `user_…`
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
pub struct DeleteUserResponse {
    /// `Successfully deleted user`, `… user phone number`, `… user email`
    pub message: String,
    /// Whose it was.
    pub user_id: String,
}

/// `POST /users/search`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SearchUsersRequest {
    /// Users on a page, 10 to 100; 50 when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The `user_id` after which the page starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starting_after: Option<String>,
    /// All users when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filters: Option<UserFilters>,
}

/// Conditions on users.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserFilters {
    /// `AND` (when not given) or `OR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<FilterOperator>,
    /// The conditions; none: all users.
    #[serde(default)]
    pub fields: Vec<UserFilter>,
}

/// How conditions are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FilterOperator {
    /// All must hold.
    And,
    /// One must hold.
    Or,
}

/// One condition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserFilter {
    /// What is looked at.
    pub field: UserField,
    /// How; `eq` when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Comparison>,
    /// What it is compared with: text, number or boolean; left out it is `""`, 0 or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<FilterValue>,
    /// For `in`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<FilterValue>>,
    /// The upper end for `between`, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_value: Option<FilterValue>,
}

/// What a user is searched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserField {
    /// `user_…`
    UserId,
    /// `pending`, `active`, `inactive`
    Status,
    /// A part of the names.
    FullNameMatch,
    /// E.164.
    PhoneNumber,
    /// `pn_…`
    PhoneNumberId,
    /// A part of a number.
    PhoneNumberMatch,
    /// Boolean.
    PhoneNumberVerified,
    /// The address.
    Email,
    /// `email_…`
    EmailId,
    /// Boolean.
    EmailVerified,
    /// A part of an address.
    EmailMatch,
    /// Unix seconds.
    CreatedAt,
    /// Unix seconds.
    UpdatedAt,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Equal to one of `values`.
    In,
    /// From `value` to `second_value`.
    Between,
    /// Less.
    Lt,
    /// Greater.
    Gt,
}

/// A value of any of the kinds that fields have.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FilterValue {
    /// For the flags.
    Flag(bool),
    /// For times.
    Number(i64),
    /// For all others.
    Text(String),
}

impl std::fmt::Debug for FilterValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FilterValue(hidden)")
    }
}

/// A page of users, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchUsersResponse {
    /// The page.
    pub users: Vec<User>,
    /// Users on all pages.
    pub total_count: i64,
    /// Whether there is a page after this one.
    pub has_more: bool,
}

/// A field that may be left out but, when it is there, is never `null` (A-03).
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_answer_is_read_without_our_additions() {
        let vendors = r#"{"phone_number_id":"pn_24oXBLCgcKSXEqlYPVQMhFGDqI4","user_id":"user_24oXBLCgcKSXEqlYPVQMhFGDqI5",
            "user_created":true,"status":"pending"}"#;
        let answer: LoginOrCreateUserBySmsResponse = serde_json::from_str(vendors).unwrap();
        assert_eq!(answer.challenge, ChallengeFields::default());
        assert_eq!(answer.status, Some(UserStatus::Pending));
    }

    #[test]
    fn a_lifetime_that_is_null_is_not_one_that_is_left_out_a_03() {
        let request = |body: &str| serde_json::from_str::<SendOtpBySmsRequest>(body);
        assert!(
            request(r#"{"phone_number":"+12125550142"}"#)
                .unwrap()
                .expires_in
                .is_none()
        );
        assert!(request(r#"{"phone_number":"+12125550142","expires_in":null}"#).is_err());
    }

    #[test]
    fn debug_output_of_a_factor_hides_its_address_f_01() {
        let method = FactorMethod {
            method_id: "pn_1".to_owned(),
            method_type: MethodType::PhoneNumber,
            last_verified_at: 0,
            phone_number_id: None,
            phone_number: Some("+12125550142".to_owned()),
            email_id: None,
            email: None,
        };
        assert!(!format!("{method:?}").contains("5550142"));
    }
}
