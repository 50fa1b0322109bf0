//! Chromium's developer tools: what they can do with a page that no person and no WebDriver can.
//! chromedriver passes single commands on and keeps what the tools tell in a log.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::Browser;
use super::console::TakeLog;
use crate::engine::{Engine, Options};
use crate::trouble::Outcome;

impl Browser {
    /// Opens a Chromium that writes down what goes over the network.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn open_with_network_log(options: Options<'_>) -> Outcome<Self> {
        let both = json!({ "browser": "ALL", "performance": "ALL" });
        Self::start(Engine::Chromium, options, |capabilities| {
            capabilities.insert("goog:loggingPrefs".into(), both);
        })
        .await
    }

    /// What has gone over the network since the last call: events of the tools' `Network` domain, in
    /// their order, each with `method` and `params`.
    ///
    /// # Errors
    /// When it was not opened for it.
    pub async fn network_log(&self) -> Outcome<Vec<Value>> {
        let lines = self.client.issue_cmd(TakeLog("performance")).await?;
        let lines = lines.as_array().into_iter().flatten();
        Ok(lines
            .filter_map(|line| serde_json::from_str::<Value>(line["message"].as_str()?).ok())
            .map(|mut event| event["message"].take())
            .collect())
    }

    /// One command of the developer tools' protocol, and its answer. Chromium alone knows them.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn devtools(&self, name: &'static str, parameters: Value) -> Outcome<Value> {
        let command = DeveloperTool { name, parameters };
        Ok(self.client.issue_cmd(command).await?)
    }
}

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
