//! An X server whose screen is in memory, for a browser that can't do without one. Gone with the
//! browser that it was started for, also when the test has panicked.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::trouble::{Outcome, Trouble};

/// A running `Xvfb`.
#[derive(Debug)]
pub(crate) struct Display {
    process: Child,
    name: String,
}

impl Display {
    /// Starts it and waits until it takes windows: it picks a free number itself and tells it then.
    pub(crate) fn start() -> Outcome<Self> {
        let mut process = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x1200x24"])
            .args(["-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                Trouble::new(format_args!(
                    "Xvfb does not start ({error}): run `cargo xtask test`, or: sudo apt-get install -y xvfb"
                ))
            })?;
        let mut number = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut number)?;
        }
        let display = Self {
            process,
            name: format!(":{}", number.trim()),
        };
        if number.trim().is_empty() {
            return Err(Trouble::new("Xvfb ended right after its start"));
        }
        Ok(display)
    }

    /// What goes into `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
