//! `backup` and `restore`: the accounts in an SQLite file, the keys made at first start, and the OTP service in the same
//! process with all that is its own. PostgreSQL has its own tools.

use std::fs::{self, DirBuilder};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use edge::keys::{keep, read_private};
use storage::OpenError;
use zeroize::Zeroizing;

use super::ChoreError;
use crate::config::Config;
use crate::embedded;
use crate::store::{Place, Store};

/// The names in a copy.
const ACCOUNTS: &str = "accounts.db";
const BACKEND_KEY: &str = "backend.key";

pub(super) async fn back_up(
    config: &Config,
    folder: &Path,
    out: &mut impl Write,
) -> Result<(), ChoreError> {
    let from = file(config)?;
    let in_folder = |cause| ChoreError::File(folder.to_owned(), cause);
    DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .map_err(in_folder)?;
    storage::back_up(&from, &folder.join(ACCOUNTS))?;
    copy_keys(&config.data_dir, folder)?;
    if let Some(service) = service(&config.data_dir)? {
        let folder = folder.join(embedded::FOLDER);
        otp_service::Chore::Backup { folder }
            .run(&service, &mut std::io::sink())
            .await?;
    }
    Ok(writeln!(
        out,
        "{} holds accounts and keys. Keep it as safe as the backend itself.",
        folder.display()
    )?)
}

pub(super) async fn restore(
    config: &Config,
    folder: &Path,
    out: &mut impl Write,
) -> Result<(), ChoreError> {
    let to = file(config)?;
    if to.exists() {
        return Err(ChoreError::Refused(format!(
            "{} is there already: restore into an empty DATA_DIR",
            to.display()
        )));
    }
    let copy = folder.join(ACCOUNTS);
    if let Some(fault) = storage::check(&copy)?.into_iter().next() {
        return Err(OpenError::Damaged(copy, fault).into());
    }
    let in_data = |cause| ChoreError::File(config.data_dir.clone(), cause);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data_dir)
        .map_err(in_data)?;
    copy_keys(folder, &config.data_dir)?;
    if folder.join(embedded::FOLDER).exists() {
        let restore = otp_service::Chore::Restore {
            folder: folder.join(embedded::FOLDER),
            keep_sessions: false,
        };
        let service = settings(&config.data_dir)?;
        restore.run(&service, &mut std::io::sink()).await?;
    }
    // Only a database in which every challenge has ended gets the name that a backend opens.
    let draft = to.with_extension("restoring");
    if draft.exists() {
        fs::remove_file(&draft).map_err(in_data)?;
    }
    storage::back_up(&copy, &draft)?;
    let store = Store::open(&Place::File(draft.clone()))?;
    let ended = store.end_challenges().await;
    store.close().await;
    ended?;
    fs::rename(&draft, &to).map_err(in_data)?;
    Ok(writeln!(out, "Restored. Every challenge has ended.")?)
}

/// The SQLite database.
fn file(config: &Config) -> Result<PathBuf, ChoreError> {
    match Place::of(config)? {
        Place::File(path) => Ok(path),
        Place::Server { .. } => Err(ChoreError::Refused(
            "DATABASE_URL names a PostgreSQL server: pg_dump and pg_restore copy it; keep the backend's key with the copy"
                .to_owned(),
        )),
    }
}

/// Copies those that are there: a key that was given by a setting is in no file of ours.
fn copy_keys(from: &Path, to: &Path) -> Result<(), ChoreError> {
    for name in std::iter::once(BACKEND_KEY).chain(embedded::KEYS) {
        if from.join(name).exists() {
            let key = read_private(&from.join(name))?;
            let copied = keep(&to.join(name), || {
                Ok(Zeroizing::new(key.expose().to_owned()))
            })?;
            if copied != key {
                return Err(ChoreError::Refused(format!(
                    "{} is there already and is another key",
                    to.join(name).display()
                )));
            }
        }
    }
    Ok(())
}

/// The OTP service in the same process, if there ever was one with this data.
fn service(data_dir: &Path) -> Result<Option<otp_service::Config>, ChoreError> {
    let there = data_dir.join(embedded::FOLDER).exists();
    there.then(|| settings(data_dir)).transpose()
}

fn settings(data_dir: &Path) -> Result<otp_service::Config, ChoreError> {
    let parsed = otp_service::Config::try_parse_from(["otp-service"]);
    let mut service = parsed.map_err(|error| ChoreError::Refused(error.to_string()))?;
    service.data_dir = data_dir.join(embedded::FOLDER);
    service.database_url = None;
    service.database_url_file = None;
    Ok(service)
}
