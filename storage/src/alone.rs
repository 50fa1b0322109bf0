//! Work on a whole database while nobody else uses it, in one transaction: all of it, or nothing.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::server::pool::ALONE;
use crate::server::{self, Route, session::Session};
use crate::{OpenError, Server, Sql, StoreError};

/// Which database.
#[derive(Clone, Copy)]
pub enum Whole<'a> {
    /// An SQLite file.
    File(&'a Path),
    /// A database on a PostgreSQL server.
    Server(Server<'a>),
}

impl std::fmt::Debug for Whole<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Whole")
    }
}

/// A connection that was just closed is still seen for a moment.
const LOOK: (u32, Duration) = (20, Duration::from_millis(50));

/// Runs `work` in a transaction that keeps everybody else out of the database, which is there and has
/// its schema. Blocks.
///
/// # Errors
/// [`OpenError::InUse`] when somebody else uses the database; the error of `work`, and then nothing of
/// it has happened.
pub fn alone<T: Send>(
    database: Whole<'_>,
    work: impl FnOnce(&Sql<'_>) -> Result<T, StoreError> + Send,
) -> Result<T, OpenError> {
    match database {
        Whole::File(path) => on_file(path, work),
        Whole::Server(server) => {
            let route = Route::to(server)?;
            server::off_the_event_loop(|| on_server(&route, work))
        }
    }
}

fn on_file<T>(
    path: &Path,
    work: impl FnOnce(&Sql<'_>) -> Result<T, StoreError>,
) -> Result<T, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // In this mode a database in WAL mode can be read only when no other process has it open.
    let locked = connection.execute_batch(
        "PRAGMA busy_timeout = 1000;
         PRAGMA trusted_schema = OFF;
         PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         BEGIN EXCLUSIVE;",
    );
    locked.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse,
        _ => error.into(),
    })?;
    let sql = Sql::new(&connection);
    match work(&sql) {
        Ok(done) => {
            sql.batch("COMMIT")?;
            Ok(done)
        }
        Err(error) => {
            if !connection.is_autocommit() {
                sql.batch("ROLLBACK")?;
            }
            Err(error.into())
        }
    }
}

fn on_server<T>(
    route: &Route,
    work: impl FnOnce(&Sql<'_>) -> Result<T, StoreError>,
) -> Result<T, OpenError> {
    let session = Session::connect(route)?;
    let sql = Sql::on_server(&session);
    sql.batch("SET statement_timeout = 0")?;
    let mut looked = 0;
    while others(&sql)? > 0 {
        looked += 1;
        if looked > LOOK.0 {
            return Err(OpenError::InUse);
        }
        std::thread::sleep(LOOK.1);
    }
    // Whoever comes now waits: every command shares a lock on this table.
    sql.batch(ALONE)?;
    match work(&sql) {
        Ok(done) => {
            sql.batch("COMMIT")?;
            Ok(done)
        }
        Err(error) => {
            // Ends with the connection otherwise.
            sql.batch("ROLLBACK")?;
            Err(error.into())
        }
    }
}

/// How many other connections the database has.
fn others(sql: &Sql<'_>) -> Result<i64, StoreError> {
    let found = sql.query_one(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
             AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
        &[],
        |row| row.int(0),
    )?;
    Ok(found.unwrap_or(0))
}
