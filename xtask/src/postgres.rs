//! PostgreSQL for the tests: up before them, down after them. How that is done: `test-postgres`.

pub(crate) use test_postgres::{Server, is_there};

use crate::failure::Failure;
use crate::progress::step;

/// Makes a new, empty server, which ends with the value.
pub(crate) fn start() -> Result<Server, Failure> {
    step("Starting PostgreSQL for the tests", || {
        Server::start().map_err(|error| {
            Failure::new(
                format_args!("PostgreSQL does not run: {error}."),
                "Look at its message above; the package is Debian's: sudo apt-get install -y postgresql",
            )
        })
    })
}
