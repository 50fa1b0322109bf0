//! The contract between a server and the OTP service: the vendor's Auth API, version 1, and our
//! additions. Every field that the vendor does not send is optional here, so that the same types
//! read both.

mod countries;
mod delivery;
mod search;
mod sending;
mod sessions;
mod users;
mod verifying;

use serde::{Deserialize, Deserializer, Serialize};

use crate::object::only_as_object;

pub use countries::*;
pub use delivery::*;
pub use search::*;
pub use sending::*;
pub use sessions::*;
pub use users::*;
pub use verifying::*;

/// Every path of the contract is below this one.
pub const BASE_PATH: &str = "/v1/auth";

/// The device that the caller acts for. Only what the caller passes counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeviceFingerprint {
    /// IP address, or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<crate::schema::IpAddress>")
    )]
    pub ip: Option<String>,
    /// At most 512 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 512)))]
    pub user_agent: Option<String>,
}

only_as_object!(DeviceFingerprint);

/// The device of a session, as an answer tells it.
#[cfg(feature = "schema")]
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct KnownDevice {
    /// IP address, `""` when unknown.
    #[schemars(with = "crate::schema::IpAddress")]
    ip: String,
    /// `""` when unknown.
    user_agent: String,
}

/// Where a code is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MethodType {
    /// A phone number, by text message.
    PhoneNumber,
    /// An e-mail address.
    Email,
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
