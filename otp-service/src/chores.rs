//! What an operator does from the command line, beside a running service or without one. All of it
//! works on the database; a running service notices within a second.

mod copies;
mod gateways;
mod keys;
mod moving;
mod own_key;
mod people;
mod signing_keys;
mod templates;

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Subcommand;
use edge::clock::Clock;
use edge::keys::KeyError;
use edge::settings::MoveTarget;
use edge::{HealthCheck, Unwell};
use storage::{Database, OpenError, StoreError};

use crate::config::Config;
use crate::serve::{Place, StartError};
use crate::store::{MIGRATIONS, clock_marks};

/// What the program is asked to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Chore {
    /// Serve, which is also done when nothing is said
    Serve,
    /// Ask the service that runs with these settings whether it is well; exit code 0: it is
    Healthcheck(HealthCheck),
    /// Bring the database's schema up to this version and end
    Migrate,
    /// Secret keys of callers
    #[command(subcommand)]
    Keys(keys::Keys),
    /// The service's own key
    #[command(subcommand)]
    OwnKey(own_key::OwnKeys),
    /// Keys that sign session JWTs
    #[command(subcommand)]
    SigningKeys(signing_keys::SigningKeys),
    /// Gateways
    #[command(subcommand)]
    Gateways(gateways::GatewayChores),
    /// Texts of messages
    #[command(subcommand)]
    Templates(templates::Templates),
    /// Users
    #[command(subcommand)]
    Users(people::Users),
    /// Phone numbers and e-mail addresses
    #[command(subcommand)]
    Numbers(people::Numbers),
    /// Copy database and own key into a new folder, also while the service runs
    Backup {
        /// Folder to make
        folder: PathBuf,
    },
    /// Put a copy back into an empty DATA_DIR; every code and every session in it ends, since an old
    /// copy would bring used and ended ones back
    Restore {
        /// Folder that `backup` made
        folder: PathBuf,
        /// Leave the sessions as they were
        #[arg(long)]
        keep_sessions: bool,
    },
    /// Move everything into an empty database, from SQLite to PostgreSQL or back, with all ids and
    /// live sessions. The services must be stopped. A move that breaks off leaves the target empty,
    /// and the source is only read
    Move(MoveTarget),
    /// Look the database through, and tell what is wrong
    Check,
}

/// Why a chore was not done.
#[derive(Debug)]
#[non_exhaustive]
pub enum ChoreError {
    /// The service is not well.
    Unwell(Unwell),
    /// A setting can't be used.
    Start(StartError),
    /// The database can't be opened.
    Open(OpenError),
    /// The database does not answer.
    Store(StoreError),
    /// A key can't be made.
    Key(KeyError),
    /// A file can't be read or written.
    File(PathBuf, io::Error),
    /// The answer can't be written.
    Output(io::Error),
    /// What was asked for does not exist or makes no sense; the sentence says which.
    Refused(String),
}

impl fmt::Display for ChoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwell(cause) => cause.fmt(f),
            Self::Start(cause) => cause.fmt(f),
            Self::Open(cause) => cause.fmt(f),
            Self::Store(cause) => cause.fmt(f),
            Self::Key(cause) => cause.fmt(f),
            Self::File(path, cause) => write!(f, "{}: {cause}", path.display()),
            Self::Output(cause) => write!(f, "the answer can't be written: {cause}"),
            Self::Refused(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for ChoreError {}

impl From<StoreError> for ChoreError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<OpenError> for ChoreError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<io::Error> for ChoreError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Chore {
    /// Does it, and writes what there is to say to `out`. [`Chore::Serve`] is for the caller.
    ///
    /// # Errors
    /// [`ChoreError`]; then nothing was changed.
    pub async fn run(self, config: &Config, out: &mut impl Write) -> Result<(), ChoreError> {
        let now = Clock::system().now();
        match self {
            Self::Serve => Ok(()),
            Self::Healthcheck(check) => check
                .ask(config.listen_addr, &config.tls, config.traffic.metrics_addr)
                .await
                .map_err(ChoreError::Unwell),
            Self::Migrate => {
                open(config)?.close().await;
                Ok(writeln!(
                    out,
                    "The schema has version {}.",
                    MIGRATIONS.len()
                )?)
            }
            Self::Keys(chore) => chore.run(config, now, out).await,
            Self::OwnKey(chore) => chore.run(config, out).await,
            Self::SigningKeys(chore) => chore.run(config, out).await,
            Self::Gateways(chore) => chore.run(config, out).await,
            Self::Templates(chore) => chore.run(config, out),
            Self::Users(chore) => chore.run(config, now, out).await,
            Self::Numbers(chore) => chore.run(config, out).await,
            Self::Backup { folder } => copies::back_up(config, &folder, out),
            Self::Restore {
                folder,
                keep_sessions,
            } => copies::restore(config, &folder, keep_sessions, now, out).await,
            Self::Move(target) => moving::move_to(config, target, out).await,
            Self::Check => copies::check(config, now, out).await,
        }
    }
}

fn open(config: &Config) -> Result<Database, ChoreError> {
    Ok(Place::of(config).map_err(ChoreError::Start)?.open()?)
}

/// The time by the service's clock, which may be ahead of this machine's (C-19).
async fn service_time(database: &Database) -> Result<i64, ChoreError> {
    let clock = Clock::system();
    for mark in database.read(clock_marks::all).await? {
        clock.go_on_from(&mark);
    }
    Ok(clock.now())
}
