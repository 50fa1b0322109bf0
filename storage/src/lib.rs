//! The database door, for both servers: an embedded database, or one on a PostgreSQL server.
//!
//! Embedded: one SQLite file, one writer thread, a few readers. The writer gathers the commands that wait for
//! it into one transaction (group commit). When one of them fails they are run again, each in a savepoint of its
//! own, so that it takes nothing of the others with it, and every caller is answered only after the commit that
//! carries its command is on disk (I-06). On PostgreSQL every command is a transaction of its own. In
//! both a command that returns an error or panics leaves no trace.
//!
//! Callers see neither connections nor transactions, only [`Sql`] with text and whole-number
//! parameters, so that one SQL text is spoken to both.
//!
//! Deliberately absent: SQL texts, schemas and rules; they belong to the servers.

mod alone;
mod database;
mod error;
mod fault_point;
mod files;
mod migrate;
mod moving;
mod patience;
mod readers;
mod server;
mod sql;
mod watch;
mod writer;

pub use alone::{Whole, alone};
pub use database::{Database, back_up, check};
pub use error::{OpenError, StoreError};
pub use fault_point::fault_point;
pub use moving::{Table, Type, carry, is_empty};
pub use server::Server;
pub use sql::{Param, Row, Sql};
pub use watch::Commit;
