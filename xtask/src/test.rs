//! `cargo xtask test`: sets up, then checks and tests everything, and says at the end what took how
//! long. `--only` picks steps, `--browser` browsers.

use std::fmt;
use std::num::NonZero;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};

use crate::browser::Engine;
use crate::command::{cargo, run};
use crate::failed_tests::run_tests;
use crate::failure::Failure;
use crate::progress::Elapsed;
use crate::tools::Tools;
use crate::{browser, bundle, contract, foreign, images, postgres, tools, torture, wheels};

/// Which steps run.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Run this step and nothing else; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Step>,
    /// Run the browser tests in this browser alone; may be given several times.
    #[arg(long, value_enum)]
    browser: Vec<Engine>,
}

impl Options {
    fn engines(&self) -> &[Engine] {
        if self.browser.is_empty() {
            &Engine::ALL
        } else {
            &self.browser
        }
    }
}

/// The steps in the order in which they run: what fails soonest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Build tools, browsers and drivers, axe-core, PostgreSQL, Python.
    Setup,
    /// cargo fmt --check
    Format,
    /// cargo clippy, warnings are errors, for this machine and for the browser.
    Lint,
    /// The page, built and finished.
    Bundle,
    /// cargo test for all crates, those on PostgreSQL included, but for what runs in a browser.
    Tests,
    /// The browser tests, in each browser.
    Browsers,
    /// The OTP service killed again and again, a little; `cargo xtask torture` does it at length.
    Crashes,
    /// The official Python SDK and schemathesis against the OTP service.
    Contract,
    /// Sign-ins through a message centre and a mail relay that nobody here wrote.
    Foreign,
    /// The images, built and started: a sign-in goes through them, and backends are replaced meanwhile.
    Images,
    /// cargo deny: licences, sources and banned crates.
    Dependencies,
}

impl Step {
    const ALL: [Self; 11] = [
        Self::Setup,
        Self::Format,
        Self::Lint,
        Self::Bundle,
        Self::Tests,
        Self::Browsers,
        Self::Crashes,
        Self::Contract,
        Self::Foreign,
        Self::Images,
        Self::Dependencies,
    ];

    fn run(self, engines: &[Engine]) -> Result<(), Failure> {
        match self {
            Self::Setup => set_up(engines),
            Self::Format => run(
                cargo().args(["fmt", "--all", "--check"]),
                "Type: cargo fmt --all",
            ),
            Self::Lint => lint(),
            Self::Bundle => bundle::build(&tools::set_up()?),
            Self::Tests => tests(),
            Self::Browsers => browsers(engines),
            Self::Crashes => torture::crashes(None),
            Self::Contract => contract::check(),
            Self::Foreign => foreign::check(),
            Self::Images => started_images(),
            Self::Dependencies => dependencies(&tools::set_up_cargo_deny()?),
        }
    }

    /// What must have gone well for this step to mean anything.
    fn needs(self) -> Option<Self> {
        match self {
            Self::Setup | Self::Format | Self::Lint | Self::Dependencies => None,
            Self::Bundle | Self::Crashes | Self::Contract | Self::Foreign => Some(Self::Setup),
            Self::Tests | Self::Browsers | Self::Images => Some(Self::Bundle),
        }
    }
}

enum Outcome {
    Passed,
    Failed(Failure),
    /// A step that it needs has not gone well.
    Skipped(Step),
}

struct Report {
    step: Step,
    outcome: Outcome,
    took: Duration,
}

/// Runs every wanted step, also after one has failed, so that one run tells everything.
pub(crate) fn test(options: &Options) -> Result<(), Failure> {
    let wanted = Step::ALL
        .into_iter()
        .filter(|step| options.only.is_empty() || options.only.contains(step));
    let mut reports: Vec<Report> = Vec::new();
    for step in wanted {
        eprintln!("\n━━ {step}");
        let began = Instant::now();
        let outcome = match missing(step, &reports) {
            Some(needed) => Outcome::Skipped(needed),
            None => step
                .run(options.engines())
                .map_or_else(Outcome::Failed, |()| Outcome::Passed),
        };
        if let Outcome::Failed(failure) = &outcome {
            eprintln!("✗ {failure}");
        }
        let took = began.elapsed();
        reports.push(Report {
            step,
            outcome,
            took,
        });
    }
    tools::clean_up()?;
    summary(&reports)
}

/// The step that this one needs and that has run without passing.
fn missing(step: Step, reports: &[Report]) -> Option<Step> {
    let needed = step.needs()?;
    reports
        .iter()
        .any(|report| report.step == needed && !matches!(report.outcome, Outcome::Passed))
        .then_some(needed)
}

fn summary(reports: &[Report]) -> Result<(), Failure> {
    println!("\n━━ Summary");
    for report in reports {
        println!("{report}");
    }
    let total = reports.iter().map(|report| report.took).sum();
    println!("  in all {}", Elapsed(total));
    for report in reports {
        if let Outcome::Failed(failure) = &report.outcome {
            println!("\n✗ {}: {failure}", report.step);
        }
    }
    let failed: Vec<_> = reports
        .iter()
        .filter(|report| !matches!(report.outcome, Outcome::Passed))
        .map(|report| report.step.to_string())
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format_args!("Not passed: {}.", failed.join(", ")),
        format_args!(
            "One step alone runs with: cargo xtask test --only {}",
            failed.first().map_or("tests", String::as_str)
        ),
    ))
}

