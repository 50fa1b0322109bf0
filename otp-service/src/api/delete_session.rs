//! `DELETE /sessions/delete`: ends a session by its token, a JWT of it, or its id. Ending it again answers like
//! the first time (C-07).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::ErrorType;
use shared::otp_service::{DeleteSessionRequest, DeleteSessionResponse};
use storage::{Sql, StoreError};

use super::caller::Caller;
use super::{fault, named_session, outcome};
use crate::events::Ended;
use crate::openapi::{Example, Operation, SESSIONS, keyed, sample};
use crate::service::Service;
use crate::store::sessions::{self, SessionRef};

pub(crate) fn operation() -> Operation {
    keyed::<DeleteSessionResponse>("delete_session", SESSIONS, "End a session")
        .describe(
            "By its token, a JWT of it, or its id. Ending it again answers like the first time.",
        )
        .takes::<DeleteSessionRequest>()
        .fails(&[ErrorType::InvalidSession, ErrorType::SessionNotFound])
        .example(
            Example::new("by_its_token")
                .sends(json!({"session_token": sample::TOKEN}))
                .answers(json!({"message": "Successfully deleted session"})),
        )
        .example(
            Example::new("an_unknown_id")
                .sends(json!({"session_id": "sess_000000000000000000000000000"}))
                .fails(ErrorType::SessionNotFound),
        )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    Json(request): Json<DeleteSessionRequest>,
) -> Result<Json<DeleteSessionResponse>, ApiError> {
    let (named, unknown) = match (
        request.session_token,
        request.session_jwt,
        request.session_id,
    ) {
        (Some(token), None, None) => (named_session::by_token(&token), ErrorType::InvalidSession),
        (None, Some(jwt), None) => (
            named_session::by_jwt(&service, &app.id, &jwt).await?,
            ErrorType::InvalidSession,
        ),
        (None, None, Some(id)) => (SessionRef::Id(id), ErrorType::SessionNotFound),
        _ => {
            return Err(outcome::invalid(
                "Give exactly one of `session_token`, `session_jwt` and `session_id`.",
            ));
        }
    };
    let now = service.clock.now();
    let ended = service
        .database
        .write(move |sql| end(sql, &app.id, &named, now))
        .await
        .map_err(fault)?;
    let (session_id, now_ended) = ended.ok_or(unknown)?;
    if now_ended {
        service.events.session_ended(&session_id, Ended::Deleted);
    }
    Ok(Json(DeleteSessionResponse {
        message: "Successfully deleted session".to_owned(),
    }))
}

/// Ends the session; its id, if it was ever there.
/// Ends the session. Its id, and whether it had not ended before.
fn end(
    sql: &Sql<'_>,
    app_id: &str,
    named: &SessionRef,
    now: i64,
) -> Result<Option<(String, bool)>, StoreError> {
    let found = sessions::find(sql, app_id, named)?;
    let Some(mut session) = found else {
        return Ok(None);
    };
    let live = session.lifetime.ended_at == 0;
    if live {
        session.lifetime.ended_at = now;
        session.updated_at = now;
        sessions::save(sql, app_id, &session)?;
    }
    Ok(Some((session.id, live)))
}
