//! What a request is called on its way through the servers: its own name, and its place in a trace of W3C's
//! (Trace Context, level 1). A caller's `traceparent` is taken when it is well-formed and there once, and
//! begun anew otherwise; `tracestate` is nobody's here and goes no further.
//!
//! Not here: who exports spans.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use tokio::task::futures::TaskLocalFuture;
use tokio::task_local;

/// The place in a trace, from one server to the next.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The name of the request in its caller's log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

task_local! {
    static CURRENT: Origin;
}

/// Of a name, a trace (16 bytes each) and a span.
type Random = [u8; 40];

thread_local! {
    /// The system is asked for the names of some requests at a time: they are no secrets.
    static AHEAD: RefCell<Vec<Random>> = const { RefCell::new(Vec::new()) };
}

fn fresh() -> Result<Random, getrandom::Error> {
    AHEAD.with_borrow_mut(|ahead| {
        if let Some(random) = ahead.pop() {
            return Ok(random);
        }
        let mut block = [[0; 40]; 32];
        getrandom::fill(block.as_flattened_mut())?;
        let [first, others @ ..] = block;
        ahead.extend(others);
        Ok(first)
    })
}

/// Names one request in the log. Made here and taken from nobody but another server of ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; Self::LENGTH]);

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestId").field(&self.as_str()).finish()
    }
}

impl RequestId {
    const LENGTH: usize = 22;

    /// 16 bytes are 22 characters.
    fn of(random: &[u8]) -> Self {
        let mut text = [b'-'; Self::LENGTH];
        // It says how many it has written.
        let _ = BASE64_URL_SAFE_NO_PAD.encode_slice(random, &mut text);
        Self(text)
    }

    /// 22 letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// One of another server of ours, as it stands in its calls; nothing else gets into a log.
    fn of_caller(headers: &HeaderMap) -> Option<Self> {
        let text: [u8; Self::LENGTH] = once(headers, &REQUEST_ID)?.as_bytes().try_into().ok()?;
        let shaped = text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        shaped.then_some(Self(text))
    }
}

/// A span of a trace: the trace, the span, and whether it is to be recorded. Kept as it stands in the header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Span([u8; Self::LENGTH]);

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Span").field(&self.as_str()).finish()
    }
}

impl Span {
    const LENGTH: usize = 55;
    const TRACE_ID: Range<usize> = 3..35;
    const SPAN_ID: Range<usize> = 36..52;
    /// The only flag that there is in version 00.
    const SAMPLED: u8 = 1;

    /// Of the digits of its ids.
    fn of(trace_id: &[u8], span_id: &[u8], sampled: bool) -> Self {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        for (range, digits) in [(Self::TRACE_ID, trace_id), (Self::SPAN_ID, span_id)] {
            let places = text.get_mut(range).unwrap_or_default();
            for (place, digit) in places.iter_mut().zip(digits) {
                *place = *digit;
            }
        }
        if let Some(flags) = text.last_mut() {
            *flags += u8::from(sampled);
        }
        Self(text)
    }

    fn parse(text: &str) -> Option<Self> {
        let (version, rest) = text.split_at_checked(2)?;
        let known = version == "00" && text.len() == Self::LENGTH;
        // A later version may have more behind these.
        let later = hex(version)? != 0xff
            && version != "00"
            && matches!(text.as_bytes().get(Self::LENGTH), None | Some(b'-'));
        if !known && !later {
            return None;
        }
        let mut parts = rest.strip_prefix('-')?.splitn(4, '-');
        let (trace_id, span_id, flags) = (parts.next()?, parts.next()?, parts.next()?);
        if (trace_id.len(), span_id.len(), flags.len()) != (32, 16, 2) {
            return None;
        }
        if hex(trace_id)? == 0 || hex(span_id)? == 0 {
            return None;
        }
        let sampled = hex(flags)? & u128::from(Self::SAMPLED) != 0;
        Some(Self::of(trace_id.as_bytes(), span_id.as_bytes(), sampled))
    }

