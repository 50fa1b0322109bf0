//! The built OTP service as strangers call it: the vendor's official Python SDK, and schemathesis, which
//! calls every operation of the OpenAPI document in ways nobody thought of.
//!
//! The calls are in `python/`; the service is started for them by [`crate::service`].

use crate::command::run;
use crate::failure::Failure;
use crate::progress::step;
use crate::python::{self, Python};
use crate::service::{self, Service};
use crate::workspace;

/// Opens nothing but the data that is made for one run and thrown away after it.
const KEY: &str = "sk_test_000000000000000000000000000000000000000000000000";

const OUTBOX: &str = "--gateway=outbox";

/// Schemathesis would see little but refusals under limits that are made for people.
const LOOSE_LIMITS: [&str; 4] = [
    "--first-cool-down-secs=0",
    "--cool-down-secs=0",
    "--sends-per-hour=1000",
    "--sends-per-day=1000",
];

/// Runs both against the service.
pub(crate) fn check() -> Result<(), Failure> {
    let python = python::set_up()?;
    service::build()?;
    step("The official Python SDK", || official_sdk(&python))?;
    step("schemathesis", || schemathesis(&python))
}

fn official_sdk(python: &Python) -> Result<(), Failure> {
    let service = Service::start("sdk", &[OUTBOX], &[("INITIAL_API_KEY", KEY)])?;
    let mut sdk = python.command();
    sdk.arg("python/sdk.py")
        .env("OTP_SERVICE_URL", service.url())
        .env("OTP_API_KEY", KEY);
    run(&mut sdk, "Read the last line of Python's message above.")
}

fn schemathesis(python: &Python) -> Result<(), Failure> {
    let settings = [&[OUTBOX], &LOOSE_LIMITS[..]].concat();
    let service = Service::start("schemathesis", &settings, &[("INITIAL_API_KEY", KEY)])?;
    let mut call = python.command();
    call.args(["-m", "schemathesis.cli", "--config-file"])
        .arg(workspace::root().join("python/schemathesis.toml"))
        .args(["run", "--no-color"])
        .arg(format!("{}/openapi.json", service.url()))
        .env("OTP_API_KEY", KEY)
        // It leaves notes behind where it runs.
        .current_dir(&service.folder);
    run(
        &mut call,
        "Each failure above says how to make its call again.",
    )
}
