//! A program of `examples/`, running until the value that stands for it is gone.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use edge::testing::reserved_address;
use rustix::process::{Pid, Signal, kill_process};

/// A running program.
pub(crate) struct Program {
    child: Child,
    /// `http://127.0.0.1:…`
    pub(crate) url: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        // A signal that can be heard, so that those who have children end them too.
        if let Ok(None) = self.child.try_wait() {
            let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
            // It may be over in this moment; then there is nobody to tell.
            let _ = id.map(|id| kill_process(id, Signal::TERM));
        }
        let _ = self.child.wait();
    }
}

/// A file or folder of `examples/`.
pub(crate) fn path(rest: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(rest)
}

impl Program {
    /// A script of Node's, on a port of its own choice, which it says in its first line.
    pub(crate) fn node(script: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new("node");
        command
            .arg(path(script))
            .env("PORT", "0")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("node does not start: {error}"));
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let url = line.trim_end().to_owned();
        assert!(url.starts_with("http://"), "{script} says {url:?}");
        Self { child, url }
    }

    /// A server that says nothing: it is there when it takes connections at `url`.
    pub(crate) async fn server(mut command: Command, url: String) -> Self {
        let name = format!("{command:?}");
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut program = Self { child, url };
        let address = program.url.trim_start_matches("http://").to_owned();
        let there = async {
            while tokio::net::TcpStream::connect(&address).await.is_err() {
                assert!(
                    program.child.try_wait().unwrap().is_none(),
                    "{name} has ended"
                );
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), there)
            .await
            .unwrap();
        program
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> &str {
        self.url.trim_start_matches("http://")
    }
}

/// For a program that has to be told its port.
pub(crate) fn free_authority() -> String {
    reserved_address().to_string()
}
