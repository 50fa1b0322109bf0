//! `GET /otps/{challenge_id}/delivery` (ours): how far the newest message of a challenge has come, for the
//! person who waits for it. Nothing of the message itself is told.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::otp_service::{DeliveryState, GetDeliveryResponse};
use shared::{ErrorType, schema};
use storage::{Sql, StoreError};

use super::caller::Caller;
use super::fault;
use super::path_id::ChallengeId;
use crate::address::Address;
use crate::openapi::{CODES, Example, Operation, keyed, sample};
use crate::rules::delivery::{Status, Word};
use crate::rules::limits::Limits;
use crate::service::Service;
use crate::store::messages::{self, Delivery};
use crate::store::throttles;

pub(crate) fn operation() -> Operation {
    keyed::<GetDeliveryResponse>(
        "get_delivery",
        CODES,
        "Ask how far the message with the code has come",
    )
    .describe(
        "Of the challenge's newest message. `on_its_way`: a word will come. `delivered` and `failed` are final. `not_reported`: \
         nobody knows, since the gateway tells nothing of deliveries, or has not in time, or may have taken the message \
         without our hearing of it; the code works if it arrives. `usual_secs` is how long messages to that country \
         usually take, once enough were measured; `resend_in_secs`, of a message that failed, when another can be asked for. Poll it every few seconds at most.",
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
    let (wanted, now) = (challenge_id.clone(), service.clock.now());
    let limits = Arc::clone(&service.limits);
    let question = move |sql: &Sql<'_>| -> Result<_, StoreError> {
        let Some(message) = messages::newest_of_challenge(sql, &app.id, &wanted)? else {
            return Ok(None);
        };
        let resend_in = resend_in(sql, &app.id, &message, &limits, now)?;
        Ok(Some((message, resend_in)))
    };
    let found = service.database.read(question).await.map_err(fault)?;
    let (message, resend_in_secs) = found.ok_or(ErrorType::NotFound)?;
    let reports = service.gateways.reports(&message.gateway);
    let over = message.expires_at <= now;
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
        resend_in_secs,
    }))
}

/// When another code can be asked for in place of one that failed (B-04). By the number's own history: a
/// browser that is known may have to wait less.
fn resend_in(
    sql: &Sql<'_>,
    app_id: &str,
    message: &Delivery,
    limits: &Limits,
    now: i64,
) -> Result<Option<u32>, StoreError> {
    let failed = message.status == Status::Failed;
    let Some(address) = Address::of_text(message.to.as_str()).filter(|_| failed) else {
        return Ok(None);
    };
    let (number, _) = throttles::load(sql, app_id, &address)?;
    Ok(Some(number.resend_in(limits, now)))
}