fn set_up(engines: &[Engine]) -> Result<(), Failure> {
    browser::set_up(engines)?;
    if engines.contains(&Engine::Firefox) {
        tools::set_up_geckodriver()?;
    }
    wheels::set_up()?;
    tools::set_up().map(drop)
}

/// All crates at once, also for the browser tests: cargo builds a crate anew for another choice of
/// crates. With the gateway that is off by default; that changes no crate of other people's.
fn all_tests(tools: &Tools) -> Command {
    let mut command = tools.program("cargo");
    command.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    command.args(["--features", "otp-service/sns"]);
    command
}

fn tests() -> Result<(), Failure> {
    let server = postgres::start()?;
    let mut command = all_tests(&Tools::installed());
    command
        .env("PIPIT_TEST_POSTGRES", server.address())
        .arg("--");
    for engine in Engine::ALL {
        command.args(["--skip", engine.tests()]);
    }
    run_tests(
        &mut command,
        "Read the failed tests above; one alone runs with: cargo test -p <crate> <name>",
    )
}

fn browsers(engines: &[Engine]) -> Result<(), Failure> {
    let mut command = all_tests(&Tools::installed());
    command.args(["--test", "browser", "--"]);
    command.args(engines.iter().map(|engine| engine.tests()));
    // A test waits for its page a good part of the time.
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    command.arg(format!("--test-threads={}", cores + 1));
    run_tests(
        &mut command,
        "Read the failed tests above; target/e2e has a picture of each page. One browser alone runs with: cargo xtask test --only browsers --browser <browser>",
    )
}

/// The tests that are ignored while there are no images.
fn started_images() -> Result<(), Failure> {
    images::build()?;
    if !images::can_be_started() {
        eprintln!(
            "! The images were built and NOT started: this machine lets nobody make namespaces."
        );
        return images::forget();
    }
    let server = postgres::start()?;
    let mut command = all_tests(&Tools::installed());
    command
        .env("PIPIT_TEST_POSTGRES", server.address())
        .args(["--test", "shipping", "--", "--ignored", "--nocapture"])
        // Each starts several servers, and one counts what happens to them under load.
        .arg("--test-threads=1");
    run_tests(&mut command, "Read the failed tests above.")?;
    images::forget()
}

fn lint() -> Result<(), Failure> {
    const REMEDY: &str = "Mend what clippy names above.";
    let warnings = ["--", "-D", "warnings"];
    run(
        cargo()
            .args(["clippy", "--workspace", "--all-targets", "--locked"])
            .args(warnings),
        REMEDY,
    )?;
    run(
        cargo()
            .args(["clippy", "--package", "otp-service", "--all-targets"])
            .args(["--features", "fault-points,sns", "--locked"])
            .args(warnings),
        REMEDY,
    )?;
    run(
        cargo()
            .args(["clippy", "--package", "frontend"])
            .args(["--package", "components-example", "--locked"])
            .args(["--target", "wasm32-unknown-unknown"])
            .args(warnings),
        REMEDY,
    )
}

/// J-01, J-02. Advisories need RustSec's database from GitHub; a network that does not reach it must
/// not stop the checks that need nothing from outside.
fn dependencies(tools: &Tools) -> Result<(), Failure> {
    run(
        tools
            .program("cargo-deny")
            .args(["--locked", "check", "bans", "licenses", "sources"]),
        "Read cargo-deny's message above; the rules and their reasons are in deny.toml.",
    )?;
    let mut fetch = tools.program("cargo-deny");
    let fetched = run(fetch.args(["fetch", "db"]), "");
    if fetched.is_err() {
        eprintln!(
            "! Known advisories were NOT checked: RustSec's database can't be reached from here."
        );
        return Ok(());
    }
    run(
        tools
            .program("cargo-deny")
            .args(["--locked", "check", "--disable-fetch", "advisories"]),
        "Update the crate that cargo-deny names above: cargo update -p <crate>",
    )
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.pad(value.as_ref().map_or("", |value| value.get_name()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, took, .. } = self;
        let took = Elapsed(*took).to_string();
        match &self.outcome {
            Outcome::Passed => write!(f, "  ✓ {step:<14} {took}"),
            Outcome::Failed(_) => write!(f, "  ✗ {step:<14} {took}"),
            Outcome::Skipped(needed) => write!(f, "  - {step:<14} left out, needs {needed}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(step: Step, outcome: Outcome) -> Report {
        Report {
            step,
            outcome,
            took: Duration::from_secs(3),
        }
    }

    #[test]
    fn tests_are_left_out_only_when_the_bundle_failed() {
        let failed = || Outcome::Failed(Failure::new("no", "mend"));
        let lint = report(Step::Lint, failed());
        assert_eq!(missing(Step::Tests, &[lint]), None);
        let bundle = report(Step::Bundle, failed());
        assert_eq!(missing(Step::Tests, &[bundle]), Some(Step::Bundle));
        let bundle = report(Step::Bundle, Outcome::Passed);
        assert_eq!(missing(Step::Tests, &[bundle]), None);
    }

    #[test]
    fn one_step_that_did_not_pass_fails_the_whole() {
        let passed = || report(Step::Format, Outcome::Passed);
        summary(&[passed()]).unwrap();
        let left_out = report(Step::Tests, Outcome::Skipped(Step::Bundle));
        let failure = summary(&[passed(), left_out]).unwrap_err();
        assert!(failure.to_string().contains("tests"), "{failure}");
    }
}
