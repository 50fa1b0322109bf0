//! What others may know of the database's work: each commit when it is over, and how many commands
//! wait. Who counts it, and how, is theirs.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::StoreError;

/// A transaction of commands that is over.
#[derive(Debug, Clone, Copy)]
pub struct Commit<'a> {
    /// So many commands were in it.
    pub commands: usize,
    /// From its beginning until its end was on disk.
    pub took: Duration,
    /// Why nothing of it has happened, if so.
    pub failure: Option<&'a StoreError>,
}

type Watcher = Box<dyn Fn(Commit<'_>) + Send + Sync>;

/// Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<Inner>);

#[derive(Default)]
struct Inner {
    watcher: OnceLock<Watcher>,
    waiting: AtomicUsize,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Watch {
    /// The first one that is given is told from now on.
    pub(crate) fn tell(&self, watcher: Watcher) {
        drop(self.0.watcher.set(watcher));
    }

    pub(crate) fn over(&self, commands: usize, began: Instant, failure: Option<&StoreError>) {
        if let Some(watcher) = self.0.watcher.get() {
            let took = began.elapsed();
            watcher(Commit {
                commands,
                took,
                failure,
            });
        }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::Relaxed)
    }

    /// A command waits until what this answers is dropped.
    pub(crate) fn waits(&self) -> Waits {
        self.0.waiting.fetch_add(1, Ordering::Relaxed);
        Waits(self.clone())
    }
}

pub(crate) struct Waits(Watch);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
