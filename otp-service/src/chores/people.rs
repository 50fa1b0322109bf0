//! `users find|sign-out|sign-out-all|block|unblock|delete` and `numbers unblock`

use std::io::Write;

use clap::Subcommand;
use shared::otp_service::UserStatus;
use storage::{Sql, StoreError};

use super::{ChoreError, open};
use crate::commands::bucket::free;
use crate::config::Config;
use crate::store::{api_keys, sessions, users};

/// Users.
#[derive(Debug, Clone, Subcommand)]
pub enum Users {
    /// Show the users that have this id, number or address, as JSON
    Find {
        /// A user id, a number in E.164 form, or an e-mail address
        wanted: String,
    },
    /// End all sessions of a user, who may sign in again
    SignOut {
        /// The user's id
        id: String,
    },
    /// End all sessions of all users
    SignOutAll,
    /// Disable a user and end its sessions
    Block {
        /// The user's id
        id: String,
    },
    /// Let a disabled user in again
    Unblock {
        /// The user's id
        id: String,
    },
    /// Remove a user with everything that belongs to it
    Delete {
        /// The user's id
        id: String,
    },
}

/// Phone numbers and e-mail addresses.
#[derive(Debug, Clone, Subcommand)]
pub enum Numbers {
    /// Free a number that waits or is locked after wrong codes
    Unblock {
        /// The number in E.164 form, or the e-mail address
        address: String,
    },
}

impl Users {
    pub(super) async fn run(
        self,
        config: &Config,
        now: i64,
        out: &mut impl Write,
    ) -> Result<(), ChoreError> {
        let (id, done) = match &self {
            Self::Find { wanted } => return find(config, wanted.clone(), out).await,
            Self::SignOutAll => return sign_out_all(config, now, out).await,
            Self::SignOut { id } => (id.clone(), "is signed out everywhere"),
            Self::Block { id } => (id.clone(), "is disabled and its sessions have ended"),
            Self::Unblock { id } => (id.clone(), "may sign in again"),
            Self::Delete { id } => (id.clone(), "is removed"),
        };
        let wanted = id.clone();
        let change = move |sql: &Sql<'_>| -> Result<bool, StoreError> {
            let owners = users::anywhere(sql, &wanted)?;
            let Some((app_id, user_id)) =
                owners.into_iter().find(|(_, user_id)| *user_id == wanted)
            else {
                return Ok(false);
            };
            match self {
                Self::Delete { .. } => users::delete(sql, &app_id, &user_id),
                Self::SignOut { .. } => {
                    sessions::end_all(sql, &app_id, Some(&user_id), now).map(|_| true)
                }
                Self::Block { .. } => {
                    users::set_status(sql, &app_id, &user_id, UserStatus::Inactive, now)
                }
                _ => users::set_status(sql, &app_id, &user_id, UserStatus::Active, now),
            }
        };
        if !open(config)?.write(change).await? {
            return Err(ChoreError::Refused(format!(
                "there is no user {id}: `users find` looks one up"
            )));
        }
        Ok(writeln!(out, "{id} {done}.")?)
    }
}

async fn sign_out_all(config: &Config, now: i64, out: &mut impl Write) -> Result<(), ChoreError> {
    let end = move |sql: &Sql<'_>| sessions::end_all_of_all(sql, now);
    let ended = open(config)?.write(end).await?;
    Ok(writeln!(out, "{ended} sessions have ended.")?)
}

async fn find(config: &Config, wanted: String, out: &mut impl Write) -> Result<(), ChoreError> {
    let question = move |sql: &Sql<'_>| -> Result<Vec<_>, StoreError> {
        let owners = users::anywhere(sql, &wanted.to_ascii_lowercase())?;
        let owners = if owners.is_empty() {
            users::anywhere(sql, &wanted)?
        } else {
            owners
        };
        let users = owners
            .iter()
            .map(|(app_id, user_id)| users::get(sql, app_id, user_id));
        Ok(users
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect())
    };
    let found = open(config)?.read(question).await?;
    if found.is_empty() {
        return Err(ChoreError::Refused("there is no such user".to_owned()));
    }
    for user in found {
        let text = serde_json::to_string_pretty(&user).map_err(std::io::Error::from)?;
        writeln!(out, "{text}")?;
    }
    Ok(())
}

impl Numbers {
    pub(super) async fn run(self, config: &Config, out: &mut impl Write) -> Result<(), ChoreError> {
        let Self::Unblock { address } = self;
        let freed = open(config)?
            .write(move |sql| -> Result<bool, StoreError> {
                let mut freed = false;
                for app_id in api_keys::apps(sql)? {
                    freed |= free(sql, &app_id, &address)?;
                }
                Ok(freed)
            })
            .await?;
        let said = if freed {
            "It is free again."
        } else {
            "Nothing held it back."
        };
        Ok(writeln!(out, "{said}")?)
    }
}
