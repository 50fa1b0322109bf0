//! Wraps a server's routes in what holds for every request: limits, panics kept to one request, the
//! envelope on every error, security headers, one access log line, the refusal of what is too much, and of what a
//! server's own rule does not allow.
//!
//! Not here: the sockets ([`crate::serve`]) and what a single endpoint reads ([`crate::Json`]).

mod answer;
mod panics;

use std::convert::Infallible;
use std::future::ready;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse, Response};
use http::{Method, header};
use shared::ErrorType;
use tokio::time::Instant;
use tower::Service;
use tower::layer::layer_fn;

use crate::body::{Arriving, BodyLimits};
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

impl EdgeLimits {
    fn body(self) -> BodyLimits {
        BodyLimits {
            bytes: self.body_bytes,
            deadline: self.body_deadline,
        }
    }
}

/// Puts the limits and the envelope around all routes of `router`, its fallback included. `traffic`
/// decides what is let in, and counts it.
pub fn harden(router: Router, limits: EdgeLimits, traffic: &Traffic) -> Router {
    harden_with(router, limits, traffic, |_| Ok(()))
}

/// The same with a rule of the server's own, which every request has to pass before its route sees it. It finds the
/// route's template, where there is one, as [`MatchedPath`] among the extensions.
pub fn harden_with<R>(router: Router, limits: EdgeLimits, traffic: &Traffic, rule: R) -> Router
where
    R: Fn(&Request) -> Result<(), ErrorType> + Clone + Send + Sync + 'static,
{
    let traffic = traffic.clone();
    router.layer(layer_fn(move |routes| Hardened {
        limits,
        traffic: traffic.clone(),
        rule: rule.clone(),
        routes,
    }))
}

/// Routes with all that around them.
///
/// What it adds to a request is one future in one allocation. A future inside another is moved with it, and an
/// `async fn` holds what it was given twice, so what is around the routes is kept flat and pinned where it stands.
#[derive(Clone)]
struct Hardened<S, R> {
    limits: EdgeLimits,
    traffic: Traffic,
    rule: R,
    routes: S,
}

impl<S, R> Service<Request> for Hardened<S, R>
where
    R: Fn(&Request) -> Result<(), ErrorType>,
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.routes.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let limits = self.limits;
        let method = known_method(request.method());
        let route = Route(request.extensions().get::<MatchedPath>().cloned());
        let inside = match self.traffic.begin(route.name()).enter() {
            Ok(inside) => inside,
            Err(refused) => {
                // Refusing has to cost next to nothing: no name, and no log line of its own.
                let response = answer::with_headers(overloaded().into_response(), limits);
                refused.answered(route.name(), response.status());
                return Box::pin(ready(Ok(response)));
            }
        };
        let origin = match Origin::of(request.headers(), limits.callers_are_servers) {
            Ok(origin) => origin,
            Err(error) => return Box::pin(ready(Ok(ApiError::internal(error).into_response()))),
        };
        let refused = refusal(&request, limits.body()).or_else(|| {
            let error = (self.rule)(&request).err()?;
            Some(ApiError::from(error).into_response())
        });
        let answer = match refused {
            Some(refusal) => Err(refusal),
            None => {
                let arriving = Arriving {
                    limits: limits.body(),
                    inside: inside.clone(),
                };
                Ok(arriving.within(self.routes.call(request)))
            }
        };
        let deadline = inside.request().began + limits.request_deadline;
        Box::pin(origin.within(async move {
            let response = match answer {
                Ok(answer) => {
                    let answer = pin!(in_time(answer, deadline));
                    panics::caught(answer).await
                }
                Err(refusal) => refusal,
            };
            let response = answer::finish(response, &origin.id, limits);
            let (route, status) = (route.name(), response.status());
            let took = inside.request().answered(route, status);
            let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(method, route, status = status.as_u16(), ms, "answered");
            if let Some(spans) = inside.spans().filter(|_| origin.span.is_sampled()) {
                spans.ended(Ended {
                    origin,
                    method,
                    route: route.to_owned(),
                    status,
                    end: host_time(),
                    took,
                });
            }
            // Its place is free for the next one from here on.
            drop(inside);
            Ok(response)
        }))
    }
}

/// Where a request went, by its template.
struct Route(Option<MatchedPath>);

impl Route {
    fn name(&self) -> &str {
        self.0.as_ref().map_or("unmatched", MatchedPath::as_str)
    }
}

/// More came than can be done (I-10).
pub(crate) fn overloaded() -> ApiError {
    ApiError::from(ErrorType::Overloaded).retry_after(RETRY_AFTER_OVERLOAD_SECS)
}

async fn in_time(
    answer: impl Future<Output = Result<Response, Infallible>>,
    deadline: Instant,
) -> Response {
    match tokio::time::timeout_at(deadline, answer).await {
        Ok(Ok(response)) => response,
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
