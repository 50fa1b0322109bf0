//! `cargo xtask bench backend`: builds the static backend that is shipped and measures what it adds to an OTP service,
//! beside nginx. How: the crate `bench`, whose command line this passes on.

use clap::Parser;

use super::{measure, of_backend, shipped};
use crate::failure::Failure;

/// How much is measured.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Options {
    /// For the benchmark itself; `cargo xtask bench backend -- --help` lists what it takes.
    #[arg(last = true)]
    passed_on: Vec<String>,
}

/// Measures and prints tables.
pub(super) fn bench(options: &Options) -> Result<(), Failure> {
    let programs = shipped()?;
    measure(of_backend(&programs, &options.passed_on)?)
}
