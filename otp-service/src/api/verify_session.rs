//! `POST /sessions/verify`: is this session live? Optionally moves its end.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use shared::otp_service::{VerifySessionRequest, VerifySessionResponse};
use shared::{ErrorType, SessionToken};

use super::caller::Caller;
use super::{fault, named_session, outcome};
use crate::commands::verify_session::VerifySession;
use crate::service::Service;

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
    let found = command
        .run(&service.limits, &service.database)
        .await
        .map_err(fault)?;
    let session = found.ok_or(ErrorType::InvalidSession)?;
    let token = service
        .secrets
        .session_token(&session.id, session.generation);
    let session_token = SessionToken::parse(&token).map_err(ApiError::internal)?;
    let session = session.into_wire();
    Ok(Json(VerifySessionResponse {
        session_jwt: Some(service.session_jwt(&app.id, &session).await?),
        session_token: Some(session_token),
        session,
    }))
}
