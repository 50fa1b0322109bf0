//! SHA-384 integrity values (D-06): for every script, style and module that the page refers to.
//! Nothing may come from another host (F-12).

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha384};

use super::markup::{Tag, tags};
use crate::failure::Failure;

/// The files of a bundle and the address that they are under.
#[derive(Debug)]
pub(crate) struct Files {
    folder: PathBuf,
    public_url: String,
}

impl Files {
    pub(crate) fn new(folder: &Path, public_url: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            public_url: format!("{}/", public_url.trim_end_matches('/')),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of a file in the folder.
    pub(crate) fn address_of(&self, name: &str) -> String {
        format!("{}{name}", self.public_url)
    }

    /// The file that an address in the page points to.
    pub(crate) fn path_of(&self, address: &str) -> Result<PathBuf, Failure> {
        let name = address
            .strip_prefix(&self.public_url)
            .filter(|name| !name.starts_with('/') && !name.split('/').any(|part| part == ".."))
            .ok_or_else(|| {
                Failure::new(
                    format_args!("index.html loads {address}, which is not part of the bundle."),
                    "Let Trunk copy the file into the bundle; the page loads nothing from elsewhere (D-06, F-12).",
                )
            })?;
        Ok(self.folder.join(name))
    }

    /// The integrity value of that file.
    pub(crate) fn integrity_of(&self, address: &str) -> Result<String, Failure> {
        let path = self.path_of(address)?;
        let content = fs::read(&path).map_err(|error| Failure::file(&path, &error))?;
        Ok(value_of(&content))
    }
}

/// What stands in an `integrity` attribute for this content.
pub(crate) fn value_of(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}

/// Sixteen hexadecimal digits for a file's name, as Trunk writes them.
pub(crate) fn short_hash(content: &[u8]) -> String {
    Sha384::digest(content)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Gives every reference to a script, style or module the integrity value of its file; a value that
/// is there already is replaced, because another hook may have changed the file.
pub(crate) fn sign_links(html: &str, files: &Files) -> Result<String, Failure> {
    let mut page = String::with_capacity(html.len() + 512);
    let mut copied = 0;
    for tag in tags(html) {
        let Some(address) = signed_address(&tag) else {
            continue;
        };
        let integrity = files.integrity_of(address)?;
        page.push_str(&html[copied..tag.span.start]);
        page.push_str(&with_integrity(
            &tag,
            (!is_checked_later(&tag)).then_some(&integrity),
        ));
        copied = tag.span.end;
    }
    page.push_str(&html[copied..]);
    Ok(page)
}

/// The address of what a tag loads, where the browser checks integrity for it.
fn signed_address(tag: &Tag) -> Option<&str> {
    match tag.name.as_str() {
        "script" => tag.attribute("src"),
        "link" => {
            let rel = tag.attribute("rel")?;
            rel.split_whitespace()
                .any(|word| matches!(word, "stylesheet" | "modulepreload" | "preload"))
                .then(|| tag.attribute("href"))?
        }
        _ => None,
    }
}

/// Chromium writes a warning for every preload whose integrity it does not check, which is all but
/// scripts and styles (crbug.com/981419). For the program the loader's own fetch checks it.
fn is_checked_later(tag: &Tag) -> bool {
    tag.attribute("rel") == Some("preload")
        && !matches!(tag.attribute("as"), Some("script" | "style"))
}

fn with_integrity(tag: &Tag, integrity: Option<&String>) -> String {
    let mut text = format!("<{}", tag.name);
    for (name, value) in &tag.attributes {
        if name == "integrity" {
            continue;
        }
        text.push(' ');
        text.push_str(name);
        if !value.is_empty() {
            text.push_str("=\"");
            text.push_str(&value.replace('"', "&quot;"));
            text.push('"');
        }
    }
    if let Some(integrity) = integrity {
        text.push_str(&format!(" integrity=\"{integrity}\""));
    }
    text.push('>');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.js"), "").unwrap();
        let files = Files::new(folder.path(), "/");
        (folder, files)
    }

    /// SHA-384 of nothing, FIPS 180-4 example value.
    const EMPTY: &str = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";

    #[test]
    fn the_value_is_sha_384_in_base64() {
        assert_eq!(value_of(b""), EMPTY);
        assert_eq!(short_hash(b""), "38b060a751ac9638");
    }

    #[test]
    fn scripts_styles_and_preloads_are_signed_and_icons_are_not() {
        let (_folder, files) = files();
        for (html, count) in [
            ("<script src=\"/a.js\"></script>", 1),
            ("<link rel=\"stylesheet\" href=\"/a.js\"/>", 1),
            (
                "<link rel=modulepreload href=/a.js integrity=sha384-other>",
                1,
            ),
            (
                "<link rel=preload as=fetch href=/a.js integrity=sha384-other>",
                0,
            ),
            ("<link rel=\"icon\" href=\"/missing.svg\">", 0),
            ("<a href=\"https://example.org\">x</a>", 0),
        ] {
            let page = sign_links(html, &files).unwrap();
            assert_eq!(page.matches(EMPTY).count(), count, "{page}");
            assert!(!page.contains("sha384-other"), "{page}");
        }
    }

    #[test]
    fn what_is_not_part_of_the_bundle_is_refused_f_12() {
        let (_folder, files) = files();
        for address in [
            "https://cdn.example/a.js",
            "//cdn.example/a.js",
            "a.js",
            "/../a.js",
            "/missing.js",
        ] {
            let html = format!("<script src=\"{address}\"></script>");
            sign_links(&html, &files).unwrap_err();
        }
    }
}
