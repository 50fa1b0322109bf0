//! The PostgreSQL door: where the server may be, whether it is spoken to over TLS, and bringing its
//! schema up to date.
//!
//! [`pool`] lends connections to commands and questions, [`session`] is one of them, [`tls`] knows
//! whose certificates are believed.

pub(crate) mod pool;
pub(crate) mod session;
mod tls;

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::migrate::migrate;
use crate::{OpenError, Sql, StoreError};
use session::Session;

/// H-13
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// A server that is gone without a word is given up after so long; TCP alone waits a quarter of an
/// hour (H-13).
const GONE_AFTER: Duration = Duration::from_secs(10);
/// Who waits for an answer looks this often whether the server is still there.
const LOOKS_EVERY: Duration = Duration::from_secs(2);
/// Services that start at the same moment migrate one after the other; any number does that nobody
/// else uses ("pipit" in ASCII).
const MIGRATION_LOCK: i64 = 0x70_6970_6974;

/// A database on a PostgreSQL server.
#[derive(Clone, Copy)]
pub struct Server<'a> {
    /// `postgres://user:password@host:port/name`. A server on another machine is spoken to over TLS
    /// alone, which the address has to say: `?sslmode=require`.
    pub url: &'a str,
    /// The CAs (PEM) that the server's certificate may be from; without a file those that browsers
    /// believe.
    pub ca_file: Option<&'a Path>,
}

impl fmt::Debug for Server<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server")
    }
}

/// How a server is reached.
#[derive(Clone)]
pub(crate) struct Route {
    config: Config,
    /// Without it the server is on this machine.
    tls: Option<MakeRustlsConnect>,
}

impl Route {
    /// Reads the address of a server, and refuses one that would be spoken to in clear over a
    /// network (D-01).
    pub(crate) fn to(server: Server<'_>) -> Result<Self, OpenError> {
        let url = in_the_clients_words(server.url);
        let mut config: Config = url.parse().map_err(|_| OpenError::Address)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(OpenError::Address);
        }
        config.connect_timeout(CONNECT_WITHIN);
        config.tcp_user_timeout(GONE_AFTER);
        config.keepalives_idle(LOOKS_EVERY);
        config.keepalives_interval(LOOKS_EVERY);
        let tls = match config.get_ssl_mode() {
            // A bare address is no name that a certificate could be checked against.
            SslMode::Require if config.get_hosts().is_empty() => return Err(OpenError::Address),
            SslMode::Require => Some(tls::connector(server.ca_file)?),
            _ if is_local(&config) => None,
            _ => return Err(OpenError::InClear),
        };
        Ok(Self { config, tls })
    }

    pub(crate) fn connect(&self) -> Result<Client, postgres::Error> {
        match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        }
    }
}

/// What libpq calls `verify-full` is what `require` means here, and the client does not know the word.
fn in_the_clients_words(url: &str) -> Cow<'_, str> {
    let Some((place, parameters)) = url.rsplit_once('?') else {
        return Cow::Borrowed(url);
    };
    let parameters: Vec<_> = parameters
        .split('&')
        .map(|parameter| match parameter {
            "sslmode=verify-full" | "sslmode=verify-ca" => "sslmode=require",
            other => other,
        })
        .collect();
    Cow::Owned(format!("{place}?{}", parameters.join("&")))
}

fn is_local(config: &Config) -> bool {
    let local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.to_canonical().is_loopback())
        }
    };
    let mut addresses = config.get_hostaddrs().iter();
    config.get_hosts().iter().all(local)
        && addresses.all(|address| address.to_canonical().is_loopback())
}

/// Brings the schema up to date on a connection of its own. Blocks.
pub(crate) fn bring_up(route: &Route, migrations: &[&str]) -> Result<(), OpenError> {
    let session = Session::connect(route)?;
    let sql = Sql::on_server(&session);
    // Waiting for another service's migration, and a migration itself, may take long.
    sql.batch(&format!(
        "SET statement_timeout = 0; SELECT pg_advisory_lock({MIGRATION_LOCK})"
    ))?;
    // The lock ends with the connection.
    migrate(&sql, "BEGIN", migrations)
}

/// Runs what blocks on a thread that belongs to no event loop, where the client can't work.
pub(crate) fn off_the_event_loop<T: Send>(
    work: impl FnOnce() -> Result<T, OpenError> + Send,
) -> Result<T, OpenError> {
    let panicked = || StoreError::Broken("the set-up panicked".to_owned());
    std::thread::scope(|scope| scope.spawn(work).join()).map_err(|_| panicked())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(url: &str) -> Result<Route, OpenError> {
        Route::to(Server { url, ca_file: None })
    }

    #[test]
    fn only_servers_on_this_machine_are_spoken_to_in_clear_d_01() {
        for url in [
            "postgres://me:secret@localhost/db",
            "postgres://me@127.0.0.1:5433/db?sslmode=disable",
            "postgresql://me@[::1]/db?sslmode=prefer",
            "postgres://me@%2Frun%2Fpostgresql/db",
            "postgres:///db?host=/run/postgresql&user=me",
        ] {
            assert!(route(url).is_ok_and(|route| route.tls.is_none()), "{url}");
        }
        for url in [
            "postgres://me@db.example.com/db",
            "postgres://me@db.example.com/db?sslmode=prefer",
            "postgres://me@db.example.com/db?sslmode=require&sslmode=disable",
            "postgres://me@10.0.0.1/db",
            "postgres://me@localhost,db.example.com/db",
            "postgres://me@localhost/db?hostaddr=10.0.0.1",
            "postgres://me@db.example.com/db?hostaddr=127.0.0.1",
        ] {
            assert!(matches!(route(url), Err(OpenError::InClear)), "{url}");
        }
        for url in [
            "",
            "postgres://",
            "mysql://x",
            "postgres://me@db.example.com/db?sslmode=allow",
            "postgres:///db?hostaddr=10.0.0.1&sslmode=require",
        ] {
            assert!(matches!(route(url), Err(OpenError::Address)), "{url}");
        }
    }

    #[test]
    fn an_address_that_asks_for_tls_is_never_spoken_to_without_d_01() {
        for url in [
            "postgres://me:a?b@db.example.com/db?sslmode=require",
            "postgres://me@localhost/db?sslmode=require",
            "postgres://me@db.example.com,10.0.0.1/db?application_name=x&sslmode=verify-full",
            "postgres://me@db.example.com/db?sslmode=verify-ca&hostaddr=10.0.0.1",
        ] {
            let route = route(url).unwrap();
            assert!(route.tls.is_some(), "{url}");
            assert_eq!(route.config.get_ssl_mode(), SslMode::Require, "{url}");
        }
    }

    #[test]
    fn a_file_without_a_ca_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let no_certificate = key.replace("PRIVATE KEY", "CERTIFICATE");
        for text in ["", "no PEM", key, &no_certificate] {
            std::fs::write(file.path(), text).unwrap();
            let route = Route::to(Server {
                url: "postgres://me@db.example.com/db?sslmode=require",
                ca_file: Some(file.path()),
            });
            assert!(matches!(route, Err(OpenError::CaFile(_))), "{text}");
        }
    }
}
