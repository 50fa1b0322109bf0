//! `GET /sessions/list?user_id=`: the live sessions of a user, newest first. No token is listed (C-14).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json, Query};
use serde::Deserialize;
use serde_json::json;
use shared::otp_service::ListSessionsResponse;

use super::caller::Caller;
use super::fault;
use crate::openapi::{Example, Operation, SESSIONS, keyed, sample};
use crate::service::Service;
use crate::store::sessions::{self, StoredSession};

#[derive(Deserialize)]
pub(crate) struct Whose {
    user_id: String,
}

pub(crate) fn operation() -> Operation {
    keyed::<ListSessionsResponse>(
        "list_sessions",
        SESSIONS,
        "List the live sessions of a user",
    )
    .describe("The newest first; no token is listed. An unknown user has none.")
    .in_query::<String>("user_id", "`user_…`")
    .example(
        Example::new("one_session")
            .with("user_id", sample::USER_ID)
            .answers(json!({"sessions": [sample::session()]})),
    )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    Query(whose): Query<Whose>,
) -> Result<Json<ListSessionsResponse>, ApiError> {
    let found = service
        .database
        .read(move |sql| sessions::of_user(sql, &app.id, &whose.user_id))
        .await
        .map_err(fault)?;
    let now = service.clock.now();
    let live = found
        .into_iter()
        .filter(|session| session.lifetime.is_live(&service.limits, now));
    Ok(Json(ListSessionsResponse {
        sessions: live.map(StoredSession::into_wire).collect(),
    }))
}
