//! What the OpenAPI 3.1 document says of the backend as a whole, at `/api/openapi.json`; what it says of a
//! call stands beside its handler.
//!
//! Not in it: pages, the plain screens, and the addresses that browsers are led through.

use std::sync::{Arc, LazyLock};

use ::openapi::{Access, Declared, Document, Tag};
use axum::Router;
use axum::routing::get;
use edge::Json;
use serde_json::{Value, json};
use shared::ErrorType;

pub(crate) use ::openapi::Operation;

use crate::app::App;

/// The route table of what programs call.
pub(crate) type Endpoints = ::openapi::Endpoints<Arc<App>>;

const DESCRIPTION: &str = "\
Signs people in by a code on their phone. The page's own calls come first; they are of the same origin, and whoever else has a \
session may make them. The calls of your servers need a server key and are never made by a browser.

Every success is a 200. Every other answer is the envelope with `status_code`, `error_message` and `error_type`. \
Unknown fields of a body are ignored, an empty body counts as `{}`. A body has at most 4 KiB, 16 levels and 64 keys; the same \
key twice is refused. Durations are seconds from now, times whole Unix seconds.";

pub(crate) const SIGN_IN: Tag = Tag {
    name: "sign-in",
    description: "Asking for a code and presenting it",
};
pub(crate) const SESSIONS: Tag = Tag {
    name: "sessions",
    description: "Who is signed in",
};
pub(crate) const ACCOUNTS: Tag = Tag {
    name: "accounts",
    description: "For your servers: people, linked to your own users",
};
pub(crate) const CHALLENGES: Tag = Tag {
    name: "challenges",
    description: "For your servers: a code as second factor, or before something that matters",
};
pub(crate) const OPERATION: Tag = Tag {
    name: "operation",
    description: "For whoever runs it",
};

/// Whoever is signed in.
pub(crate) const SESSION: Access = Access {
    one_of: &[&["session_token", "binding_cookie"], &["session_cookie"]],
    refused: ErrorType::InvalidSession,
};
/// The app's own servers.
pub(crate) const SERVER: Access = Access {
    one_of: &[&["server_key"]],
    refused: ErrorType::Unauthorized,
};

/// What a call can end in that asks the OTP service.
pub(crate) const ASKS_THE_SERVICE: &[ErrorType] = &[
    ErrorType::TooManyRequests,
    ErrorType::OtpServiceUnavailable,
    ErrorType::OtpServiceMisbehaved,
];
/// What a call can end in that has a code sent.
pub(crate) const SENDS: &[ErrorType] = &[
    ErrorType::InvalidPhoneNumber,
    ErrorType::InvalidOtp,
    ErrorType::OtpExpired,
    ErrorType::OtpAttemptsExceeded,
    ErrorType::DestinationNotAllowed,
    ErrorType::NumberBlocked,
    ErrorType::RequestInProgress,
    ErrorType::SmsNotSent,
    ErrorType::SmsBudgetExhausted,
];

/// The document.
pub(crate) fn document(declared: &[Declared]) -> Value {
    let document = Document {
        title: "Backend",
        summary: "Sign-in with a phone number, for a page and for your servers",
        description: DESCRIPTION,
        tags: &[SIGN_IN, SESSIONS, ACCOUNTS, CHALLENGES, OPERATION],
        security_schemes: json!({
            "session_token": {
                "type": "http",
                "scheme": "bearer",
                "description": "The `session_token` of the sign-in.",
            },
            "binding_cookie": {
                "type": "apiKey",
                "in": "cookie",
                "name": "__Host-pipit_binding",
                "description": "Came with the token. Not needed where the operator has set BINDING_COOKIE=false.",
            },
            "session_cookie": {
                "type": "apiKey",
                "in": "cookie",
                "name": "__Host-pipit_session",
                "description": "In place of both, where the operator has set SESSION_COOKIE; `__Secure-pipit_session` where that is a domain.",
            },
            "server_key": {
                "type": "http",
                "scheme": "bearer",
                "description": "One of SERVER_KEYS.",
            },
        }),
        never_null: false,
    };
    document.of(declared)
}

/// The document's own address. It is made when somebody asks first.
pub(crate) fn routes(declared: Vec<Declared>) -> Router<Arc<App>> {
    let document = Arc::new(LazyLock::new(move || document(&declared)));
    Router::new().route(
        "/api/openapi.json",
        get(async move || Json::<Value>((**document).clone())),
    )
}

#[cfg(test)]
mod tests;
