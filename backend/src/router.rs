//! Every route of the backend.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use edge::{EdgeLimits, Work, harden_with};

use crate::app::App;
use crate::openapi::{self, Endpoints};
use crate::{api, bundle, health, origin, outbox, plain, sign_in};

/// The backend as a service, with everything around it that holds for every request.
pub(crate) fn router(app: Arc<App>) -> Router {
    let limits = EdgeLimits {
        hsts: app.settings.public_url.is_https(),
        ..EdgeLimits::default()
    };
    let (calls, declared) = endpoints().into_parts();
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
        );
    let others = openapi::routes(declared)
        .route("/sign-in", get(sign_in::handle))
        .route("/outbox", get(outbox::handle))
        .route("/outbox/{*path}", get(outbox::handle))
        .fallback(bundle::handle);
    let routes = calls
        .merge(plain)
        .merge(others)
        .with_state(Arc::clone(&app));
    let traffic = app.traffic.clone();
    harden_with(routes, limits, &traffic, move |request| {
        origin::check(request, &app.settings.public_url)
    })
}

/// What programs call: method, path, handler, and what the document says of it.
#[rustfmt::skip]
pub(crate) fn endpoints() -> Endpoints {
    use api::{accounts, challenges};
    Endpoints::default()
        .get("/healthz", health::alive, health::alive_operation)
        .get("/readyz", health::ready, health::ready_operation)
        .get("/.well-known/jwks.json", api::get_public_keys::handle, api::get_public_keys::operation)
        .below("/api")
        .get("/config", api::config::handle, api::config::operation)
        .post("/otp/send", api::send_otp::handle, api::send_otp::operation)
        .post("/otp/verify", api::verify_otp::handle, api::verify_otp::operation)
        .post("/otp/delivery", api::get_delivery::handle, api::get_delivery::operation)
        .get("/session", api::get_session::handle, api::get_session::operation)
        .delete("/session", api::end_session::handle, api::end_session::operation)
        .post("/session/extend", api::extend_session::handle, api::extend_session::operation)
        .get("/sessions", api::list_sessions::handle, api::list_sessions::operation)
        .delete("/sessions", api::end_other_sessions::handle, api::end_other_sessions::operation)
        .delete("/sessions/{session_id}", api::end_one_session::handle, api::end_one_session::operation)
        .post("/phone-number/unblock", api::unblock_phone_number::handle, api::unblock_phone_number::operation)
        .post("/token", api::create_access_token::handle, api::create_access_token::operation)
        .get("/auth/check", api::check_auth::handle, api::check_auth::operation)
        .get("/accounts", accounts::list::handle, accounts::list::operation)
        .post("/accounts", accounts::link::handle, accounts::link::operation)
        .post("/accounts/search", accounts::find::handle, accounts::find::operation)
        .get("/accounts/{account_id}", accounts::get::handle, accounts::get::operation)
        .delete("/accounts/{account_id}", accounts::delete::handle, accounts::delete::operation)
        .delete("/accounts/{account_id}/sessions", accounts::end_sessions::handle, accounts::end_sessions::operation)
        .delete("/accounts/{account_id}/external_id", accounts::unlink::handle, accounts::unlink::operation)
        .post("/challenges", challenges::create::handle, challenges::create::operation)
        .post("/challenges/{challenge_id}/redeem", challenges::redeem::handle, challenges::redeem::operation)
        .get("/client-address", api::client_address::handle, api::client_address::operation)
}

/// Is it up, and can it work? Once more, beside the metrics.
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
        "/api/otp/verify"
        | "/api/phone-number/unblock"
        | "/plain/verify"
        | "/outbox"
        | "/outbox/{*path}" => Work::Verify,
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
