//! Where the data of a run lies: a folder, and a database in it or on a PostgreSQL server.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

#[derive(Debug)]
pub(crate) struct Data {
    folder: PathBuf,
    /// Removes the folder in the end.
    _made: Option<TempDir>,
    url: Option<String>,
}

impl Data {
    /// SQLite.
    pub(crate) fn new() -> Self {
        let made = tempfile::tempdir().unwrap();
        Self {
            folder: made.path().join("data"),
            _made: Some(made),
            url: None,
        }
    }

    /// SQLite, in a folder that the test has made.
    pub(crate) fn on_disk(folder: &Path) -> Self {
        Self {
            folder: folder.join("data"),
            _made: None,
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

    /// Whether more than one service may work on it.
    pub(crate) fn is_shared(&self) -> bool {
        self.url.is_some()
    }

    pub(crate) fn put_into(&self, command: &mut Command) {
        command.env("DATA_DIR", &self.folder);
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
    }

    /// The key that the service has made for its callers.
    pub(crate) fn made_key(&self) -> String {
        let file = self.folder.join("initial-api-key");
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }

    pub(crate) fn database_file(&self) -> PathBuf {
        self.folder.join("otp-service.db")
    }
}
