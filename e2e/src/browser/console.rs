//! The browser's console: script errors and broken content policies end up there. A test is good
//! only when it stays empty, but for requests that the test itself made fail.
//!
//! Not every engine lets a test see all of it:
//!
//! | | Chromium | Firefox | WebKit |
//! | --- | --- | --- | --- |
//! | scripts that fail, promises that nobody catches | yes | yes | once the page has loaded |
//! | what the content policy stops | yes | yes | once the page has loaded |
//! | files that are not what their integrity value says | yes | yes | no |
//! | what the page itself writes with `console.error` | yes | no | once the page has loaded |
//! | requests that fail | yes | no | no |
//!
//! A program that panics fails as a script, so no engine overlooks it.

mod chromium;
mod firefox;
mod webkit;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use url::Url;

pub(super) use chromium::TakeLog;

use super::Browser;
use crate::engine::Engine;
use crate::trouble::Outcome;

/// One line of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleLine {
    /// `SEVERE`, `WARNING`, `INFO`, …
    level: String,
    /// `network`, `security`, `javascript`, `console-api`, …; other words in other engines.
    source: String,
    /// What it says; for failed requests it begins with their address.
    message: String,
}

/// What the test said about the console so far.
#[derive(Debug, Default)]
pub(super) struct Console {
    failing: Vec<String>,
    ignored: bool,
    /// Lines of pages that have been left, where the browser itself does not keep them.
    kept: Mutex<Vec<ConsoleLine>>,
}

impl Browser {
    /// Says that requests to this path fail on purpose in this test. Browsers write a line for
    /// every failed request, whatever the page makes of it.
    pub fn expect_failed_requests_to(&mut self, path: &str) {
        self.console.failing.push(path.to_owned());
    }

    /// Says that this test has seen the complaints that it wanted, and that more may follow.
    pub fn ignore_further_complaints(&mut self) {
        self.console.ignored = true;
    }

    /// Errors and broken policies since the last call that the test did not announce.
    pub async fn complaints(&self) -> Outcome<Vec<ConsoleLine>> {
        let mut lines = self.console.take_kept();
        lines.extend(self.take_console().await?);
        lines.retain(|line| line.is_complaint() && !self.console.announced(line));
        Ok(lines)
    }

    /// Whether this browser's console tells of files that are not what their integrity value says.
    #[must_use]
    pub fn tells_of_integrity(&self) -> bool {
        self.engine != Engine::WebKit
    }

    /// To be called before the page goes or another is looked at.
    pub(super) async fn leave_page(&self) -> Outcome {
        if self.engine == Engine::WebKit {
            let lines = self.take_page_lines().await?;
            self.console.keep(lines);
        }
        Ok(())
    }

    /// To be called when another page is there.
    pub(super) async fn watch_page(&self) -> Outcome {
        if self.engine == Engine::WebKit {
            self.watch_page_lines().await?;
        }
        Ok(())
    }

    async fn take_console(&self) -> Outcome<Vec<ConsoleLine>> {
        match self.engine {
            Engine::Chromium => self.take_log().await,
            Engine::Firefox => self.take_console_service().await,
            Engine::WebKit => self.take_page_lines().await,
        }
    }
}

impl Console {
    /// Only the browser's own line about a failed request can be announced, never a script's.
    fn announced(&self, line: &ConsoleLine) -> bool {
        let address = line.message.split_whitespace().next().unwrap_or_default();
        let path = Url::parse(address).map(|url| url.path().to_owned());
        self.ignored
            || line.source == "network" && path.is_ok_and(|path| self.failing.contains(&path))
    }

    fn keep(&self, lines: Vec<ConsoleLine>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(lines);
    }

    fn take_kept(&self) -> Vec<ConsoleLine> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *kept)
    }
}

impl ConsoleLine {
    fn read(line: &Value) -> Self {
        let field = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        Self {
            level: field("level"),
            source: field("source"),
            message: field("message"),
        }
    }

    fn read_all(lines: &Value) -> Vec<Self> {
        let lines = lines.as_array().into_iter().flatten();
        lines.map(Self::read).collect()
    }

    /// An error, or a warning about what the policy or an integrity value has stopped. Browsers
    /// also warn of features in headers that only other browsers know.
    fn is_complaint(&self) -> bool {
        let stopped = ["Content Security Policy", "integrity"];
        self.level == "SEVERE" || stopped.iter().any(|words| self.message.contains(words))
    }
}

impl fmt::Display for ConsoleLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.level, self.source, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(source: &str, message: &str) -> ConsoleLine {
        ConsoleLine::read(&json!({"level": "SEVERE", "source": source, "message": message}))
    }

    #[test]
    fn only_the_announced_request_may_fail() {
        let console = Console {
            failing: vec!["/api/otp/verify".to_owned()],
            ..Console::default()
        };
        let failed = "http://127.0.0.1:1/api/otp/verify - Failed to load resource: 400";
        assert!(console.announced(&line("network", failed)));
        let other = "http://127.0.0.1:1/api/otp/send - Failed to load resource: 500";
        assert!(!console.announced(&line("network", other)));
        assert!(!console.announced(&line("javascript", failed)));
        assert!(!console.announced(&line("security", "Refused to run a script")));
    }

    #[test]
    fn errors_and_broken_policies_are_complaints_and_nothing_else_is() {
        let warning = |message: &str| {
            ConsoleLine::read(
                &json!({"level": "WARNING", "source": "security", "message": message}),
            )
        };
        assert!(!warning("Unrecognized feature: 'bluetooth'.").is_complaint());
        assert!(warning("violates the following Content Security Policy").is_complaint());
        assert!(line("javascript", "x").is_complaint());
    }
}
