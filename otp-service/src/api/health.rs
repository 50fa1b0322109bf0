//! `GET /healthz`: the process is up. `GET /readyz`: it can also work.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use edge::{ApiError, Json, Stop};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use shared::ErrorType;

use crate::openapi::{Example, HEALTH, Operation};
use crate::service::Service;
use crate::store;

/// The database has so long to answer.
const WITHIN: Duration = Duration::from_secs(1);

#[derive(Serialize, JsonSchema)]
pub(crate) struct Healthy {
    /// `up` or `ready`
    status: &'static str,
}

pub(crate) fn live_operation() -> Operation {
    Operation::new::<Healthy>("live", HEALTH, "Ask whether the process is up")
        .example(Example::new("up").answers(json!({"status": "up"})))
}

pub(crate) fn ready_operation() -> Operation {
    Operation::new::<Healthy>("ready", HEALTH, "Ask whether the service can work")
        .describe(
            "Writes to the database, at most once a second, and answers after that is on disk.",
        )
        .example(Example::new("ready").answers(json!({"status": "ready"})))
}

pub(crate) async fn live() -> Json<Healthy> {
    Json(Healthy { status: "up" })
}

pub(crate) async fn ready(
    stop: Stop,
    State(service): State<Arc<Service>>,
) -> Result<Json<Healthy>, ApiError> {
    service.readiness.ask(&stop, database(&service)).await?;
    Ok(Json(Healthy { status: "ready" }))
}

/// Whether the database takes what a sign-in would have to write.
async fn database(service: &Service) -> Result<(), ApiError> {
    let cause = match tokio::time::timeout(WITHIN, service.database.write(store::probe)).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the database took too long".to_owned(),
    };
    let said = "The database does not answer.";
    Err(ApiError::not_ready(ErrorType::Overloaded, cause, said))
}
