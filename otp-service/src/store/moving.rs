//! All rows of all tables, read and written in batches, to carry a whole database to another place.

use storage::{Param, Row, Sql, StoreError};

use super::strange;

/// A column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Int,
}

/// A table: its columns, of which the first `key` are the primary key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) key: usize,
    pub(crate) columns: &'static [(&'static str, Type)],
}

/// A value of a row.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Int(i64),
}

impl<'a> From<&'a Value> for Param<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => text.into(),
            Value::Int(number) => (*number).into(),
        }
    }
}

/// Rows of one table.
pub(crate) type Batch = Vec<Vec<Value>>;

/// So many rows at a time. A statement has a place for every value of a batch, and there may be at
/// most 32,766 of them on SQLite.
const BATCH: usize = 500;

macro_rules! tables {
    ($($name:literal [$key:literal] $($column:ident $kind:ident),+;)*) => {
        &[$(Table {
            name: $name,
            key: $key,
            columns: &[$((stringify!($column), Type::$kind)),+],
        }),*]
    };
}

/// All tables; each comes after those that it refers to.
pub(crate) const TABLES: &[Table] = tables! {
    "apps" [1] id Text, mode Text, created_at Int;
    "api_keys" [1] id Text, app_id Text, hash Text, last_four Text, created_at Int, revoked_at Int,
        first_used_at Int;
    "users" [1] id Text, app_id Text, first_name Text, middle_name Text, last_name Text, status Text, created_at Int,
        updated_at Int;
    "methods" [1] id Text, app_id Text, user_id Text, kind Text, address Text, verified Int, created_at Int, updated_at Int;
    "throttles" [2] app_id Text, address Text, failures Int, recent_failures Int, last_failure_at Int, wait_until Int,
        sends Text, last_request Text, last_answer Text, last_sent_at Int;
    "challenges" [1] id Text, app_id Text, method_id Text, purpose Text, tries Int, codes Text, created_at Int,
        expires_at Int, succeeded_at Int, succeeded_digest Text, session_id Text, session_generation Int, device_id Text;
    "messages" [1] id Text, app_id Text, method_id Text, challenge_id Text, address Text, text Text, locale Text,
        status Text, created_at Int, expires_at Int, place Int, country Text, gateway Text, gateway_ref Text, holder Text,
        held_until Int, handed_at Int, settled_at Int, reason Text, cost Int, device_id Text, endpoint Text,
        idempotency_key Text, prefix Text, verified_at Int;
    "exhaustions" [1] challenge_id Text, exhausted_at Int;
    "receipts" [1] id Text, received_at Int;
    "devices" [1] id Text, app_id Text, method_id Text, token_hash Text, history Text, used_at Int, expires_at Int;
    "sessions" [1] id Text, app_id Text, user_id Text, token_hash Text, generation Int, started_at Int, expires_at Int,
        last_active_at Int, updated_at Int, ended_at Int, factors Text, ip Text, user_agent Text;
    "signing_keys" [1] id Text, app_id Text, sealed_key Text, created_at Int, signs_from Int;
    "replays" [3] app_id Text, endpoint Text, idempotency_key Text, request Text, answer Text, created_at Int;
    "clock_marks" [1] boot Text, unix_ms Int, up_ms Int;
    "own_key_checks" [1] check_value Text, place Int, used_from Int;
};

/// Whether no table has a row.
pub(crate) fn is_empty(sql: &Sql<'_>) -> Result<bool, StoreError> {
    for table in TABLES {
        if table.count(sql)? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Table {
    /// How many rows it has.
    pub(crate) fn count(&self, sql: &Sql<'_>) -> Result<i64, StoreError> {
        let question = format!("SELECT COUNT(*) FROM {}", self.name);
        let counted = sql.query_one(&question, &[], |row| row.int(0))?;
        counted.ok_or_else(|| strange(self.name))
    }

    /// The rows after the one that came last, in the order of the key; none when that was the end.
    pub(crate) fn after(&self, sql: &Sql<'_>, last: Option<&[Value]>) -> Result<Batch, StoreError> {
        let key = self.names(self.key);
        let (after, params) = match last {
            Some(last) => (
                format!(" WHERE ({key}) > ({})", places(1, self.key)),
                last.iter().take(self.key).map(Param::from).collect(),
            ),
            None => (String::new(), Vec::new()),
        };
        let question = format!(
            "SELECT {} FROM {}{after} ORDER BY {key} LIMIT {BATCH}",
            self.names(self.columns.len()),
            self.name
        );
        sql.query(&question, &params, |row| self.read(row))
    }

    fn read(&self, row: &Row<'_>) -> Result<Vec<Value>, StoreError> {
        let value = |(place, (_, kind)): (usize, &(&str, Type))| match kind {
            Type::Text => row.text(place).map(Value::Text),
            Type::Int => row.int(place).map(Value::Int),
        };
        self.columns.iter().enumerate().map(value).collect()
    }

    /// Writes the rows of a batch.
    pub(crate) fn insert(&self, sql: &Sql<'_>, batch: &Batch) -> Result<(), StoreError> {
        let width = self.columns.len();
        let rows: Vec<_> = (0..batch.len())
            .map(|row| format!("({})", places(row * width + 1, width)))
            .collect();
        let statement = format!(
            "INSERT INTO {} ({}) VALUES {}",
            self.name,
            self.names(width),
            rows.join(", ")
        );
        let params: Vec<_> = batch.iter().flatten().map(Param::from).collect();
        sql.execute(&statement, &params).map(drop)
    }

    /// The names of the first columns.
    fn names(&self, count: usize) -> String {
        let names: Vec<_> = self
            .columns
            .iter()
            .take(count)
            .map(|(name, _)| *name)
            .collect();
        names.join(", ")
    }
}

/// So many places for values, from the one with this number on.
fn places(first: usize, count: usize) -> String {
    let places: Vec<_> = (first..first + count)
        .map(|place| format!("${place}"))
        .collect();
    places.join(", ")
}
