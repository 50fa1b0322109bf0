//! What both servers' settings share: secrets that come by environment or file but never by
//! argument (E-04), and the rule about listening without TLS (D-01).

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// A secret text: hidden from `Debug`, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret. What receives it must not log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// Why a setting can't be used.
#[derive(Debug)]
pub enum SettingError {
    /// The secret was given in two ways; it is unclear which one counts.
    GivenTwice {
        /// The setting's name.
        name: &'static str,
    },
    /// The file could not be read.
    Unreadable {
        /// The setting's name.
        name: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The secret is there but empty.
    Empty {
        /// The setting's name.
        name: &'static str,
    },
    /// Plain HTTP on an address that others can reach.
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GivenTwice { name } => {
                write!(f, "{name} and {name}_FILE are both set; set one of them")
            }
            Self::Unreadable { name, path, error } => {
                write!(f, "{name}_FILE: {} can't be read: {error}", path.display())
            }
            Self::Empty { name } => write!(f, "{name} is set but empty"),
            Self::NotLoopback { address } => write!(
                f,
                "{address} can be reached by others and this server speaks plain HTTP: listen on \
                 127.0.0.1 behind a proxy that ends TLS, give it a certificate of its own \
                 (--tls-cert-file), or say --insecure-listen if the network in between is yours alone"
            ),
        }
    }
}

impl std::error::Error for SettingError {}

/// The secret `name` from its value or from its file, whose last line end does not count.
///
/// # Errors
/// When both are given, the file can't be read, or the secret is empty.
pub fn secret(
    name: &'static str,
    value: Option<Secret>,
    file: Option<&Path>,
) -> Result<Option<Secret>, SettingError> {
    let found = match (value, file) {
        (Some(_), Some(_)) => return Err(SettingError::GivenTwice { name }),
        (Some(value), None) => value,
        (None, Some(path)) => read(name, path)?,
        (None, None) => return Ok(None),
    };
    if found.expose().is_empty() {
        return Err(SettingError::Empty { name });
    }
    Ok(Some(found))
}

/// Where a chore moves a database to.
#[derive(Debug, Clone, clap::Args)]
pub struct MoveTarget {
    /// Where to: `postgres://user@localhost:5432/name` without a password, or `sqlite:` and a file path
    #[arg(long)]
    pub to: Option<String>,
    /// File that holds the address, which may have a password
    #[arg(long)]
    pub to_file: Option<PathBuf>,
}

impl MoveTarget {
    /// The address. One that holds a password comes from a file, since others can read a command line (E-04).
    ///
    /// # Errors
    /// A sentence, when there is none, or none that is to be used.
    pub fn address(self) -> Result<Secret, String> {
        if let Some(to) = &self.to {
            let server = to.split_once("://").map_or("", |(_, rest)| rest);
            let user = server.split_once('@').map_or("", |(user, _)| user);
            if user.contains(':') || to.contains("password=") {
                return Err(
                    "an address with a password can be read by others on the command line: put it into a file and name \
                     that with --to-file"
                        .to_owned(),
                );
            }
        }
        secret("--to", self.to.map(Secret::new), self.to_file.as_deref())
            .map_err(|error| error.to_string())?
            .ok_or_else(|| "where to? Give --to or --to-file".to_owned())
    }
}

fn read(name: &'static str, path: &Path) -> Result<Secret, SettingError> {
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| SettingError::Unreadable {
        name,
        path: path.to_owned(),
        error,
    })?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret::from(line.strip_suffix('\r').unwrap_or(line)))
}

/// The secret `name` from the environment. Secrets are no arguments, so clap does not read them.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads secrets from the environment"
)]
pub fn secret_from_environment(name: &str) -> Option<Secret> {
    std::env::var(name).ok().map(Secret::new)
}

/// Refuses to speak plain HTTP on an address that is not loopback, unless told to (D-01).
///
/// # Errors
/// With a sentence that says what to do instead.
pub fn check_listen(address: SocketAddr, insecure_listen: bool) -> Result<(), SettingError> {
    if address.ip().to_canonical().is_loopback() || insecure_listen {
        Ok(())
    } else {
        Err(SettingError::NotLoopback { address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn a_secret_comes_by_value_or_by_file() {
        let value = Secret::from("abc");
        assert_eq!(secret("KEY", None, None).unwrap(), None);
        assert_eq!(
            secret("KEY", Some(value.clone()), None).unwrap(),
            Some(value.clone())
        );
        for text in ["abc", "abc\n", "abc\r\n"] {
            let file = file(text);
            assert_eq!(
                secret("KEY", None, Some(file.path())).unwrap(),
                Some(value.clone())
            );
        }
    }

    #[test]
    fn an_unclear_or_empty_secret_is_an_error_that_names_the_setting() {
        let (abc, empty) = (file("abc"), file("\n"));
        for (value, path, said) in [
            (
                Some("abc"),
                Some(abc.path()),
                "KEY and KEY_FILE are both set",
            ),
            (Some(""), None, "KEY is set but empty"),
            (None, Some(empty.path()), "KEY is set but empty"),
            (
                None,
                Some(Path::new("/nowhere/key")),
                "KEY_FILE: /nowhere/key can't be read",
            ),
        ] {
            let error = secret("KEY", value.map(Secret::from), path)
                .unwrap_err()
                .to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn a_secret_is_never_shown_e_04() {
        assert_eq!(format!("{:?}", Secret::from("abc")), "Secret(hidden)");
    }

    #[test]
    fn plain_http_stays_on_loopback_unless_told_otherwise_d_01() {
        for loopback in [
            "127.0.0.1:80",
            "127.8.8.8:80",
            "[::1]:80",
            "[::ffff:127.0.0.1]:80",
        ] {
            assert!(
                check_listen(loopback.parse().unwrap(), false).is_ok(),
                "{loopback}"
            );
        }
        for open in ["0.0.0.0:80", "[::]:80", "192.168.1.1:80", "203.0.113.7:80"] {
            assert!(
                check_listen(open.parse().unwrap(), false).is_err(),
                "{open}"
            );
            assert!(check_listen(open.parse().unwrap(), true).is_ok(), "{open}");
        }
    }
}
