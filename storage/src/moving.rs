//! A whole database into another, empty one of the other kind or of the same, all or nothing.
//!
//! Two threads, one on each side, with a few batches of rows between them, so that memory holds no
//! more than these. Both keep everybody else out while they work. The target's rows are committed
//! together, after they were counted and looked through; the source is only read.
//!
//! Not here: which tables there are, and what must be true of them; the servers know.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::{OpenError, Param, Row, Sql, StoreError, Whole, alone};

/// A column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A whole number.
    Int,
}

/// A table: its columns, of which the first `key` are the primary key.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// So many columns are the primary key.
    pub key: usize,
    /// Their names and types.
    pub columns: &'static [(&'static str, Type)],
}

/// A value of a row.
#[derive(Clone, PartialEq, Eq)]
enum Value {
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
type Batch = Vec<Vec<Value>>;

/// So many rows at a time. A statement has a place for every value of a batch, and there may be at
/// most 32,766 of them on SQLite.
const BATCH: usize = 500;

/// A list of [`Table`]s: name, length of the key, columns with their types. Each comes after those that it refers to.
#[macro_export]
macro_rules! tables {
    ($($name:literal [$key:literal] $($column:ident $kind:ident),+;)*) => {
        &[$($crate::Table {
            name: $name,
            key: $key,
            columns: &[$((stringify!($column), $crate::Type::$kind)),+],
        }),*]
    };
}

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

/// Moves all rows. Both databases have their schema. `look` says what is wrong with the target, nothing when it is
/// whole; `tell` hears how far it is. Blocks.
///
/// # Errors
/// Those of [`alone`], or when the target is not empty or not whole; then it is as it was before.
pub fn carry(
    from: Whole<'_>,
    to: Whole<'_>,
    tables: &'static [Table],
    look: impl Fn(&Sql<'_>) -> Result<Vec<String>, StoreError> + Send,
    mut tell: impl FnMut(String),
) -> Result<(), OpenError> {
    let (parts, arriving) = sync_channel(WAITING);
    let (told, progress) = sync_channel(WAITING);
    let broke_off = || OpenError::Setup(StoreError::Broken("the move broke off".to_owned()));
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| alone(from, move |sql| read(sql, tables, &parts)));
        let writing = scope.spawn(|| {
            alone(to, move |sql| {
                write(sql, tables, &arriving, &told)?;
                let broken = look(sql)?;
                match broken.is_empty() {
                    true => Ok(()),
                    false => Err(StoreError::Broken(broken.join("; "))),
                }
            })
        });
        for line in &progress {
            tell(line);
        }
        // A source that broke off explains why the target did.
        reading.join().map_err(|_| broke_off())??;
        writing.join().map_err(|_| broke_off())?
    })
}

/// Whether none of the tables has a row.
///
/// # Errors
/// [`StoreError`]
pub fn is_empty(sql: &Sql<'_>, tables: &[Table]) -> Result<bool, StoreError> {
    for table in tables {
        if table.count(sql)? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read(
    sql: &Sql<'_>,
    tables: &'static [Table],
    parts: &SyncSender<Part>,
) -> Result<(), StoreError> {
    for table in tables {
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
    tables: &[Table],
    arriving: &Receiver<Part>,
    told: &SyncSender<String>,
) -> Result<(), StoreError> {
    if !is_empty(sql, tables)? {
        return Err(StoreError::Conflict);
    }
    let mut counts = vec![0_i64; tables.len()];
    loop {
        let part = arriving
            .recv()
            .map_err(|_| StoreError::Unavailable("the source broke off".to_owned()))?;
        let Part::Rows(table, batch) = part else {
            break;
        };
        table.insert(sql, &batch)?;
        let places = tables.iter().zip(&mut counts);
        for (_, count) in places.filter(|(known, _)| known.name == table.name) {
            let before = *count;
            *count += i64::try_from(batch.len()).unwrap_or(i64::MAX);
            if *count / TOLD_EVERY > before / TOLD_EVERY {
                tell(told, format!("{}: {count} rows so far", table.name));
            }
        }
    }
    for (table, moved) in tables.iter().zip(counts) {
        let there = table.count(sql)?;
        if there != moved {
            return Err(StoreError::Broken(format!(
                "{moved} rows of {} were moved and {there} are there",
                table.name
            )));
        }
        tell(told, format!("{}: {moved} rows", table.name));
    }
    Ok(())
}

/// Nobody who listens is no reason to break off.
fn tell(told: &SyncSender<String>, line: String) {
    drop(told.send(line));
}

impl Table {
    /// How many rows it has.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn count(&self, sql: &Sql<'_>) -> Result<i64, StoreError> {
        let question = format!("SELECT COUNT(*) FROM {}", self.name);
        let counted = sql.query_one(&question, &[], |row| row.int(0))?;
        counted.ok_or_else(|| StoreError::Broken(format!("{} can't be counted", self.name)))
    }

    /// The rows after the one that came last, in the order of the key; none when that was the end.
    fn after(&self, sql: &Sql<'_>, last: Option<&[Value]>) -> Result<Batch, StoreError> {
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
    fn insert(&self, sql: &Sql<'_>, batch: &Batch) -> Result<(), StoreError> {
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
