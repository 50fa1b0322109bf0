//! What differs from browser to browser: how each is started, and what can be seen in it. One file
//! per engine in `engine/`; all else speaks plain W3C WebDriver.

mod chromium;
mod firefox;
mod webkit;

use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use fantoccini::wd::Capabilities;
use screens::{Catalogue, languages};
use serde_json::json;

use crate::browser::Appearance;
use crate::patience::DEADLINE;
use crate::trouble::Outcome;

pub use chromium::CHROMIUM_FLAGS;

/// A browser engine that the tests run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium by chromedriver.
    Chromium,
    /// Firefox by geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser by WebKitWebDriver, on a screen that nobody sees.
    WebKit,
}

/// How a person has set up their browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options<'a> {
    /// The one language that the browser asks pages for: `en-US`, `ar`, … (BCP 47).
    pub language: &'a str,
    /// Colours, movement, size.
    pub appearance: Appearance,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            language: "en-US",
            appearance: Appearance::default(),
        }
    }
}

impl Options<'_> {
    /// The words that stand on the screens for somebody with this language.
    pub(crate) fn words(&self) -> &'static Catalogue {
        let tag = languages::choose([self.language]);
        languages::find(tag).unwrap_or(&languages::ENGLISH)
    }
}

/// How the driver of an engine is started and what it is asked for.
#[derive(Debug)]
pub(crate) struct Launch {
    /// Besides the one that names the port.
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(&'static str, OsString)>,
    pub(crate) capabilities: Capabilities,
}

impl Engine {
    /// The name that tests and their pictures bear.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The program that speaks WebDriver for this engine.
    pub(crate) fn driver(self) -> &'static str {
        match self {
            Self::Chromium => "chromedriver",
            Self::Firefox => "geckodriver",
            Self::WebKit => "WebKitWebDriver",
        }
    }

    /// What to type when driver or browser are not there.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::Chromium => {
                "run `cargo xtask test`, or: sudo apt-get install -y chromium chromium-driver"
            }
            Self::Firefox => {
                "run `cargo xtask test`, or: sudo apt-get install -y firefox-esr, and put target/tools/bin with its geckodriver into PATH"
            }
            Self::WebKit => {
                "run `cargo xtask test`, or: sudo apt-get install -y webkit2gtk-driver xvfb"
            }
        }
    }

    /// Whether the browser paints into a window of an X server; the others paint into memory.
    pub(crate) fn needs_display(self) -> bool {
        self == Self::WebKit
    }

    /// The width of the narrowest window in CSS pixels: that which WCAG asks for (1.4.10), but for the
    /// toolbar of `MiniBrowser`, which takes more.
    #[must_use]
    pub fn narrowest(self) -> u32 {
        match self {
            Self::Chromium | Self::Firefox => 320,
            Self::WebKit => 480,
        }
    }

    /// Whether a second tab is really shown when one looks at it. `WebKitWebDriver` leaves it in the
    /// background, where timers crawl and no picture can be taken; there it is a second window.
    pub(crate) fn shows_tabs(self) -> bool {
        self != Self::WebKit
    }

    /// The browser's process, in what a driver tells of a new session.
    pub(crate) fn process(self, told: &Capabilities) -> Option<i32> {
        let name = match self {
            Self::Chromium => "goog:processID",
            Self::Firefox => "moz:processID",
            Self::WebKit => return None,
        };
        told.get(name)?.as_i64()?.try_into().ok()
    }

    /// To be called when the browser has ended, before its profile goes.
    pub(crate) fn ended(self, profile: &Path) {
        if self == Self::Firefox {
            firefox::ended(profile);
        }
    }

    /// A fresh browser that keeps everything in this folder and never calls home.
    pub(crate) fn launch(self, profile: &Path, options: Options<'_>) -> Outcome<Launch> {
        let mut launch = match self {
            Self::Chromium => chromium::launch(profile, options),
            Self::Firefox => firefox::launch(profile, options),
            Self::WebKit => webkit::launch(profile, options)?,
        };
        // As long as everything else is waited for, not the standard's five minutes.
        let timeouts = json!({ "pageLoad": DEADLINE.as_millis() });
        launch.capabilities.insert("timeouts".into(), timeouts);
        Ok(launch)
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
