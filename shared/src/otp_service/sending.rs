//! Asking for a code, by text message or by e-mail.

use serde::{Deserialize, Serialize};

use super::{DeviceFingerprint, UserStatus, present};
use crate::{CodeLifetime, HiddenText, LanguageTag};

/// The requests and answers of the two channels, which differ in the names of two fields.
macro_rules! sends {
    (
        $channel:literal, $address:ident: $what:literal as $address_shape:literal,
        $id:ident as $id_shape:literal,
        $request:ident, $created:ident, $sent:ident
    ) => {
        #[doc = concat!("`POST /otps/", $channel, "/login_or_create` and `POST /otps/", $channel, "/send`.")]
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $request {
            #[doc = $what]
            #[cfg_attr(feature = "schema", schemars(with = $address_shape))]
            pub $address: HiddenText,
            /// How long the code works; one minute when not given.
            #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "CodeLifetime"))]
            pub expires_in: Option<CodeLifetime>,
            /// Whether a new user stays `pending` until the first code is verified; `true` when not
            /// given. Without effect on `send`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub requires_verification: Option<bool>,
            /// Kept with the code.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub device_fingerprint: Option<DeviceFingerprint>,
            /// Ours: makes it a resend inside this challenge.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub challenge_id: Option<String>,
            /// Ours: the token that this browser got at an earlier sign-in with this number or
            /// address (B-14). One that is not known counts as none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub device_token: Option<HiddenText>,
            /// Ours: the language of the message, a BCP 47 tag such as `de`, `pt-BR` or
            /// `zh-Hans-CN`. What is no tag, or of a language that messages are not written in,
            /// means English, as leaving it out does.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub locale: Option<LanguageTag>,
        }

        /// The answer of `login_or_create`.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $created {
            /// The `method_id` of the verification.
            #[cfg_attr(feature = "schema", schemars(with = $id_shape))]
            pub $id: String,
            /// The user, new or not.
            #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
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
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $sent {
            /// The `method_id` of the verification.
            #[cfg_attr(feature = "schema", schemars(with = $id_shape))]
            pub $id: String,
            /// Whose number or address it is.
            #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
            pub user_id: String,
            /// Ours; the vendor sends none of it.
            #[serde(flatten)]
            pub challenge: ChallengeFields,
        }
    };
}

sends! {
    "sms", phone_number: "E.164, with `+`." as "crate::schema::E164",
    phone_number_id as "crate::schema::PhoneNumberId",
    SendOtpBySmsRequest, LoginOrCreateUserBySmsResponse, SendOtpBySmsResponse
}

sends! {
    "email", email: "The address." as "crate::schema::EmailAddress",
    email_id as "crate::schema::EmailId",
    SendOtpByEmailRequest, LoginOrCreateUserByEmailResponse, SendOtpByEmailResponse
}

/// What our service adds to the answer of every send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChallengeFields {
    /// Names the challenge that the code belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<crate::schema::ChallengeId>")
    )]
    pub challenge_id: Option<String>,
    /// The code works for this many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_secs: Option<u32>,
    /// Another code can be asked for in this many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resend_in_secs: Option<u32>,
}
