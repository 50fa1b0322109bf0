//! The project's commands: `cargo xtask start`, `cargo xtask test` and the chores behind them.
//!
//! Here live the command line and the order of things. How a tool is installed, a bundle finished
//! or a server watched has its own file. Nothing in here is part of what is shipped.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its two streams"
)]

mod bench;
mod browser;
mod bundle;
mod command;
mod contract;
mod debian;
mod dist;
mod failed_tests;
mod failure;
mod finish;
mod foreign;
mod image;
mod images;
mod musl;
mod npm;
mod postgres;
mod probe;
mod progress;
mod python;
mod rehearsal;
mod screenshots;
mod service;
mod start;
mod test;
mod tools;
mod torture;
mod wasm;
mod wheels;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Pipit's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Set everything up and run page, backend and OTP service on embedded defaults.
    Start(start::Options),
    /// Set everything up, browsers included, and run every check and test.
    Test(test::Options),
    /// Install the build tools and nothing else.
    Setup,
    /// Build the page into `dist/`, unless nothing changed since it was built.
    Bundle,
    /// Finish a bundle that Trunk has built; Trunk calls this itself.
    FinishBundle(finish::Options),
    /// Build everything that is shipped into `target/dist`: page, static programs, lists of their parts, images.
    Dist(dist::Options),
    /// Kill the OTP service and its database under load, and let callers race, many times.
    Torture(torture::Options),
    /// Measure what is shipped: the OTP service's sign-ins per second, and what each costs; or the backend, or the page.
    Bench(bench::Options),
    /// Take the pictures of the screens in `docs/screens/`.
    Screenshots,
}

fn main() -> ExitCode {
    match run(CommandLine::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n✗ {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<(), Failure> {
    match chore {
        Chore::Start(options) => start::start(&options),
        Chore::Test(options) => test::test(&options),
        Chore::Setup => tools::set_up().map(drop),
        Chore::Bundle => bundle::build(&tools::set_up()?),
        Chore::FinishBundle(options) => finish::finish_bundle(&options),
        Chore::Dist(options) => dist::dist(&options),
        Chore::Torture(options) => torture::torture(&options),
        Chore::Bench(options) => bench::bench(&options),
        Chore::Screenshots => screenshots::take(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }
}
