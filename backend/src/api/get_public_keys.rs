//! `GET /.well-known/jwks.json`: the public keys of access tokens (RFC 7517), for anybody.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::{ApiError, Json};
use http::{HeaderValue, header};
use serde::Serialize;
use shared::ErrorType;

use crate::access_token::PublicKey;
use crate::app::Shared;
use crate::openapi::{Operation, SESSIONS};
use schemars::JsonSchema;

/// A new key is to be published so long before it signs, and an old one so long after.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

#[derive(Debug, Serialize, JsonSchema)]
struct KeySet {
    keys: Vec<PublicKey>,
}

pub(crate) fn operation() -> Operation {
    Operation::new::<KeySet>("get_public_keys", SESSIONS, "Get the keys that access tokens are checked by")
        .describe("A set of JWKs (RFC 7517). Nothing is at this address unless the operator has set TOKEN_AUDIENCE.")
        .fails(&[ErrorType::NotFound])
}

pub(crate) async fn handle(State(app): Shared) -> Result<Response, ApiError> {
    let tokens = app.tokens.as_ref().ok_or(ErrorType::NotFound)?;
    let keys = tokens.public_keys();
    let mut response = Json(KeySet { keys }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, KEPT);
    Ok(response)
}
