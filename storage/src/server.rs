//! The PostgreSQL door: where the server may be, and bringing its schema up to date.
//!
//! [`pool`] lends connections to commands and questions, [`session`] is one of them.

pub(crate) mod pool;
pub(crate) mod session;

use std::time::Duration;

use postgres::config::Host;

use crate::migrate::migrate;
use crate::{OpenError, Sql, StoreError};
use session::Session;

/// H-13
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// Services that start at the same moment migrate one after the other; any number does that nobody
/// else uses ("pipit" in ASCII).
const MIGRATION_LOCK: i64 = 0x70_6970_6974;

/// Reads the address of a server, and refuses one that would be spoken to in clear over a network.
pub(crate) fn config(url: &str) -> Result<postgres::Config, OpenError> {
    let mut config: postgres::Config = url.parse().map_err(|_| OpenError::Address)?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(OpenError::Address);
    }
    let local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.to_canonical().is_loopback())
        }
    };
    let addresses = config.get_hostaddrs();
    if !config.get_hosts().iter().all(local)
        || !addresses
            .iter()
            .all(|address| address.to_canonical().is_loopback())
    {
        return Err(OpenError::NotLocal);
    }
    config.connect_timeout(CONNECT_WITHIN);
    Ok(config)
}

/// Brings the schema up to date on a connection of its own. Blocks.
pub(crate) fn bring_up(config: &postgres::Config, migrations: &[&str]) -> Result<(), OpenError> {
    let session = Session::connect(config)?;
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

    #[test]
    fn only_servers_on_this_machine_are_spoken_to_in_clear_d_01() {
        for url in [
            "postgres://me:secret@localhost/db",
            "postgres://me@127.0.0.1:5433/db",
            "postgresql://me@[::1]/db",
            "postgres://me@%2Frun%2Fpostgresql/db",
            "postgres:///db?host=/run/postgresql&user=me",
        ] {
            assert!(config(url).is_ok(), "{url}");
        }
        for url in [
            "postgres://me@db.example.com/db",
            "postgres://me@10.0.0.1/db",
            "postgres://me@localhost,db.example.com/db",
            "postgres://me@localhost/db?hostaddr=10.0.0.1",
        ] {
            assert!(matches!(config(url), Err(OpenError::NotLocal)), "{url}");
        }
        for url in ["", "postgres://", "mysql://x"] {
            assert!(matches!(config(url), Err(OpenError::Address)), "{url}");
        }
    }
}
