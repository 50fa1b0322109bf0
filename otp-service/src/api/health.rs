//! `GET /healthz`: the process is up. `GET /readyz`: it can also work.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde::Serialize;

use super::fault;
use crate::service::Service;

#[derive(Serialize)]
pub(crate) struct Healthy {
    status: &'static str,
}

pub(crate) async fn live() -> Json<Healthy> {
    Json(Healthy { status: "up" })
}

pub(crate) async fn ready(State(service): State<Arc<Service>>) -> Result<Json<Healthy>, ApiError> {
    // A write: a full or read-only disk is found here, not by the first person who signs in.
    service
        .database
        .write(|sql| sql.execute("UPDATE apps SET created_at = created_at WHERE id = ''", &[]))
        .await
        .map_err(fault)?;
    Ok(Json(Healthy { status: "ready" }))
}