    fn of_caller(headers: &HeaderMap) -> Option<Self> {
        once(headers, &TRACEPARENT).and_then(Self::parse)
    }

    /// As in the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Names the trace: 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        self.as_str().get(Self::TRACE_ID).unwrap_or_default()
    }

    /// Names the span in it: 16 hexadecimal digits.
    #[must_use]
    pub fn span_id(&self) -> &str {
        self.as_str().get(Self::SPAN_ID).unwrap_or_default()
    }

    /// Whether it is to be recorded, as its caller says.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.0.ends_with(b"1")
    }
}

/// The one value of a header; none where there are several, of which nobody knows which counts.
fn once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}

/// The digits of these bytes, two for each.
fn digits<const DIGITS: usize>(bytes: &[u8]) -> [u8; DIGITS] {
    let digit = |half: u8| half + if half < 10 { b'0' } else { b'a' - 10 };
    let mut text = [b'0'; DIGITS];
    let (pairs, _) = text.as_chunks_mut();
    for ([high, low], byte) in pairs.iter_mut().zip(bytes) {
        (*high, *low) = (digit(byte >> 4), digit(byte & 0xf));
    }
    text
}

/// Small letters only, as the standard has it.
fn hex(digits: &str) -> Option<u128> {
    let shaped = digits
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    shaped.then(|| u128::from_str_radix(digits, 16).ok())?
}

/// What a request is called, and where it comes from.
///
/// Written as the log has it: `id`, `caller_id` where there is one, and `trace_id`.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// Its name here.
    pub id: RequestId,
    /// Its name at the server of ours that makes it.
    pub caller_id: Option<RequestId>,
    /// Its place in its trace.
    pub span: Span,
    /// The span that it belongs to, where its caller has named one.
    pub parent: Option<Span>,
}

impl Origin {
    /// Of a request with these headers. Only a server whose callers are servers believes the name of the caller.
    /// A trace that begins here is for everybody to record.
    pub(crate) fn of(
        headers: &HeaderMap,
        callers_are_servers: bool,
    ) -> Result<Self, getrandom::Error> {
        let mut random = fresh()?;
        let (name, rest) = random.split_at_mut(16);
        let (trace, span) = rest.split_at_mut(16);
        // None of them is ever zero.
        for id in [&mut *trace, &mut *span] {
            if let Some(last) = id.last_mut() {
                *last |= 1;
            }
        }
        let parent = Span::of_caller(headers);
        Ok(Self {
            id: RequestId::of(name),
            caller_id: callers_are_servers
                .then(|| RequestId::of_caller(headers))
                .flatten(),
            span: match &parent {
                Some(parent) => Span::of(
                    parent.trace_id().as_bytes(),
                    &digits::<16>(span),
                    parent.is_sampled(),
                ),
                None => Span::of(&digits::<32>(trace), &digits::<16>(span), true),
            },
            parent,
        })
    }

    /// Of the request that is worked on.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|origin| *origin).ok()
    }

    pub(crate) fn within<W: Future>(self, work: W) -> TaskLocalFuture<Self, W> {
        CURRENT.scope(self, work)
    }

    /// Names the request that is worked on in a call that it leads to.
    pub fn hand_on(headers: &mut HeaderMap) {
        let Some(origin) = Self::current() else {
            return;
        };
        let values = [
            (REQUEST_ID, HeaderValue::from_str(origin.id.as_str())),
            (TRACEPARENT, HeaderValue::from_str(origin.span.as_str())),
        ];
        for (name, value) in values {
            // Both are plain ASCII.
            if let Ok(value) = value {
                headers.insert(name, value);
            }
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("id", self.id.as_str())?;
        if let Some(caller) = &self.caller_id {
            fields.serialize_entry("caller_id", caller.as_str())?;
        }
        fields.serialize_entry("trace_id", self.span.trace_id())?;
        fields.end()
    }
}

/// Keeps what runs in a task of its own the work of the same request, in the log too.
pub fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let origin = Origin::current();
    async move {
        match origin {
            Some(origin) => origin.within(work).await,
            None => work.await,
        }
    }
}

#[cfg(test)]
mod tests;
