//! What every endpoint works with, put together once at start.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge::clock::Clock;
use edge::metrics::Registry;
use edge::{ApiError, Readiness, Traffic};
use shared::{DeviceToken, SessionToken};
use storage::Database;

use crate::app::App;
use crate::budgets::Budgets;
use crate::events::Events;
use crate::gateways::Gateways;
use crate::jwt::KeyRings;
use crate::message::Template;
use crate::own_key::OwnKey;
use crate::queue::Queue;
use crate::random::Random;
use crate::rules::limits::Limits;
use crate::secrets::Secrets;
use crate::store::devices::StoredDevice;
use crate::store::sessions::StoredSession;
use crate::timekeeping::Timekeeper;

#[derive(Debug)]
pub(crate) struct Service {
    /// All that is counted.
    pub(crate) registry: Arc<Registry>,
    pub(crate) traffic: Traffic,
    pub(crate) readiness: Readiness,
    pub(crate) events: Events,
    pub(crate) gateways: Gateways,
    pub(crate) queue: Queue,
    pub(crate) budgets: Arc<Budgets>,
    /// How long a send waits for the gateway's word (H-10).
    pub(crate) gateway_wait: Option<Duration>,
    pub(crate) usual: UsualTimes,
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) timekeeper: Timekeeper,
    pub(crate) random: Random,
    pub(crate) own_key: OwnKey,
    pub(crate) limits: Arc<Limits>,
    pub(crate) template: Template,
    /// Whether codes are sent to surely fixed lines.
    pub(crate) fixed_lines: bool,
    /// ISO 3166 alpha-2 codes of the countries that are served; empty: all (G-01).
    pub(crate) countries: Vec<String>,
    /// Whether JWKS takes the key as `?api_key=` too (F-05).
    pub(crate) keys_in_addresses: bool,
    pub(crate) known_keys: KnownKeys,
    pub(crate) key_rings: KeyRings,
}

impl Service {
    /// What is derived from the service's own key, as it is now (E-08).
    pub(crate) fn secrets(&self) -> Arc<Secrets> {
        self.own_key.secrets(&self.clock)
    }

    /// The token of a session, derived again.
    pub(crate) fn session_token(&self, session: &StoredSession) -> Result<SessionToken, ApiError> {
        let token = self.secrets().session_token_again(
            &session.id,
            session.generation,
            &session.token_hash,
        );
        let token =
            token.ok_or_else(|| ApiError::internal("a token was not made with a key of ours"))?;
        SessionToken::parse(&token).map_err(ApiError::internal)
    }

    /// The token of a browser, derived again.
    pub(crate) fn device_token(&self, device: &StoredDevice) -> Result<DeviceToken, ApiError> {
        let secrets = self.secrets();
        let token = secrets.device_token_again(&device.id, &device.token_hash);
        let token =
            token.ok_or_else(|| ApiError::internal("a token was not made with a key of ours"))?;
        DeviceToken::parse(&token).map_err(ApiError::internal)
    }

    /// Waits until everything is on disk and the database is let go of.
    pub(crate) async fn close(self) {
        let Self {
            database,
            timekeeper,
            ..
        } = self;
        drop(timekeeper);
        database.close().await;
    }
}

/// How long messages to a country usually take, in seconds, as far as that is known.
#[derive(Debug, Default)]
pub(crate) struct UsualTimes(Mutex<HashMap<String, u32>>);

impl UsualTimes {
    pub(crate) fn of(&self, country: &str) -> Option<u32> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(country).copied()
    }

    pub(crate) fn replace(&self, measured: HashMap<String, u32>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = measured;
    }
}

/// Keys that were found valid within the running second, so that a busy caller's key is not looked
/// up for every call and a revoked one still stops working at once.
#[derive(Debug, Default)]
pub(crate) struct KnownKeys(Mutex<HashMap<String, (App, i64)>>);

impl KnownKeys {
    pub(crate) fn get(&self, hash: &str, now: i64) -> Option<App> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(hash)
            .filter(|(_, checked_at)| *checked_at == now)
            .map(|(app, _)| app.clone())
    }

    pub(crate) fn remember(&self, hash: String, app: App, now: i64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (_, checked_at)| *checked_at == now);
        known.insert(hash, (app, now));
    }
}
