//! Finding users by conditions.

use serde::{Deserialize, Serialize};

use super::User;
use crate::object::only_as_object;

/// `POST /users/search`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SearchUsersRequest {
    /// Users on a page, 10 to 100; 50 when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 10, max = 100)))]
    pub limit: Option<u32>,
    /// The `user_id` after which the page starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<crate::schema::MaybeUserId>")
    )]
    pub starting_after: Option<String>,
    /// All users when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filters: Option<UserFilters>,
}

/// Conditions on users.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum FilterOperator {
    /// All must hold.
    And,
    /// One must hold.
    Or,
}

/// One condition.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

only_as_object!(UserFilters, UserFilter);

/// What a user is searched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SearchUsersResponse {
    /// The page.
    pub users: Vec<User>,
    /// Users on all pages.
    pub total_count: i64,
    /// Whether there is a page after this one.
    pub has_more: bool,
}
