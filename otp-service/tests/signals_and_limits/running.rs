//! A running service with a data folder of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_otp-service");
pub(crate) const KEY: &str = "sk_test_000000000000000000000000000000000000000000000000";

/// Dropping it kills it.
pub(crate) struct Running {
    child: Mutex<Child>,
    data: TempDir,
    pub(crate) address: String,
}

impl Running {
    /// Starts it, with so many file handles if that is said, and waits until it listens.
    pub(crate) fn start(file_handles: Option<u32>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let limit = file_handles.map_or(String::new(), |most| format!("ulimit -n {most}; "));
        let mut child = Command::new("sh")
            .args(["-c", &format!("{limit}exec \"$0\" \"$@\""), PROGRAM])
            .args(["--listen-addr=127.0.0.1:0", "--data-dir"])
            .arg(data.path())
            .env("INITIAL_API_KEY", KEY)
            .env_remove("DATABASE_URL")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap();
            entry["address"].as_str().map(str::to_owned)
        });
        // A log that nobody reads would stop the service.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self {
            child: Mutex::new(child),
            data,
            address: address.unwrap(),
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.lock().unwrap().id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end. Its exit code, if it ended by itself.
    pub(crate) fn ends(&self) -> Option<i32> {
        self.child.lock().unwrap().wait().unwrap().code()
    }

    /// Waits for its end, which has to be a good one; then what is wrong with its data.
    pub(crate) fn check(&self) -> String {
        assert_eq!(self.ends(), Some(0));
        let checked = Command::new(PROGRAM)
            .arg("--data-dir")
            .arg(self.data.path())
            .env_remove("DATABASE_URL")
            .arg("check")
            .output()
            .unwrap();
        if checked.status.success() {
            return String::new();
        }
        String::from_utf8(checked.stderr).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        // It may have ended already, which is as good.
        let _ = child.kill();
        let _ = child.wait();
    }
}
