//! `cargo xtask bench`: builds the OTP service as it is shipped and measures it. How: the crate
//! `bench`, whose command line this passes on. `cargo xtask bench backend` measures the backend: `backend`;
//! `cargo xtask bench page` the page: `page`.

mod backend;
mod made_of;
mod page;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::command::{cargo, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::{browser, workspace};

/// What is measured, and how long.
#[derive(Debug, Clone, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    instead: Option<Instead>,
    /// For the benchmark itself; `cargo xtask bench -- --help` lists what it takes.
    #[arg(last = true)]
    passed_on: Vec<String>,
}

#[derive(Debug, Clone, Subcommand)]
enum Instead {
    /// Measure what the backend adds to an OTP service, beside nginx.
    Backend(backend::Options),
    /// Measure the page: bytes, seconds on a slow telephone, Lighthouse's scores.
    Page(page::Options),
}

/// Measures and prints tables.
pub(crate) fn bench(options: &Options) -> Result<(), Failure> {
    match &options.instead {
        Some(Instead::Backend(options)) => backend::bench(options),
        Some(Instead::Page(options)) => page::bench(options),
        None => service(&options.passed_on),
    }
}

fn service(passed_on: &[String]) -> Result<(), Failure> {
    browser::set_up(&[])?;
    // One after the other: together they would share the benchmark's features.
    for package in ["otp-service", "bench"] {
        step(format_args!("Building {package}"), || build(package))?;
    }
    let release = workspace::target_folder()?.join("release");
    run(
        crate::command::program(release.join("bench"))
            .arg("service")
            .arg("--service")
            .arg(release.join("otp-service"))
            .arg("--folder")
            .arg(folder()?)
            .args(passed_on),
        "Read the benchmark's message above.",
    )
}

/// On the disk to measure.
fn folder() -> Result<PathBuf, Failure> {
    let folder = workspace::target_folder()?.join("bench");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    Ok(folder)
}

fn build(package: &str) -> Result<(), Failure> {
    run(
        cargo().args(["build", "--release", "--locked", "--package", package]),
        "Read the compiler's message above.",
    )
}
