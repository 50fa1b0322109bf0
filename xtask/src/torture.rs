//! `cargo xtask torture`: the tests of crash safety and of races at length. `cargo xtask test` runs
//! the same ones with small figures.

use clap::Parser;

use crate::command::{cargo, run};
use crate::failure::Failure;
use crate::postgres;
use crate::progress::step;

const REMEDY: &str = "Read above which promise was broken. A run prints its seed; with --seed it draws the same moments again.";

/// How often.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Options {
    /// Kills of the service with its data in SQLite.
    #[arg(long, default_value_t = 200)]
    kills: u32,
    /// Kills of the service, or of the database's server, with the data on PostgreSQL.
    #[arg(long, default_value_t = 10)]
    postgres_kills: u32,
    /// Rounds of every race, on each database.
    #[arg(long, default_value_t = 200)]
    rounds: u32,
    /// Draw the moments of an earlier run again.
    #[arg(long)]
    seed: Option<u64>,
}

/// Kills and races.
pub(crate) fn torture(options: &Options) -> Result<(), Failure> {
    step("Killing", || crashes(Some(options)))?;
    step("Racing", || races(options))
}

/// Kills the service at named points and at random moments; without options as often as the tests
/// themselves find enough.
pub(crate) fn crashes(options: Option<&Options>) -> Result<(), Failure> {
    let server = postgres::start()?;
    let mut test = cargo();
    test.args(["test", "--package", "otp-service", "--locked"])
        .args(["--features", "fault-points", "--test", "crashes"])
        .args(["--", "--nocapture", "--test-threads=1"])
        .env("PIPIT_TEST_POSTGRES", server.address());
    if let Some(options) = options {
        test.env("PIPIT_TORTURE_KILLS", options.kills.to_string());
        let kills = options.postgres_kills.to_string();
        test.env("PIPIT_TORTURE_POSTGRES_KILLS", kills);
        if let Some(seed) = options.seed {
            test.env("PIPIT_TORTURE_SEED", seed.to_string());
        }
    }
    run(&mut test, REMEDY)
}

fn races(options: &Options) -> Result<(), Failure> {
    let server = postgres::start()?;
    run(
        cargo()
            .args(["test", "--package", "otp-service", "--locked", "--lib"])
            .args(["--", "races::", "two_services::", "--nocapture"])
            .arg("--test-threads=1")
            .env("PIPIT_TEST_POSTGRES", server.address())
            .env("PIPIT_TORTURE_ROUNDS", options.rounds.to_string()),
        REMEDY,
    )
}
