//! `WebKitWebDriver` has no console, and in automation the browser writes it nowhere. So a script in
//! the page listens, as soon as a script can: when the page has loaded.

use super::ConsoleLine;
use crate::browser::Browser;
use crate::patience::wait_for;
use crate::trouble::Outcome;

const WATCH: &str = "
    if (window.consoleLines) return;
    const lines = window.consoleLines = [];
    const add = (source, message) => lines.push({ level: 'SEVERE', source, message: String(message) });
    addEventListener('error', event => {
        const file = event.target.src || event.target.href;
        add('javascript', event.message || `${file} does not load`);
    }, true);
    addEventListener('unhandledrejection', event => add('javascript', event.reason));
    addEventListener('securitypolicyviolation', event => {
        add('security', `Content Security Policy: ${event.violatedDirective} stops ${event.blockedURI}`);
    });
    const write = console.error;
    console.error = (...words) => {
        add('console-api', words.join(' '));
        write.apply(console, words);
    };";

impl Browser {
    /// Again when the page is just going somewhere else.
    pub(super) async fn watch_page_lines(&self) -> Outcome {
        wait_for("a page that can be watched", async || {
            self.run(WATCH).await.map(Some)
        })
        .await
        .map(drop)
    }

    pub(super) async fn take_page_lines(&self) -> Outcome<Vec<ConsoleLine>> {
        const TAKE: &str = "return (window.consoleLines || []).splice(0)";
        let lines = wait_for("a page that was watched", async || {
            self.run(TAKE).await.map(Some)
        })
        .await?;
        Ok(ConsoleLine::read_all(&lines))
    }
}
