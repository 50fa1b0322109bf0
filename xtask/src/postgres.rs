//! A PostgreSQL server for the tests: brought up on a Unix socket of its own before them, taken down
//! after them. Nobody's other server is touched, and nothing of it listens on a network.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::{output_of, program, run};
use crate::failure::Failure;
use crate::progress::step;

const REMEDY: &str = "Look at PostgreSQL's message above; the package is Debian's `postgresql`.";

/// A running server; it ends with this value.
pub(crate) struct Server {
    binaries: PathBuf,
    folder: PathBuf,
}

impl Server {
    /// Makes a new, empty server and waits until it answers.
    pub(crate) fn start() -> Result<Self, Failure> {
        let binaries = binaries().ok_or_else(|| {
            Failure::new(
                "PostgreSQL is not installed.",
                "Type: sudo apt-get install -y postgresql",
            )
        })?;
        // Its user can't look into everybody's folders, and a socket's path must be short.
        let folder = output_of(as_its_user("mktemp").args(["-d", "/tmp/pipit-postgres-XXXXXX"]))
            .map(|text| PathBuf::from(text.trim_end()))
            .ok_or_else(|| Failure::new("There is no folder for PostgreSQL's data.", REMEDY))?;
        let server = Self { binaries, folder };
        step("Starting PostgreSQL for the tests", || server.bring_up())?;
        Ok(server)
    }

    /// What the tests are told: the address of the server, whose user may make databases.
    pub(crate) fn address(&self) -> String {
        format!(
            "postgres:///postgres?host={}&user=pipit",
            self.folder.display()
        )
    }

    fn bring_up(&self) -> Result<(), Failure> {
        let mut init = self.tool("initdb");
        init.args(["--username=pipit", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(self.data())
            .stdout(Stdio::null());
        run(&mut init, REMEDY)?;
        // The data is thrown away: it need not be on disk.
        let options = format!(
            "-k {} -c listen_addresses='' -c fsync=off -c max_connections=200",
            self.folder.display()
        );
        let mut start = self.tool("pg_ctl");
        start
            .args(["start", "--wait", "--silent", "--options", &options])
            .arg("--log")
            .arg(self.folder.join("log"))
            .arg("--pgdata")
            .arg(self.data());
        run(&mut start, REMEDY)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn tool(&self, name: &str) -> Command {
        as_its_user(self.binaries.join(name))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = self.tool("pg_ctl");
        stop.args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.data());
        let mut remove = as_its_user("rm");
        remove.arg("-r").arg(&self.folder);
        for command in [&mut stop, &mut remove] {
            if let Err(failure) = run(command, "End it and remove its folder by hand.") {
                eprintln!("! {failure}");
            }
        }
    }
}

/// Whether it is installed.
pub(crate) fn is_there() -> bool {
    binaries().is_some()
}

/// The folder of the newest version's programs; Debian does not put them on the search path.
fn binaries() -> Option<PathBuf> {
    newest(Path::new("/usr/lib/postgresql"))
}

fn newest(versions: &Path) -> Option<PathBuf> {
    let folders = std::fs::read_dir(versions).ok()?.flatten();
    let version = |entry: std::fs::DirEntry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        let folder = entry.path().join("bin");
        folder.join("initdb").is_file().then_some((number, folder))
    };
    folders.filter_map(version).max().map(|(_, folder)| folder)
}

/// It refuses to run as root: then as the user that its package makes.
fn as_its_user(name: impl AsRef<OsStr>) -> Command {
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = program("runuser");
        command.args(["-u", "postgres", "--"]).arg(name);
        command
    } else {
        program(name)
    };
    // The project's folder may be closed to that user.
    command.current_dir("/tmp");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_that_is_whole_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest(folder.path()), None);
        for (version, whole) in [("9", true), ("15", true), ("16", false), ("common", true)] {
            let binaries = folder.path().join(version).join("bin");
            std::fs::create_dir_all(&binaries).unwrap();
            if whole {
                std::fs::write(binaries.join("initdb"), "").unwrap();
            }
        }
        assert_eq!(newest(folder.path()), Some(folder.path().join("15/bin")));
    }
}
