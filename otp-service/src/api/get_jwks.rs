//! `GET /jwks/default`: the public keys that session JWTs are signed with. The secret key comes in the
//! header, or, for the vendor's Node SDK, as `?api_key=`, which is never logged (F-05).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, BearerToken, Json, Query};
use serde::Deserialize;
use serde_json::json;
use shared::ErrorType;
use shared::otp_service::JwksResponse;

use super::caller::app_of_key;
use crate::openapi::{Example, KEY_IN_ADDRESS_TOO, Operation, SESSIONS, keyed, sample};
use crate::service::Service;

#[derive(Deserialize)]
pub(crate) struct Key {
    #[serde(default)]
    api_key: Option<String>,
}

pub(crate) fn operation() -> Operation {
    keyed::<JwksResponse>(
        "get_jwks",
        SESSIONS,
        "Get the keys that session JWTs are signed with",
    )
    .describe("RS256; a JWT names its key as `kid`. The newest key comes first.")
    .needs(KEY_IN_ADDRESS_TOO)
    .example(Example::new("one_key").answers(json!({"keys": [{
        "alg": "RS256", "e": "AQAB", "key_ops": ["verify"], "kid": sample::KEY_ID, "kty": "RSA",
        "n": sample::MODULUS, "use": "sig",
    }]})))
}

pub(crate) async fn handle(
    header: Option<BearerToken>,
    State(service): State<Arc<Service>>,
    Query(query): Query<Key>,
) -> Result<Json<JwksResponse>, ApiError> {
    let in_address = query
        .api_key
        .as_deref()
        .filter(|_| service.keys_in_addresses);
    let key = header
        .as_ref()
        .map(BearerToken::as_str)
        .or(in_address)
        .ok_or(ErrorType::Unauthorized)?;
    let app = app_of_key(&service, key).await?;
    let ring = service.key_ring(&app.id).await?;
    Ok(Json(JwksResponse {
        keys: ring.public(),
    }))
}
