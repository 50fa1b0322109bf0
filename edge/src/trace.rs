//! What a request is called on its way through the servers: its own name, and its place in a trace of W3C's
//! (Trace Context, level 1). A caller's `traceparent` is taken when it is well-formed and there once, and
//! begun anew otherwise; `tracestate` is nobody's here and goes no further.
//!
//! Not here: who exports spans.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use tokio::task_local;

/// The place in a trace, from one server to the next.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The name of the request in its caller's log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

task_local! {
    static CURRENT: Origin;
}

/// Names one request in the log. Made here and taken from nobody; in a request's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// 22 letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One of another server of ours, as it stands in its calls; nothing else gets into a log.
    fn of_caller(headers: &HeaderMap) -> Option<Self> {
        let text = once(headers, &REQUEST_ID)?;
        let shaped = text.len() == 22
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        shaped.then(|| Self(text.into()))
    }
}

/// A span of a trace: the trace, the span, and whether it is to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    trace_id: u128,
    span_id: u64,
    flags: u8,
}

impl Span {
    /// The only flag that there is in version 00.
    const SAMPLED: u8 = 1;

    fn parse(text: &str) -> Option<Self> {
        let (version, rest) = text.split_at_checked(2)?;
        let known = version == "00" && text.len() == 55;
        // A later version may have more behind these.
        let later = hex(version)? != 0xff
            && version != "00"
            && matches!(text.as_bytes().get(55), None | Some(b'-'));
        if !known && !later {
            return None;
        }
        let mut parts = rest.strip_prefix('-')?.splitn(4, '-');
        let (trace_id, span_id, flags) = (parts.next()?, parts.next()?, parts.next()?);
        if (trace_id.len(), span_id.len(), flags.len()) != (32, 16, 2) {
            return None;
        }
        let span = Self {
            trace_id: hex(trace_id)?,
            span_id: u64::try_from(hex(span_id)?).ok()?,
            flags: u8::try_from(hex(flags)?).ok()? & Self::SAMPLED,
        };
        (span.trace_id != 0 && span.span_id != 0).then_some(span)
    }

    fn of_caller(headers: &HeaderMap) -> Option<Self> {
        once(headers, &TRACEPARENT).and_then(Self::parse)
    }

    /// Names the trace: 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> u128 {
        self.trace_id
    }

    /// Names the span in it.
    #[must_use]
    pub fn span_id(&self) -> u64 {
        self.span_id
    }

    /// Whether it is to be recorded, as its caller says.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.flags & Self::SAMPLED != 0
    }
}

impl fmt::Display for Span {
    /// As in the header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            trace_id,
            span_id,
            flags,
        } = self;
        write!(f, "00-{trace_id:032x}-{span_id:016x}-{flags:02x}")
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
#[derive(Debug, Clone)]
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
        let mut bytes = [0; 40];
        getrandom::fill(&mut bytes)?;
        let (name, rest) = bytes.split_at(16);
        let (trace, span) = rest.split_at(16);
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u128::from(*byte))
        };
        let parent = Span::of_caller(headers);
        // None of them is ever zero.
        let own = Span {
            trace_id: number(trace) | 1,
            span_id: u64::try_from(number(span)).unwrap_or(u64::MAX) | 1,
            flags: Span::SAMPLED,
        };
        Ok(Self {
            id: RequestId(BASE64_URL_SAFE_NO_PAD.encode(name).into()),
            caller_id: callers_are_servers
                .then(|| RequestId::of_caller(headers))
                .flatten(),
            span: parent.map_or(own, |parent| Span {
                span_id: own.span_id,
                ..parent
            }),
            parent,
        })
    }

    /// Of the request that is worked on.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    pub(crate) async fn within<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// Names the request that is worked on in a call that it leads to.
    pub fn hand_on(headers: &mut HeaderMap) {
        let Some(origin) = Self::current() else {
            return;
        };
        let pairs = [
            (REQUEST_ID, origin.id.as_str().to_owned()),
            (TRACEPARENT, origin.span.to_string()),
        ];
        for (name, value) in pairs {
            // Both are plain ASCII.
            if let Ok(value) = HeaderValue::try_from(value) {
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
        fields.serialize_entry("trace_id", &format_args!("{:032x}", self.span.trace_id))?;
        fields.end()
    }
}

/// Keeps what runs in a task of its own the work of the same request, in the log too.
pub fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let origin = Origin::current();
    async {
        match origin {
            Some(origin) => origin.within(work).await,
            None => work.await,
        }
    }
}

#[cfg(test)]
mod tests;
