//! Where the data of a run lies: a folder, and a database in it or on a PostgreSQL server.

use std::process::Command;

use tempfile::TempDir;

#[derive(Debug)]
pub(crate) struct Data {
    folder: TempDir,
    url: Option<String>,
}

impl Data {
    /// SQLite.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            url: None,
        }
    }

    /// A database on a server.
    #[cfg(postgres_tests)]
    pub(crate) fn on_server(url: String) -> Self {
        Self {
            url: Some(url),
            ..Self::new()
        }
    }

    pub(crate) fn put_into(&self, command: &mut Command) {
        command.env("DATA_DIR", self.folder.path().join("data"));
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
    }

    /// The key that the service has made for its callers.
    pub(crate) fn made_key(&self) -> String {
        let file = self.folder.path().join("data/initial-api-key");
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }
}
