//! `cargo xtask bench`: builds the OTP service as it is shipped and measures it. How: the crate
//! `bench`, whose command line this passes on. `cargo xtask bench backend` measures the backend: `backend`;
//! `cargo xtask bench page` the page: `page`.

mod backend;
mod made_of;
mod page;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Parser, Subcommand};

use crate::command::{cargo, on_path, program, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::{debian, musl, postgres, rehearsal, workspace};

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
    let programs = shipped()?;
    measure(of_service(&programs, passed_on)?)
}

/// Builds what is shipped, and what measures it; answers the folder of the former.
fn shipped() -> Result<PathBuf, Failure> {
    musl::set_up()?;
    let programs = musl::build_shipped(&rehearsal::counts()?)?;
    build()?;
    Ok(programs)
}

/// Makes sure that what is measured beside the backend and under the OTP service is there.
pub(crate) fn set_up() -> Result<(), Failure> {
    let mut missing = Vec::new();
    if !on_path("nginx") {
        missing.push("nginx-light");
    }
    if !postgres::is_there() {
        missing.push("postgresql");
    }
    if missing.is_empty() {
        return Ok(());
    }
    debian::install("The benchmarks need nginx and PostgreSQL.", &missing)
}

/// The benchmark of the OTP service in this folder; it has to be built.
pub(crate) fn of_service(
    programs: &Path,
    options: &[impl AsRef<OsStr>],
) -> Result<Command, Failure> {
    let service = programs.join("otp-service");
    benchmark("service", "--service", &service, options)
}

/// The benchmark of the backend in this folder; it has to be built.
pub(crate) fn of_backend(
    programs: &Path,
    options: &[impl AsRef<OsStr>],
) -> Result<Command, Failure> {
    let backend = programs.join("backend");
    benchmark("backend", "--backend", &backend, options)
}

fn benchmark(
    part: &str,
    what: &str,
    path: &Path,
    options: &[impl AsRef<OsStr>],
) -> Result<Command, Failure> {
    let release = workspace::target_folder()?.join("release");
    let mut bench = program(release.join("bench"));
    bench.args([part, what]).arg(path);
    bench.arg("--folder").arg(folder()?).args(options);
    Ok(bench)
}

/// Runs one.
pub(crate) fn measure(mut benchmark: Command) -> Result<(), Failure> {
    run(&mut benchmark, "Read the benchmark's message above.")
}

/// On the disk to measure.
fn folder() -> Result<PathBuf, Failure> {
    let folder = workspace::target_folder()?.join("bench");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    Ok(folder)
}

/// Builds the benchmark.
pub(crate) fn build() -> Result<(), Failure> {
    step("Building bench", || {
        run(
            cargo().args(["build", "--release", "--locked", "--package", "bench"]),
            "Read the compiler's message above.",
        )
    })
}
