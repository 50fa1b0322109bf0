//! axe-core looks at the page as it stands: what a screen reader, a keyboard or weak eyes would stumble
//! over, as far as a program can find it.

use std::path::Path;

use serde_json::Value;

use crate::browser::Browser;
use crate::patience::wait_for;
use crate::trouble::{Outcome, Trouble};

/// All of its rules, those for WCAG 2.2 AA and those that are only good practice. What it can't decide
/// is no violation.
const LOOK: &str = "
    const done = arguments[arguments.length - 1];
    const one = (rule, node) => `${rule.id} (${rule.help}): ${node.html} ${node.failureSummary}`;
    axe.run(document, { resultTypes: ['violations'] }).then(
        found => done(found.violations.flatMap(rule => rule.nodes.map(node => one(rule, node)))),
        error => done([String(error)]),
    );";

impl Browser {
    /// Everything that it finds wrong, a sentence each.
    ///
    /// # Errors
    /// When axe-core is not there, or the browser does not run it.
    pub async fn barriers(&self) -> Outcome<Vec<String>> {
        // Colours that fade are found wrong half-way.
        self.wait_for_rest().await?;
        if self.run("return typeof axe").await? == "undefined" {
            // A driver's script is run whatever the page's policy says.
            self.run(&source()?).await?;
        }
        let found = self.run_until_done(LOOK).await?;
        let found = found
            .as_array()
            .ok_or_else(|| Trouble::new("axe-core gives no list"))?;
        Ok(found
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect())
    }

    async fn wait_for_rest(&self) -> Outcome {
        const AT_REST: &str =
            "return document.getAnimations().every(one => one.playState !== 'running')";
        wait_for("the page to come to rest", async || {
            Ok((self.run(AT_REST).await? == true).then_some(()))
        })
        .await
    }
}

fn source() -> Outcome<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../target/tools/axe/axe_playwright_python/axe.min.js");
    std::fs::read_to_string(path).map_err(|error| {
        Trouble::new(format_args!(
            "axe-core is not there ({error}): run `cargo xtask test --only setup`"
        ))
    })
}
