//! A database of words, in a place of its own for every test.

use std::path::Path;

use storage::{Database, OpenError, Sql, StoreError};
use tempfile::TempDir;

pub(crate) const SCHEMA: &str =
    "CREATE TABLE words (word TEXT NOT NULL PRIMARY KEY, seen BIGINT NOT NULL)";

/// Where the words are; gone with this value.
pub(crate) enum Place {
    File(TempDir),
    #[cfg(postgres_tests)]
    Server(test_postgres::Scratch),
}

impl Place {
    pub(crate) fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    #[cfg(postgres_tests)]
    pub(crate) fn server() -> Self {
        Self::Server(test_postgres::Scratch::on_given_server().unwrap())
    }

    pub(crate) fn open(&self) -> Database {
        self.migrated(&[SCHEMA]).unwrap()
    }

    pub(crate) fn migrated(&self, migrations: &[&str]) -> Result<Database, OpenError> {
        match self {
            Self::File(folder) => Database::open(&folder.path().join("words.db"), migrations),
            #[cfg(postgres_tests)]
            Self::Server(scratch) => Database::connect(server(&scratch.url()), migrations),
        }
    }
}

/// One on this machine.
#[cfg(postgres_tests)]
pub(crate) fn server(url: &str) -> storage::Server<'_> {
    storage::Server { url, ca_file: None }
}

pub(crate) fn open(folder: &Path) -> Database {
    Database::open(&folder.join("words.db"), &[SCHEMA]).unwrap()
}

pub(crate) fn insert(sql: &Sql<'_>, word: &str) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO words (word, seen) VALUES ($1, 1)",
        &[word.into()],
    )
    .map(drop)
}

pub(crate) async fn words(database: &Database) -> Vec<String> {
    database
        .read(|sql| {
            sql.query("SELECT word FROM words ORDER BY word", &[], |row| {
                row.text(0)
            })
        })
        .await
        .unwrap()
}
