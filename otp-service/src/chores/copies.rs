//! `backup`, `restore` (E-10) and `check`

use std::fs::{self, DirBuilder};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use storage::{Database, OpenError, Sql, StoreError};

use super::{ChoreError, open};
use crate::config::Config;
use crate::own_key::OWN_KEY;
use crate::serve::Place;
use crate::store::{MIGRATIONS, challenges, handing_over, invariants, sessions};

/// While a long copy is made, a line of progress after so long.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// The database's name in a copy.
const COPY: &str = "otp-service.db";

pub(super) fn back_up(
    config: &Config,
    folder: &Path,
    out: &mut impl Write,
) -> Result<(), ChoreError> {
    let in_folder = |cause| ChoreError::File(folder.to_owned(), cause);
    let from = file(config)?;
    DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .map_err(in_folder)?;
    copy_database(&from, &folder.join(COPY), out)?;
    copy_private(&config.data_dir.join(OWN_KEY), &folder.join(OWN_KEY))?;
    Ok(writeln!(
        out,
        "{} holds the database and the key. Keep it as safe as the service itself.",
        folder.display()
    )?)
}

pub(super) async fn restore(
    config: &Config,
    folder: &Path,
    keep_sessions: bool,
    now: i64,
    out: &mut impl Write,
) -> Result<(), ChoreError> {
    let to = file(config)?;
    if to.exists() {
        let sentence = format!(
            "{} is there already: restore into an empty DATA_DIR",
            to.display()
        );
        return Err(ChoreError::Refused(sentence));
    }
    let copy = folder.join(COPY);
    let faults = storage::check(&copy)?;
    if let Some(fault) = faults.first() {
        return Err(ChoreError::Open(OpenError::Damaged(copy, fault.clone())));
    }
    let in_data = |cause| ChoreError::File(config.data_dir.clone(), cause);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data_dir)
        .map_err(in_data)?;
    copy_private(&folder.join(OWN_KEY), &config.data_dir.join(OWN_KEY))?;
    // Only a database in which everything has ended gets the name that a service opens.
    let draft = to.with_extension("restoring");
    if draft.exists() {
        fs::remove_file(&draft).map_err(in_data)?;
    }
    copy_database(&copy, &draft, out)?;
    let ended = end_everything(&draft, keep_sessions, now).await?;
    fs::rename(&draft, &to).map_err(in_data)?;
    Ok(writeln!(
        out,
        "Restored. Every code has ended, and {ended} sessions."
    )?)
}

/// Copies a database, and says every now and then how far that is.
fn copy_database(from: &Path, to: &Path, out: &mut impl Write) -> Result<(), ChoreError> {
    let length = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let whole = length(from).max(1);
    std::thread::scope(|scope| {
        let (tell, told) = sync_channel(1);
        // Whoever is told waits for it, so it is always taken.
        scope.spawn(move || tell.send(storage::back_up(from, to)));
        loop {
            match told.recv_timeout(TELL_EVERY) {
                Ok(copied) => return Ok(copied?),
                Err(RecvTimeoutError::Timeout) => {
                    // A copy can be a little larger than the file, whose last commits stand beside it.
                    let percent = (length(to) * 100 / whole).min(99);
                    writeln!(out, "{percent} % copied")?;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(ChoreError::Refused("the copying broke off".to_owned()));
                }
            }
        }
    })
}

/// The SQLite database. PostgreSQL has its own tools for these chores.
fn file(config: &Config) -> Result<PathBuf, ChoreError> {
    match Place::of(config).map_err(ChoreError::Start)? {
        Place::File(path) => Ok(path),
        Place::Server { .. } => Err(ChoreError::Refused(format!(
            "DATABASE_URL names a PostgreSQL server: pg_dump and pg_restore copy it; \
             keep {OWN_KEY} of DATA_DIR with the copy"
        ))),
    }
}

/// Ends every code and, unless they are kept, every session. How many sessions.
async fn end_everything(path: &Path, keep_sessions: bool, now: i64) -> Result<usize, ChoreError> {
    let database = Database::open(path, MIGRATIONS)?;
    let end = move |sql: &Sql<'_>| -> Result<usize, StoreError> {
        challenges::end_all(sql)?;
        // What waits in an old copy went out long ago.
        handing_over::end_all(sql, now)?;
        if keep_sessions {
            return Ok(0);
        }
        sessions::end_all_of_all(sql, now)
    };
    let ended = database.write(end).await?;
    database.close().await;
    Ok(ended)
}

pub(super) async fn check(
    config: &Config,
    now: i64,
    out: &mut impl Write,
) -> Result<(), ChoreError> {
    // Of a server's files only the server can tell.
    let mut faults = match Place::of(config).map_err(ChoreError::Start)? {
        Place::File(path) => storage::check(&path)?,
        Place::Server { .. } => Vec::new(),
    };
    if faults.is_empty() {
        let database = open(config)?;
        faults = database
            .read(move |sql| invariants::broken(sql, now))
            .await?;
        database.close().await;
    }
    for fault in &faults {
        writeln!(out, "{fault}")?;
    }
    match faults.len() {
        0 => Ok(writeln!(out, "The database is whole.")?),
        count => Err(ChoreError::Refused(format!(
            "{count} faults: restore a backup"
        ))),
    }
}

/// Copies a file into a new one that only the owner can read; one that is there has to be the same.
fn copy_private(from: &Path, to: &Path) -> Result<(), ChoreError> {
    let in_copy = |cause| ChoreError::File(to.to_owned(), cause);
    let secret = fs::read(from).map_err(|cause| ChoreError::File(from.to_owned(), cause))?;
    if fs::read(to).is_ok_and(|there| there == secret) {
        return Ok(());
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(in_copy)?;
    file.write_all(&secret)
        .and_then(|()| file.sync_all())
        .map_err(in_copy)
}
