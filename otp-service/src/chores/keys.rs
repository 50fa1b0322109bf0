//! `keys create|list|revoke`

use std::io::Write;

use clap::Subcommand;
use edge::keys::{KeyError, base62};

use super::{ChoreError, open};
use crate::app::Mode;
use crate::config::Config;
use crate::gateways::GatewayKind;
use crate::random::Random;
use crate::serve::StartError;
use crate::store::api_keys;

/// Secret keys of callers.
#[derive(Debug, Clone, Subcommand)]
pub enum Keys {
    /// Make a key and show it, once
    Create {
        /// A key whose messages really leave; not with the gateway `outbox`
        #[arg(long)]
        live: bool,
    },
    /// Show which keys there are, not the keys themselves
    List,
    /// A key stops working at once
    Revoke {
        /// Its id, from `keys list`
        id: String,
    },
}

impl Keys {
    pub(super) async fn run(
        self,
        config: &Config,
        now: i64,
        out: &mut impl Write,
    ) -> Result<(), ChoreError> {
        match self {
            Self::Create { live } => create(config, live, now, out).await,
            Self::List => {
                for key in open(config)?.read(api_keys::list).await? {
                    let state = if key.revoked_at == 0 {
                        "works"
                    } else {
                        "revoked"
                    };
                    writeln!(
                        out,
                        "{}  sk_{}_…{}  {state}  made {}",
                        key.id, key.mode, key.last_four, key.created_at
                    )?;
                }
                Ok(())
            }
            Self::Revoke { id } => {
                let wanted = id.clone();
                if !open(config)?
                    .write(move |sql| api_keys::revoke(sql, &wanted, now))
                    .await?
                {
                    return Err(ChoreError::Refused(format!(
                        "there is no key {id}: `keys list` shows them"
                    )));
                }
                Ok(writeln!(out, "{id} is revoked.")?)
            }
        }
    }
}

async fn create(
    config: &Config,
    live: bool,
    now: i64,
    out: &mut impl Write,
) -> Result<(), ChoreError> {
    if live && config.gateway.contains(&GatewayKind::Outbox) {
        return Err(ChoreError::Start(StartError::LiveKeyWithOutbox));
    }
    let mode = if live { Mode::Live } else { Mode::Test };
    let word = base62(48, getrandom::fill)
        .map_err(|error| ChoreError::Key(KeyError::NoRandomness(error)))?;
    let key = format!("sk_{}_{}", mode.as_str(), *word);
    let made = key.clone();
    open(config)?
        .write(move |sql| api_keys::insert(sql, &made, mode, &Random::system(), now))
        .await?;
    Ok(writeln!(out, "{key}")?)
}
