//! `DELETE /sessions/delete`: ends a session by its token or its id. Ending it again answers like
//! the first time (C-07).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::otp_service::{DeleteSessionRequest, DeleteSessionResponse};
use storage::{Sql, StoreError};

use super::caller::Caller;
use super::{fault, outcome};
use crate::secrets::fingerprint;
use crate::service::Service;
use crate::store::sessions;

enum Which {
    TokenHash(String),
    Id(String),
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    Json(request): Json<DeleteSessionRequest>,
) -> Result<Json<DeleteSessionResponse>, ApiError> {
    let (which, unknown) = match (
        request.session_token,
        request.session_jwt,
        request.session_id,
    ) {
        (Some(token), None, None) => (
            Which::TokenHash(fingerprint(token.as_str())),
            ErrorType::InvalidSession,
        ),
        (None, None, Some(id)) => (Which::Id(id), ErrorType::SessionNotFound),
        // No JWT was ever issued by this version.
        (None, Some(_), None) => return Err(ErrorType::InvalidSession.into()),
        _ => {
            return Err(outcome::invalid(
                "Give exactly one of `session_token`, `session_jwt` and `session_id`.",
            ));
        }
    };
    let now = service.clock.now();
    let ended = service
        .database
        .write(move |sql| end(sql, &app.id, &which, now))
        .await
        .map_err(fault)?;
    if !ended {
        return Err(unknown.into());
    }
    Ok(Json(DeleteSessionResponse {
        message: "Successfully deleted session".to_owned(),
    }))
}

/// Ends the session; whether it was ever there.
fn end(sql: &Sql<'_>, app_id: &str, which: &Which, now: i64) -> Result<bool, StoreError> {
    let found = match which {
        Which::TokenHash(hash) => sessions::by_token_hash(sql, app_id, hash)?,
        Which::Id(id) => sessions::by_id(sql, app_id, id)?,
    };
    let Some(mut session) = found else {
        return Ok(false);
    };
    if session.lifetime.ended_at == 0 {
        session.lifetime.ended_at = now;
        session.updated_at = now;
        sessions::save(sql, app_id, &session)?;
    }
    Ok(true)
}
