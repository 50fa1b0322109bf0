//! Firefox's console service, where scripts, policies and integrity values complain. What a page
//! writes by itself does not pass through it, nor do requests that fail.

use super::ConsoleLine;
use crate::browser::Browser;
use crate::trouble::Outcome;

/// Only errors about pages of an HTTP server: the browser complains about itself as well.
const TAKE: &str = "
    const lines = Services.console.getMessageArray()
        .filter(line => line instanceof Ci.nsIScriptError)
        .filter(line => !(line.flags & (line.warningFlag | line.infoFlag)))
        .filter(line => line.sourceName.startsWith('http'))
        .map(line => ({
            level: 'SEVERE',
            source: line.category,
            message: `${line.errorMessage} (${line.sourceName}:${line.lineNumber})`,
        }));
    Services.console.reset();
    return lines;";

impl Browser {
    pub(super) async fn take_console_service(&self) -> Outcome<Vec<ConsoleLine>> {
        let lines = self.run_in_firefox(TAKE, vec![]).await?;
        Ok(ConsoleLine::read_all(&lines))
    }
}
