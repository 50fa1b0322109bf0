//! `GET /healthz`: the process is up. `GET /readyz`: it can also work.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde::Serialize;

use super::fault;
use crate::service::Service;
use crate::store;

#[derive(Serialize)]
pub(crate) struct Healthy {
    status: &'static str,
}

pub(crate) async fn live() -> Json<Healthy> {
    Json(Healthy { status: "up" })
}

pub(crate) async fn ready(State(service): State<Arc<Service>>) -> Result<Json<Healthy>, ApiError> {
    service.database.write(store::probe).await.map_err(fault)?;
    Ok(Json(Healthy { status: "ready" }))
}
