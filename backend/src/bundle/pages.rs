//! The program's page in every language, with the settings in it: made once at start, compressed as
//! small as it gets, so that the first paint asks nobody anything.

use std::collections::HashMap;
use std::io::{self, Write};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use screens::html::{Assets, Program, program};
use screens::languages::ALL;

use super::asset::Asset;
use crate::settings::Settings;

/// The pages by their language, and what loads the look of others.
#[derive(Debug, Default)]
pub(super) struct Pages {
    by_language: HashMap<&'static str, Page>,
    /// Tags of the head, for pages without the program.
    pub(super) look: String,
}

/// One language's page.
#[derive(Debug)]
struct Page {
    /// At `/`.
    first_screen: Asset,
    /// At every other path, where the first screen is not seen.
    elsewhere: Asset,
}

impl Pages {
    /// The page for a path.
    pub(super) fn find(&self, language: &str, path: &str) -> Option<&Asset> {
        let page = self.by_language.get(language)?;
        Some(match path {
            "/" | super::INDEX => &page.first_screen,
            _ => &page.elsewhere,
        })
    }

    /// From the built `index.html`; none when that was not finished by `cargo xtask finish-bundle`.
    pub(super) fn make(index: &str, settings: &Settings) -> io::Result<Self> {
        let Some(Assets {
            icon,
            style,
            program: starts,
        }) = Assets::find(index)
        else {
            return Ok(Self::default());
        };
        let config = settings.described();
        let json = serde_json::to_string(&config)?;
        let icon = settings.brand.icon_tag().unwrap_or(icon);
        let look = format!("{icon}{style}{}", settings.brand.style_tag());
        let assets = format!("{look}{starts}");
        let mut by_language = HashMap::new();
        for text in ALL {
            let made = |first_screen: bool| -> io::Result<Asset> {
                let page = program(&Program {
                    text,
                    first_screen,
                    config: Some((&config, &json)),
                    assets: &assets,
                    end: "",
                });
                let (brotli, gzip) = (brotli(page.as_bytes())?, gzip(page.as_bytes())?);
                tracing::debug!(
                    language = text.language,
                    bytes = page.len(),
                    brotli = brotli.len(),
                    gzip = gzip.len(),
                    "a page is made"
                );
                Ok(Asset::page(page, brotli, gzip))
            };
            let page = Page {
                first_screen: made(true)?,
                elsewhere: made(false)?,
            };
            by_language.insert(text.language, page);
        }
        Ok(Self { by_language, look })
    }
}

pub(super) fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    let settings = BrotliEncoderParams {
        quality: 11,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut form = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut form, &settings)?;
    Ok(form)
}

pub(super) fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}
