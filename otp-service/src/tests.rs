//! The service as its callers see it: through the router in memory with a clock moved by hand, and
//! once through a real socket. Everything runs on SQLite and, when `PIPIT_TEST_POSTGRES` holds the
//! address of a server whose user may make databases, on PostgreSQL too.

mod database;
mod held_to_document;

/// The tests that hold on every database.
macro_rules! every_test {
    () => {
        mod bad_input;
        mod budgets;
        mod chores;
        mod clock_steps;
        mod devices;
        mod durability;
        mod fake_gateway;
        mod fake_relay;
        mod fake_smsc;
        mod gateway_faults;
        mod gateway_settings;
        mod gateways;
        mod harness;
        mod jwts;
        mod key_rotation;
        mod languages;
        mod log;
        mod metrics;
        mod openapi;
        mod pumping;
        mod races;
        mod receipts;
        mod repeats;
        mod retention;
        mod sdk_habits;
        mod sessions;
        mod sign_in;
        mod smpp;
        mod smtp;
        #[cfg(feature = "sns")]
        mod sns;
        mod throttles;
        mod users;
    };
}

#[path = "tests"]
mod on_sqlite {
    pub(super) use super::database::Sqlite as TestDatabase;
    every_test!();
    mod fuzz;
    mod move_refused;
    mod overload;
    mod sqlite_files;
}

#[cfg(postgres_tests)]
#[allow(
    clippy::duplicate_mod,
    reason = "the same tests, on the other database"
)]
#[path = "tests"]
mod on_postgres {
    pub(super) use super::database::Postgres as TestDatabase;
    every_test!();
    mod moving;
    mod two_services;
}
