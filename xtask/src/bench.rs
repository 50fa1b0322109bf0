//! `cargo xtask bench`: builds the OTP service as it is shipped and measures it. How: the crate
//! `bench`, whose command line this passes on.

use clap::Parser;

use crate::command::{cargo, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::{browser, workspace};

/// What is measured, and how long.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Options {
    /// For the benchmark itself; `cargo xtask bench -- --help` lists what it takes.
    #[arg(last = true)]
    passed_on: Vec<String>,
}

/// Measures and prints tables.
pub(crate) fn bench(options: &Options) -> Result<(), Failure> {
    browser::set_up(&[])?;
    // One after the other: together they would share the benchmark's features.
    for package in ["otp-service", "bench"] {
        step(format_args!("Building {package}"), || build(package))?;
    }
    let release = workspace::target_folder()?.join("release");
    let folder = workspace::target_folder()?.join("bench");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    run(
        crate::command::program(release.join("bench"))
            .arg("--service")
            .arg(release.join("otp-service"))
            .arg("--folder")
            .arg(&folder)
            .args(&options.passed_on),
        "Read the benchmark's message above.",
    )
}

fn build(package: &str) -> Result<(), Failure> {
    run(
        cargo().args(["build", "--release", "--locked", "--package", package]),
        "Read the compiler's message above.",
    )
}
