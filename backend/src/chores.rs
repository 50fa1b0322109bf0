//! What an operator does from the command line, beside a running backend or without one.

mod copies;
mod moving;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Subcommand;
use edge::keys::KeyError;
use edge::settings::MoveTarget;
use edge::{HealthCheck, Unwell};
use storage::{OpenError, StoreError};

use crate::StartError;
use crate::config::Config;

/// What the program is asked to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Chore {
    /// Serve, which is also done when nothing is said
    Serve,
    /// Ask the backend that runs with these settings whether it is well; exit code 0: it is
    Healthcheck(HealthCheck),
    /// Copy accounts and keys into a new folder, also while the backend runs; and what the OTP service in the same
    /// process has
    Backup {
        /// Folder to make
        folder: PathBuf,
    },
    /// Put a copy back into an empty DATA_DIR; every challenge in it ends, and every code and session of an OTP service
    /// in the same process
    Restore {
        /// Folder that `backup` made
        folder: PathBuf,
    },
    /// Move everything into another, empty database, from SQLite to PostgreSQL or back. The backends must be
    /// stopped. A move that breaks off leaves the target empty, and the source is only read
    Move(MoveTarget),
}

/// Why a chore was not done; each is a sentence for the operator.
#[derive(Debug)]
#[non_exhaustive]
pub enum ChoreError {
    /// The backend is not well.
    Unwell(Unwell),
    /// A setting can't be used.
    Start(StartError),
    /// A database can't be opened.
    Open(OpenError),
    /// A database does not answer.
    Store(StoreError),
    /// A key can't be read or written.
    Key(KeyError),
    /// A file can't be read or written.
    File(PathBuf, io::Error),
    /// The answer can't be written.
    Output(io::Error),
    /// The chore of the OTP service in the same process.
    OtpService(otp_service::ChoreError),
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
            Self::OtpService(cause) => write!(f, "the OTP service: {cause}"),
            Self::Refused(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for ChoreError {}

macro_rules! from {
    ($($cause:ty => $variant:ident),+) => {
        $(impl From<$cause> for ChoreError {
            fn from(cause: $cause) -> Self {
                Self::$variant(cause)
            }
        })+
    };
}

from!(
    Unwell => Unwell,
    StartError => Start,
    OpenError => Open,
    StoreError => Store,
    KeyError => Key,
    io::Error => Output,
    otp_service::ChoreError => OtpService
);

impl Chore {
    /// Does it, and writes what there is to say to `out`. [`Chore::Serve`] is for the caller.
    ///
    /// # Errors
    /// [`ChoreError`]; then nothing was changed.
    pub async fn run(self, config: &Config, out: &mut impl Write) -> Result<(), ChoreError> {
        match self {
            Self::Serve => Ok(()),
            Self::Healthcheck(check) => {
                let metrics = config.traffic.metrics_addr;
                Ok(check.ask(config.listen_addr, &config.tls, metrics).await?)
            }
            Self::Backup { folder } => copies::back_up(config, &folder, out).await,
            Self::Restore { folder } => copies::restore(config, &folder, out).await,
            Self::Move(target) => moving::move_to(config, target, out).await,
        }
    }
}
