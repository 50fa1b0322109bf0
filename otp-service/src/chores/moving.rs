//! `move`: everything into an empty database of the other kind, or of the same, all or nothing.
//!
//! Two threads, one on each side, with a few batches of rows between them, so that memory holds no
//! more than these. Both keep everybody else out while they work. The target's rows are committed
//! together, after they were counted and looked through; the source is only read.

use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use edge::settings::Secret;
use storage::{OpenError, Sql, StoreError, alone};

use super::{ChoreError, service_time};
use crate::config::Config;
use crate::own_key::OWN_KEY;
use crate::serve::Place;
use crate::store::invariants;
use crate::store::moving::{Batch, TABLES, Table, is_empty};

/// So many batches wait between the two sides.
const WAITING: usize = 4;
/// A line of progress after so many rows of a table.
const TOLD_EVERY: i64 = 100_000;

/// What goes from the source to the target.
enum Part {
    Rows(&'static Table, Batch),
    /// That was all; without this the target keeps nothing.
    End,
}

pub(super) async fn move_to(
    config: &Config,
    to: Option<String>,
    to_file: Option<PathBuf>,
    out: &mut impl Write,
) -> Result<(), ChoreError> {
    let target = target(config, to, to_file)?;
    let source = Place::of(config).map_err(ChoreError::Start)?;
    // Both get the schema of this version.
    let database = source.open()?;
    let now = service_time(&database).await;
    database.close().await;
    let now = now?;
    let database = target.open()?;
    let empty = database.read(is_empty).await;
    database.close().await;
    if !empty? {
        let sentence = "the target is not empty: nothing was moved".to_owned();
        return Err(ChoreError::Refused(sentence));
    }
    let (parts, arriving) = sync_channel(WAITING);
    let (told, progress) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| alone(source.whole(), move |sql| read(sql, &parts)));
        let writing =
            scope.spawn(|| alone(target.whole(), move |sql| write(sql, &arriving, &told, now)));
        let mut said = Ok(());
        for line in &progress {
            said = said.and_then(|()| writeln!(out, "{line}"));
        }
        let panicked = |_| ChoreError::Refused("the move broke off".to_owned());
        // A source that broke off explains why the target did.
        reading.join().map_err(panicked)?.map_err(fault)?;
        writing.join().map_err(panicked)?.map_err(fault)?;
        Ok::<_, ChoreError>(said?)
    })?;
    Ok(writeln!(
        out,
        "Everything is moved. Start the service with the new DATABASE_URL and the same {OWN_KEY} in DATA_DIR; the old \
         database is as it was."
    )?)
}

/// The address of the target. One that holds a password comes from a file, since others can read a
/// command line (E-04).
fn target(
    config: &Config,
    to: Option<String>,
    to_file: Option<PathBuf>,
) -> Result<Place, ChoreError> {
    if let Some(to) = &to {
        let server = to.split_once("://").map_or("", |(_, rest)| rest);
        let user = server.split_once('@').map_or("", |(user, _)| user);
        if user.contains(':') || to.contains("password=") {
            return Err(ChoreError::Refused(
                "an address with a password can be read by others on the command line: put it into a file and name \
                 that with --to-file"
                    .to_owned(),
            ));
        }
    }
    let named = edge::settings::secret("--to", to.map(Secret::new), to_file.as_deref())
        .map_err(|error| ChoreError::Refused(error.to_string()))?;
    let named =
        named.ok_or_else(|| ChoreError::Refused("where to? Give --to or --to-file".to_owned()))?;
    Place::at(named, config).map_err(ChoreError::Start)
}

fn fault(error: OpenError) -> ChoreError {
    match error {
        OpenError::Setup(cause) => ChoreError::Store(cause),
        other => ChoreError::Open(other),
    }
}

fn read(sql: &Sql<'_>, parts: &SyncSender<Part>) -> Result<(), StoreError> {
    for table in TABLES {
        let mut last = None;
        loop {
            let batch = table.after(sql, last.as_deref())?;
            let Some(newest) = batch.last() else {
                break;
            };
            last = Some(newest.clone());
            if parts.send(Part::Rows(table, batch)).is_err() {
                // The target takes no more, and says why itself.
                return Ok(());
            }
        }
    }
    // As above.
    drop(parts.send(Part::End));
    Ok(())
}

fn write(
    sql: &Sql<'_>,
    arriving: &Receiver<Part>,
    told: &SyncSender<String>,
    now: i64,
) -> Result<(), StoreError> {
    if !is_empty(sql)? {
        return Err(StoreError::Conflict);
    }
    let mut counts = vec![0_i64; TABLES.len()];
    loop {
        let part = arriving
            .recv()
            .map_err(|_| StoreError::Unavailable("the source broke off".to_owned()))?;
        let Part::Rows(table, batch) = part else {
            break;
        };
        table.insert(sql, &batch)?;
        let places = TABLES.iter().zip(&mut counts);
        for (_, count) in places.filter(|(known, _)| known.name == table.name) {
            let before = *count;
            *count += i64::try_from(batch.len()).unwrap_or(i64::MAX);
            if *count / TOLD_EVERY > before / TOLD_EVERY {
                tell(told, format!("{}: {count} rows so far", table.name));
            }
        }
    }
    for (table, moved) in TABLES.iter().zip(counts) {
        let there = table.count(sql)?;
        if there != moved {
            return Err(StoreError::Broken(format!(
                "{moved} rows of {} were moved and {there} are there",
                table.name
            )));
        }
        tell(told, format!("{}: {moved} rows", table.name));
    }
    let broken = invariants::broken(sql, now)?;
    if !broken.is_empty() {
        return Err(StoreError::Broken(broken.join("; ")));
    }
    Ok(())
}

/// Nobody who listens is no reason to break off.
fn tell(told: &SyncSender<String>, line: String) {
    drop(told.send(line));
}
