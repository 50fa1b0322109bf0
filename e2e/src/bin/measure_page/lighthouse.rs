//! Lighthouse's scores, with what it takes points off for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::process::Command;

use e2e::{CHROMIUM_FLAGS, Outcome, Trouble};
use serde_json::Value;

use crate::median::Spread;

/// Its names of what it gives points for.
const CATEGORIES: [&str; 4] = ["performance", "accessibility", "best-practices", "seo"];

/// Where Debian and others put the browser.
const BROWSERS: [&str; 2] = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

/// Its code for a recording that lacks its beginning, which happens now and then, nobody here knows why; it asks to be
/// run again then.
const NOT_RECORDED: &str = "NO_NAVSTART";

/// So often at most.
const AGAIN: usize = 3;

/// The reports of all runs.
#[derive(Debug)]
pub(crate) struct Reports(Vec<Value>);

/// Lets it look at the page so often.
pub(crate) async fn measure(script: &Path, address: &str, runs: usize) -> Outcome<Reports> {
    let mut reports = Vec::new();
    for _ in 0..runs {
        let mut report = once(script, address).await?;
        for _ in 0..AGAIN {
            if report["runtimeError"]["code"] != NOT_RECORDED {
                break;
            }
            report = once(script, address).await?;
        }
        if !report["runtimeError"].is_null() {
            return Err(Trouble::new(format_args!(
                "Lighthouse gives no report: {}",
                report["runtimeError"]
            )));
        }
        reports.push(report);
    }
    Ok(Reports(reports))
}

async fn once(script: &Path, address: &str) -> Outcome<Value> {
    let mut command = Command::new("node");
    command
        .arg(script)
        .args([address, "--quiet", "--output=json"])
        .arg("--no-enable-error-reporting")
        .arg(format!("--only-categories={}", CATEGORIES.join(",")))
        .arg(format!("--chrome-flags={}", CHROMIUM_FLAGS.join(" ")));
    if let Some(browser) = BROWSERS.into_iter().find(|path| Path::new(path).exists()) {
        command.env("CHROME_PATH", browser);
    }
    // The page is served by this very process.
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        Trouble::new(format_args!(
            "Lighthouse gives no report: {}",
            String::from_utf8_lossy(&output.stderr)
        ))
    })
}

impl Reports {
    fn points(&self, category: &str) -> Spread {
        let score = |report: &Value| report["categories"][category]["score"].as_f64();
        Spread::of(
            self.0
                .iter()
                .map(|report| score(report).unwrap_or_default() * 100.0),
        )
    }

    /// The audits that counted and were not passed in some run, and what they measured.
    fn taken_off(&self) -> BTreeMap<String, BTreeSet<&str>> {
        let mut lines = BTreeMap::<_, BTreeSet<_>>::new();
        for report in &self.0 {
            for category in CATEGORIES {
                let audits = report["categories"][category]["auditRefs"].as_array();
                let counted = audits
                    .into_iter()
                    .flatten()
                    .filter(|audit| audit["weight"].as_f64().is_some_and(|weight| weight > 0.0));
                for id in counted.filter_map(|audit| audit["id"].as_str()) {
                    let audit = &report["audits"][id];
                    if audit["score"].as_f64().is_some_and(|score| score < 0.995) {
                        let title = audit["title"].as_str().unwrap_or_default();
                        let value = audit["displayValue"].as_str().unwrap_or_default();
                        let line = format!("- {category}: {title} (`{id}`)");
                        lines.entry(line).or_default().insert(value);
                    }
                }
            }
        }
        lines
    }
}

impl fmt::Display for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.0.first().map(|report| &report["lighthouseVersion"]);
        let version = version.and_then(Value::as_str).unwrap_or_default();
        writeln!(f, "| Lighthouse {version} | median | least – most | goal |")?;
        write!(f, "| --- | ---: | ---: | ---: |")?;
        for category in CATEGORIES {
            write!(f, "\n| {category} | {} | 100 |", self.points(category))?;
        }
        let taken_off = self.taken_off();
        if !taken_off.is_empty() {
            write!(f, "\n\nWhat it took points off for:\n")?;
        }
        taken_off.into_iter().try_for_each(|(line, values)| {
            let values: Vec<_> = values.into_iter().collect();
            write!(f, "\n{line} {}", values.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_counts_and_is_not_passed_is_named() {
        let reports = Reports(vec![json!({
            "lighthouseVersion": "1",
            "categories": {"seo": {"score": 0.91, "auditRefs": [
                {"id": "robots-txt", "weight": 1}, {"id": "manual", "weight": 0}, {"id": "good", "weight": 1},
            ]}},
            "audits": {
                "robots-txt": {"score": 0, "title": "robots.txt is not valid", "displayValue": "3 errors"},
                "manual": {"score": 0, "title": "by hand"},
                "good": {"score": 1, "title": "good"},
            },
        })]);
        let text = reports.to_string();
        assert!(text.contains("| seo | 91 | 91 – 91 | 100 |"), "{text}");
        assert!(
            text.ends_with("\n- seo: robots.txt is not valid (`robots-txt`) 3 errors"),
            "{text}"
        );
    }
}
