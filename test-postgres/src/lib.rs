//! A PostgreSQL server for tests: brought up on a Unix socket of its own, killed and brought up again
//! where a test wants that, taken down with the value that stands for it. Nobody's other server is
//! touched, and nothing of it listens on a network.
//!
//! Not here: installing PostgreSQL, and what is done on the server.

mod processes;
mod scratch;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use scratch::Scratch;

/// A running server; it ends with this value.
#[derive(Debug)]
pub struct Server {
    binaries: PathBuf,
    folder: PathBuf,
    durable: bool,
}

impl Server {
    /// Makes a new, empty server and waits until it answers.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start() -> io::Result<Self> {
        Self::new(false)
    }

    /// The same with every commit on disk before it is answered, which takes the time that it takes
    /// in production.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_durable() -> io::Result<Self> {
        Self::new(true)
    }

    fn new(durable: bool) -> io::Result<Self> {
        let binaries = binaries().ok_or_else(|| io::Error::other("PostgreSQL is not installed"))?;
        // Its user can't look into everybody's folders, and a socket's path must be short.
        let made = as_its_user("mktemp")
            .args(["-d", "/tmp/pipit-postgres-XXXXXX"])
            .output()?;
        let folder = String::from_utf8(made.stdout).map_err(io::Error::other)?;
        if !made.status.success() {
            return Err(io::Error::other("there is no folder for PostgreSQL's data"));
        }
        let server = Self {
            binaries,
            folder: PathBuf::from(folder.trim_end()),
            durable,
        };
        let mut init = server.tool("initdb");
        init.args(["--username=pipit", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(server.data())
            .stdout(Stdio::null());
        run("initdb", &mut init)?;
        server.bring_up()?;
        Ok(server)
    }

    /// What the tests are told: the address of the server, whose user may make databases.
    #[must_use]
    pub fn address(&self) -> String {
        format!(
            "postgres:///postgres?host={}&user=pipit",
            self.folder.display()
        )
    }

    /// Starts the server on the data that it has.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn bring_up(&self) -> io::Result<()> {
        // Power stays on in the tests: what a killed server has written is there without fsync too.
        let fsync = if self.durable { "on" } else { "off" };
        let options = format!(
            "-k {} -c listen_addresses='' -c fsync={fsync} -c max_connections=200",
            self.folder.display()
        );
        let mut start = self.tool("pg_ctl");
        start
            .args(["start", "--wait", "--silent", "--options", &options])
            .arg("--log")
            .arg(self.folder.join("log"))
            .arg("--pgdata")
            .arg(self.data());
        run("pg_ctl start", &mut start)
    }

    /// Kills the server with all its processes, and comes back when they are gone. The data stays as
    /// it is.
    ///
    /// # Errors
    /// When it does not run, or can't be killed.
    pub fn kill(&self) -> io::Result<()> {
        let lock = self.data().join("postmaster.pid");
        let pid = std::fs::read_to_string(&lock)?;
        let pid = pid.lines().next().and_then(|line| line.trim().parse().ok());
        let pid = pid.ok_or_else(|| io::Error::other("the server's process is not known"))?;
        processes::kill_family(pid)?;
        // Where nobody asks after dead processes their ids live on, and the next start would take
        // the locks for those of a running server.
        std::fs::remove_file(lock)?;
        std::fs::remove_file(self.folder.join(".s.PGSQL.5432.lock"))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn tool(&self, name: &str) -> Command {
        as_its_user(self.binaries.join(name))
    }
}

impl Drop for Server {
    #[allow(clippy::print_stderr, reason = "the only one to tell is the developer")]
    fn drop(&mut self) {
        let mut stop = self.tool("pg_ctl");
        stop.args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.data());
        let mut remove = as_its_user("rm");
        remove.arg("-r").arg(&self.folder);
        for (what, command) in [("pg_ctl stop", &mut stop), ("rm", &mut remove)] {
            if let Err(error) = run(what, command) {
                eprintln!("! {error}: look after {} by hand", self.folder.display());
            }
        }
    }
}

/// Whether it is installed.
#[must_use]
pub fn is_there() -> bool {
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
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(name);
        command
    } else {
        Command::new(name)
    };
    // The project's folder may be closed to that user.
    command.current_dir("/tmp");
    command
}

fn run(what: &str, command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{what} failed ({status})")))
    }
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
