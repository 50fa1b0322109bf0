//! The HTTP API. The table below is its table of contents; one endpoint per file, which also declares
//! what the OpenAPI document says of it.
//!
//! Every endpoint: read strictly, ask a command, answer. Policy is in [`crate::rules`].

mod caller;
mod create_user;
mod delete_email;
mod delete_phone_number;
mod delete_session;
mod delete_user;
mod get_delivery;
mod get_jwks;
mod get_user;
mod health;
mod list_countries;
mod list_sessions;
mod login_or_create_by_email;
mod login_or_create_by_sms;
mod named_session;
mod outcome;
mod path_id;
mod receipts;
mod search_users;
mod send_by_email;
mod send_by_sms;
mod sending;
mod unblock_phone_number;
mod update_user;
mod verify_otp;
mod verify_session;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use edge::{ApiError, EdgeLimits, Work};
use shared::ErrorType;
use shared::otp_service::BASE_PATH;
use storage::StoreError;

use crate::gateways::GatewayKind;
use crate::openapi::{self, Endpoints};
use crate::outbox;
use crate::service::Service;

/// All routes, with the envelope and the limits around them.
pub(crate) fn router(service: Arc<Service>) -> Router {
    let (api, declared) = endpoints().into_parts();
    let mut routes = Router::new()
        .merge(api)
        .merge(openapi::routes(declared))
        .merge(receipts::routes());
    // It stands in for a phone, so it is there only while it is the gateway.
    if service.gateways.lane(GatewayKind::Outbox).is_some() {
        routes = routes.merge(outbox::routes());
    }
    let routes = routes.with_state(Arc::clone(&service));
    let limits = EdgeLimits {
        body_bytes: 16 * 1024,
        request_deadline: Duration::from_secs(10),
        callers_are_servers: true,
        ..EdgeLimits::default()
    };
    edge::harden(routes, limits, &service.traffic)
}

/// Is it up, and can it work? Once more, beside the metrics.
pub(crate) fn health() -> Router<Arc<Service>> {
    Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
}

/// What a route is about, for its right of way when too much comes (I-10).
pub(crate) fn work_of(route: &str) -> Work {
    match route.strip_prefix(BASE_PATH).unwrap_or(route) {
        "/sessions/verify" | "/jwks/default" => Work::SessionCheck,
        "/healthz" | "/readyz" | "unmatched" => Work::Free,
        "/openapi.json" | "/docs" | "/docs/docs.css" => Work::Free,
        send if send.starts_with("/otps/sms/") || send.starts_with("/otps/email/") => Work::Send,
        _ => Work::Verify,
    }
}

/// The table: method, path, handler, and what the document says of it.
#[rustfmt::skip]
pub(crate) fn endpoints() -> Endpoints {
    Endpoints::default()
        .get("/healthz", health::live, health::live_operation)
        .get("/readyz", health::ready, health::ready_operation)
        .below(BASE_PATH)
        .post("/otps/sms/login_or_create", login_or_create_by_sms::handle, login_or_create_by_sms::operation)
        .post("/otps/sms/send", send_by_sms::handle, send_by_sms::operation)
        .post("/otps/email/login_or_create", login_or_create_by_email::handle, login_or_create_by_email::operation)
        .post("/otps/email/send", send_by_email::handle, send_by_email::operation)
        .post("/otps/verify", verify_otp::handle, verify_otp::operation)
        .get("/otps/sms/countries", list_countries::handle, list_countries::operation)
        .get("/otps/{challenge_id}/delivery", get_delivery::handle, get_delivery::operation)
        .post("/sessions/verify", verify_session::handle, verify_session::operation)
        .get("/sessions/list", list_sessions::handle, list_sessions::operation)
        .post("/users/phone_numbers/{id}/unblock", unblock_phone_number::handle, unblock_phone_number::operation)
        .delete("/sessions/delete", delete_session::handle, delete_session::operation)
        .get("/jwks/default", get_jwks::handle, get_jwks::operation)
        .post("/users/create", create_user::handle, create_user::operation)
        .post("/users/search", search_users::handle, search_users::operation)
        .get("/users/{user_id}", get_user::handle, get_user::operation)
        .put("/users/{user_id}/update", update_user::handle, update_user::operation)
        .delete("/users/phone_numbers/{id}/delete", delete_phone_number::handle, delete_phone_number::operation)
        .delete("/users/phone_number/{id}/delete", delete_phone_number::handle, delete_phone_number::old_operation)
        .delete("/users/emails/{id}/delete", delete_email::handle, delete_email::operation)
        .delete("/users/{user_id}/delete", delete_user::handle, delete_user::operation)
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
