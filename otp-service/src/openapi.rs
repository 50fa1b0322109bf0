//! The OpenAPI 3.1 document of the service and the page that people read it on.
//!
//! Nothing is described here. An operation is declared beside its handler, the schemas are those of
//! the wire types, and [`Endpoints`] takes a route only together with its operation, so that the
//! routes and the document can't part ways.

mod document;
mod endpoints;
mod example;
mod operation;
mod page;
pub(crate) mod sample;
mod schemas;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use edge::Json;
use http::header;
use serde_json::Value;

pub(crate) use document::document;
pub(crate) use endpoints::{Declared, Endpoints};
pub(crate) use example::Example;
pub(crate) use operation::{Operation, Tag};

use crate::service::Service;

/// The document at `/openapi.json`, the page at `/docs`. Both are made when somebody asks first.
pub(crate) fn routes(declared: Vec<Declared>) -> Router<Arc<Service>> {
    let document = Arc::new(LazyLock::new(move || document(&declared)));
    let shown = Arc::clone(&document);
    let page = Arc::new(LazyLock::new(move || page::page(&shown)));
    Router::new()
        .route(
            "/openapi.json",
            get(async move || Json::<Value>((**document).clone())),
        )
        .route("/docs", get(async move || html(&page)))
        .route("/docs/docs.css", get(style))
}

fn html(page: &str) -> Response {
    let policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, page.to_owned()).into_response()
}

async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (headers, include_str!("openapi/docs.css")).into_response()
}
