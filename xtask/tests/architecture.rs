//! The lines of ARCHITECTURE.md's "What is true everywhere" that no lint and no type holds.

#![allow(clippy::unwrap_used, reason = "a test that can't go on ends here")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// All Rust files below a folder of the workspace, with their text up to the unit tests.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(root())
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                found.push((name, code.to_owned()));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

fn is_test(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs")
}

/// Files of the folder, tests and `allowed` ones aside, whose code lines hold one of the words.
#[track_caller]
fn assert_absent(folder: &str, allowed: &[&str], words: &[&str]) {
    for (name, code) in sources(folder) {
        if is_test(&name) || allowed.iter().any(|allowed| name.starts_with(allowed)) {
            continue;
        }
        for line in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            for word in words {
                assert!(!line.contains(word), "{name} holds `{word}`: {line}");
            }
        }
    }
}

#[test]
fn rules_are_pure() {
    let impure = [
        "std::time",
        "Clock",
        "Random",
        "getrandom",
        "storage::",
        "Sql",
        "axum",
        "edge::",
        "http",
        "tokio",
        "async ",
    ];
    assert_absent("otp-service/src/rules", &[], &impure);
}

#[test]
fn sql_stands_in_one_place() {
    let sql = [
        "\"SELECT ",
        "INSERT INTO",
        "\"UPDATE ",
        "\"DELETE FROM",
        "CREATE TABLE",
    ];
    assert_absent("otp-service/src", &["otp-service/src/store"], &sql);
    assert_absent("backend/src", &["backend/src/store"], &sql);
    assert_absent("edge/src", &[], &sql);
}

/// The names in a manifest's `[dependencies]`, but for those that only a feature brings in.
fn dependencies(package: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
    let section = manifest
        .split("\n[dependencies]\n")
        .nth(1)
        .unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    section
        .lines()
        .filter(|line| !line.contains("optional = true"))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn rooms_know_only_what_they_may() {
    assert_eq!(dependencies("shared"), ["serde"]);
    assert_eq!(dependencies("screens"), ["shared"]);
    // What its feature brings in never gets into the page.
    let page = fs::read_to_string(root().join("frontend/Cargo.toml")).unwrap();
    assert!(page.contains("\nshared.workspace = true\n"));
    for (package, forbidden) in [
        ("otp-service", &["backend", "frontend"][..]),
        (
            "storage",
            &["backend", "edge", "frontend", "otp-service", "shared"],
        ),
        ("edge", &["backend", "frontend", "otp-service", "storage"]),
        (
            "openapi",
            &["backend", "frontend", "otp-service", "storage"],
        ),
        (
            "number-plan",
            &["backend", "edge", "frontend", "otp-service", "storage"],
        ),
        ("backend", &["frontend"]),
        ("frontend", &["backend", "edge", "otp-service", "storage"]),
    ] {
        let dependencies = dependencies(package);
        assert!(!dependencies.is_empty(), "{package}");
        for name in forbidden {
            assert!(
                !dependencies.iter().any(|dependency| dependency == name),
                "{package} depends on {name}"
            );
        }
    }
}

/// A dashboard whose metric was renamed shows nothing and says nothing.
#[test]
fn dashboards_and_alerts_know_only_metrics_that_there_are() {
    let documented = fs::read_to_string(root().join("docs/metrics.md")).unwrap();
    for file in [
        "deploy/grafana-dashboard.json",
        "deploy/prometheus-alerts.yml",
    ] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let words =
            text.split(|character: char| !(character.is_ascii_lowercase() || character == '_'));
        let mut found = 0;
        for word in words {
            let prefixes = [
                "otp_",
                "http_",
                "database_",
                "process_",
                "connections_",
                "upstream_",
                "webhook_",
            ];
            if !prefixes.iter().any(|prefix| word.starts_with(prefix)) {
                continue;
            }
            let metric = word.trim_end_matches("_bucket");
            assert!(
                documented.contains(&format!("`{metric}`")),
                "{file}: {word}"
            );
            found += 1;
        }
        assert!(found >= 10, "{file} names {found} metrics");
    }
}

/// Fault points are for tests: a feature that no manifest turns on, by itself or for another crate.
#[test]
fn no_server_is_built_with_fault_points_j_11() {
    for folder in fs::read_dir(root()).unwrap() {
        let path = folder.unwrap().path().join("Cargo.toml");
        let Ok(manifest) = fs::read_to_string(&path) else {
            continue;
        };
        let allowed = [
            "fault-points = []",
            "fault-points = [\"storage/fault-points\"]",
            "required-features = [\"fault-points\"]",
        ];
        for line in manifest
            .lines()
            .filter(|line| line.contains("fault-points"))
        {
            assert!(allowed.contains(&line), "{}: {line}", path.display());
        }
        let turned_on = manifest.lines().any(|line| line.starts_with("default = "));
        assert!(!turned_on, "{} has default features", path.display());
    }
}
