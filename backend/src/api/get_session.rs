//! `GET /api/session`: the session that asks.

use axum::extract::State;
use edge::{ApiError, Json};
use shared::browser::SessionResponse;

use crate::app::Shared;
use crate::signed_in::SignedIn;

pub(crate) async fn handle(
    State(app): Shared,
    caller: SignedIn,
) -> Result<Json<SessionResponse>, ApiError> {
    caller.describe(&app).await.map(Json)
}

#[cfg(test)]
mod tests;
