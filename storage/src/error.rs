//! What can go wrong, told apart by what the caller can do about it.

use std::fmt;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// A command or a question could not be carried out. Nothing of it has happened, with one exception:
/// when disk or connection fail during the commit itself, what is there later is all of the command
/// or nothing. So a caller that repeats has to be told what came of the first time (I-07, I-08).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// A row with the same unique value is there already.
    Conflict,
    /// The database can't work now (busy, full, read-only, I/O error, shutting down); it may later.
    Unavailable(String),
    /// The statement, the schema or the program is wrong; trying again does not help.
    Broken(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("a row with this unique value exists"),
            Self::Unavailable(cause) => write!(f, "the database is not available: {cause}"),
            Self::Broken(cause) => write!(f, "the database command is broken: {cause}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // Only the code is kept: SQLite's messages can quote values.
        match error.sqlite_error() {
            Some(failure) => match failure.code {
                ErrorCode::ConstraintViolation
                    if matches!(
                        failure.extended_code,
                        rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                            | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                    ) =>
                {
                    Self::Conflict
                }
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                // Said also of a page that a failing disk did not give.
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory
                | ErrorCode::PermissionDenied
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OperationInterrupted => Self::Unavailable(failure.to_string()),
                _ => Self::Broken(failure.to_string()),
            },
            None => Self::Broken(match error {
                rusqlite::Error::InvalidColumnType(column, ..) => {
                    format!("column {column} has another type")
                }
                rusqlite::Error::InvalidColumnIndex(column) => {
                    format!("there is no column {column}")
                }
                rusqlite::Error::InvalidParameterCount(given, wanted) => {
                    format!("{given} parameters for {wanted} places")
                }
                _ => "SQLite could not be used this way".to_owned(),
            }),
        }
    }
}

/// The database could not be opened; the process must not go on without it.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder or the file could not be made or read.
    File(PathBuf, std::io::Error),
    /// Others than the owner may read the file (E-05).
    WorldReadable(PathBuf),
    /// The file lies on a network file system, where SQLite's locks do not hold (E-09).
    NetworkFileSystem(PathBuf),
    /// The file is no database, or a damaged one; it is never made anew silently (I-14).
    Damaged(PathBuf, String),
    /// The linked SQLite is older than 3.51.3 (E-09).
    OldSqlite(String),
    /// The file was written by a newer version of this program (E-11).
    NewerSchema {
        /// Version in the file.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// The tables in there are another server's.
    OtherServer {
        /// A table that ours would have.
        missing: String,
    },
    /// The address of the PostgreSQL server can't be read.
    Address,
    /// The PostgreSQL server is on another machine, and its address does not ask for TLS (D-01).
    InClear,
    /// The file holds no certificate of a CA, or one that can't be used.
    CaFile(PathBuf),
    /// Somebody else uses the database, which has to be used by nobody else now.
    InUse,
    /// A statement of the set-up failed.
    Setup(StoreError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, cause) => write!(f, "{}: {cause}", path.display()),
            Self::WorldReadable(path) => {
                write!(
                    f,
                    "{} can be read by others: run `chmod 600` on it",
                    path.display()
                )
            }
            Self::NetworkFileSystem(path) => write!(
                f,
                "{} lies on a network file system, where SQLite can lose data: use a local disk",
                path.display()
            ),
            Self::Damaged(path, cause) => write!(
                f,
                "{} is damaged or not a database ({cause}): restore a backup, it is not made anew",
                path.display()
            ),
            Self::OldSqlite(version) => {
                write!(f, "SQLite {version} is too old: 3.51.3 or newer is needed")
            }
            Self::NewerSchema { found, known } => write!(
                f,
                "the database has schema {found}, this program knows {known}: run a newer version of the program"
            ),
            Self::OtherServer { missing } => write!(
                f,
                "the database is another server's (it has a schema, and no table `{missing}`): backend and OTP service \
                 each need a database of their own, so let DATABASE_URL name another one"
            ),
            Self::Address => f.write_str(
                "this is no address of a PostgreSQL server: give postgres://user:password@localhost:5432/name",
            ),
            Self::InClear => f.write_str(
                "the PostgreSQL server is on another machine and its address does not ask for TLS: end it with \
                 ?sslmode=require, and give the file of the server's CA (DATABASE_CA_FILE) if that is your own",
            ),
            Self::CaFile(path) => write!(
                f,
                "{} holds no usable certificate of a CA: give a file in PEM form (BEGIN CERTIFICATE)",
                path.display()
            ),
            Self::InUse => f.write_str(
                "the database is in use: stop the services on it, and close other connections to it",
            ),
            Self::Setup(cause) => write!(f, "the database could not be set up: {cause}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Setup(error)
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Setup(error.into())
    }
}
