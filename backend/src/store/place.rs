//! Where the backend's own data is: what `DATABASE_URL` says.

use std::path::PathBuf;

use edge::settings::Secret;
use storage::{Database, OpenError, Server, Whole};

use crate::StartError;
use crate::config::Config;

/// A file, or a server.
pub(crate) enum Place {
    /// An SQLite database.
    File(PathBuf),
    /// A database on a PostgreSQL server.
    Server {
        /// It may hold a password.
        url: Secret,
        ca_file: Option<PathBuf>,
    },
}

impl Place {
    /// `postgres://…`, `sqlite:` and a path, or nothing: a file in `DATA_DIR`.
    pub(crate) fn of(config: &Config) -> Result<Self, StartError> {
        let Some(url) = config.database_url()? else {
            return Ok(Self::File(config.data_dir.join("accounts.db")));
        };
        Self::at(url, config)
    }

    /// The place that an address names, as `DATABASE_URL` does.
    pub(crate) fn at(url: Secret, config: &Config) -> Result<Self, StartError> {
        let text = url.expose();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let ca_file = config.database_ca_file.clone();
            return Ok(Self::Server { url, ca_file });
        }
        let path = text.strip_prefix("sqlite:").unwrap_or_default();
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(StartError::Setting(
                "DATABASE_URL: give `postgres://user:password@localhost:5432/name`, or `sqlite:` and a \
                 file path, or leave it out"
                    .to_owned(),
            ));
        }
        Ok(Self::File(PathBuf::from(path)))
    }

    pub(super) fn open(&self, migrations: &[&str]) -> Result<Database, OpenError> {
        match self.whole() {
            Whole::File(path) => Database::open(path, migrations),
            Whole::Server(server) => Database::connect(server, migrations),
        }
    }

    /// The same in the words of `storage`.
    pub(crate) fn whole(&self) -> Whole<'_> {
        match self {
            Self::File(path) => Whole::File(path),
            Self::Server { url, ca_file } => Whole::Server(Server {
                url: url.expose(),
                ca_file: ca_file.as_deref(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn place(url: Option<&str>) -> Result<Place, StartError> {
        let mut config = Config::parse_from(["backend", "--data-dir", "here"]);
        config.database_url = url.map(Secret::from);
        Place::of(&config)
    }

    #[test]
    fn without_a_word_the_data_is_a_file_in_the_data_folder() {
        for (url, path) in [
            (None, "here/accounts.db"),
            (Some("sqlite:there.db"), "there.db"),
            (Some("sqlite:///var/there.db"), "/var/there.db"),
        ] {
            let Ok(Place::File(found)) = place(url) else {
                panic!("{url:?} is no file");
            };
            assert_eq!(found, PathBuf::from(path));
        }
        let server = place(Some("postgresql://localhost/pipit"));
        assert!(matches!(server, Ok(Place::Server { .. })));
    }

    #[test]
    fn another_kind_of_database_is_refused_without_showing_the_address() {
        for url in ["mysql://me:sesame@localhost/x", "sqlite:", "sesame"] {
            let Err(error) = place(Some(url)) else {
                panic!("{url} was taken");
            };
            let said = error.to_string();
            assert!(
                said.contains("DATABASE_URL") && !said.contains("sesame"),
                "{said}"
            );
        }
    }
}
