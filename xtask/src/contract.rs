//! The built OTP service as strangers call it: the vendor's official Python SDK, and schemathesis, which
//! calls every operation of the OpenAPI document in ways nobody thought of.
//!
//! The calls are in `python/`; here the service is started for them, each time on data of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Child;

use crate::command::{cargo, program, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::python::{self, Python};
use crate::start::{Ready, free_address, wait_until_ready};
use crate::workspace;

/// Opens nothing but the data that is made for one run and thrown away after it.
const KEY: &str = "sk_test_000000000000000000000000000000000000000000000000";

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
    run(
        cargo().args(["build", "--locked", "--package", "otp-service"]),
        "Read the compiler's message above.",
    )?;
    step("The official Python SDK", || official_sdk(&python))?;
    step("schemathesis", || schemathesis(&python))
}

fn official_sdk(python: &Python) -> Result<(), Failure> {
    let service = Service::start("sdk", &[])?;
    let mut sdk = python.command();
    sdk.arg("python/sdk.py")
        .env("OTP_SERVICE_URL", service.url())
        .env("OTP_API_KEY", KEY);
    run(&mut sdk, "Read the last line of Python's message above.")
}

fn schemathesis(python: &Python) -> Result<(), Failure> {
    let service = Service::start("schemathesis", &LOOSE_LIMITS)?;
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

/// A running service; it ends with this value, and its data too.
struct Service {
    process: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Service {
    fn start(name: &str, limits: &[&str]) -> Result<Self, Failure> {
        let target = workspace::target_folder()?;
        let folder = target.join("contract").join(name);
        forget(&folder)?;
        std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
        let address = free_address(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let binary = target.join("debug/otp-service");
        let process = program(&binary)
            .arg(format!("--listen-addr={address}"))
            .arg("--data-dir")
            .arg(folder.join("data"))
            .args(["--gateway=outbox", "--log=warn"])
            .args(limits)
            .env("INITIAL_API_KEY", KEY)
            .env_remove("DATABASE_URL")
            .env_remove("DATABASE_URL_FILE")
            .spawn()
            .map_err(|error| Failure::file(&binary, &error))?;
        let mut service = Self {
            process,
            address,
            folder,
        };
        match wait_until_ready(&mut service.process, address) {
            Ready::Yes => Ok(service),
            Ready::Ended(_) | Ready::TooLate => Err(Failure::new(
                "The OTP service does not start.",
                "Read its log above.",
            )),
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let ended = self.process.kill().and_then(|()| self.process.wait());
        if let Err(error) = ended {
            eprintln!("! The OTP service was not ended: {error}");
        }
        if let Err(failure) = forget(&self.folder) {
            eprintln!("! {failure}");
        }
    }
}

fn forget(folder: &std::path::Path) -> Result<(), Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::file(folder, &error))
        }
        _ => Ok(()),
    }
}
