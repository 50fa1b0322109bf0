//! What the OpenAPI 3.1 document says of the service as a whole, and the page that people read it on. The
//! document itself is put together by the crate `openapi` from what is declared beside the handlers.

mod page;
pub(crate) mod sample;

use std::sync::{Arc, LazyLock};

use ::openapi::{Access, Declared, Document, Tag};
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use edge::Json;
use http::header;
use schemars::JsonSchema;
use serde_json::{Value, json};
use shared::ErrorType;

pub(crate) use ::openapi::{Example, Operation};

use crate::service::Service;

/// The route table.
pub(crate) type Endpoints = ::openapi::Endpoints<Arc<Service>>;

const DESCRIPTION: &str = "\
Sends one-time passcodes by text message and e-mail, verifies them, keeps users and sessions.

Every success is a 200. Every other answer is the envelope with `status_code`, `error_message` and `error_type`. \
Unknown fields of a body are ignored, an empty body counts as `{}`. A body has at most 16 KiB, 16 levels and 64 keys; \
the same key twice is refused. Times are whole Unix seconds. Text that is unset is `\"\"`, lists are `[]`.";

pub(crate) const CODES: Tag = Tag {
    name: "codes",
    description: "Sending one-time passcodes and verifying them",
};
pub(crate) const SESSIONS: Tag = Tag {
    name: "sessions",
    description: "Who is signed in, and the keys of session JWTs",
};
pub(crate) const USERS: Tag = Tag {
    name: "users",
    description: "Making, finding, changing and deleting users",
};
pub(crate) const HEALTH: Tag = Tag {
    name: "health",
    description: "Whether the service runs",
};

/// Whoever has a secret key, in the header.
const KEY: Access = Access {
    one_of: &[&["secret_key"]],
    refused: ErrorType::Unauthorized,
};
/// The same, in the header or in the address.
pub(crate) const KEY_IN_ADDRESS_TOO: Access = Access {
    one_of: &[&["secret_key"], &["key_in_address"]],
    refused: ErrorType::Unauthorized,
};

/// An operation that callers with a secret key may use, and its answer of 200.
pub(crate) fn keyed<Answer: JsonSchema>(
    id: &'static str,
    tag: Tag,
    summary: &'static str,
) -> Operation {
    Operation::new::<Answer>(id, tag, summary).needs(KEY)
}

/// The document.
pub(crate) fn document(declared: &[Declared]) -> Value {
    let document = Document {
        title: "OTP service",
        summary: "The Streambird Auth API, version 1, on a machine of your own",
        description: DESCRIPTION,
        tags: &[CODES, SESSIONS, USERS, HEALTH],
        security_schemes: json!({
            "secret_key": {
                "type": "http",
                "scheme": "bearer",
                "description": "`sk_test_` or `sk_live_` and 48 letters and digits. Each key sees its own data.",
            },
            "key_in_address": {
                "type": "apiKey",
                "in": "query",
                "name": "api_key",
                "description": "The same key, for old SDKs, unless the operator has turned it off.",
            },
        }),
        never_null: true,
    };
    document.of(declared)
}

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
