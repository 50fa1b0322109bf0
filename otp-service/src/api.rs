//! The HTTP API. The table below is its table of contents; one endpoint per file.
//!
//! Every endpoint: read strictly, ask a command, answer. Policy is in [`crate::rules`].

mod caller;
mod delete_session;
mod get_user;
mod health;
mod list_sessions;
mod login_or_create_by_sms;
mod outcome;
mod send_by_sms;
mod verify_otp;
mod verify_session;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{delete, get, post};
use edge::{ApiError, EdgeLimits};
use shared::ErrorType;
use shared::otp_service::BASE_PATH;
use storage::StoreError;

use crate::outbox;
use crate::service::Service;

/// All routes, with the envelope and the limits around them.
pub(crate) fn router(service: Arc<Service>) -> Router {
    let api = Router::new()
        .route(
            "/otps/sms/login_or_create",
            post(login_or_create_by_sms::handle),
        )
        .route("/otps/sms/send", post(send_by_sms::handle))
        .route("/otps/verify", post(verify_otp::handle))
        .route("/sessions/verify", post(verify_session::handle))
        .route("/sessions/list", get(list_sessions::handle))
        .route("/sessions/delete", delete(delete_session::handle))
        .route("/users/{user_id}", get(get_user::handle));
    let routes = Router::new()
        .nest(BASE_PATH, api)
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .merge(outbox::routes())
        .with_state(service);
    let limits = EdgeLimits {
        body_bytes: 16 * 1024,
        request_deadline: Duration::from_secs(10),
        ..EdgeLimits::default()
    };
    edge::harden(routes, limits)
}

/// What the store's faults look like from outside.
pub(crate) fn fault(error: StoreError) -> ApiError {
    match error {
        StoreError::Unavailable(_) => {
            ApiError::unavailable(ErrorType::Overloaded, error).retry_after(1)
        }
        _ => ApiError::internal(error),
    }
}
