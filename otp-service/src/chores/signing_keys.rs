//! `signing-keys rotate|list` (E-08)

use std::io::Write;

use clap::Subcommand;
use storage::{Sql, StoreError};

use super::{ChoreError, open, service_time};
use crate::config::Config;
use crate::ids::{self, Kind};
use crate::jwt::SigningKey;
use crate::own_key::{KeyFile, OWN_KEY};
use crate::random::Random;
use crate::store::api_keys;
use crate::store::signing_keys::{self, StoredKey};

/// The keys that sign session JWTs.
///
/// A new key is published at once and signs later, so that those who verify JWTs and keep the public
/// keys for a while know it in time. The one before stays published and accepted until no session can
/// be renewed with a JWT of it any more; then the service removes it. All services on the database
/// notice within seconds.
#[derive(Debug, Clone, Subcommand)]
pub enum SigningKeys {
    /// Make a new key for every app
    Rotate {
        /// Minutes from now after which it signs; 0 when the one before is known to others
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(0..=10_080))]
        in_minutes: u16,
    },
    /// Show which keys there are, not the keys themselves
    List,
}

impl SigningKeys {
    pub(super) async fn run(self, config: &Config, out: &mut impl Write) -> Result<(), ChoreError> {
        let database = open(config)?;
        let now = service_time(&database).await?;
        match self {
            Self::Rotate { in_minutes } => {
                let file =
                    KeyFile::load(&config.data_dir.join(OWN_KEY)).map_err(ChoreError::Key)?;
                let (secrets, random) = (file.secrets(now), Random::system());
                let mut made = Vec::new();
                for app_id in database.read(api_keys::apps).await? {
                    let fault = |_| ChoreError::Refused("a key can't be made".to_owned());
                    let drawn = random.bytes().map_err(|_| no_randomness())?;
                    let nonce = random.bytes().map_err(|_| no_randomness())?;
                    let key =
                        SigningKey::generate(ids::new(Kind::Jwk, now, drawn)).map_err(fault)?;
                    let signs_from = now + i64::from(in_minutes) * 60;
                    let key = StoredKey::seal(&app_id, &key, &secrets, nonce, now, signs_from);
                    made.push(key.map_err(fault)?);
                }
                let keys = made.clone();
                let insert = move |sql: &Sql<'_>| -> Result<(), StoreError> {
                    keys.iter()
                        .try_for_each(|key| signing_keys::insert(sql, key))
                };
                database.write(insert).await?;
                for key in made {
                    writeln!(
                        out,
                        "{} is published and signs in {in_minutes} minutes.",
                        key.id
                    )?;
                }
            }
            Self::List => {
                let keys = database.read(signing_keys::all).await?;
                for (place, key) in keys.iter().enumerate() {
                    let replaced = keys
                        .iter()
                        .take(place)
                        .any(|newer| newer.app_id == key.app_id && newer.signs_from <= now);
                    let state = if replaced {
                        "replaced, still accepted".to_owned()
                    } else if key.signs_from <= now {
                        "signs".to_owned()
                    } else {
                        format!("published, signs from {}", key.signs_from)
                    };
                    writeln!(
                        out,
                        "{}  {}  {state}  made {}",
                        key.id, key.app_id, key.created_at
                    )?;
                }
            }
        }
        database.close().await;
        Ok(())
    }
}

fn no_randomness() -> ChoreError {
    ChoreError::Refused("the system's random generator does not answer".to_owned())
}
