//! Brings what comes out of npm: exactly the versions and the files that a lock file in the repository names. None of
//! the packages' scripts runs meanwhile. They go to `target/tools`, nowhere else.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{on_path, program, run};
use crate::failure::Failure;
use crate::progress::{ready, step};
use crate::workspace;

/// Packages that are there, in the wanted versions.
pub(crate) struct Packages {
    folder: PathBuf,
}

impl Packages {
    /// The servers of other people that the tests talk to.
    pub(crate) fn foreign() -> Result<Self, Failure> {
        Self::set_up("npm packages of the tests", "foreign", "foreign")
    }

    /// Lighthouse, which gives the page points.
    pub(crate) fn lighthouse() -> Result<Self, Failure> {
        Self::set_up("Lighthouse", "lighthouse", "e2e/lighthouse")
    }

    /// A file of a package.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.folder.join("node_modules").join(path)
    }

    /// Node, which finds the packages by the file that `NODE_PACKAGES` names.
    pub(crate) fn node(&self) -> Command {
        let mut command = program("node");
        command.env("NODE_PACKAGES", self.folder.join("package.json"));
        command
    }

    /// Installs what the lock file in the folder `wanted` names, unless it is there already.
    fn set_up(what: &str, name: &str, wanted: &str) -> Result<Self, Failure> {
        if !on_path("node") || !on_path("npm") {
            return Err(Failure::new(
                format_args!("Node and npm are missing ({what})."),
                "Type: sudo apt-get install -y nodejs npm (Node 20 or newer)",
            ));
        }
        let folder = workspace::tools_folder().join(name);
        let wanted = workspace::root().join(wanted);
        let lock = read(&wanted.join("package-lock.json"))?;
        // npm's own note of what it has installed has another form.
        let installed = folder.join("installed.json");
        let packages = Self { folder };
        if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == lock) {
            ready(what);
            return Ok(packages);
        }
        step(format_args!("Fetching {what}"), || {
            let folder = &packages.folder;
            let failed = |error| Failure::file(folder, &error);
            std::fs::create_dir_all(folder).map_err(failed)?;
            for name in ["package.json", "package-lock.json"] {
                std::fs::copy(wanted.join(name), folder.join(name)).map_err(failed)?;
            }
            run(
                program("npm").current_dir(folder).args([
                    "ci",
                    "--ignore-scripts",
                    "--no-audit",
                    "--no-fund",
                ]),
                "Read npm's message above; most often registry.npmjs.org can't be reached. Then type the same command again.",
            )?;
            std::fs::write(&installed, &lock).map_err(failed)
        })?;
        Ok(packages)
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}
