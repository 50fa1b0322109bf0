//! Log lines of both servers: one JSON object per line, UTC with milliseconds, at most 4 KiB, and
//! nothing in them that a terminal or a log reader could take for more than text (F-04).
//!
//! Not here: what is logged. Secrets and numbers are kept out by the types that hide them (F-01).

mod entry;
mod line;
mod turn;

use std::io;
use std::panic;
use std::sync::Once;

use tracing_subscriber::EnvFilter;

use entry::Entry;
use line::Lines;
use turn::Output;

pub(crate) use turn::ended as turn_ended;

static ONCE: Once = Once::new();

/// Sends the log to standard output. `filter` is a level (`info`) or a list as in
/// `info,otp_service=debug`. Later calls do nothing, so tests may call it as often as they like.
///
/// # Errors
/// When `filter` can't be understood.
pub fn init(filter: &str) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter = EnvFilter::builder().parse(filter)?;
    ONCE.call_once(|| {
        let set = tracing::subscriber::set_global_default(to(filter, || Output));
        // Somebody else's subscriber, a test's for example, is as good.
        drop(set);
        panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string);
            // What the panic says may hold what somebody typed (F-11).
            tracing::error!(place = place.as_deref(), "panic");
        }));
    });
    Ok(())
}

/// What writes a server's log lines.
pub(crate) fn to<W: io::Write + 'static>(
    filter: EnvFilter,
    out: impl Fn() -> W + Send + Sync + 'static,
) -> impl tracing::Subscriber + Send + Sync {
    tracing_subscriber::fmt()
        .event_format(Entry)
        .with_env_filter(filter)
        .with_writer(move || Lines::new(out()))
        .finish()
}
