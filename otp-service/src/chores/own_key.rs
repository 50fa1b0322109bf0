//! `own-key rotate|prepare|use|list` (E-08)

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;
use edge::keys::{Key, KeyError};

use super::{ChoreError, open, service_time};
use crate::config::Config;
use crate::own_key::{KeyFile, OWN_KEY};

/// The service's own key, which codes, tokens and sealed texts are made with.
///
/// A new key takes the place of the one in DATA_DIR/otp-service.key; the one before stays in the file
/// and is accepted for as long as anything lives that was made with it, so nobody is signed out. A
/// running service notices within a second or so. One service: `rotate`. Several on one database,
/// each with its own copy of the file: `prepare` on one of them; copy the file to all the others;
/// when all have it, `use` on each of them, in any order.
#[derive(Debug, Clone, Subcommand)]
pub enum OwnKeys {
    /// Make a new key and use it: for one service
    Rotate,
    /// Make a new key and accept it, without using it: then copy otp-service.key to the other services
    Prepare,
    /// Use the key that was prepared, when every service on the database has it
    Use,
    /// Show which keys the file holds, by check values that tell nothing of the keys themselves
    List,
}

impl OwnKeys {
    pub(super) async fn run(self, config: &Config, out: &mut impl Write) -> Result<(), ChoreError> {
        let path = config.data_dir.join(OWN_KEY);
        if !path.exists() {
            return Err(no_key(path));
        }
        let mut file = KeyFile::load(&path).map_err(ChoreError::Key)?;
        let database = open(config)?;
        let now = service_time(&database).await?;
        database.close().await;
        let accepted = config.policy.limits().longest_life();
        let said = match self {
            Self::List => return list(&file, now, out),
            Self::Rotate if file.next.is_some() => {
                return Err(ChoreError::Refused(
                    "a key is prepared already: `own-key use` goes on to it".to_owned(),
                ));
            }
            Self::Rotate => {
                file.go_on(new_key()?, now, accepted);
                "A new key is in use; the one before is accepted while anything lives that it made."
            }
            Self::Prepare if file.next.is_some() => {
                return Err(ChoreError::Refused(
                    "a key is prepared already: copy the file to the other services".to_owned(),
                ));
            }
            Self::Prepare => {
                file.next = Some(new_key()?);
                "A new key is accepted. Copy the file to the other services on this database, then `own-key use` on each."
            }
            Self::Use => {
                let next = file.next.take().ok_or_else(|| {
                    ChoreError::Refused(
                        "no key is prepared: `own-key prepare` makes one".to_owned(),
                    )
                })?;
                file.go_on(next, now, accepted);
                "The prepared key is in use; the one before is accepted while anything lives that it made."
            }
        };
        file.save(&path).map_err(ChoreError::Key)?;
        Ok(writeln!(out, "{said}")?)
    }
}

fn new_key() -> Result<Key, ChoreError> {
    Key::generate().map_err(|error| ChoreError::Key(KeyError::NoRandomness(error)))
}

fn no_key(path: PathBuf) -> ChoreError {
    ChoreError::File(path, std::io::ErrorKind::NotFound.into())
}

fn list(file: &KeyFile, now: i64, out: &mut impl Write) -> Result<(), ChoreError> {
    let mut line = |key: &Key, state: &str| {
        let secrets = crate::secrets::Secrets::derive(key, []);
        let name = secrets
            .check_value()
            .get(..16)
            .unwrap_or_default()
            .to_owned();
        writeln!(out, "{name}  {state}")
    };
    line(&file.current, "in use")?;
    if let Some(next) = &file.next {
        line(next, "prepared")?;
    }
    for (key, until) in &file.older {
        let state = if *until > now {
            format!("accepted until {until}")
        } else {
            "no longer accepted".to_owned()
        };
        line(key, &state)?;
    }
    Ok(())
}
