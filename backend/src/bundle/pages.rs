//! The program's page in every language, with the settings in it, so that the first paint asks nobody anything.
//! Each is compressed as small as it gets when it is first asked for: all of them at start would take longer
//! than the rest of it.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::LazyLock;

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
    first_screen: Compressed,
    /// At every other path, where the first screen is not seen.
    elsewhere: Compressed,
}

type Compressed = LazyLock<Asset, Box<dyn FnOnce() -> Asset + Send + Sync>>;

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
            let made = |first_screen: bool| -> Compressed {
                let page = program(&Program {
                    text,
                    first_screen,
                    config: Some((&config, &json)),
                    assets: &assets,
                    end: "",
                });
                LazyLock::new(Box::new(move || compressed(page)))
            };
            let page = Page {
                first_screen: made(true),
                elsewhere: made(false),
            };
            by_language.insert(text.language, page);
        }
        Ok(Self { by_language, look })
    }
}

fn compressed(page: String) -> Asset {
    let form = |form: io::Result<Vec<u8>>| {
        form.inspect_err(|error| tracing::warn!(%error, "a page goes out as large as it is"))
            .ok()
    };
    let (brotli, gzip) = (form(brotli(page.as_bytes())), form(gzip(page.as_bytes())));
    Asset::page(page, brotli, gzip)
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
