//! Statements, parameters and rows, as far as the servers see them.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use crate::StoreError;
use crate::server::session::{self, Session};

/// A parameter: text or a whole number. Places in the SQL are `$1`, `$2`, … in the order of their
/// first use; a value may be used more than once.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Param<'a> {
    /// `TEXT`
    Text(&'a str),
    /// `BIGINT`
    Int(i64),
}

impl std::fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Param")
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Param<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Param<'_> {
    fn from(flag: bool) -> Self {
        Self::Int(i64::from(flag))
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Int(number) => ValueRef::Integer(number),
        }))
    }
}

/// One row of an answer; columns count from zero and are never NULL.
pub struct Row<'a>(Columns<'a>);

enum Columns<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Server(&'a postgres::Row),
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row")
    }
}

impl Row<'_> {
    /// A `TEXT` column.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the column is missing or of another type.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        match self.0 {
            Columns::Sqlite(row) => Ok(row.get(column)?),
            Columns::Server(row) => session::text(row, column),
        }
    }

    /// A `BIGINT` column.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the column is missing or of another type.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        match self.0 {
            Columns::Sqlite(row) => Ok(row.get(column)?),
            Columns::Server(row) => session::int(row, column),
        }
    }

    /// A `BIGINT` column that holds 0 or 1.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the column is missing or of another type.
    pub fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }
}

/// The database inside one transaction.
pub struct Sql<'a>(Engine<'a>);

#[derive(Clone, Copy)]
enum Engine<'a> {
    Sqlite(&'a Connection),
    Server(&'a Session),
}

impl std::fmt::Debug for Sql<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sql")
    }
}

impl<'a> Sql<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self(Engine::Sqlite(connection))
    }

    pub(crate) fn on_server(session: &'a Session) -> Self {
        Self(Engine::Server(session))
    }

    /// Runs a statement; answers how many rows it changed.
    ///
    /// # Errors
    /// [`StoreError`]. A command hands it on: on PostgreSQL nothing of its transaction can be kept
    /// after a failed statement.
    pub fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize, StoreError> {
        match self.0 {
            Engine::Sqlite(connection) => {
                Ok(prepare(connection, sql)?.execute(rusqlite::params_from_iter(params))?)
            }
            Engine::Server(session) => session.execute(sql, params),
        }
    }

    /// Asks for at most one row.
    ///
    /// # Errors
    /// [`StoreError`], also that of `read`.
    pub fn query_one<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match self.0 {
            Engine::Sqlite(connection) => {
                let mut statement = prepare(connection, sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(params))?;
                let row = rows.next()?;
                row.map(|row| read(&Row(Columns::Sqlite(row)))).transpose()
            }
            Engine::Server(session) => {
                let rows = session.query(sql, params)?;
                let row = rows.first();
                row.map(|row| read(&Row(Columns::Server(row)))).transpose()
            }
        }
    }

    /// Asks for all rows.
    ///
    /// # Errors
    /// [`StoreError`], also that of `read`.
    pub fn query<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match self.0 {
            Engine::Sqlite(connection) => {
                let mut statement = prepare(connection, sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(params))?;
                let mut all = Vec::new();
                while let Some(row) = rows.next()? {
                    all.push(read(&Row(Columns::Sqlite(row)))?);
                }
                Ok(all)
            }
            Engine::Server(session) => {
                let rows = session.query(sql, params)?;
                rows.iter()
                    .map(|row| read(&Row(Columns::Server(row))))
                    .collect()
            }
        }
    }

    /// Whether the schema has this table.
    pub(crate) fn has_table(&self, name: &str) -> Result<bool, StoreError> {
        let question = match self.0 {
            Engine::Sqlite(_) => {
                "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $1"
            }
            Engine::Server(_) => {
                "SELECT COUNT(*) FROM pg_tables WHERE schemaname = ANY (current_schemas(false))
                     AND tablename = CAST($1 AS TEXT)"
            }
        };
        let found = self.query_one(question, &[name.into()], |row| row.flag(0))?;
        Ok(found.unwrap_or(false))
    }

    /// Runs several statements without parameters, as a migration does.
    ///
    /// # Errors
    /// [`StoreError`] of the first one that fails.
    pub fn batch(&self, sql: &str) -> Result<(), StoreError> {
        match self.0 {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Engine::Server(session) => session.batch(sql),
        }
    }
}

fn prepare<'a>(connection: &'a Connection, sql: &str) -> Result<CachedStatement<'a>, StoreError> {
    Ok(connection.prepare_cached(sql)?)
}
