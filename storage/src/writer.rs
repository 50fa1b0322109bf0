//! The one writer: gathers waiting commands into a transaction and answers after its commit.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::{Sql, StoreError};

/// At most so many commands share a commit; the rest waits for the next one.
const LARGEST_GROUP: usize = 256;

/// A command on its way: run inside the transaction, answered after it. It may be run again when
/// the transaction around it came to nothing.
pub(crate) trait Command: Send {
    /// Runs it. Whether it succeeded, so that its savepoint can be kept or undone.
    fn run(&mut self, sql: &Sql<'_>) -> bool;
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
    fn run(&mut self, sql: &Sql<'_>) -> bool {
        self.outcome = catch_unwind(AssertUnwindSafe(|| (self.command)(sql)))
            .unwrap_or_else(|_| Err(StoreError::Broken("the command panicked".to_owned())));
        self.outcome.is_ok()
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

/// Works until every sender is gone.
pub(crate) fn work(connection: &Connection, mut commands: mpsc::Receiver<Box<dyn Command>>) {
    while let Some(first) = commands.blocking_recv() {
        let mut group = vec![first];
        while group.len() < LARGEST_GROUP
            && let Ok(next) = commands.try_recv()
        {
            group.push(next);
        }
        let committed = commit_together(connection, &mut group);
        if let Err(failure) = &committed {
            tracing::error!(commands = group.len(), %failure, "a group of commands was not committed");
            if !connection.is_autocommit()
                && let Err(failure) = Sql::new(connection).batch("ROLLBACK")
            {
                tracing::error!(%failure, "the failed transaction could not be rolled back");
            }
        }
        for command in group {
            command.answer(committed.as_ref().err());
        }
    }
}

fn commit_together(
    connection: &Connection,
    group: &mut [Box<dyn Command>],
) -> Result<(), StoreError> {
    let sql = Sql::new(connection);
    sql.execute("BEGIN IMMEDIATE", &[])?;
    for command in group {
        sql.execute("SAVEPOINT command", &[])?;
        if !command.run(&sql) {
            sql.execute("ROLLBACK TO command", &[])?;
        }
        sql.execute("RELEASE command", &[])?;
    }
    sql.execute("COMMIT", &[])?;
    Ok(())
}
