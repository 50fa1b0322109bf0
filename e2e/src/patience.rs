//! Waiting for a condition, never for a time.

use std::fmt;
use std::time::{Duration, Instant};

use crate::trouble::{Outcome, Trouble};

/// So late that only something broken is later, also on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(40);

/// How often is looked.
const INTERVAL: Duration = Duration::from_millis(40);

/// Looks again and again until `look` gives something.
///
/// # Errors
/// When it gives nothing before the deadline; `what` says in the error what was waited for. An
/// error of `look` itself is kept for that message and does not end the waiting: a page that is
/// being drawn anew gives errors for elements that are gone.
pub async fn wait_for<T>(
    what: impl fmt::Display,
    mut look: impl AsyncFnMut() -> Outcome<Option<T>>,
) -> Outcome<T> {
    let began = Instant::now();
    let mut last = None;
    while began.elapsed() < DEADLINE {
        // A browser that hangs must not take the test with it.
        match tokio::time::timeout(DEADLINE, look()).await {
            Ok(Ok(Some(found))) => return Ok(found),
            Ok(Ok(None)) => last = None,
            Ok(Err(trouble)) => last = Some(trouble),
            Err(_) => last = Some(Trouble::new("no answer")),
        }
        tokio::time::sleep(INTERVAL).await;
    }
    let detail = last.map(|trouble| format!(" ({trouble})"));
    Err(Trouble::new(format_args!(
        "waited in vain for {what}{}",
        detail.unwrap_or_default()
    )))
}
