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

impl DeliveryState {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnItsWay => "on_its_way",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::NotReported => "not_reported",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::OnItsWay,
            Self::Delivered,
            Self::Failed,
            Self::NotReported,
        ];
        all.into_iter().find(|state| state.as_str() == word)
    }
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
    /// Of a message that failed: another code can be asked for in so many seconds. One that no gateway took
    /// does not count, so that is sooner than the send said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resend_in_secs: Option<u32>,
}
