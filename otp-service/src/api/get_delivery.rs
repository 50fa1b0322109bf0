//! `GET /otps/{challenge_id}/delivery` (ours): how far the newest message of a challenge has come, for the
//! person who waits for it. Nothing of the message itself is told.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::otp_service::{DeliveryState, GetDeliveryResponse};
use shared::{ErrorType, schema};

use super::caller::Caller;
use super::fault;
use super::path_id::ChallengeId;
use crate::openapi::{Example, Operation, Tag, sample};
use crate::rules::delivery::Word;
use crate::service::Service;
use crate::store::messages;

pub(crate) fn operation() -> Operation {
    Operation::new::<GetDeliveryResponse>(
        "get_delivery",
        Tag::Codes,
        "Ask how far the message with the code has come",
    )
    .describe(
        "Of the challenge's newest message. `on_its_way`: a word will come. `delivered` and `failed` are final. `not_reported`: \
         nobody knows, since the gateway tells nothing of deliveries, or has not in time, or may have taken the message \
         without our hearing of it; the code works if it arrives. `usual_secs` is how long messages to that country \
         usually take, once enough were measured. Poll it every few seconds at most.",
    )
    .in_path::<schema::ChallengeId>("challenge_id", "`chal_…`")
    .example(
        Example::new("on_the_phone")
            .with("challenge_id", sample::CHALLENGE_ID)
            .answers(json!({"challenge_id": sample::CHALLENGE_ID, "delivery": "delivered", "sent_at": sample::AT})),
    )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    ChallengeId(challenge_id): ChallengeId,
) -> Result<Json<GetDeliveryResponse>, ApiError> {
    let wanted = challenge_id.clone();
    let found = service
        .database
        .read(move |sql| messages::newest_of_challenge(sql, &app.id, &wanted))
        .await
        .map_err(fault)?;
    let message = found.ok_or(ErrorType::NotFound)?;
    let reports = service.gateways.reports(&message.gateway);
    let over = message.expires_at <= service.clock.now();
    Ok(Json(GetDeliveryResponse {
        challenge_id,
        delivery: match message.status.word(reports, over) {
            Word::OnItsWay => DeliveryState::OnItsWay,
            Word::Delivered => DeliveryState::Delivered,
            Word::Failed => DeliveryState::Failed,
            Word::NotReported => DeliveryState::NotReported,
        },
        sent_at: message.created_at,
        usual_secs: service.usual.of(&message.country),
    }))
}
