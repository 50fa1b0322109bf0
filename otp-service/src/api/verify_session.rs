//! `POST /sessions/verify`: is this session live? Optionally moves its end.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::ErrorType;
use shared::otp_service::{VerifySessionRequest, VerifySessionResponse};

use super::caller::Caller;
use super::{fault, named_session, outcome};
use crate::commands::verify_session::{Outcome, VerifySession};
use crate::openapi::{Example, Operation, SESSIONS, keyed, sample};
use crate::service::Service;

pub(crate) fn operation() -> Operation {
    let answer = json!({
        "session": sample::session(), "session_token": sample::TOKEN, "session_jwt": sample::JWT,
    });
    keyed::<VerifySessionResponse>(
        "verify_session",
        SESSIONS,
        "Ask whether a session is live",
    )
    .describe(
        "By its token, or by a JWT of it; a JWT whose only fault is its own end is taken while its session lives. \
         With `session_expires_in` the session ends that many minutes from now.",
    )
    .takes::<VerifySessionRequest>()
    .fails(&[ErrorType::InvalidSession])
    .example(
        Example::new("by_its_token")
            .sends(json!({"session_token": sample::TOKEN, "session_expires_in": 60}))
            .answers(answer.clone()),
    )
    .example(
        Example::new("by_its_jwt")
            .sends(json!({"session_jwt": sample::JWT}))
            .answers(answer),
    )
    .example(
        Example::new("an_unknown_token")
            .sends(json!({"session_token": "unknown"}))
            .fails(ErrorType::InvalidSession),
    )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    Json(request): Json<VerifySessionRequest>,
) -> Result<Json<VerifySessionResponse>, ApiError> {
    let named = match (&request.session_token, &request.session_jwt) {
        (Some(token), None) => named_session::by_token(token),
        (None, Some(jwt)) => named_session::by_jwt(&service, &app.id, jwt).await?,
        _ => {
            return Err(outcome::invalid(
                "Give exactly one of `session_token` and `session_jwt`.",
            ));
        }
    };
    let command = VerifySession {
        app: app.clone(),
        named,
        lasts: request.session_expires_in,
        now: service.clock.now(),
    };
    let outcome = command
        .run(&service.limits, &service.database)
        .await
        .map_err(fault)?;
    let session = match outcome {
        Outcome::Live(session) => *session,
        Outcome::Ended(session_id) => {
            service.events.session_reused(&session_id);
            return Err(ErrorType::InvalidSession.into());
        }
        Outcome::Unknown => return Err(ErrorType::InvalidSession.into()),
    };
    let session_token = service.session_token(&session)?;
    let session = session.into_wire();
    Ok(Json(VerifySessionResponse {
        session_jwt: Some(service.session_jwt(&app.id, &session).await?),
        session_token: Some(session_token),
        session,
    }))
}
