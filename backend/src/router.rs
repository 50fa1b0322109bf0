//! Every route of the backend.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post};
use edge::{EdgeLimits, Work, harden};

use crate::app::App;
use crate::{api, bundle, health, origin, outbox, plain, sign_in};

/// The backend as a service, with everything around it that holds for every request.
pub(crate) fn router(app: Arc<App>) -> Router {
    let limits = EdgeLimits {
        hsts: app.settings.public_url.is_https(),
        ..EdgeLimits::default()
    };
    let calls = Router::new()
        .route("/api/config", get(api::config::handle))
        .route("/api/otp/send", post(api::send_otp::handle))
        .route("/api/otp/verify", post(api::verify_otp::handle))
        .route("/api/otp/delivery", post(api::get_delivery::handle))
        .route(
            "/api/session",
            get(api::get_session::handle).delete(api::end_session::handle),
        )
        .route("/api/session/extend", post(api::extend_session::handle))
        .route(
            "/api/sessions",
            get(api::list_sessions::handle).delete(api::end_other_sessions::handle),
        )
        .route(
            "/api/sessions/{session_id}",
            delete(api::end_one_session::handle),
        )
        .route("/api/challenges", post(api::challenges::create::handle))
        .route(
            "/api/challenges/{challenge_id}/redeem",
            post(api::challenges::redeem::handle),
        )
        .route("/api/client-address", get(api::client_address::handle))
        .route("/api/token", post(api::create_access_token::handle))
        .route("/api/auth/check", get(api::check_auth::handle))
        .route(
            "/api/accounts",
            get(api::accounts::list::handle).post(api::accounts::link::handle),
        )
        .route("/api/accounts/search", post(api::accounts::find::handle))
        .route(
            "/api/accounts/{account_id}",
            get(api::accounts::get::handle).delete(api::accounts::delete::handle),
        )
        .route(
            "/api/accounts/{account_id}/external_id",
            delete(api::accounts::unlink::handle),
        )
        .route_layer(from_fn_with_state(Arc::clone(&app), origin::check));
    let plain = Router::new()
        .route("/plain", get(plain::phone::show).post(plain::send::handle))
        .route(
            "/plain/verify",
            get(plain::code::show).post(plain::verify::handle),
        )
        .route("/plain/resend", post(plain::resend::handle))
        .route(
            "/plain/again",
            get(plain::again::show).post(plain::again::handle),
        )
        .route("/plain/account", get(plain::account::show))
        .route("/plain/extend", post(plain::extend::handle))
        .route("/plain/sign-out", post(plain::sign_out::handle))
        .route(
            "/plain/sign-out/others",
            post(plain::sign_out_others::handle),
        )
        .route(
            "/plain/sign-out/device",
            post(plain::sign_out_device::handle),
        )
        .route(
            "/challenge/{challenge_id}",
            get(plain::challenge::show).post(plain::challenge::verify::handle),
        )
        .route(
            "/challenge/{challenge_id}/resend",
            post(plain::challenge::resend::handle),
        )
        .route_layer(from_fn_with_state(Arc::clone(&app), origin::check_form));
    let others = health()
        .route("/sign-in", get(sign_in::handle))
        .route("/.well-known/jwks.json", get(api::get_public_keys::handle))
        .route("/outbox", get(outbox::handle))
        .route("/outbox/{*path}", get(outbox::handle))
        .fallback(bundle::handle);
    let routes = calls
        .merge(plain)
        .merge(others)
        .with_state(Arc::clone(&app));
    harden(routes, limits, &app.traffic)
}

/// Is it up, and can it work? Also beside the metrics.
pub(crate) fn health() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
}

/// What a route is about, for its right of way when too much comes (I-10). The page's files cost next
/// to nothing.
pub(crate) fn work_of(route: &str) -> Work {
    match route {
        "/api/otp/send"
        | "/plain"
        | "/plain/resend"
        | "/plain/again"
        | "/api/challenges"
        | "/challenge/{challenge_id}/resend" => Work::Send,
        "/api/otp/verify" | "/plain/verify" | "/outbox" | "/outbox/{*path}" => Work::Verify,
        "/api/otp/delivery" | "/api/token" | "/api/auth/check" | "/sign-in" => Work::SessionCheck,
        "/challenge/{challenge_id}" | "/api/challenges/{challenge_id}/redeem" => Work::Verify,
        accounts if accounts.starts_with("/api/accounts") => Work::Verify,
        session if session.starts_with("/api/session") || session.starts_with("/plain/") => {
            Work::SessionCheck
        }
        _ => Work::Free,
    }
}

#[cfg(test)]
mod tests;
