//! Scripts in Firefox's own context, where the browser is an object like a page.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::Browser;
use crate::trouble::Outcome;

impl Browser {
    /// Runs a script that may do all that the browser can.
    pub(super) async fn run_in_firefox(
        &self,
        script: &str,
        arguments: Vec<Value>,
    ) -> Outcome<Value> {
        self.client.issue_cmd(Context("chrome")).await?;
        let ran = self.client.execute(script, arguments).await;
        self.client.issue_cmd(Context("content")).await?;
        Ok(ran?)
    }
}

/// Says where the scripts that follow run. geckodriver's own command.
#[derive(Debug)]
struct Context(&'static str);

impl WebDriverCompatibleCommand for Context {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!(
            "session/{}/moz/context",
            session_id.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"context": self.0}).to_string()))
    }
}
