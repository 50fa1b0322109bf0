//! The HTTP API. The table below is its table of contents; one endpoint per file.
//!
//! Every endpoint: read strictly, ask a command, answer. Policy is in [`crate::rules`].

mod caller;
mod create_user;
mod delete_email;
mod delete_phone_number;
mod delete_session;
mod delete_user;
mod get_jwks;
mod get_user;
mod health;
mod list_sessions;
mod login_or_create_by_email;
mod login_or_create_by_sms;
mod named_session;
mod outcome;
mod path_id;
mod search_users;
mod send_by_email;
mod send_by_sms;
mod sending;
mod update_user;
mod verify_otp;
mod verify_session;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{delete, get, post, put};
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
        .route(
            "/otps/email/login_or_create",
            post(login_or_create_by_email::handle),
        )
        .route("/otps/email/send", post(send_by_email::handle))
        .route("/otps/verify", post(verify_otp::handle))
        .route("/sessions/verify", post(verify_session::handle))
        .route("/sessions/list", get(list_sessions::handle))
        .route("/sessions/delete", delete(delete_session::handle))
        .route("/jwks/default", get(get_jwks::handle))
        .route("/users/create", post(create_user::handle))
        .route("/users/search", post(search_users::handle))
        .route("/users/{user_id}", get(get_user::handle))
        .route("/users/{user_id}/update", put(update_user::handle))
        .route("/users/{user_id}/delete", delete(delete_user::handle))
        .route(
            "/users/phone_numbers/{id}/delete",
            delete(delete_phone_number::handle),
        )
        .route(
            "/users/phone_number/{id}/delete",
            delete(delete_phone_number::handle),
        )
        .route("/users/emails/{id}/delete", delete(delete_email::handle));
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
