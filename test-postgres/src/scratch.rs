//! A database for one test, on a server that runs.

use std::io;

use postgres::{Client, Config, NoTls};

/// A new database; it is dropped with this value.
#[derive(Debug)]
pub struct Scratch {
    server: String,
    name: String,
}

impl Scratch {
    /// Makes a database on the server that `PIPIT_TEST_POSTGRES` names.
    ///
    /// # Errors
    /// When it names none, or that one does not answer or refuses.
    #[allow(
        clippy::disallowed_methods,
        reason = "no setting of a server, but of the tests"
    )]
    pub fn on_given_server() -> io::Result<Self> {
        let server = std::env::var("PIPIT_TEST_POSTGRES").map_err(io::Error::other)?;
        Self::new(&server)
    }

    /// Makes a database on the server with this address, whose user may do so.
    ///
    /// # Errors
    /// When the server does not answer or refuses.
    pub fn new(server: &str) -> io::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let name = format!("pipit_{:016x}", u64::from_be_bytes(random));
        on_server(server, format!("CREATE DATABASE {name}"))?;
        Ok(Self {
            server: server.to_owned(),
            name,
        })
    }

    /// The address of the database: a later setting in it counts before an earlier one.
    #[must_use]
    pub fn url(&self) -> String {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{separator}dbname={}", self.server, self.name)
    }
}

impl Drop for Scratch {
    #[allow(clippy::print_stderr, reason = "the only one to tell is the developer")]
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if let Err(error) = on_server(&self.server, drop) {
            eprintln!("! the database {} is left: {error}", self.name);
        }
    }
}

/// On a thread of its own: the client can't work inside an event loop.
fn on_server(server: &str, statement: String) -> io::Result<()> {
    let config: Config = server.parse().map_err(io::Error::other)?;
    let run = move || -> Result<(), postgres::Error> {
        let mut client: Client = config.connect(NoTls)?;
        client.batch_execute(&statement)
    };
    let ran = std::thread::spawn(run).join();
    ran.map_err(|_| io::Error::other("the client panicked"))?
        .map_err(io::Error::other)
}
