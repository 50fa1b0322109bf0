//! One connection to PostgreSQL: prepared statements, parameters, rows, and what a failure means.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error as _;

use postgres::error::SqlState;
use postgres::types::{ToSql, Type};
use postgres::{Client, Row, Statement};

use super::{Route, tls};
use crate::{Param, StoreError};

/// So many statements stay prepared; a search can make more texts than a program has.
const PREPARED: usize = 256;

/// Statements end after 2 s (H-13), and a commit is on disk when it is answered (I-06) also where
/// the server's own setting says otherwise.
const SETTINGS: &str = "SET statement_timeout = '2s';
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// What a failed statement or commit means for the transaction.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) error: StoreError,
    /// Another transaction was in the way; the same command may succeed if it is run again.
    pub(crate) again: bool,
    /// The connection is gone, or the server has said that it ends it.
    pub(crate) lost: bool,
}

pub(crate) struct Session {
    client: RefCell<Client>,
    prepared: RefCell<HashMap<String, Statement>>,
    /// The first failure in the running transaction, of which nothing can be kept then.
    failure: RefCell<Option<Failure>>,
}

impl Session {
    pub(crate) fn connect(route: &Route) -> Result<Self, StoreError> {
        let connect = || {
            let mut client = route.connect()?;
            client.batch_execute(SETTINGS)?;
            Ok(client)
        };
        let client = connect().map_err(|error: postgres::Error| {
            let said = tls::refusal(&error);
            StoreError::Unavailable(match (said, error.code(), error.source()) {
                (Some(said), ..) => said,
                (None, Some(state), _) => format!("PostgreSQL said {} on connecting", state.code()),
                (None, None, Some(cause)) if cause.is::<std::io::Error>() => cause.to_string(),
                (None, None, _) => "no connection to PostgreSQL".to_owned(),
            })
        })?;
        Ok(Self {
            client: RefCell::new(client),
            prepared: RefCell::default(),
            failure: RefCell::default(),
        })
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.borrow().is_closed()
    }

    /// What has failed since the last call.
    pub(crate) fn take_failure(&self) -> Option<Failure> {
        self.failure.borrow_mut().take()
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        let done = self.client.borrow_mut().batch_execute(sql);
        self.noted(done)
    }

    pub(crate) fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize, StoreError> {
        let statement = self.prepare(sql, params)?;
        let values = values(params);
        let changed = self
            .client
            .borrow_mut()
            .execute(&statement, &borrowed(&values));
        let changed = self.noted(changed)?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    pub(crate) fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepare(sql, params)?;
        let values = values(params);
        let rows = self
            .client
            .borrow_mut()
            .query(&statement, &borrowed(&values));
        self.noted(rows)
    }

    /// The types are said, not guessed: from `$1 = ''` alone PostgreSQL could not tell one.
    fn prepare(&self, sql: &str, params: &[Param<'_>]) -> Result<Statement, StoreError> {
        if let Some(statement) = self.prepared.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let types: Vec<Type> = params
            .iter()
            .map(|param| match param {
                Param::Text(_) => Type::TEXT,
                Param::Int(_) => Type::INT8,
            })
            .collect();
        let statement = self.client.borrow_mut().prepare_typed(sql, &types);
        let statement = self.noted(statement)?;
        let mut prepared = self.prepared.borrow_mut();
        if prepared.len() >= PREPARED {
            prepared.clear();
        }
        prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn noted<T>(&self, result: Result<T, postgres::Error>) -> Result<T, StoreError> {
        result.map_err(|error| {
            let failure = Failure::of(&error);
            if error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) {
                // A plan that no longer fits the schema, which another service has migrated.
                self.prepared.borrow_mut().clear();
            }
            self.failure
                .borrow_mut()
                .get_or_insert(failure)
                .error
                .clone()
        })
    }
}

impl Failure {
    /// Only the code is kept: PostgreSQL's messages quote values.
    fn of(error: &postgres::Error) -> Self {
        let Some(state) = error.code() else {
            let lost = error.is_closed()
                || error
                    .source()
                    .is_some_and(|cause| cause.is::<std::io::Error>());
            return Self {
                error: if lost {
                    StoreError::Unavailable("the connection was lost".to_owned())
                } else {
                    StoreError::Broken("PostgreSQL could not be used this way".to_owned())
                },
                again: false,
                lost,
            };
        };
        let code = state.code();
        let said = format!("PostgreSQL said {code}");
        let error = match code {
            "23505" => StoreError::Conflict,
            // Stands in the way of another transaction; read-only; a lock or a time that ran out.
            "40001" | "40P01" | "25006" | "55P03" => StoreError::Unavailable(said),
            // Connection, resources, operator, system.
            _ if ["08", "53", "57", "58"]
                .iter()
                .any(|class| code.starts_with(class)) =>
            {
                StoreError::Unavailable(said)
            }
            _ => StoreError::Broken(said),
        };
        Self {
            error,
            // A value that is there already, or a row that is gone, may be the work of a command
            // that ran at the same time: seen from the start, it has its own answer.
            again: matches!(
                code,
                "40001" | "40P01" | "55P03" | "23505" | "23503" | "0A000"
            ),
            // Shut down by an operator, by a crash, or not up yet.
            lost: code.starts_with("57P"),
        }
    }
}

/// A `TEXT` column.
pub(crate) fn text(row: &Row, column: usize) -> Result<String, StoreError> {
    row.try_get(column).map_err(|_| strange(column))
}

/// A whole-number column.
pub(crate) fn int(row: &Row, column: usize) -> Result<i64, StoreError> {
    row.try_get(column).map_err(|_| strange(column))
}

fn strange(column: usize) -> StoreError {
    StoreError::Broken(format!("column {column} is missing or has another type"))
}

type Value<'a> = Box<dyn ToSql + Sync + 'a>;

fn values<'a>(params: &[Param<'a>]) -> Vec<Value<'a>> {
    let value = |param: &Param<'a>| match *param {
        Param::Text(text) => Box::new(without_nul(text)) as Value<'a>,
        Param::Int(number) => Box::new(number),
    };
    params.iter().map(value).collect()
}

fn borrowed<'a>(values: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| &**value as _).collect()
}

/// PostgreSQL's text can't hold NUL, which a caller may put into a name of something; what stands in
/// its place names nothing either.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}
