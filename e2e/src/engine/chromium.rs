//! Chromium. It keeps every line of its console for chromedriver.

use std::path::Path;

use fantoccini::wd::Capabilities;
use serde_json::json;

use super::{Launch, Options};

pub(super) fn launch(profile: &Path, options: Options<'_>) -> Launch {
    let arguments = [
        "--headless".to_owned(),
        // Tests run as root on build machines, where Chromium's sandbox can't.
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--no-first-run".to_owned(),
        "--lang=en-US".to_owned(),
        format!("--accept-lang={}", options.language),
        "--window-size=1280,900".to_owned(),
        format!("--user-data-dir={}", profile.display()),
    ];
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
