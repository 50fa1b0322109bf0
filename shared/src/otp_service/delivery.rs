//! How far a message with a code has come (ours).

use serde::{Deserialize, Serialize};

/// What is known of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is being sent, and its arrival will be reported.
    OnItsWay,
    /// It is on the phone.
    Delivered,
    /// It will not arrive.
    Failed,
    /// Nobody knows.
    NotReported,
}

/// The answer of `otps/{challenge_id}/delivery`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GetDeliveryResponse {
    /// The challenge that was asked for.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::ChallengeId"))]
    pub challenge_id: String,
    /// Of its newest message.
    pub delivery: DeliveryState,
    /// When that message was asked for, Unix seconds.
    pub sent_at: i64,
    /// How many seconds messages to its country usually take, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_secs: Option<u32>,
}
