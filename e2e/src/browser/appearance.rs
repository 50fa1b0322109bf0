//! How the page is shown: colours and size of the window. By the developer tools' protocol, because
//! W3C WebDriver knows no colour scheme, and windows of 320 px are no longer made.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::Browser;
use crate::patience::wait_for;
use crate::trouble::Outcome;

/// What the person's system asks pages to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Colours, and the window's inner size in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appearance {
    /// `prefers-color-scheme`.
    pub scheme: Scheme,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Scheme {
    /// The scheme's name in CSS.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Browser {
    /// Shows pages so from now on.
    ///
    /// # Errors
    /// When the browser is no Chromium.
    pub async fn appear(&self, appearance: Appearance) -> Outcome {
        let Appearance {
            scheme,
            width,
            height,
        } = appearance;
        let features = json!([{"name": "prefers-color-scheme", "value": scheme.name()}]);
        self.tool("Emulation.setEmulatedMedia", json!({"features": features}))
            .await?;
        self.tool(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
        )
        .await?;
        self.tool("Emulation.setScrollbarsHidden", json!({"hidden": true}))
            .await?;
        // Colours fade over into each other; a picture is taken of what comes out.
        wait_for("the page to come to rest", async || {
            let resting =
                "return document.getAnimations().every(one => one.playState !== 'running')";
            Ok((self.run(resting).await? == true).then_some(()))
        })
        .await
    }

    async fn tool(&self, name: &'static str, parameters: Value) -> Outcome {
        self.client
            .issue_cmd(DeveloperTool { name, parameters })
            .await?;
        Ok(())
    }
}

/// One command of the developer tools' protocol.
#[derive(Debug)]
struct DeveloperTool {
    name: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DeveloperTool {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!(
            "session/{}/goog/cdp/execute",
            session_id.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({"cmd": self.name, "params": self.parameters});
        (Method::POST, Some(body.to_string()))
    }
}
