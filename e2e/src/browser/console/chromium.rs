//! chromedriver's log: the whole console. Not part of W3C WebDriver.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::json;
use url::{ParseError, Url};

use super::ConsoleLine;
use crate::browser::Browser;
use crate::trouble::Outcome;

impl Browser {
    pub(super) async fn take_log(&self) -> Outcome<Vec<ConsoleLine>> {
        let lines = self.client.issue_cmd(TakeLog("browser")).await?;
        Ok(ConsoleLine::read_all(&lines))
    }
}

/// Takes the lines of one kind out, so that none comes twice.
#[derive(Debug)]
pub(in crate::browser) struct TakeLog(pub(in crate::browser) &'static str);

impl WebDriverCompatibleCommand for TakeLog {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!(
            "session/{}/se/log",
            session_id.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"type": self.0}).to_string()))
    }
}
