//! The built page, read once at start and served from memory: so no address can lead to another file
//! (D-16), and the same bytes are served until the next start.
//!
//! Not here: building and compressing it; whoever builds puts `.br` and `.gz` files beside the others.

mod asset;
mod negotiation;
mod reading;

use std::collections::HashMap;
use std::io;
use std::path::Path;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use edge::{ApiError, OwnPage};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use shared::ErrorType;

use crate::app::Shared;
use asset::Asset;

/// On every HTML answer, exactly (D-03).
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'; object-src 'none'",
);

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Paths below these are calls; they never show the page.
const CALLS: [&str; 4] = ["/api", "/outbox", "/healthz", "/readyz"];

const MISSING: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>The page is not built</title></head>\n\
<body><h1>The page is not built yet</h1>\n<p>This backend runs, but there is no built page in its STATIC_DIR.</p>\n\
<p>Run <code>cargo xtask start</code> to build and start everything, or <code>trunk build --release</code> and start the \
backend again.</p></body></html>\n";

/// All files of the built page, by their address.
#[derive(Debug)]
pub(crate) struct Bundle(HashMap<String, Asset>);

impl Bundle {
    /// Reads the folder; where there is none, the page that says how to build it is shown.
    pub(crate) fn load(folder: &Path) -> io::Result<Self> {
        let assets = reading::read(folder)?;
        if assets.contains_key("/index.html") {
            tracing::info!(files = assets.len(), "the page is loaded");
        } else {
            tracing::warn!("there is no built page in STATIC_DIR");
        }
        Ok(Self(assets))
    }

    fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        if CALLS.iter().any(|call| is_below(path, call)) {
            return None;
        }
        if let Some(asset) = self.0.get(path) {
            return Some(asset.answer(headers));
        }
        // The page's own router knows the rest; what has a dot is a file that is not there.
        if path.contains('.') || path.contains('%') || path.contains('\\') {
            return None;
        }
        Some(match self.0.get("/index.html") {
            Some(page) => page.answer(headers),
            None => missing(),
        })
    }
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn missing() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HTML),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, headers, MISSING).into_response();
    response.extensions_mut().insert(OwnPage);
    response
}

/// Everything that is no call.
pub(crate) async fn handle(State(app): Shared, request: Request) -> Response {
    let found = app.bundle.answer(request.uri().path(), request.headers());
    let Some(mut response) = found else {
        return ApiError::from(ErrorType::NotFound).into_response();
    };
    match *request.method() {
        Method::GET => response,
        Method::HEAD => {
            let length = axum::body::HttpBody::size_hint(response.body()).exact();
            *response.body_mut() = Body::empty();
            if let Some(length) = length {
                response
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, length.into());
            }
            response
        }
        _ => {
            let allow: [(HeaderName, &str); 1] = [(header::ALLOW, "GET,HEAD")];
            (allow, ApiError::from(ErrorType::MethodNotAllowed)).into_response()
        }
    }
}

#[cfg(test)]
mod tests;
