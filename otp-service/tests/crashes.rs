//! The real process, killed at named points and at random moments under load, started again on the
//! same data, and asked whether everything that it had answered still holds (I-05): the table "what
//! nothing lost means", and the invariants by the service's own `check`.
//!
//! How many kills: `PIPIT_TORTURE_KILLS` and `PIPIT_TORTURE_POSTGRES_KILLS`. A run prints its seed;
//! with `PIPIT_TORTURE_SEED` it draws the same moments again.
//!
//! Deliberately absent: the rules, which the tests of the library know. Here only promises count.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on ends here"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a long run tells what it does"
)]

mod crashes {
    mod account;
    mod audit;
    mod data;
    mod disk;
    mod faults;
    mod handing_over;
    mod http;
    mod load;
    mod process;
    mod rounds;
    mod seed;
    mod start_up;
    #[cfg(postgres_tests)]
    mod with_postgres;
    mod with_sqlite;

    /// The moments of a command on PostgreSQL.
    const POSTGRES_POINTS: [&str; 5] = [
        "postgres-before-begin",
        "postgres-command-ran",
        "postgres-before-commit",
        "postgres-after-commit",
        "postgres-answered",
    ];
}
