//! An entry of the log as JSON: when, how grave, the fields of the event, where it was said, and under `span` the
//! request that is worked on, which [`Origin`] knows. The crate's own JSON keeps what a span carries as text, and parses
//! that again for every entry.

use std::fmt;

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::clock::host_time;
use crate::trace::Origin;
use crate::utc;

/// Writes one line for an event.
pub(super) struct Entry;

impl<S, N> FormatEvent<S, N> for Entry
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let mut object = Object::with_capacity(512);
        object.put("timestamp", utc::for_logs(host_time()).as_str());
        object.put("level", metadata.level().as_str());
        event.record(&mut object);
        object.put("target", metadata.target());
        if let Some(origin) = Origin::current() {
            object.put("span", &origin);
        }
        let line = object.close();
        out.write_str(std::str::from_utf8(&line).map_err(|_| fmt::Error)?)?;
        out.write_char('\n')
    }
}

/// A JSON object that is being written.
struct Object(Vec<u8>);

impl Object {
    fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Text and numbers, which JSON can always hold.
    fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        let written = serde_json::to_writer(&mut self.0, name).and_then(|()| {
            self.0.push(b':');
            serde_json::to_writer(&mut self.0, value)
        });
        debug_assert!(written.is_ok(), "{name} is no JSON");
    }

    fn close(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

/// Fields as the event gave them; what has no JSON of its own is text.
impl Visit for Object {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), &format_args!("{value:?}"));
    }
}
