//! Connections that only read, lent to one question at a time.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::database::PLACE_WITHIN;
use crate::writer::keep_plans;
use crate::{Sql, StoreError};

/// So many questions run at the same time; the rest waits.
const READERS: usize = 4;

#[derive(Clone)]
pub(crate) struct Readers {
    path: PathBuf,
    free: Arc<Mutex<Vec<Connection>>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            free: Arc::default(),
            places: Arc::new(Semaphore::new(READERS)),
        }
    }

    /// Waits for a free place, but not for long.
    pub(crate) async fn place(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let closed = |_| StoreError::Unavailable("the database is closing".to_owned());
        let place = Arc::clone(&self.places).acquire_owned();
        let waited = |_| StoreError::Unavailable("too many questions wait".to_owned());
        tokio::time::timeout(PLACE_WITHIN, place)
            .await
            .map_err(waited)?
            .map_err(closed)
    }

    /// Answers a question from one consistent picture of the database. Blocks; call it off the
    /// event loop and with a [`Readers::place`] in hand.
    pub(crate) fn ask<T>(
        &self,
        question: impl FnOnce(&Sql<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let lent = self
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = match lent {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        let sql = Sql::new(&connection);
        sql.execute("BEGIN", &[])?;
        // A connection on which something failed is not lent again: what state it is in is not known.
        let answer = question(&sql)?;
        sql.execute("COMMIT", &[])?;
        self.free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
        Ok(answer)
    }
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF;")?;
    keep_plans(&connection)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}
