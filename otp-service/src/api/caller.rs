//! Who calls: the app whose secret key the request carries.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use edge::{ApiError, BearerToken};
use http::request::Parts;
use shared::ErrorType;

use super::fault;
use crate::app::{App, Mode};
use crate::secrets::fingerprint;
use crate::service::Service;
use crate::store::api_keys;

/// The app of the caller's key. Taken first by every endpoint, so that nobody without a key learns
/// more than that.
pub(crate) struct Caller(pub(crate) App);

impl FromRequestParts<Arc<Service>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, ApiError> {
        let key = BearerToken::of(&parts.headers).ok_or(ErrorType::Unauthorized)?;
        app_of_key(service, key.as_str()).await.map(Self)
    }
}

/// The app that a secret key opens.
pub(super) async fn app_of_key(service: &Service, key: &str) -> Result<App, ApiError> {
    Mode::of_key(key).ok_or(ErrorType::Unauthorized)?;
    service.timekeeper.keep().await?;
    let hash = fingerprint(key);
    let now = service.clock.now();
    if let Some(app) = service.known_keys.get(&hash, now) {
        return Ok(app);
    }
    let question = hash.clone();
    let found = service
        .database
        .read(move |sql| api_keys::app_of(sql, &question))
        .await
        .map_err(fault)?;
    let (app, used_before) = found.ok_or(ErrorType::Unauthorized)?;
    if !used_before {
        let key = hash.clone();
        let first = move |sql: &storage::Sql<'_>| api_keys::first_use(sql, &key, now);
        match service.database.write(first).await {
            Ok(Some(key_id)) => service.events.key_first_used(&key_id),
            Ok(None) => {}
            // No reason to turn a caller away.
            Err(error) => tracing::warn!(%error, "the first use of a key was not noted"),
        }
    }
    service.known_keys.remember(hash, app.clone(), now);
    Ok(app)
}
