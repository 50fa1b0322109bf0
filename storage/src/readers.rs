//! Connections that only read, lent to one question at a time.
//!
//! What takes a row or two is asked where its asker runs, as long as nothing has to be waited for: to hand it
//! to another thread and back costs several times what it does.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::patience::in_time;
use crate::writer::keep_plans;
use crate::{Sql, StoreError};

/// So many questions run at the same time; the rest waits.
const READERS: usize = 4;
/// Another program may hold the file for so long (E-09).
const BUSY: Duration = Duration::from_secs(5);

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
        let waited = || StoreError::Unavailable("too many questions wait".to_owned());
        in_time(place).await.ok_or_else(waited)?.map_err(closed)
    }

    /// Answers a question of one statement at once; none where that would have to wait, or there is no open
    /// connection yet.
    pub(crate) fn look_up<T>(
        &self,
        question: impl FnOnce(&Sql<'_>) -> Result<T, StoreError>,
    ) -> Option<Result<T, StoreError>> {
        let _place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let connection = self.lent()?;
        connection.busy_timeout(Duration::ZERO).ok()?;
        match question(&Sql::new(&connection)) {
            Ok(answer) => {
                connection.busy_timeout(BUSY).ok()?;
                self.give_back(connection);
                Some(Ok(answer))
            }
            // Somebody may have to be waited for.
            Err(StoreError::Unavailable(_)) => None,
            Err(error) => Some(Err(error)),
        }
    }

    fn lent(&self) -> Option<Connection> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop()
    }

    fn give_back(&self, connection: Connection) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(connection);
    }

    /// Answers a question from one consistent picture of the database. Blocks; call it off the
    /// event loop and with a [`Readers::place`] in hand.
    pub(crate) fn ask<T>(
        &self,
        question: impl FnOnce(&Sql<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = match self.lent() {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        let sql = Sql::new(&connection);
        sql.execute("BEGIN", &[])?;
        // A connection on which something failed is not lent again: what state it is in is not known.
        let answer = question(&sql)?;
        sql.execute("COMMIT", &[])?;
        self.give_back(connection);
        Ok(answer)
    }
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF;")?;
    keep_plans(&connection)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}
