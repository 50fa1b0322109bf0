//! Stands in for the crate `wasm-streams` in the page (`[patch.crates-io]` in the top Cargo.toml).
//!
//! Leptos brings the real one along for server functions that stream, which this page has not. What that
//! one exports to JavaScript stays in every program, called or not: 4 kB after compression, and 1 kB of JavaScript. Here is
//! what `server_fn` 0.8 compiles against, and nothing of it can be called: it throws.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use wasm_bindgen::{JsValue, throw_str};

const NOT_HERE: &str = "the page was built without streams of server functions";

/// A stream that cannot exist.
#[derive(Debug)]
pub struct ReadableStream(Infallible);

impl ReadableStream {
    /// Throws.
    pub fn from_raw(_: web_sys::ReadableStream) -> Self {
        throw_str(NOT_HERE)
    }

    /// Throws.
    pub fn from_stream<S>(_: S) -> Self
    where
        S: Stream<Item = Result<JsValue, JsValue>> + 'static,
    {
        throw_str(NOT_HERE)
    }

    /// Never called, since there is none.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        match self.0 {}
    }

    /// Never called, since there is none.
    pub fn into_stream(self) -> Self {
        self
    }
}

impl Stream for ReadableStream {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.0 {}
    }
}
