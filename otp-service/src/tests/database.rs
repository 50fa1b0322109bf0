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

    use edge::settings::{Secret, secret_from_environment};
    use postgres::{Client, Config, NoTls};
    use tempfile::TempDir;

    /// A new database on the server that `PIPIT_TEST_POSTGRES` names.
    pub(in crate::tests) struct Postgres {
        folder: TempDir,
        server: String,
        name: String,
    }

    impl Postgres {
        pub(in crate::tests) fn new() -> Self {
            let server = secret_from_environment("PIPIT_TEST_POSTGRES")
                .expect("PIPIT_TEST_POSTGRES holds the address of a server")
                .expose()
                .to_owned();
            let mut random = [0; 8];
            getrandom::fill(&mut random).unwrap();
            let name = format!("pipit_{:016x}", u64::from_be_bytes(random));
            on_server(&server, format!("CREATE DATABASE {name}"));
            Self {
                folder: tempfile::tempdir().unwrap(),
                server,
                name,
            }
        }

        pub(in crate::tests) fn path(&self) -> &Path {
            self.folder.path()
        }

        /// What `DATABASE_URL` says: a later setting in the address counts before an earlier one.
        pub(in crate::tests) fn url(&self) -> Option<Secret> {
            let separator = if self.server.contains('?') { '&' } else { '?' };
            let url = format!("{}{separator}dbname={}", self.server, self.name);
            Some(Secret::new(url))
        }
    }

    impl Drop for Postgres {
        fn drop(&mut self) {
            on_server(
                &self.server,
                format!("DROP DATABASE {} WITH (FORCE)", self.name),
            );
        }
    }

    /// On a thread of its own: the client can't work inside an event loop.
    fn on_server(server: &str, statement: String) {
        let config: Config = server.parse().unwrap();
        let run = move || {
            let mut client: Client = config.connect(NoTls).unwrap();
            client.batch_execute(&statement).unwrap();
        };
        std::thread::spawn(run).join().unwrap();
    }
}
