//! The log as a test reads it: every line of this thread, in the form in which a server writes it.

use std::io;
use std::sync::{Arc, Mutex, Once};

use serde_json::Value;
use tracing::subscriber::DefaultGuard;

use crate::logging::to;

/// Keeps what this thread logs, at every level, until it is dropped.
#[derive(Debug)]
pub struct Log {
    kept: Kept,
    _guard: DefaultGuard,
}

#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a place logs at all is remembered for the whole process, as the thread sees it that comes
/// there first. So every test that may come to one before another test keeps its log says this first:
/// from then on each thread has somebody who listens, if only to forget it again.
pub fn somebody_listens() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(tracing_subscriber::registry()).unwrap();
    });
}

impl Log {
    /// From now on.
    #[must_use]
    pub fn keep() -> Self {
        somebody_listens();
        let kept = Kept::default();
        let out = kept.clone();
        let subscriber = to("trace".parse().unwrap(), move || out.clone());
        Self {
            kept,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8(self.kept.0.lock().unwrap().clone()).unwrap()
    }

    /// The entries that carry this event.
    #[must_use]
    pub fn events(&self, name: &str) -> Vec<Value> {
        let text = self.text();
        let entries = text.lines().map(|line| serde_json::from_str(line).unwrap());
        entries
            .filter(|entry: &Value| entry["event"] == name)
            .collect()
    }
}
