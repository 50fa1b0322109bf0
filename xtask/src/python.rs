//! A Python of the tests' own, with the packages of `python/requirements.txt`: exactly those versions,
//! exactly those files. Nothing is installed outside of `target/tools`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{output_of, program, run};
use crate::failure::Failure;
use crate::progress::{ready, step};
use crate::workspace;

const REMEDY: &str = "Read the message above; most often pypi.org can't be reached. Then type the same command again.";

/// Where it is, once it is there.
pub(crate) struct Python {
    folder: PathBuf,
}

impl Python {
    /// The interpreter, run in the project's top folder.
    pub(crate) fn command(&self) -> Command {
        program(self.folder.join("bin/python"))
    }
}

/// Whether a Python that can make environments is installed. Debian packs the second part apart.
pub(crate) fn is_there() -> bool {
    output_of(program("python3").args(["-c", "import ensurepip, venv"])).is_some()
}

/// Makes the environment, unless it is there with the wanted packages.
pub(crate) fn set_up() -> Result<Python, Failure> {
    let folder = workspace::tools_folder().join("python");
    let wanted = workspace::root().join("python/requirements.txt");
    let installed = folder.join("requirements.txt");
    let packages =
        std::fs::read_to_string(&wanted).map_err(|error| Failure::file(&wanted, &error))?;
    let python = Python { folder };
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == packages) {
        ready("Python packages of the tests");
        return Ok(python);
    }
    step("Installing the Python packages of the tests", || {
        run(
            program("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&python.folder),
            "Type: sudo apt-get install -y python3-venv",
        )?;
        install(&python, &wanted, |install| install)?;
        std::fs::write(&installed, &packages).map_err(|error| Failure::file(&installed, &error))
    })?;
    Ok(python)
}

/// Installs the packages of a file of requirements: exactly these versions, exactly these files.
/// `also` adds where to.
pub(crate) fn install(
    python: &Python,
    requirements: &Path,
    also: impl FnOnce(&mut Command) -> &mut Command,
) -> Result<(), Failure> {
    let mut install = python.command();
    install
        .args(["-m", "pip", "install"])
        .args(["--quiet", "--disable-pip-version-check"])
        .args(["--require-hashes", "--only-binary=:all:", "--requirement"])
        .arg(requirements);
    run(also(&mut install), REMEDY)
}
