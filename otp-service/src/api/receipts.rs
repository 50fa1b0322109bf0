//! `POST /receipts/{gateway}`: what a gateway reports of a message. Outside the contract's paths and without
//! a key: it is believed with the gateway's own signature alone, and changes how far the message has come
//! and nothing else (G-09). Each gateway has its own form, so the OpenAPI document does not tell of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::routing::post;
use edge::{ApiError, Json, RawBody};
use http::HeaderMap;
use serde_json::{Value, json};
use shared::ErrorType;
use storage::Sql;

use super::fault;
use crate::commands::note_receipt::note_receipt;
use crate::gateways::GatewayKind;
use crate::gateways::receipt::{Arrived, Disbelief};
use crate::service::Service;

pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new().route("/receipts/{gateway}", post(handle))
}

async fn handle(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Json<Value>, ApiError> {
    service.timekeeper.keep().await?;
    let lane = GatewayKind::parse(&name).and_then(|kind| service.gateways.lane(kind));
    let Some(lane) = lane else {
        service
            .events
            .receipt_refused("none", Disbelief::NotExpected);
        return Err(ErrorType::NotFound.into());
    };
    let arrived = Arrived {
        headers: &headers,
        query: query.as_deref().unwrap_or_default(),
        body: &body,
        now: service.clock.host(),
    };
    let receipt = lane.gateway.receipt(&arrived).map_err(|why| {
        service.events.receipt_refused(&name, why);
        match why {
            Disbelief::NotExpected => ErrorType::NotFound.into(),
            Disbelief::Signature | Disbelief::Time => ApiError::from(ErrorType::Unauthorized)
                .message("The signature is missing, wrong, or of another time."),
            Disbelief::Malformed => ErrorType::InvalidRequest.into(),
        }
    })?;
    let (kind, now) = (lane.kind, service.clock.now());
    let outcome = service
        .database
        .write(move |sql: &Sql<'_>| note_receipt(sql, kind, &receipt, now))
        .await
        .map_err(fault)?;
    service.events.receipt(kind, &outcome);
    // Whatever it changed: to ask for it again would change nothing more.
    Ok(Json(json!({"message": "Noted."})))
}
