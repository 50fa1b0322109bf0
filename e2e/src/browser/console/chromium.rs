//! chromedriver's log: the whole console. Not part of W3C WebDriver.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use url::{ParseError, Url};

use super::ConsoleLine;
use crate::browser::Browser;
use crate::trouble::Outcome;

impl Browser {
    pub(super) async fn take_log(&self) -> Outcome<Vec<ConsoleLine>> {
        let lines = self.client.issue_cmd(TakeLog).await?;
        Ok(ConsoleLine::read_all(&lines))
    }
}

/// Takes the lines out, so that none comes twice.
#[derive(Debug)]
struct TakeLog;

impl WebDriverCompatibleCommand for TakeLog {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!(
            "session/{}/se/log",
            session_id.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(r#"{"type":"browser"}"#.to_owned()))
    }
}
