//! Where the data of a test lies; gone when the test is over.

use std::path::Path;

use edge::settings::Secret;
use tempfile::TempDir;

/// An SQLite file in a folder of its own.
pub(super) struct Sqlite(TempDir);

impl Sqlite {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// What `DATABASE_URL` says.
    pub(super) fn url(&self) -> Option<Secret> {
        None
    }
}

#[cfg(postgres_tests)]
pub(super) use on_a_server::Postgres;

#[cfg(postgres_tests)]
mod on_a_server {
    use std::path::Path;

    use edge::settings::Secret;
    use tempfile::TempDir;
    use test_postgres::Scratch;

    /// A new database on the server that `PIPIT_TEST_POSTGRES` names.
    pub(in crate::tests) struct Postgres {
        folder: TempDir,
        database: Scratch,
    }

    impl Postgres {
        pub(in crate::tests) fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                database: Scratch::on_given_server().unwrap(),
            }
        }

        pub(in crate::tests) fn path(&self) -> &Path {
            self.folder.path()
        }

        /// What `DATABASE_URL` says.
        pub(in crate::tests) fn url(&self) -> Option<Secret> {
            Some(Secret::new(self.database.url()))
        }
    }
}
