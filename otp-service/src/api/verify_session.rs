//! `POST /sessions/verify`: is this session live? Optionally moves its end.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use shared::otp_service::{VerifySessionRequest, VerifySessionResponse};
use shared::{ErrorType, SessionToken};

use super::caller::Caller;
use super::{fault, outcome};
use crate::commands::verify_session::VerifySession;
use crate::secrets::fingerprint;
use crate::service::Service;

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    Json(request): Json<VerifySessionRequest>,
) -> Result<Json<VerifySessionResponse>, ApiError> {
    let invalid = || ApiError::from(ErrorType::InvalidSession);
    let token = match (&request.session_token, &request.session_jwt) {
        (Some(token), None) => SessionToken::parse(token.as_str()).map_err(|_| invalid())?,
        // No JWT was ever issued by this version.
        (None, Some(_)) => return Err(invalid()),
        _ => {
            return Err(outcome::invalid(
                "Give exactly one of `session_token` and `session_jwt`.",
            ));
        }
    };
    let command = VerifySession {
        app,
        token_hash: fingerprint(token.as_str()),
        lasts: request.session_expires_in,
        now: service.clock.now(),
    };
    let session = command
        .run(&service.limits, &service.database)
        .await
        .map_err(fault)?
        .ok_or_else(invalid)?;
    Ok(Json(VerifySessionResponse {
        session: session.into_wire(),
        session_token: Some(token),
        session_jwt: None,
    }))
}
