//! What the door promises: nothing half done, nothing lost, commands kept apart, and the truth when the
//! disk or the server fails. What holds on every database is run on an SQLite file and, when
//! `PIPIT_TEST_POSTGRES` holds the address of a server whose user may make databases, on PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on ends here"
)]

mod database {
    mod everywhere;
    mod file;
    mod file_faults;
    #[cfg(postgres_tests)]
    mod server_faults;
    #[cfg(postgres_tests)]
    mod server_tls;
    mod words;
}
