//! The signing keys of every app, made on first use and kept sealed in the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use edge::ApiError;
use shared::otp_service::{Jwk, Session};
use storage::{Sql, StoreError};

use super::signed::{REUSE, Signed};
use super::{KeyFault, SigningKey, claimed_key, session_id};
use crate::api::fault;
use crate::events::Jwt;
use crate::ids::{self, Kind};
use crate::secrets::Secrets;
use crate::service::Service;
use crate::store::signing_keys::{self, StoredKey};

/// The last JWT of a replaced key is given again until then, and so long after its successor began to
/// sign a replica may still sign with it.
pub(crate) const SIGNED_UNTIL: i64 = REUSE + 2 * READ_EVERY_MS / 1000;
/// How often the keys are read from the database again, so that a new one signs everywhere in time.
const READ_EVERY_MS: i64 = 5_000;

/// The keys of one app; those that sign last come first.
#[derive(Debug)]
pub(crate) struct KeyRing {
    app_id: String,
    keys: Vec<Published>,
}

/// A key whose public half is known, also before it signs and after.
#[derive(Debug, Clone)]
struct Published {
    key: Arc<SigningKey>,
    /// Unix seconds.
    signs_from: i64,
}

/// The keys of all apps that were asked for, and the newest JWTs.
#[derive(Default)]
pub(crate) struct KeyRings {
    rings: Mutex<HashMap<String, Read>>,
    /// Held while a first key is made, which takes long: a crowd of callers makes one.
    making: tokio::sync::Mutex<()>,
    signed: Signed,
}

struct Read {
    ring: Arc<KeyRing>,
    /// On the clock of the machine's run, milliseconds.
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
        self.keys
            .iter()
            .map(|published| published.key.public())
            .collect()
    }

    /// The session that a JWT of this app names, whatever its `exp`. Whether it lives is not known.
    pub(crate) fn session_id(&self, jwt: &str, now: i64) -> Option<String> {
        let claimed = claimed_key(jwt)?;
        let known = self
            .keys
            .iter()
            .find(|published| published.key.id == claimed)?;
        session_id(jwt, &known.key, &self.app_id, now)
    }

    /// The key that signs now.
    fn signer(&self, now: i64) -> Option<&SigningKey> {
        let due = self
            .keys
            .iter()
            .find(|published| published.signs_from <= now);
        due.or(self.keys.last())
            .map(|published| published.key.as_ref())
    }
}

impl Service {
    /// The keys of an app; the first one is made when there is none.
    pub(crate) async fn key_ring(&self, app_id: &str) -> Result<Arc<KeyRing>, ApiError> {
        let known = self.key_rings.fresh(app_id, self.clock.mark().up_ms);
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
        let secrets = self.secrets();
        let before = self.key_rings.get(app_id);
        let open = |stored: StoredKey| {
            let known = before.iter().flat_map(|ring| &ring.keys);
            let mut known = known.filter(|published| published.key.id == stored.id);
            let key = match known.next() {
                Some(published) => Arc::clone(&published.key),
                None => Arc::new(stored.open(&secrets).map_err(ApiError::internal)?),
            };
            Ok::<_, ApiError>(Published {
                key,
                signs_from: stored.signs_from,
            })
        };
        let ring = Arc::new(KeyRing {
            app_id: app_id.to_owned(),
            keys: stored.into_iter().map(open).collect::<Result<_, _>>()?,
        });
        self.key_rings
            .put(Arc::clone(&ring), self.clock.mark().up_ms);
        Ok(ring)
    }

    async fn first_key(&self, app_id: &str) -> Result<Vec<StoredKey>, ApiError> {
        let _held = self.key_rings.making.lock().await;
        let owner = app_id.to_owned();
        let stored = self
            .database
            .read(move |sql| signing_keys::of_app(sql, &owner))
            .await
            .map_err(fault)?;
        if !stored.is_empty() {
            return Ok(stored);
        }
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
        storage::fault_point("signing-key-made");
        let key = StoredKey::seal(app_id, &key, &self.secrets(), nonce, now, now)
            .map_err(ApiError::internal)?;
        let insert =
            move |sql: &Sql<'_>| -> Result<_, StoreError> { signing_keys::insert_first(sql, &key) };
        self.database.write(insert).await.map_err(fault)
    }

    /// The JWT of a session as it is now.
    pub(crate) async fn session_jwt(
        &self,
        app_id: &str,
        session: &Session,
    ) -> Result<String, ApiError> {
        let now = self.clock.now();
        if let Some(jwt) = self.key_rings.signed.find(session, now) {
            self.events.jwt(Jwt::Reused);
            return Ok(jwt);
        }
        let ring = self.key_ring(app_id).await?;
        let key = ring
            .signer(now)
            .ok_or_else(|| ApiError::internal("an app has no signing key"))?;
        let jwt = key
            .sign(app_id, session, now, self.clock.host())
            .map_err(ApiError::internal)?;
        self.events.jwt(Jwt::Signed);
        self.key_rings.signed.remember(session, &jwt, now);
        Ok(jwt)
    }
}

impl StoredKey {
    /// A key as it is to be stored.
    pub(crate) fn seal(
        app_id: &str,
        key: &SigningKey,
        secrets: &Secrets,
        nonce: [u8; 24],
        now: i64,
        signs_from: i64,
    ) -> Result<Self, KeyFault> {
        Ok(Self {
            id: key.id.clone(),
            app_id: app_id.to_owned(),
            sealed: secrets.seal(&key.to_text()?, nonce).ok_or(KeyFault)?,
            created_at: now,
            signs_from,
        })
    }

    fn open(&self, secrets: &Secrets) -> Result<SigningKey, KeyFault> {
        let text = secrets.open(&self.sealed).ok_or(KeyFault)?;
        SigningKey::from_text(self.id.clone(), &text)
    }
}

impl KeyRings {
    fn get(&self, app_id: &str) -> Option<Arc<KeyRing>> {
        let rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        rings.get(app_id).map(|read| Arc::clone(&read.ring))
    }

    /// What was read not long ago. Of many who ask at the same moment one is told to read again.
    fn fresh(&self, app_id: &str, now_ms: i64) -> Option<Arc<KeyRing>> {
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let read = rings.get_mut(app_id)?;
        if now_ms - read.at >= READ_EVERY_MS {
            read.at = now_ms;
            return None;
        }
        Some(Arc::clone(&read.ring))
    }

    fn put(&self, ring: Arc<KeyRing>, now_ms: i64) {
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let app_id = ring.app_id.clone();
        rings.insert(app_id, Read { ring, at: now_ms });
    }
}
