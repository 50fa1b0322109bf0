//! Which browser on which system, from a user agent's text, in the makers' own names.
//!
//! Deliberately absent: versions, and any decision that hangs on the answer. It is only shown.

use crate::typing::has;
use crate::{Catalogue, filled};

/// Names are brands and the same in every language; `None` where nothing is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Such as "Firefox".
    pub browser: Option<&'static str>,
    /// Such as "Windows".
    pub system: Option<&'static str>,
}

/// The first mark found counts: most browsers also claim to be others.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("YaBrowser", "Yandex Browser"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// Reads what a browser says about itself.
#[must_use]
pub fn device(user_agent: &str) -> Device {
    let first = |marks: &[(&str, &'static str)]| {
        marks
            .iter()
            .find(|(mark, _)| has(user_agent, mark))
            .map(|(_, name)| *name)
    };
    Device {
        browser: first(BROWSERS),
        system: first(SYSTEMS),
    }
}

impl Device {
    /// Such as "Firefox on Windows".
    #[must_use]
    pub fn described(&self, text: &Catalogue) -> String {
        match (self.browser, self.system) {
            (Some(browser), Some(system)) => filled(text.browser_on_system, &[browser, system]),
            (Some(name), None) | (None, Some(name)) => name.to_owned(),
            (None, None) => text.unknown_device.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_browsers_are_told_by_name() {
        for (text, browser, system) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
                "Chrome",
                "Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
                "Edge",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15",
                "Safari",
                "Mac",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1",
                "Chrome",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
                "Firefox",
                "Android",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0 Mobile Safari/537.36",
                "Samsung Internet",
                "Android",
            ),
        ] {
            assert_eq!(
                device(text),
                Device {
                    browser: Some(browser),
                    system: Some(system)
                },
                "{text}"
            );
        }
    }

    #[test]
    fn an_unknown_browser_is_not_guessed() {
        assert_eq!(
            device(""),
            Device {
                browser: None,
                system: None
            }
        );
        assert_eq!(
            device("Something/1.0"),
            Device {
                browser: None,
                system: None
            }
        );
    }
}
