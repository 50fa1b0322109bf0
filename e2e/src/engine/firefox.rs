//! Firefox. What WebDriver has no words for (its console, its colours, a window narrower than it
//! allows) is done by scripts in the browser's own context, which geckodriver must be allowed.

mod startup_cache;

use std::path::Path;

use fantoccini::wd::Capabilities;
use serde_json::json;

use super::{Launch, Options};

/// To be called when the browser has ended, before its profile goes.
pub(super) fn ended(profile: &Path) {
    startup_cache::bequeath(profile);
}

pub(super) fn launch(profile: &Path, options: Options<'_>) -> Launch {
    startup_cache::inherit(profile);
    let settings = json!({
        "intl.accept_languages": options.language,
        "javascript.enabled": options.scripts,
        "dom.storage.enabled": options.storage,
        // Nothing calls home; geckodriver has turned off most of it already.
        "app.normandy.enabled": false,
        "messaging-system.rsexperimentloader.enabled": false,
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
        "services.settings.server": "data:,#none",
        "toolkit.telemetry.server": "",
    });
    let mut capabilities = Capabilities::new();
    capabilities.insert(
        "moz:firefoxOptions".into(),
        json!({ "args": ["-headless", "-profile", profile], "prefs": settings }),
    );
    Launch {
        arguments: vec![
            // Without it two at a time quarrel about the one default port.
            "--websocket-port=0".to_owned(),
            "--allow-system-access".to_owned(),
        ],
        environment: Vec::new(),
        capabilities,
    }
}
