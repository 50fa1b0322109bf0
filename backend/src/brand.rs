//! How the operator's product shows itself beside its name: a logo and an accent colour, checked at start
//! and served under names that change with their content. What can't be used is refused with a sentence.

mod color;

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha384};

use crate::StartError;
use crate::config::Config;
pub use color::Color;

const LARGEST_LOGO: u64 = 64 * 1024;

/// What is configured of it.
#[derive(Debug, Default)]
pub(crate) struct Brand {
    pub(crate) logo: Option<BrandFile>,
    /// The accent as custom properties, behind the bundle's own style.
    pub(crate) style: Option<BrandFile>,
}

/// A file that the pages refer to.
#[derive(Debug)]
pub(crate) struct BrandFile {
    /// `/brand-<hash>.<ending>`
    pub(crate) address: String,
    pub(crate) content: Vec<u8>,
}

impl BrandFile {
    fn new(content: Vec<u8>, ending: &str) -> Self {
        let hash: String = Sha384::digest(&content)
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            address: format!("/brand-{hash}.{ending}"),
            content,
        }
    }
}

impl Brand {
    pub(crate) fn load(config: &Config) -> Result<Self, StartError> {
        let logo = config.logo_file.as_deref().map(logo).transpose()?;
        let style = match config.accent_color {
            Some(accent) => {
                let palette = accent.palette().map_err(|unreadable| {
                    StartError::Setting(format!("ACCENT_COLOR {unreadable}"))
                })?;
                Some(BrandFile::new(palette.css().into_bytes(), "css"))
            }
            None => None,
        };
        Ok(Self { logo, style })
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &BrandFile> {
        self.logo.iter().chain(&self.style)
    }

    pub(crate) fn logo_url(&self) -> Option<&str> {
        self.logo.as_ref().map(|file| file.address.as_str())
    }

    pub(crate) fn style_url(&self) -> Option<&str> {
        self.style.as_ref().map(|file| file.address.as_str())
    }

    /// The tag of the head that puts the logo into the browser's tab; none of a kind that not every
    /// browser shows there.
    pub(crate) fn icon_tag(&self) -> Option<String> {
        let address = self.logo_url()?;
        let kind = match address.rsplit_once('.')? {
            (_, "svg") => "image/svg+xml",
            (_, "png") => "image/png",
            _ => return None,
        };
        Some(format!(
            "<link rel=\"icon\" href=\"{address}\" type=\"{kind}\">"
        ))
    }

    /// The tag of the head that applies the accent (D-06); nothing without one.
    pub(crate) fn style_tag(&self) -> String {
        self.style.as_ref().map_or_else(String::new, |file| {
            format!(
                "<link rel=\"stylesheet\" href=\"{}\" integrity=\"sha384-{}\">",
                file.address,
                BASE64_STANDARD.encode(Sha384::digest(&file.content))
            )
        })
    }
}

fn logo(path: &Path) -> Result<BrandFile, StartError> {
    let refused = |why: &str| StartError::Setting(format!("LOGO_FILE: {} {why}", path.display()));
    let unreadable = |error: std::io::Error| refused(&format!("can't be read: {error}"));
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > LARGEST_LOGO {
        return Err(refused(&format!(
            "has {size} bytes; a logo has at most 65536"
        )));
    }
    let content = fs::read(path).map_err(unreadable)?;
    match kind_of(&content) {
        Some("svg") if holds_script(&content) => {
            Err(refused("holds a script; save it again as a plain picture"))
        }
        Some(ending) => Ok(BrandFile::new(content, ending)),
        None => Err(refused("is neither SVG, PNG nor WebP")),
    }
}

/// By what is in it; what it is called decides nothing.
fn kind_of(content: &[u8]) -> Option<&'static str> {
    let webp = content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP");
    if content.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some("png");
    }
    if webp {
        return Some("webp");
    }
    let text = std::str::from_utf8(content).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    (text.starts_with('<') && text.contains("<svg")).then_some("svg")
}

fn holds_script(content: &[u8]) -> bool {
    String::from_utf8_lossy(content)
        .to_ascii_lowercase()
        .contains("<script")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn brand(arguments: &[&str]) -> Result<Brand, String> {
        let config = Config::parse_from(["backend"].iter().chain(arguments));
        Brand::load(&config).map_err(|error| error.to_string())
    }

    fn logo_of(content: &[u8]) -> Result<Brand, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logo.bin");
        fs::write(&path, content).unwrap();
        brand(&["--logo-file", path.to_str().unwrap()])
    }

    #[test]
    fn a_logo_is_known_by_its_content_and_named_by_it() {
        for (content, ending, icon) in [
            (
                &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
                "svg",
                true,
            ),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- --><svg/>",
                "svg",
                true,
            ),
            (b"\x89PNG\r\n\x1a\n1234", "png", true),
            (b"RIFF1234WEBPVP8 ", "webp", false),
        ] {
            let brand = logo_of(content).unwrap();
            let address = brand.logo_url().unwrap().to_owned();
            let hash = address.strip_prefix("/brand-").unwrap();
            let (hash, kind) = hash.split_once('.').unwrap();
            assert_eq!((hash.len(), kind), (16, ending));
            assert_eq!(brand.icon_tag().is_some(), icon);
        }
    }

    #[test]
    fn what_is_no_logo_is_refused_with_a_sentence() {
        for (content, said) in [
            (&b"GIF89a"[..], "neither SVG, PNG nor WebP"),
            (b"", "neither SVG"),
            (b"<html></html>", "neither SVG"),
            (b"<svg><SCRIPT>1</SCRIPT></svg>", "holds a script"),
            (&[b' '; 65_537], "has 65537 bytes"),
        ] {
            let error = logo_of(content).unwrap_err();
            assert!(
                error.contains(said) && error.starts_with("LOGO_FILE: "),
                "{error}"
            );
        }
        let error = brand(&["--logo-file", "/nowhere/logo.svg"]).unwrap_err();
        assert!(error.contains("can't be read"), "{error}");
    }

    #[test]
    fn an_accent_becomes_a_signed_style() {
        let none = brand(&[]).unwrap();
        assert_eq!((none.style_url(), none.style_tag().as_str()), (None, ""));
        let brand = brand(&["--accent-color", "#0b6e4f"]).unwrap();
        let tag = brand.style_tag();
        assert!(tag.contains(brand.style_url().unwrap()) && tag.contains("integrity=\"sha384-"));
    }

    #[test]
    fn an_accent_that_nobody_can_read_is_refused_with_one_that_can_be_read() {
        let error = brand(&["--accent-color", "#ffcc00"]).unwrap_err();
        assert!(
            error.starts_with("ACCENT_COLOR #ffcc00 has a contrast of 1."),
            "{error}"
        );
        let shade = error.rsplit(' ').next().unwrap();
        brand(&["--accent-color", shade]).unwrap();
    }
}
