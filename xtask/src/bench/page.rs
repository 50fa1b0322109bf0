//! `cargo xtask bench page`: builds page and backend as they are shipped and measures them in Chromium.
//! How: `e2e/src/bin/measure_page`, whose tables this prints.

use clap::Parser;

use super::made_of;
use crate::browser::Engine;
use crate::command::{cargo, run};
use crate::failure::Failure;
use crate::npm::Packages;
use crate::progress::step;
use crate::{browser, bundle, tools};

/// How often is measured, or what else is asked.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Options {
    /// How often the page is opened, and how often Lighthouse looks; medians are shown.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Measure nothing and show which crates the program's bytes come from; builds it once more.
    #[arg(long)]
    made_of: bool,
}

/// Measures and prints tables.
pub(super) fn bench(options: &Options) -> Result<(), Failure> {
    let tools = tools::set_up()?;
    if options.made_of {
        return made_of::show(&tools);
    }
    browser::set_up(&[Engine::Chromium])?;
    let lighthouse = Packages::lighthouse()?.file("lighthouse/cli/index.js");
    bundle::build(&tools)?;
    // The backend is part of it.
    let measure = [
        "--release",
        "--locked",
        "--package",
        "e2e",
        "--bin",
        "measure_page",
    ];
    step("Building the backend (some minutes, once)", || {
        run(
            cargo().arg("build").args(measure),
            "Read the compiler's message above.",
        )
    })?;
    run(
        cargo()
            .args(["run", "--quiet"])
            .args(measure)
            .arg("--")
            .arg(format!("--runs={}", options.runs))
            .arg("--lighthouse")
            .arg(lighthouse),
        "Read the message above; the page itself is easiest looked at with: cargo xtask start",
    )
}
