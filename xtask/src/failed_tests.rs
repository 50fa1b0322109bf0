//! Runs Rust's tests with their output shown as it comes, and keeps what the failed ones said, so that it
//! stands once more at the end of an hour's run.
//!
//! Not here: which tests run.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::command::shown;
use crate::failure::Failure;

/// Of a test so many lines are kept,
const LINES: usize = 15;
/// and of so many tests.
const TESTS: usize = 20;

/// Runs `cargo test` to its end; a failure says what the failed tests said.
pub(crate) fn run_tests(command: &mut Command, remedy: &str) -> Result<(), Failure> {
    let name = shown(command);
    let failed = |what: &dyn std::fmt::Display| Failure::new(format_args!("{name} {what}"), remedy);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&format_args!("did not start: {error}")))?;
    let mut said = Said::default();
    if let Some(stdout) = child.stdout.take() {
        let mut stdout = BufReader::new(stdout);
        let mut line = Vec::new();
        let unread = |error: io::Error| failed(&format_args!("can't be followed: {error}"));
        while stdout.read_until(b'\n', &mut line).map_err(unread)? > 0 {
            io::stdout().lock().write_all(&line).map_err(unread)?;
            said.hear(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    let status = child
        .wait()
        .map_err(|error| failed(&format_args!("was lost: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(failed(&format_args!("failed ({status}).{}", said.text)))
}

/// What is kept of libtest's output: between `failures:` and the list of names under a second `failures:`
/// it prints what each failed test said, under a line of its own.
#[derive(Debug, Default)]
struct Said {
    text: String,
    tests: usize,
    /// Lines of the present test that may still be kept.
    left: usize,
}

impl Said {
    fn hear(&mut self, line: &str) {
        let line = line.trim_end();
        if line.starts_with("---- ") && line.ends_with(" ----") {
            self.tests += 1;
            self.left = LINES;
        } else if line.contains(" panicked at ") {
            // Whatever it said before.
            self.left = LINES;
        } else if line == "failures:" || line == "stack backtrace:" {
            self.left = 0;
        }
        if self.left > 0 && self.tests <= TESTS && !line.is_empty() {
            self.left -= 1;
            self.text.push_str("\n  ");
            self.text.push_str(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_failed_test_its_name_and_its_words_are_kept() {
        let mut said = Said::default();
        let output = "test store::a ... ok\ntest store::b ... FAILED\n\nfailures:\n\n---- store::b stdout ----\n\n\
                      thread 'store::b' panicked at src/store.rs:7:5:\nassertion failed\nstack backtrace:\n   0: main\n\n\n\
                      failures:\n    store::b\n\ntest result: FAILED. 1 passed; 1 failed\n";
        output.lines().for_each(|line| said.hear(line));
        assert_eq!(
            said.text,
            "\n  ---- store::b stdout ----\n  thread 'store::b' panicked at src/store.rs:7:5:\n  assertion failed"
        );
    }

    #[test]
    fn a_test_that_says_much_and_a_run_in_which_all_fail_stay_short() {
        let mut said = Said::default();
        for test in 0..100 {
            said.hear(&format!("---- {test} stdout ----\n"));
            (0..100).for_each(|_| said.hear("word\n"));
            said.hear("thread 'a' panicked at src/a.rs:1:1:\n");
            said.hear("failures:\n");
        }
        assert_eq!(said.text.lines().count(), 1 + (LINES + 1) * TESTS);
    }

    #[test]
    fn a_run_that_fails_says_what_failed() {
        let mut tests = crate::command::program("sh");
        tests.args(["-c", "printf -- '---- a stdout ----\\nno\\n'; exit 101"]);
        let failure = run_tests(&mut tests, "Mend it.").unwrap_err().to_string();
        assert!(
            failure.contains("failed (exit status: 101).\n  ---- a stdout ----\n  no\n  Mend it."),
            "{failure}"
        );
    }
}
