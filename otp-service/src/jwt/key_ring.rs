//! The signing keys of every app, made on first use and kept sealed in the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use edge::ApiError;
use shared::otp_service::{Jwk, Session};
use storage::{Sql, StoreError};

use super::{SigningKey, claimed_key, session_id};
use crate::api::fault;
use crate::ids::{self, Kind};
use crate::service::Service;
use crate::store::signing_keys::{self, StoredKey};

/// A JWT is given again, instead of signed anew, for so many seconds while its session is the same:
/// a signature costs more than everything else in a session check.
const REUSE: i64 = 60;
/// So many JWTs are remembered.
const REMEMBERED: usize = 4096;

/// The keys of one app, newest first; the first one signs.
#[derive(Debug)]
pub(crate) struct KeyRing {
    app_id: String,
    keys: Vec<SigningKey>,
}

/// The keys of all apps that were asked for, and the newest JWTs.
#[derive(Default)]
pub(crate) struct KeyRings {
    rings: Mutex<HashMap<String, Arc<KeyRing>>>,
    signed: Mutex<HashMap<String, Signed>>,
}

struct Signed {
    session: Session,
    jwt: String,
    at: i64,
}

impl std::fmt::Debug for KeyRings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRings")
    }
}

impl KeyRing {
    /// The public keys.
    pub(crate) fn public(&self) -> Vec<Jwk> {
        self.keys.iter().map(SigningKey::public).collect()
    }

    /// The session that a JWT of this app names, whatever its `exp`. Whether it lives is not known.
    pub(crate) fn session_id(&self, jwt: &str, now: i64) -> Option<String> {
        let claimed = claimed_key(jwt)?;
        let key = self.keys.iter().find(|key| key.id == claimed)?;
        session_id(jwt, key, &self.app_id, now)
    }
}

impl Service {
    /// The keys of an app; the first one is made when there is none.
    pub(crate) async fn key_ring(&self, app_id: &str) -> Result<Arc<KeyRing>, ApiError> {
        let known = self
            .key_rings
            .rings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(app_id)
            .cloned();
        if let Some(ring) = known {
            return Ok(ring);
        }
        let owner = app_id.to_owned();
        let mut stored = self
            .database
            .read(move |sql| signing_keys::of_app(sql, &owner))
            .await
            .map_err(fault)?;
        if stored.is_empty() {
            stored = self.first_key(app_id).await?;
            storage::fault_point("signing-key-stored");
        }
        let open = |key: StoredKey| {
            let text = self.secrets.open(&key.sealed);
            text.and_then(|text| SigningKey::from_text(key.id, &text).ok())
                .ok_or_else(|| {
                    ApiError::internal("a signing key was not sealed with this service's own key")
                })
        };
        let keys = stored.into_iter().map(open).collect::<Result<_, _>>()?;
        let ring = Arc::new(KeyRing {
            app_id: app_id.to_owned(),
            keys,
        });
        let mut rings = self
            .key_rings
            .rings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(rings.entry(app_id.to_owned()).or_insert(ring)))
    }

    async fn first_key(&self, app_id: &str) -> Result<Vec<StoredKey>, ApiError> {
        let now = self.clock.now();
        let id = ids::new(
            Kind::Jwk,
            now,
            self.random.bytes().map_err(ApiError::internal)?,
        );
        let nonce = self.random.bytes().map_err(ApiError::internal)?;
        let made = tokio::task::spawn_blocking(move || SigningKey::generate(id)).await;
        let key = made
            .map_err(ApiError::internal)?
            .map_err(ApiError::internal)?;
        let text = key.to_text().map_err(ApiError::internal)?;
        let sealed = self
            .secrets
            .seal(&text, nonce)
            .ok_or_else(|| ApiError::internal("a key was not sealed"))?;
        storage::fault_point("signing-key-made");
        let stored = StoredKey { id: key.id, sealed };
        let owner = app_id.to_owned();
        let insert = move |sql: &Sql<'_>| -> Result<_, StoreError> {
            signing_keys::insert_first(sql, &owner, &stored, now)
        };
        self.database.write(insert).await.map_err(fault)
    }

    /// The JWT of a session as it is now.
    pub(crate) async fn session_jwt(
        &self,
        app_id: &str,
        session: &Session,
    ) -> Result<String, ApiError> {
        let now = self.clock.now();
        if let Some(jwt) = self.key_rings.signed_before(session, now) {
            return Ok(jwt);
        }
        let ring = self.key_ring(app_id).await?;
        let key = ring
            .keys
            .first()
            .ok_or_else(|| ApiError::internal("an app has no signing key"))?;
        let jwt = key
            .sign(app_id, session, now, self.clock.host())
            .map_err(ApiError::internal)?;
        self.key_rings.remember(session, &jwt, now);
        Ok(jwt)
    }
}

impl KeyRings {
    fn signed_before(&self, session: &Session, now: i64) -> Option<String> {
        let signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let found = signed
            .get(&session.id)
            .filter(|signed| now < signed.at + REUSE && signed.session == *session);
        found.map(|signed| signed.jwt.clone())
    }

    fn remember(&self, session: &Session, jwt: &str, now: i64) {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if signed.len() >= REMEMBERED {
            signed.retain(|_, signed| now < signed.at + REUSE);
        }
        if signed.len() < REMEMBERED {
            signed.insert(
                session.id.clone(),
                Signed {
                    session: session.clone(),
                    jwt: jwt.to_owned(),
                    at: now,
                },
            );
        }
    }
}
