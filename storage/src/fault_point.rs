//! Named moments at which a test of crash safety kills the process (I-05). With
//! `PIPIT_FAULT_POINT=name:count` the process ends, as by SIGKILL, when it comes to that moment for
//! the `count`th time.
//!
//! All of it stands behind the cargo feature `fault-points`, which no release build has (J-11):
//! without the feature [`fault_point`] is empty and compiles to nothing.

/// The process comes to the moment of this name.
#[cfg(not(feature = "fault-points"))]
#[inline(always)]
pub fn fault_point(_: &str) {}

/// The process comes to the moment of this name.
#[cfg(feature = "fault-points")]
pub fn fault_point(name: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static ARMED: LazyLock<Option<(String, u64)>> = LazyLock::new(armed);
    static COME: AtomicU64 = AtomicU64::new(0);
    if let Some((armed, count)) = &*ARMED
        && armed == name
        && COME.fetch_add(1, Ordering::Relaxed) + 1 == *count
    {
        kill();
    }
}

/// The moment that the environment names.
#[cfg(feature = "fault-points")]
#[allow(
    clippy::disallowed_methods,
    reason = "no setting of the product: a release build does not hold this line"
)]
fn armed() -> Option<(String, u64)> {
    let text = std::env::var("PIPIT_FAULT_POINT").ok()?;
    let (name, count) = text.split_once(':')?;
    Some((name.to_owned(), count.parse().ok()?))
}

/// Ends the process at once: no destructor runs, nothing is flushed, no other thread goes on.
#[cfg(feature = "fault-points")]
fn kill() -> ! {
    use rustix::process::{Signal, getpid, kill_process};
    // Where the signal does not come, the abort does the same a moment later.
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort()
}
