//! JSON Schemas (2020-12) of the values that are parsed by hand, and of the texts that are carried as
//! they are but have a shape: what a derived schema can't know. Only with the feature `schema`.
//!
//! Not here: the schemas of the requests and answers, which are derived beside their fields.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::app_server::{ExternalId, Metadata, Purpose, ShownText};
use crate::{
    AccessToken, CodeLifetime, DeviceToken, HiddenText, LanguageTag, OtpCode, PhoneNumber,
    SessionLifetime, SessionToken, VerificationId,
};

macro_rules! schemas {
    ($($name:ident: $schema:tt;)*) => {
        $(impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        })*
    };
}

/// Shapes of texts, for `schemars(with = "…")` and for parameters.
macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident: $schema:tt;)*) => {
        $($(#[$doc])* #[derive(Debug)] pub enum $name {})*
        schemas! { $($name: $schema;)* }
    };
}

schemas! {
    OtpCode: {"type": "string", "pattern": "^[0-9]{6,10}$"};
    CodeLifetime: {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 10},
            {"type": "string", "pattern": "^(0{0,5}[1-9]|0{0,4}10)$"},
        ],
    };
    SessionLifetime: {"type": "integer", "minimum": 5, "maximum": 525_600};
    SessionToken: {"type": "string", "pattern": "^[0-9A-Za-z]{64}$"};
    DeviceToken: {"type": "string", "pattern": "^[0-9A-Za-z]{64}$"};
    HiddenText: {"type": "string"};
    LanguageTag: {"type": "string", "maxLength": 35};
    PhoneNumber: {"type": "string", "pattern": "^[+][1-9][0-9]{6,14}$"};
    VerificationId: {"type": "string", "pattern": "^[0-9A-Za-z_.-]{1,4096}$"};
    AccessToken: {"type": "string", "pattern": "^[0-9A-Za-z_-]+[.][0-9A-Za-z_-]+[.][0-9A-Za-z_-]+$"};
    ExternalId: {"type": "string", "minLength": 1, "maxLength": 128};
    Purpose: {"type": "string", "pattern": "^[0-9a-z_-]{1,40}$"};
    ShownText: {"type": "string", "minLength": 1, "maxLength": 200};
    Metadata: {
        "type": "object",
        "maxProperties": 20,
        "additionalProperties": {"type": "string", "maxLength": 500},
    };
}

shapes! {
    /// `user_…`
    UserId: {"type": "string", "pattern": "^user_[0-9A-Za-z]{27}$"};
    /// `pn_…`
    PhoneNumberId: {"type": "string", "pattern": "^pn_[0-9A-Za-z]{27}$"};
    /// `email_…`
    EmailId: {"type": "string", "pattern": "^email_[0-9A-Za-z]{27}$"};
    /// `pn_…` or `email_…`
    MethodId: {"type": "string", "pattern": "^(pn|email)_[0-9A-Za-z]{27}$"};
    /// `pn_…`, or `""` for none.
    MaybePhoneNumberId: {"type": "string", "pattern": "^(pn_[0-9A-Za-z]{27})?$"};
    /// `email_…`, or `""` for none.
    MaybeEmailId: {"type": "string", "pattern": "^(email_[0-9A-Za-z]{27})?$"};
    /// `user_…`, or `""` for none.
    MaybeUserId: {"type": "string", "pattern": "^(user_[0-9A-Za-z]{27})?$"};
    /// `chal_…`
    ChallengeId: {"type": "string", "pattern": "^chal_[0-9A-Za-z]{27}$"};
    /// `sess_…`
    SessionId: {"type": "string", "pattern": "^sess_[0-9A-Za-z]{27}$"};
    /// `jwk_…`
    JwkId: {"type": "string", "pattern": "^jwk_[0-9A-Za-z]{27}$"};
    /// A signed token: three parts of base64url.
    Jwt: {"type": "string", "pattern": "^[0-9A-Za-z_-]+[.][0-9A-Za-z_-]+[.][0-9A-Za-z_-]+$"};
    /// Bytes in base64url, without padding.
    Base64Url: {"type": "string", "pattern": "^[0-9A-Za-z_-]+$"};
    /// ITU-T E.164.
    E164: {"type": "string", "pattern": "^[+][1-9][0-9]{6,14}$"};
    /// An e-mail address: a dot-atom and a host name with a dot.
    EmailAddress: {
        "type": "string",
        "maxLength": 254,
        "pattern": "^[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+([.][0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+)*@[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?([.][0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?)+$",
    };
    /// [`EmailAddress`], or `""` for none.
    MaybeEmailAddress: {
        "type": "string",
        "maxLength": 254,
        "pattern": "^([0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+([.][0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+)*@[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?([.][0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?)+)?$",
    };
    /// [`E164`], or `""` for none.
    MaybeE164: {"type": "string", "pattern": "^([+][1-9][0-9]{6,14})?$"};
    /// A part of a person's name.
    NamePart: {"type": "string", "maxLength": 256, "pattern": "^[^\u{0}-\u{1f}\u{7f}-\u{9f}]*$"};
    /// An IP address, or `""`.
    IpAddress: {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}, {"const": ""}]};
    /// The header of a repeatable request.
    IdempotencyKey: {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$"};
    /// A token that another server gave out, whatever it looks like there.
    Carried: {"type": "string", "pattern": "^[0-9A-Za-z_.-]{1,4096}$"};
    /// A header's number of seconds.
    Seconds: {"type": "integer", "minimum": 0, "maximum": 3600};
}

/// Of the fields, exactly one is there; `null` counts as not there.
pub(crate) fn exactly_one(fields: &[&str]) -> Value {
    let only = |one: &&str| {
        let kind = |field: &&str| json!({"type": if field == one { "string" } else { "null" }});
        let properties: serde_json::Map<String, Value> = fields
            .iter()
            .map(|field| ((*field).to_owned(), kind(field)))
            .collect();
        json!({"required": [one], "properties": properties})
    };
    fields.iter().map(only).collect()
}

/// An account is given by a number or by its id.
pub(crate) fn number_or_account(schema: &mut Schema) {
    let one = exactly_one(&["phone_number", "account_id"]);
    schema.insert("oneOf".to_owned(), one);
}

/// Accounts are looked for by one of these.
pub(crate) fn number_user_or_external_id(schema: &mut Schema) {
    let one = exactly_one(&["phone_number", "user_id", "external_id"]);
    schema.insert("oneOf".to_owned(), one);
}

/// A session is given by its token or by its JWT.
pub(crate) fn token_or_jwt(schema: &mut Schema) {
    let one = exactly_one(&["session_token", "session_jwt"]);
    schema.insert("oneOf".to_owned(), one);
}

/// A session is given by its token, its JWT or its id.
pub(crate) fn token_jwt_or_id(schema: &mut Schema) {
    let one = exactly_one(&["session_token", "session_jwt", "session_id"]);
    schema.insert("oneOf".to_owned(), one);
}

/// A session, if any, is given by its token or by its JWT.
pub(crate) fn not_token_and_jwt(schema: &mut Schema) {
    let text = json!({"type": "string"});
    let both = json!({
        "required": ["session_token", "session_jwt"],
        "properties": {"session_token": text, "session_jwt": text},
    });
    schema.insert("not".to_owned(), both);
}

/// A user has an e-mail address, a phone number, or both; `""` and `null` count as not there.
pub(crate) fn email_or_phone_number(schema: &mut Schema) {
    let given = |field: &str| json!({"required": [field], "properties": {field: {"type": "string", "minLength": 1}}});
    schema.insert(
        "anyOf".to_owned(),
        json!([given("email"), given("phone_number")]),
    );
}
