//! A container of one of our images, as strictly held as docs and manifests say: nobody's user, no capabilities, a root
//! file system that nothing can be written to. On the machine's own network, since the addresses that servers trust
//! are those of loopback.

use std::net::TcpStream;
use std::process::{Command, Output};

use test_postgres::Scratch;

use crate::browser::Browser;
use crate::proxies::path;

/// Of what `cargo xtask test --only images` builds.
const TAG: &str = "test";
/// Where a container finds PostgreSQL's socket.
const SOCKETS: &str = "/postgres";

/// What a container is started with.
#[derive(Clone, Default)]
pub(crate) struct Wanted {
    /// `backend` or `otp-service`.
    pub(crate) program: &'static str,
    /// Host and port.
    pub(crate) listen: String,
    pub(crate) settings: Vec<(&'static str, String)>,
    /// What podman is told besides.
    pub(crate) options: Vec<String>,
}

/// A running container; it is gone with this value.
pub(crate) struct Container {
    id: String,
    pub(crate) url: String,
}

fn podman(arguments: &[&str]) -> Output {
    let mut command = Command::new("podman");
    command.args(arguments).env(
        "CONTAINERS_CONF",
        path("backend/tests/shipping/containers.conf"),
    );
    command
        .output()
        .unwrap_or_else(|error| panic!("podman does not start: {error}"))
}

/// What podman says.
#[track_caller]
fn said(arguments: &[&str]) -> String {
    let output = podman(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Wanted {
    pub(crate) fn new(program: &'static str, listen: String) -> Self {
        Self {
            program,
            listen,
            ..Self::default()
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((name, value.into()));
        self
    }

    /// Keeps its data in this volume, which podman makes where there is none.
    pub(crate) fn on_volume(mut self, volume: &Volume) -> Self {
        self.options.push(format!("--volume={}:/data", volume.0));
        self
    }

    /// Keeps its data in this database, reached by the server's socket.
    pub(crate) fn on_database(mut self, database: &Scratch) -> Self {
        let url = database.url();
        let (_, folder) = url.split_once("host=").unwrap();
        let folder = folder.split('&').next().unwrap();
        // Only the socket: its folder is the server's own.
        self.options.push(format!(
            "--volume={folder}/.s.PGSQL.5432:{SOCKETS}/.s.PGSQL.5432"
        ));
        let there = url.replace(folder, SOCKETS);
        self.with("DATABASE_URL", there)
    }

    /// Starts it, and waits until it is ready.
    pub(crate) async fn start(&self) -> Container {
        let mut arguments = vec![
            "run".to_owned(),
            "--detach".to_owned(),
            "--pull=never".to_owned(),
            "--network=host".to_owned(),
            "--read-only".to_owned(),
            "--read-only-tmpfs=false".to_owned(),
            "--cap-drop=all".to_owned(),
            "--security-opt=no-new-privileges".to_owned(),
            // podman has systemd ask; here the tests do.
            "--no-healthcheck".to_owned(),
        ];
        arguments.extend(self.options.iter().cloned());
        let listen = [("LISTEN_ADDR", self.listen.clone())];
        for (name, value) in listen.iter().chain(&self.settings) {
            arguments.push(format!("--env={name}={value}"));
        }
        arguments.push(format!("localhost/pipit-{}:{TAG}", self.program));
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let container = Container {
            id: said(&words),
            url: format!("http://{}", self.listen),
        };
        container.wait_until_ready().await;
        container
    }
}

impl Container {
    async fn wait_until_ready(&self) {
        let address = self.url.trim_start_matches("http://");
        let ready = format!("{}/readyz", self.url);
        loop {
            if TcpStream::connect(address).is_ok()
                && Browser::default().get(&ready).await.status == 200
            {
                return;
            }
            assert_eq!(
                self.inspect("{{.State.Status}}"),
                "running",
                "{}",
                self.log()
            );
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// Something that podman knows of it.
    pub(crate) fn inspect(&self, format: &str) -> String {
        said(&["inspect", "--format", format, &self.id])
    }

    /// A line of what the kernel says of its process.
    pub(crate) fn status(&self, name: &str) -> String {
        let status = format!("/proc/{}/status", self.inspect("{{.State.Pid}}"));
        let status = std::fs::read_to_string(status).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}:")));
        line.unwrap().split_whitespace().next().unwrap().to_owned()
    }

    /// Runs its program once more inside; whether that went well.
    pub(crate) fn exec(&self, words: &[&str]) -> bool {
        podman(&[&["exec", self.id.as_str()], words].concat())
            .status
            .success()
    }

    pub(crate) fn log(&self) -> String {
        let output = podman(&["logs", &self.id]);
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        text(&output.stdout) + &text(&output.stderr)
    }

    /// Ends its process at once, as a crash or the kernel would.
    pub(crate) fn kill(&self) {
        said(&["kill", "--signal=KILL", &self.id]);
    }

    /// Asks it to end, and waits until it has; its exit code.
    pub(crate) fn stop(&self) -> String {
        said(&["stop", "--time=30", &self.id]);
        self.inspect("{{.State.ExitCode}}")
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        podman(&["rm", "--force", "--time=0", "--volumes", &self.id]);
    }
}

/// A volume; it is gone with this value.
pub(crate) struct Volume(String);

impl Volume {
    pub(crate) fn new() -> Self {
        Self(said(&["volume", "create"]))
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        podman(&["volume", "rm", "--force", &self.0]);
    }
}
