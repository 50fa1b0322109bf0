//! The built page, read once at start and served from memory: so no address can lead to another file
//! (D-16), and the same bytes are served until the next start. The page itself comes in the person's
//! language and knows the settings. The operator's logo and accent are served beside it.
//!
//! Not here: building and compressing it; whoever builds puts `.br` and `.gz` files beside the others.

mod asset;
mod negotiation;
mod pages;
mod reading;

use std::collections::HashMap;
use std::io;
use std::path::Path;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use edge::{ApiError, OwnPage};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use shared::ErrorType;

use crate::app::Shared;
use crate::language::Language;
use crate::return_to::ReturnTo;
use crate::settings::Settings;
use asset::Asset;
use pages::Pages;

/// On every HTML answer, exactly (D-03).
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// The same for a page with a form that may lead to this place.
pub(crate) fn page_policy(next: Option<&ReturnTo>) -> HeaderValue {
    let Some(next) = next else {
        return PAGE_POLICY;
    };
    let own = "form-action 'self'";
    let policy = PAGE_POLICY.to_str().map(|policy| {
        let wider = format!("{own} {}", next.origin());
        HeaderValue::from_str(&policy.replace(own, &wider))
    });
    match policy {
        Ok(Ok(policy)) => policy,
        // The stricter one: the form then ends on a page of ours.
        _ => PAGE_POLICY,
    }
}

pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Paths below these are calls; they never show the page.
const CALLS: [&str; 8] = [
    "/api",
    "/outbox",
    "/plain",
    "/sign-in",
    "/challenge",
    "/.well-known",
    "/healthz",
    "/readyz",
];

const MISSING: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>The page is not built</title></head>\n\
<body><h1>The page is not built yet</h1>\n<p>This backend runs, but there is no built page in its STATIC_DIR.</p>\n\
<p>Run <code>cargo xtask start</code> to build and start everything, or <code>trunk build --release</code> and start the \
backend again.</p></body></html>\n";

const INDEX: &str = "/index.html";

/// All files of the built page, by their address, and the pages made of them.
#[derive(Debug)]
pub(crate) struct Bundle {
    files: HashMap<String, Asset>,
    pages: Pages,
}

impl Bundle {
    /// Reads the folder; where there is none, the page that says how to build it is shown.
    pub(crate) fn load(folder: &Path, settings: &Settings) -> io::Result<Self> {
        let mut files = reading::read(folder)?;
        let pages = match files.get(INDEX) {
            Some(index) => {
                tracing::info!(files = files.len(), "the page is loaded");
                Pages::make(&index.text(), settings)?
            }
            None => {
                tracing::warn!("there is no built page in STATIC_DIR");
                Pages::default()
            }
        };
        for file in settings.brand.files() {
            let smaller = |form: Vec<u8>| (form.len() < file.content.len()).then_some(form);
            let brotli = smaller(pages::brotli(&file.content)?);
            let gzip = smaller(pages::gzip(&file.content)?);
            let asset = Asset::new(&file.address, file.content.clone(), brotli, gzip);
            files.insert(file.address.clone(), asset);
        }
        Ok(Self { files, pages })
    }

    /// Tags of the head by which a page without the program has the same look.
    pub(crate) fn look(&self) -> &str {
        &self.pages.look
    }

    fn answer(&self, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
        let path = uri.path();
        if CALLS.iter().any(|call| is_below(path, call)) {
            return None;
        }
        if path != INDEX {
            if let Some(asset) = self.files.get(path) {
                return Some(asset.answer(headers));
            }
            // The page's own router knows the rest; what has a dot is a file that is not there.
            if path.contains('.') || path.contains('%') || path.contains('\\') {
                return None;
            }
        }
        let language = Language::of(uri.query(), headers).text.language;
        let page = self.pages.find(language, path);
        match page.or_else(|| self.files.get(INDEX)) {
            Some(page) => Some(page.answer(headers)),
            None => (path != INDEX).then(missing),
        }
    }
}

/// Whether it is this path or one below it.
pub(crate) fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn missing() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HTML),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, headers, MISSING).into_response();
    response.extensions_mut().insert(OwnPage);
    response
}

/// Everything that is no call.
pub(crate) async fn handle(State(app): Shared, request: Request) -> Response {
    let found = app.bundle.answer(request.uri(), request.headers());
    let Some(mut response) = found else {
        return ApiError::from(ErrorType::NotFound).into_response();
    };
    match *request.method() {
        Method::GET => response,
        Method::HEAD => {
            let length = axum::body::HttpBody::size_hint(response.body()).exact();
            *response.body_mut() = Body::empty();
            if let Some(length) = length {
                response
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, length.into());
            }
            response
        }
        _ => {
            let allow: [(HeaderName, &str); 1] = [(header::ALLOW, "GET,HEAD")];
            (allow, ApiError::from(ErrorType::MethodNotAllowed)).into_response()
        }
    }
}

#[cfg(test)]
mod tests;
