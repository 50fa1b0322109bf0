//! Holds the page to its own rules: HTTP, storage and paths have one door each.

#![allow(clippy::unwrap_used, reason = "a test that can't go on ends here")]

use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let nested = entries.map(|path| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    });
    nested.flatten().collect()
}

/// The files, relative to `src`, that contain one of the words.
fn files_with(words: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = files(&source())
        .into_iter()
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            words.iter().any(|word| text.contains(word))
        })
        .map(|path| path.strip_prefix(source()).unwrap().display().to_string())
        .collect();
    found.sort();
    found
}

#[test]
fn http_has_one_door() {
    assert_eq!(
        files_with(&["reqwasm", "fetch_with", "XmlHttpRequest", "\"/api"]),
        ["api.rs"]
    );
}

#[test]
fn browser_storage_has_one_door() {
    let storage = ["gloo_storage", "local_storage(", "session_storage("];
    assert_eq!(files_with(&storage), ["session/storage.rs"]);
}

#[test]
fn paths_of_screens_are_in_one_place() {
    assert_eq!(
        files_with(&["StaticSegment", "use_navigate", "\"verify\"", "\"account\""]),
        ["pages.rs"]
    );
}

#[test]
fn no_markup_is_made_from_text_d_05() {
    assert_eq!(
        files_with(&["inner_html", "outer_html", "insert_adjacent"]),
        Vec::<String>::new()
    );
}

#[test]
fn nothing_is_written_to_the_console_f_01() {
    assert_eq!(
        files_with(&["console::", "logging::"]),
        Vec::<String>::new()
    );
}

/// Only what a developer broke ends the program, in sentences of ours; the loader then leads to the plain screens.
#[test]
fn the_program_gives_up_in_one_place() {
    assert_eq!(files_with(&["throw_str"]), ["app.rs"]);
}
