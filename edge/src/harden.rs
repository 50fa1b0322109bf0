//! Wraps a server's routes in what holds for every request: limits, panics kept to one request, the
//! envelope on every error, security headers, one access log line, and the refusal of what is too much.
//!
//! Not here: the sockets ([`crate::serve`]) and what a single endpoint reads ([`crate::Json`]).

mod answer;
mod panics;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{Method, header};
use shared::ErrorType;

use crate::body::BodyLimits;
use crate::clock::host_time;
use crate::spans::Ended;
use crate::trace::Origin;
use crate::{ApiError, Traffic, body, headers};

/// Longest address that is served (D-11).
const LONGEST_URI: usize = 2 * 1024;
/// What the caller is told when a request ran into its deadline.
const RETRY_AFTER_DEADLINE_SECS: u32 = 5;
/// What a caller is told who was not let in.
const RETRY_AFTER_OVERLOAD_SECS: u32 = 1;

/// The limits of a server. `Default` is the backend's 4 KiB; the OTP service sets its 16 KiB.
#[derive(Debug, Clone, Copy)]
pub struct EdgeLimits {
    /// Largest request body (D-11).
    pub body_bytes: usize,
    /// How long a body may take to arrive (D-12); the headers have 5 s before that.
    pub body_deadline: Duration,
    /// How long a request may take until its answer begins, the body's arrival included (H-01).
    pub request_deadline: Duration,
    /// Adds `Strict-Transport-Security`; for a server whose public address is https (D-02).
    pub hsts: bool,
    /// No browser calls, so a caller is believed how it calls a request itself.
    pub callers_are_servers: bool,
}

impl Default for EdgeLimits {
    fn default() -> Self {
        Self {
            body_bytes: 4 * 1024,
            body_deadline: Duration::from_secs(5),
            request_deadline: Duration::from_secs(8),
            hsts: false,
            callers_are_servers: false,
        }
    }
}

/// Puts the limits and the envelope around all routes of `router`, its fallback included. `traffic`
/// decides what is let in, and counts it.
pub fn harden(router: Router, limits: EdgeLimits, traffic: &Traffic) -> Router {
    router.layer(from_fn_with_state((limits, traffic.clone()), guard))
}

async fn guard(
    State((limits, traffic)): State<(EdgeLimits, Traffic)>,
    mut request: Request,
    next: Next,
) -> Response {
    let method = known_method(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let running = traffic.begin(route);
    let Some(inside) = running.enter() else {
        // Refusing has to cost next to nothing: no name, and no log line of its own.
        let response = answer::with_headers(overloaded().into_response(), limits);
        running.answered(route, response.status());
        return response;
    };
    let origin = match Origin::of(request.headers(), limits.callers_are_servers) {
        Ok(origin) => origin,
        Err(error) => return ApiError::internal(error).into_response(),
    };
    request.extensions_mut().insert(inside.clone());

    let (id, traced) = (origin.id.clone(), origin.clone());
    let work = async {
        let response = panics::caught(within_limits(limits, request, next)).await;
        let response = answer::finish(response, &id, limits);
        let took = running.answered(route, response.status());
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let status = response.status().as_u16();
        tracing::info!(method, route, status, ms, "answered");
        if let Some(spans) = traffic.spans().filter(|_| traced.span.is_sampled()) {
            spans.ended(Ended {
                origin: traced,
                method,
                route: route.to_owned(),
                status: response.status(),
                end: host_time(),
                took,
            });
        }
        // Its place is free for the next one from here on.
        drop(inside);
        response
    };
    origin.within(work).await
}

/// More came than can be done (I-10).
pub(crate) fn overloaded() -> ApiError {
    ApiError::from(ErrorType::Overloaded).retry_after(RETRY_AFTER_OVERLOAD_SECS)
}

async fn within_limits(limits: EdgeLimits, mut request: Request, next: Next) -> Response {
    let body = BodyLimits {
        bytes: limits.body_bytes,
        deadline: limits.body_deadline,
    };
    if let Some(refusal) = refusal(&request, body) {
        return refusal;
    }
    request.extensions_mut().insert(body);
    match tokio::time::timeout(limits.request_deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::unavailable(ErrorType::Overloaded, "the request ran into its deadline")
            .retry_after(RETRY_AFTER_DEADLINE_SECS)
            .into_response(),
    }
}

/// What is refused before any route sees it.
fn refusal(request: &Request<Body>, limits: BodyLimits) -> Option<Response> {
    if matches!(*request.method(), Method::TRACE | Method::CONNECT) {
        let methods = [(header::ALLOW, "GET, HEAD, POST, PUT, DELETE")];
        return Some((methods, ApiError::from(ErrorType::MethodNotAllowed)).into_response());
    }
    let uri = request.uri();
    let length = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    let refused = if length > LONGEST_URI {
        Err(ErrorType::UriTooLong.into())
    } else if body::announced_too_large(request.body(), limits) {
        Err(ErrorType::PayloadTooLarge.into())
    } else {
        headers::refuse_repeated(request.headers())
    };
    refused.err().map(IntoResponse::into_response)
}

/// The method as a word of a closed set: the caller's own inventions stay out of the log.
fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "PATCH" => "PATCH",
        "TRACE" => "TRACE",
        "CONNECT" => "CONNECT",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
