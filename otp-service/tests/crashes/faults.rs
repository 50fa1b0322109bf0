//! The ground gives way under a running service and comes back: a disk that refuses to be written, a
//! full disk, a database that somebody else has locked (I-11), a PostgreSQL server that is gone
//! (H-13). Meanwhile what can't be saved is answered with 503; afterwards the same process works
//! again, and nothing that it had answered is missing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::http::KEY;
use super::process::{Process, assert_whole};
use super::rounds::{Kill, Rounds};

/// Answers that have to come after the repair.
const ANSWERS_AFTER: u64 = 200;

impl Rounds {
    /// A fault under load: `begin` makes it, and `end` takes it away once so many calls were refused.
    /// Then everything is asked for, by the same process and, after a kill, by the next one.
    pub(crate) async fn round_with_fault<T>(
        &mut self,
        name: &'static str,
        refusals: u64,
        begin: impl AsyncFnOnce(&Process) -> T,
        end: impl AsyncFnOnce(&Process, T),
    ) {
        let after = 1 + self.seed.below(200);
        println!("{name} after {after} answers");
        let process = Process::run(&self.data, Some(KEY));
        let (answered, refused) = (
            Arc::clone(&process.http.answered),
            Arc::clone(&process.http.unavailable),
        );
        let last = Arc::new(AtomicU64::new(u64::MAX));
        let (seen, enough) = (Arc::clone(&answered), Arc::clone(&last));
        let load = self.load.run(&process.http, move || {
            seen.load(Ordering::Relaxed) > enough.load(Ordering::Relaxed)
        });
        let fault = async {
            until(&process, &answered, after).await;
            let made = begin(&process).await;
            let before = refused.load(Ordering::Relaxed);
            until(&process, &refused, before + refusals).await;
            end(&process, made).await;
            let repaired = answered.load(Ordering::Relaxed);
            last.store(repaired + ANSWERS_AFTER, Ordering::Relaxed);
        };
        let (accounts, ()) = tokio::join!(load, fault);
        assert!(process.is_running(), "it needs no new start");
        self.count(&process.http);
        self.found.killed(name);
        assert_whole(&self.data);
        self.audit(&process.http, accounts).await;
        drop(process);
        self.round(Kill::AtRandom).await;
    }
}

/// Waits until the count has come so far.
async fn until(process: &Process, count: &AtomicU64, far: u64) {
    while count.load(Ordering::Relaxed) < far {
        assert!(process.is_running(), "it ended by itself");
        tokio::task::yield_now().await;
    }
}
