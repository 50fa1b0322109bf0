//! `cargo xtask bench backend`: builds the static backend that is shipped and measures what it adds to an OTP service,
//! beside nginx. How: the crate `bench`, whose command line this passes on.

use clap::Parser;

use super::{build, folder};
use crate::browser;
use crate::command::{program, run};
use crate::failure::Failure;
use crate::musl::{self, Profile};
use crate::progress::step;
use crate::workspace;

/// How much is measured.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Options {
    /// For the benchmark itself; `cargo xtask bench backend -- --help` lists what it takes.
    #[arg(last = true)]
    passed_on: Vec<String>,
}

/// Measures and prints tables.
pub(super) fn bench(options: &Options) -> Result<(), Failure> {
    browser::set_up(&[])?;
    musl::set_up()?;
    let programs = musl::build(Profile::Shipped)?;
    step("Building bench", || build("bench"))?;
    let release = workspace::target_folder()?.join("release");
    run(
        program(release.join("bench"))
            .arg("backend")
            .arg("--backend")
            .arg(programs.join("backend"))
            .arg("--folder")
            .arg(folder()?)
            .args(&options.passed_on),
        "Read the benchmark's message above.",
    )
}
