//! Chromium. It keeps every line of its console for chromedriver.

use std::path::Path;

use fantoccini::wd::Capabilities;
use serde_json::json;

use super::{Launch, Options};

/// What it is started with whatever is done with it: seen by nobody, asking nobody but the page.
pub const CHROMIUM_FLAGS: [&str; 10] = [
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
    // The address bar's list of suggestions is a page of its own, which costs more than most of ours.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
];

pub(super) fn launch(profile: &Path, options: Options<'_>) -> Launch {
    let mut arguments = CHROMIUM_FLAGS.map(str::to_owned).to_vec();
    arguments.extend([
        format!("--accept-lang={}", options.language),
        "--window-size=1280,900".to_owned(),
        format!("--user-data-dir={}", profile.display()),
    ]);
    // 1 allows, 2 blocks.
    let allow = |allowed: bool| if allowed { 1 } else { 2 };
    let settings = json!({
        "profile.managed_default_content_settings.javascript": allow(options.scripts),
        "profile.managed_default_content_settings.cookies": allow(options.storage),
    });
    let mut capabilities = Capabilities::new();
    capabilities.insert(
        "goog:chromeOptions".into(),
        json!({ "args": arguments, "prefs": settings }),
    );
    capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
    Launch {
        arguments: vec!["--log-level=WARNING".to_owned()],
        environment: Vec::new(),
        capabilities,
    }
}
