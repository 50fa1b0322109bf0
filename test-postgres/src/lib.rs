//! A PostgreSQL server for tests: brought up on a Unix socket of its own, killed and brought up again
//! where a test wants that, taken down with the value that stands for it. Nobody's other server is
//! touched, and nothing of it listens on a network: TLS, where a test wants it, is spoken on loopback.
//!
//! Not here: installing PostgreSQL, and what is done on the server.

mod processes;
mod scratch;

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use scratch::Scratch;

/// PostgreSQL's own; no other server's socket is in the folder.
const PORT: u16 = 5432;
/// In the server's folder.
const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";

/// A running server; it ends with this value.
#[derive(Debug)]
pub struct Server {
    binaries: PathBuf,
    folder: PathBuf,
    durable: bool,
    tls: bool,
    port: u16,
}

impl Server {
    /// Makes a new, empty server and waits until it answers.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start() -> io::Result<Self> {
        let server = Self::new(false)?;
        server.bring_up()?;
        Ok(server)
    }

    /// The same with every commit on disk before it is answered, which takes the time that it takes
    /// in production.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_durable() -> io::Result<Self> {
        let server = Self::new(true)?;
        server.bring_up()?;
        Ok(server)
    }

    /// The same as [`Server::start`], and besides over TLS at [`Server::port`] of 127.0.0.1, where a
    /// user needs a password. Both texts are PEM.
    ///
    /// # Errors
    /// As [`Server::start`], or when there is no free port.
    pub fn start_with_tls(certificate: &str, key: &str) -> io::Result<Self> {
        let mut server = Self::new(false)?;
        server.keep(CERTIFICATE, certificate)?;
        server.keep(KEY, key)?;
        server.tls = true;
        // At the last moment, so that hardly anybody else can be given it.
        server.port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        server.bring_up()?;
        Ok(server)
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
            tls: false,
            port: PORT,
        };
        let mut init = server.tool("initdb");
        init.args(["--username=pipit", "--encoding=UTF8"])
            .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
            .args(["--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(server.data())
            .stdout(Stdio::null());
        run("initdb", &mut init)?;
        Ok(server)
    }

    /// Where it speaks TLS.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the tests are told: the address of the server, whose user may make databases.
    #[must_use]
    pub fn address(&self) -> String {
        format!(
            "postgres:///postgres?host={}&port={}&user=pipit",
            self.folder.display(),
            self.port
        )
    }

    /// Starts the server on the data that it has.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn bring_up(&self) -> io::Result<()> {
        // Power stays on in the tests: what a killed server has written is there without fsync too.
        let fsync = if self.durable { "on" } else { "off" };
        let folder = self.folder.display();
        let reached = if self.tls {
            format!(
                "-c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file={folder}/{CERTIFICATE} -c \
                 ssl_key_file={folder}/{KEY}"
            )
        } else {
            "-c listen_addresses=''".to_owned()
        };
        let options = format!(
            "-k {folder} -p {} {reached} -c fsync={fsync} -c max_connections=200",
            self.port
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
        std::fs::remove_file(self.folder.join(format!(".s.PGSQL.{}.lock", self.port)))
    }

    /// Writes a file that only its user can read.
    fn keep(&self, name: &str, text: &str) -> io::Result<()> {
        let mut write = as_its_user("sh");
        write
            .args(["-c", "umask 077; cat > \"$0\""])
            .arg(self.folder.join(name))
            .stdin(Stdio::piped());
        let mut writing = write.spawn()?;
        let sent = writing
            .stdin
            .take()
            .map_or(Ok(()), |mut file| file.write_all(text.as_bytes()));
        let status = writing.wait()?;
        sent?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!(
                "{name} was not written ({status})"
            )))
        }
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
