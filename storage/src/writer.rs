//! The one writer: gathers waiting commands into a transaction and answers after its commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::{mpsc, oneshot};

use crate::watch::Watch;
use crate::{Sql, StoreError, fault_point};

/// At most so many commands share a commit; the rest waits for the next one.
const LARGEST_GROUP: usize = 256;

/// A command on its way: run inside the transaction, answered after it. It may be run again when
/// the transaction around it came to nothing; only its last run counts.
pub(crate) trait Command: Send {
    /// Whether somebody still waits for its answer.
    fn is_wanted(&self) -> bool;
    /// Runs it. Whether it succeeded, so that what it did can be kept or undone.
    fn run(&mut self, sql: &Sql<'_>) -> Result<(), StoreError>;
    /// Tells the caller; `failure` is that of the transaction around it.
    fn answer(self: Box<Self>, failure: Option<&StoreError>);
}

/// A closure with the place its answer goes to.
pub(crate) struct Waiting<T, F> {
    pub(crate) command: F,
    pub(crate) outcome: Result<T, StoreError>,
    pub(crate) reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Waiting<T, F> {
    pub(crate) fn new(command: F, reply: oneshot::Sender<Result<T, StoreError>>) -> Self {
        let outcome = Err(StoreError::Unavailable(
            "the command was not run".to_owned(),
        ));
        Self {
            command,
            outcome,
            reply,
        }
    }
}

impl<T, F> Command for Waiting<T, F>
where
    T: Send,
    F: FnMut(&Sql<'_>) -> Result<T, StoreError> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, sql: &Sql<'_>) -> Result<(), StoreError> {
        self.outcome = catch_unwind(AssertUnwindSafe(|| (self.command)(sql)))
            .unwrap_or_else(|_| Err(StoreError::Broken("the command panicked".to_owned())));
        self.outcome.as_ref().map(drop).map_err(Clone::clone)
    }

    fn answer(self: Box<Self>, failure: Option<&StoreError>) {
        let answer = match failure {
            Some(failure) => Err(failure.clone()),
            None => self.outcome,
        };
        // A caller that has gone away no longer wants its answer; the command stays done.
        drop(self.reply.send(answer));
    }
}

/// The connection that writes.
pub(crate) struct Writer {
    path: PathBuf,
    connection: Connection,
}

impl Writer {
    pub(crate) fn open(path: &Path) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            path: path.to_owned(),
            connection: connect(path)?,
        })
    }

    /// For what is done before the first command.
    pub(crate) fn sql(&self) -> Sql<'_> {
        Sql::new(&self.connection)
    }

    /// Works until every sender is gone.
    pub(crate) fn work(mut self, mut commands: mpsc::Receiver<Box<dyn Command>>, watch: &Watch) {
        while let Some(first) = commands.blocking_recv() {
            let mut group = vec![first];
            gather(&mut group, LARGEST_GROUP, &mut commands);
            // A caller that has gone away has been told that it is too late: nothing has happened
            // yet, and nothing shall.
            group.retain(|command| command.is_wanted());
            if group.is_empty() {
                continue;
            }
            let began = Instant::now();
            let committed = match self.begin() {
                Ok(()) => self.commit_together(&mut group),
                Err(failure) => {
                    // That may have taken as long as callers wait. Those that came meanwhile would
                    // wait as long again.
                    gather(&mut group, usize::MAX, &mut commands);
                    Err(failure)
                }
            };
            if let Err(failure) = &committed {
                tracing::error!(commands = group.len(), %failure, "a group of commands was not committed");
                self.roll_back();
            }
            watch.over(group.len(), began, committed.as_ref().err());
            for command in group {
                command.answer(committed.as_ref().err());
                fault_point("sqlite-between-answers");
            }
        }
    }

    /// Begins a transaction. A connection that could not be freed of the last one is replaced.
    fn begin(&mut self) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            self.connection = connect(&self.path)?;
        }
        fault_point("sqlite-before-begin");
        self.sql().execute("BEGIN IMMEDIATE", &[]).map(drop)
    }

    /// A savepoint makes SQLite keep a copy of every page that changes after it. So the commands are run without, as long
    /// as none fails; when one does, which is rare, all are run again, each in one of its own.
    fn commit_together(&mut self, group: &mut [Box<dyn Command>]) -> Result<(), StoreError> {
        if !self.run_all(group)? {
            self.sql().batch("ROLLBACK")?;
            if let [_] = group {
                return Ok(());
            }
            self.begin()?;
            self.run_apart(group)?;
        }
        fault_point("sqlite-before-commit");
        self.sql().execute("COMMIT", &[])?;
        fault_point("sqlite-after-commit");
        Ok(())
    }

    /// Whether all have succeeded. The first one that fails is the last one that is run.
    fn run_all(&self, group: &mut [Box<dyn Command>]) -> Result<bool, StoreError> {
        for command in group {
            if self.run(command.as_mut())?.is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Undoes those that fail, and keeps the others.
    fn run_apart(&self, group: &mut [Box<dyn Command>]) -> Result<(), StoreError> {
        let sql = self.sql();
        for command in group {
            sql.execute("SAVEPOINT command", &[])?;
            if self.run(command.as_mut())?.is_err() {
                sql.execute("ROLLBACK TO command", &[])?;
            }
            sql.execute("RELEASE command", &[])?;
        }
        Ok(())
    }

    /// What the command says of itself; an error when the transaction is no more.
    fn run(&self, command: &mut dyn Command) -> Result<Result<(), StoreError>, StoreError> {
        let ran = command.run(&self.sql());
        fault_point("sqlite-command-ran");
        if self.connection.is_autocommit() {
            // SQLite has undone the transaction, with the commands that ran before: so it does
            // when the disk is full or fails.
            return Err(ran.err().unwrap_or_else(|| {
                StoreError::Unavailable("the transaction was undone".to_owned())
            }));
        }
        Ok(ran)
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(failure) = self.sql().batch("ROLLBACK")
        {
            tracing::error!(%failure, "the failed transaction could not be rolled back");
        }
    }
}

/// Takes what waits, until the group is so large.
fn gather(
    group: &mut Vec<Box<dyn Command>>,
    largest: usize,
    commands: &mut mpsc::Receiver<Box<dyn Command>>,
) {
    while group.len() < largest
        && let Ok(next) = commands.try_recv()
    {
        group.push(next);
    }
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    // WAL with FULL: a commit is on disk when it returns (E-09, I-06). Freed pages are
    // overwritten, so that what was deleted is gone (F-09).
    connection.execute_batch(
        "PRAGMA busy_timeout = 5000;
         PRAGMA trusted_schema = OFF;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -8192;
         PRAGMA wal_autocheckpoint = 4000;",
    )?;
    keep_plans(&connection)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Without this SQLite plans a statement anew whenever other values are bound to it.
pub(crate) fn keep_plans(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map(drop)
}
