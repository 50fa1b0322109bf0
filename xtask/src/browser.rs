//! Brings what the tests run with: browsers and their drivers, PostgreSQL, Python, Node, nginx and Caddy, and
//! what the pictures of the screens are made with: Debian's packages, by apt-get where that is allowed. Where it
//! is not, the one line to type is said. Firefox's driver, which Debian does not have, comes by `tools`.

use std::path::Path;

use clap::ValueEnum;

use crate::command::on_path;
use crate::debian::install;
use crate::failure::Failure;
use crate::postgres;
use crate::progress::ready;
use crate::python;

/// A browser that the tests run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    /// WebKitGTK, the engine of Safari on a machine that is no Mac.
    #[value(name = "webkit")]
    WebKit,
}

impl Engine {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// What the names of all tests in this engine have in them, and no others.
    pub(crate) fn tests(self) -> &'static str {
        match self {
            Self::Chromium => "::chromium::",
            Self::Firefox => "::firefox::",
            Self::WebKit => "::webkit::",
        }
    }
}

/// A program, the Debian package that it comes in, and the one engine that it is for.
const NEEDED: [(&str, &str, Option<Engine>); 11] = [
    ("chromium", "chromium", Some(Engine::Chromium)),
    ("chromedriver", "chromium-driver", Some(Engine::Chromium)),
    ("firefox", "firefox-esr", Some(Engine::Firefox)),
    ("WebKitWebDriver", "webkit2gtk-driver", Some(Engine::WebKit)),
    ("Xvfb", "xvfb", Some(Engine::WebKit)),
    ("postgres", "postgresql", None),
    ("python3", "python3-venv", None),
    ("node", "nodejs", None),
    ("npm", "npm", None),
    ("nginx", "nginx-light", None),
    ("caddy", "caddy", None),
];

/// Makes sure that these browsers, their drivers, PostgreSQL, Python, Node, nginx and Caddy are installed.
pub(crate) fn set_up(engines: &[Engine]) -> Result<(), Failure> {
    let missing = missing_packages(engines, |program| match program {
        // Debian keeps its programs off the search path.
        "postgres" => postgres::is_there(),
        // It comes without what makes environments.
        "python3" => python::is_there(),
        "firefox" => on_path("firefox") || on_path("firefox-esr"),
        _ => on_path(program),
    });
    if missing.is_empty() {
        ready("Browsers, PostgreSQL, Python, Node, nginx, Caddy");
        return Ok(());
    }
    install(
        "The tests need browsers, PostgreSQL, Python, Node, nginx and Caddy.",
        &missing,
    )
}

/// Makes sure that letters of all languages can be drawn, and that pictures can be made small.
pub(crate) fn set_up_pictures() -> Result<(), Failure> {
    let mut missing = Vec::new();
    if !Path::new("/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf").exists() {
        missing.push("fonts-noto-core");
    }
    if !on_path("pngquant") {
        missing.push("pngquant");
    }
    if missing.is_empty() {
        ready("Fonts, pngquant");
        return Ok(());
    }
    install("The pictures need fonts and pngquant.", &missing)
}

fn missing_packages(engines: &[Engine], is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    NEEDED
        .iter()
        .filter(|(_, _, engine)| engine.is_none_or(|engine| engines.contains(&engine)))
        .filter(|(program, _, _)| !is_there(program))
        .map(|(_, package, _)| *package)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed() {
        let all = Engine::ALL.as_slice();
        assert_eq!(missing_packages(all, |_| true), Vec::<&str>::new());
        assert_eq!(
            missing_packages(all, |program| program != "chromedriver"),
            ["chromium-driver"]
        );
        assert_eq!(
            missing_packages(all, |_| false).join(" "),
            "chromium chromium-driver firefox-esr webkit2gtk-driver xvfb postgresql python3-venv nodejs npm \
             nginx-light caddy"
        );
    }

    #[test]
    fn a_browser_that_is_not_wanted_is_not_installed() {
        assert_eq!(
            missing_packages(&[Engine::Firefox], |_| false),
            [
                "firefox-esr",
                "postgresql",
                "python3-venv",
                "nodejs",
                "npm",
                "nginx-light",
                "caddy"
            ]
        );
    }
}
