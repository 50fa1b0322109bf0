//! A built OTP service for one run of strangers' programs, on data of its own that is thrown away after it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Child;

use crate::command::{cargo, program, run};
use crate::failure::Failure;
use crate::start::{Ready, free_address, wait_until_ready};
use crate::workspace;

/// Builds it.
pub(crate) fn build() -> Result<(), Failure> {
    run(
        cargo().args(["build", "--locked", "--package", "otp-service"]),
        "Read the compiler's message above.",
    )
}

/// A running service; it ends with this value, and its data too.
pub(crate) struct Service {
    process: Child,
    address: SocketAddr,
    /// It is empty but for the data, and goes with them.
    pub(crate) folder: PathBuf,
}

impl Service {
    /// Starts one. `settings` are arguments, `secrets` what the environment says.
    pub(crate) fn start(
        name: &str,
        settings: &[&str],
        secrets: &[(&str, &str)],
    ) -> Result<Self, Failure> {
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
            .arg("--log=warn")
            .args(settings)
            .envs(secrets.iter().copied())
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

    pub(crate) fn url(&self) -> String {
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
