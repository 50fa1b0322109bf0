//! `GET /healthz`: the process is up. `GET /readyz`: it can also work.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::fault;
use crate::openapi::{Example, Operation, Tag};
use crate::service::Service;
use crate::store;

#[derive(Serialize, JsonSchema)]
pub(crate) struct Healthy {
    /// `up` or `ready`
    status: &'static str,
}

pub(crate) fn live_operation() -> Operation {
    Operation::new::<Healthy>("live", Tag::Health, "Ask whether the process is up")
        .open()
        .example(Example::new("up").answers(json!({"status": "up"})))
}

pub(crate) fn ready_operation() -> Operation {
    Operation::new::<Healthy>("ready", Tag::Health, "Ask whether the service can work")
        .describe("Writes to the database and answers after that is on disk.")
        .open()
        .example(Example::new("ready").answers(json!({"status": "ready"})))
}

pub(crate) async fn live() -> Json<Healthy> {
    Json(Healthy { status: "up" })
}

pub(crate) async fn ready(State(service): State<Arc<Service>>) -> Result<Json<Healthy>, ApiError> {
    service.database.write(store::probe).await.map_err(fault)?;
    Ok(Json(Healthy { status: "ready" }))
}
