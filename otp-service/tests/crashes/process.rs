//! The service as a process of its own, as an operator starts it, and as a kill leaves it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::data::Data;
use super::http::Http;

const PROGRAM: &str = env!("CARGO_BIN_EXE_otp-service");
/// SIGKILL
const KILLED: i32 = 9;
/// Lines of the log that are shown when something is wrong.
const SHOWN: usize = 40;

/// A running service; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Arc<Mutex<Child>>,
    log: Arc<Mutex<Vec<String>>>,
    pub(crate) http: Http,
}

/// How a start ended that did not lead to a running service.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
}

impl Ended {
    pub(crate) fn by_kill(&self) -> bool {
        self.status.signal() == Some(KILLED)
    }
}

/// What a process is started with, besides its data.
#[derive(Debug, Default, Clone)]
pub(crate) struct With<'a> {
    /// `name:count` of the point at which it kills itself.
    pub(crate) point: Option<String>,
    /// The key of its callers; none: it makes one itself.
    pub(crate) key: Option<&'a str>,
    /// Where its messages go; none: into the outbox.
    pub(crate) gateway: Option<String>,
}

impl Process {
    /// Starts the service and waits until it listens.
    pub(crate) fn start(data: &Data, with: &With<'_>) -> Result<Self, Ended> {
        // What the shell does not hear the service does not hear either: a file that may grow no
        // longer is then an error of writing, as on a disk that fails, and no signal.
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", PROGRAM]);
        data.put_into(&mut command);
        command
            .arg("--listen-addr=127.0.0.1:0")
            .args(["--first-cool-down-secs=0", "--failures-to-lock=50"])
            .env("LOG", "info");
        if let Some(point) = &with.point {
            command.env("PIPIT_FAULT_POINT", point);
        }
        if let Some(address) = &with.gateway {
            command
                .args(["--gateway=http", "--allowed-countries=US"])
                .arg(format!("--http-gateway-url={address}"))
                .arg("--http-gateway-body={\"to\":\"{to}\",\"text\":\"{text}\"}")
                .env("HTTP_GATEWAY_SECRET", "a secret of the tests");
        }
        if let Some(key) = with.key {
            command.env("INITIAL_API_KEY", key);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut read = Vec::new();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            read.push(line);
            entry["address"].as_str().map(str::to_owned)
        });
        let Some(address) = address else {
            let status = child.wait().unwrap();
            if status.signal() != Some(KILLED) {
                eprintln!("{}", read.join("\n"));
            }
            return Err(Ended { status });
        };
        let log = Arc::new(Mutex::new(read));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if line.contains("\"INFO\"") {
                    continue;
                }
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() >= SHOWN {
                    kept.remove(0);
                }
                kept.push(line);
            }
        });
        let key = with.key.map_or_else(|| data.made_key(), str::to_owned);
        Ok(Self {
            child: Arc::new(Mutex::new(child)),
            log,
            http: Http::new(&address, &key),
        })
    }

    /// Starts it where nothing stands in its way.
    pub(crate) fn run(data: &Data, key: Option<&str>) -> Self {
        let with = With {
            key,
            ..With::default()
        };
        Self::start(data, &with).expect("the service starts on what was left")
    }

    pub(crate) fn id(&self) -> i32 {
        i32::try_from(self.child.lock().unwrap().id()).unwrap()
    }

    /// SIGKILL, now.
    pub(crate) fn kill(&self) {
        self.child.lock().unwrap().kill().unwrap();
    }

    /// Waits for its end, which was no other than a kill.
    pub(crate) fn wait_until_killed(&self) {
        let status = self.child.lock().unwrap().wait().unwrap();
        assert_eq!(
            status.signal(),
            Some(KILLED),
            "it ended by itself: {status}"
        );
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&self) -> bool {
        self.child.lock().unwrap().try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have ended already, which is as good.
        let _ = child.kill();
        let _ = child.wait();
        if std::thread::panicking() {
            let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            eprintln!("the last lines of its log:\n{}", log.join("\n"));
        }
    }
}

/// Runs `otp-service check` on the data; panics with what it says when something is wrong.
#[track_caller]
pub(crate) fn assert_whole(data: &Data) {
    let Output {
        status,
        stdout,
        stderr,
    } = chore(data, &["check"]);
    assert!(
        status.success(),
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
}

/// Does a chore on the data.
pub(crate) fn chore(data: &Data, words: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    data.put_into(&mut command);
    command.args(words).output().unwrap()
}
