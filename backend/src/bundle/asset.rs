//! One file of the page: its bytes, what it is, and how long a browser may keep it (D-08).

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use super::negotiation::{Encoding, accepted};
use super::{HTML, PAGE_POLICY};

const FOR_A_YEAR: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const NEVER_KEPT: HeaderValue = HeaderValue::from_static("no-store");
const BY_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");
const BY_LANGUAGE: HeaderValue = HeaderValue::from_static("accept-encoding, accept-language");

#[derive(Debug)]
pub(super) struct Asset {
    content_type: HeaderValue,
    kept: Kept,
    /// What else than the address it depends on.
    vary: Option<HeaderValue>,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

#[derive(Debug)]
enum Kept {
    /// Its name changes with its content.
    ForAYear,
    /// By its tag the browser can ask whether it has changed.
    AskAgain(HeaderValue),
    Never,
}

impl Asset {
    /// `name` is the file's name without its folder.
    pub(super) fn new(
        name: &str,
        plain: Vec<u8>,
        brotli: Option<Vec<u8>>,
        gzip: Option<Vec<u8>>,
    ) -> Self {
        let content_type = content_type(name);
        let kept = if content_type == HTML {
            Kept::Never
        } else if has_hash(name) {
            Kept::ForAYear
        } else {
            tag(&plain).map_or(Kept::Never, Kept::AskAgain)
        };
        let vary = (brotli.is_some() || gzip.is_some()).then_some(BY_ENCODING);
        Self {
            content_type,
            kept,
            vary,
            plain: plain.into(),
            brotli: brotli.map(Bytes::from),
            gzip: gzip.map(Bytes::from),
        }
    }

    /// A page that there is in other languages too.
    pub(super) fn page(plain: String, brotli: Option<Vec<u8>>, gzip: Option<Vec<u8>>) -> Self {
        Self {
            content_type: HTML,
            kept: Kept::Never,
            vary: Some(BY_LANGUAGE),
            plain: plain.into(),
            brotli: brotli.map(Bytes::from),
            gzip: gzip.map(Bytes::from),
        }
    }

    pub(super) fn answer(&self, asked: &HeaderMap) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        if self.content_type == HTML {
            headers.insert(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
        }
        let cache = match &self.kept {
            Kept::ForAYear => FOR_A_YEAR,
            Kept::Never => NEVER_KEPT,
            Kept::AskAgain(tag) => {
                headers.insert(header::ETAG, tag.clone());
                ASK_AGAIN
            }
        };
        headers.insert(header::CACHE_CONTROL, cache);
        if let Some(vary) = &self.vary {
            headers.insert(header::VARY, vary.clone());
        }
        if let Kept::AskAgain(tag) = &self.kept
            && is_known(asked, tag)
        {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let (bytes, encoding) = self.encoded(asked);
        if let Some(encoding) = encoding {
            headers.insert(
                header::CONTENT_ENCODING,
                HeaderValue::from_static(encoding.as_str()),
            );
        }
        headers.insert(header::CONTENT_LENGTH, bytes.len().into());
        (headers, Body::from(bytes)).into_response()
    }

    /// Its content as text.
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.plain)
    }

    fn encoded(&self, asked: &HeaderMap) -> (Bytes, Option<Encoding>) {
        let there = [
            (Encoding::Brotli, &self.brotli),
            (Encoding::Gzip, &self.gzip),
        ];
        there
            .into_iter()
            .filter(|(encoding, _)| accepted(asked, *encoding))
            .find_map(|(encoding, bytes)| bytes.clone().map(|bytes| (bytes, Some(encoding))))
            .unwrap_or((self.plain.clone(), None))
    }
}

fn is_known(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let tag = tag.to_str().map(bare);
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == "*" || tag.as_ref().is_ok_and(|tag| *tag == bare(known)))
}

/// Weak: one tag for the plain file and its compressed forms.
fn tag(bytes: &[u8]) -> Option<HeaderValue> {
    let digest = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
    HeaderValue::from_str(&format!("W/\"{}\"", digest.get(..22)?)).ok()
}

/// Trunk puts a hash of the content into a file's name: `frontend-3c0d0a1b2c3d4e5f_bg.wasm`.
fn has_hash(name: &str) -> bool {
    name.split(['-', '_', '.']).skip(1).any(|part| {
        (12..=64).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn content_type(name: &str) -> HeaderValue {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    HeaderValue::from_static(match ending {
        "html" => return HTML,
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_hash_is_told_from_one_without() {
        for name in [
            "frontend-3c0d0a1b2c3d4e5f.js",
            "frontend-3c0d0a1b2c3d4e5f_bg.wasm",
            "app-3c0d0a1b2c3d4e5.css",
        ] {
            assert!(has_hash(name), "{name}");
        }
        for name in [
            "index.html",
            "favicon.svg",
            "icon-512.png",
            "deadbeefdeadbeef",
            "site-acceptance.css",
        ] {
            assert!(!has_hash(name), "{name}");
        }
    }
}
