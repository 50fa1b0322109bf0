//! What differs from browser to browser: the driver's program and the capabilities asked for.

use std::path::Path;

use fantoccini::wd::Capabilities;
use serde_json::json;

/// A browser engine that the tests run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium by chromedriver.
    Chromium,
}

impl Engine {
    /// The program that speaks WebDriver for this engine.
    pub(crate) fn driver(self) -> &'static str {
        match self {
            Self::Chromium => "chromedriver",
        }
    }

    /// What to type when that program is not there.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::Chromium => {
                "run `cargo xtask test`, or: sudo apt-get install -y chromium chromium-driver"
            }
        }
    }

    /// Arguments of the driver that make it listen on a port.
    pub(crate) fn driver_arguments(self, port: u16) -> Vec<String> {
        match self {
            Self::Chromium => vec![format!("--port={port}"), "--log-level=WARNING".to_owned()],
        }
    }

    /// A fresh browser with its own profile folder that keeps every line of its console and never
    /// calls home.
    pub(crate) fn capabilities(self, profile: &Path) -> Capabilities {
        let mut capabilities = Capabilities::new();
        match self {
            Self::Chromium => {
                let mut arguments: Vec<String> = [
                    "--headless",
                    // Tests run as root on build machines, where Chromium's sandbox can't.
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--no-first-run",
                    "--lang=en-US",
                    "--window-size=1280,900",
                ]
                .map(str::to_owned)
                .to_vec();
                arguments.push(format!("--user-data-dir={}", profile.display()));
                capabilities.insert("goog:chromeOptions".into(), json!({ "args": arguments }));
                capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
            }
        }
        capabilities
    }
}
