//! Threads that answer connections, one for each core, each with a runtime of its own. A connection stays with the
//! worker that got it, and so do its timers and the connections that its requests need to other servers: nothing of
//! that is stolen by another core, woken from there or locked against it, which costs more than a short request does.
//!
//! It suits requests that are short or wait. What keeps a core busy for long belongs into the runtime that
//! all threads share.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::logging;

thread_local! {
    /// Which worker this thread is, if it is one.
    static PLACE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Running threads. When this is dropped they end, and what they still do ends with them.
#[derive(Debug)]
pub struct Workers(Vec<Worker>);

#[derive(Debug)]
struct Worker {
    runtime: Handle,
    /// Every connection that it has holds this once more.
    connections: Arc<()>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Workers {
    /// Starts one for each core that this process may use.
    ///
    /// # Errors
    /// When the system gives no thread or no event queue.
    pub fn start() -> io::Result<Self> {
        (0..cores())
            .map(Worker::start)
            .collect::<io::Result<_>>()
            .map(Self)
    }

    /// Has `work` done with this connection by who has the fewest.
    ///
    /// # Errors
    /// When the connection can't be taken out of the runtime that accepted it.
    pub(crate) fn spawn<W>(
        &self,
        socket: TcpStream,
        work: impl FnOnce(TcpStream) -> W + Send + 'static,
    ) -> io::Result<()>
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let has = |worker: &&Worker| Arc::strong_count(&worker.connections);
        let Some(worker) = self.0.iter().min_by_key(has) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let socket = socket.into_std()?;
        let one_more = Arc::clone(&worker.connections);
        worker.runtime.spawn(async move {
            match TcpStream::from_std(socket) {
                Ok(socket) => work(socket).await,
                Err(error) => tracing::warn!(%error, "a connection can't be waited for"),
            }
            drop(one_more);
        });
        Ok(())
    }
}

impl Worker {
    fn start(place: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .on_thread_park(logging::turn_ended)
            .build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel();
        let thread = thread::Builder::new().name(format!("worker-{place}"));
        let thread = thread.spawn(move || {
            PLACE.set(Some(place));
            // Nothing is ever said; the sender goes.
            let _: Result<(), _> = runtime.block_on(ended);
            // Without waiting for a name that is being looked up.
            runtime.shutdown_background();
        })?;
        Ok(Self {
            runtime: handle,
            connections: Arc::default(),
            end: Some(end),
            thread: Some(thread),
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.end.take());
        // A thread that panicked has ended as well.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// One of a kind for each worker, and one for all other threads.
#[derive(Debug)]
pub struct PerWorker<T> {
    workers: Box<[Apart<T>]>,
    others: T,
}

/// So far from the next one that two cores never write to the same lines of memory.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Apart<T>(T);

impl<T: Default> Default for PerWorker<T> {
    fn default() -> Self {
        Self {
            workers: (0..cores()).map(|_| Apart::default()).collect(),
            others: T::default(),
        }
    }
}

impl<T> PerWorker<T> {
    /// This thread's.
    pub fn here(&self) -> &T {
        let own = PLACE.get().and_then(|place| self.workers.get(place));
        own.map_or(&self.others, |Apart(own)| own)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use tokio::net::TcpListener;

    use super::*;

    /// A connection's two ends.
    async fn connected() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (here, there) = tokio::join!(
            TcpStream::connect(listener.local_addr().unwrap()),
            listener.accept()
        );
        (here.unwrap(), there.unwrap().0)
    }

    #[tokio::test]
    async fn connections_are_shared_out_and_each_worker_has_its_own_things() {
        let workers = Workers::start().unwrap();
        let counts = Arc::new(PerWorker::<AtomicUsize>::default());
        let (told, hear) = mpsc::channel();
        let mut ends = Vec::new();
        for _ in 0..2 * cores() {
            let (here, there) = connected().await;
            let (counts, told) = (Arc::clone(&counts), told.clone());
            let work = async move |socket: TcpStream| {
                let before = counts.here().fetch_add(1, Ordering::Relaxed);
                told.send(before).unwrap();
                socket.readable().await.unwrap();
            };
            workers.spawn(there, work).unwrap();
            ends.push(here);
        }
        let mut found: Vec<usize> = (0..ends.len()).map(|_| hear.recv().unwrap()).collect();
        found.sort_unstable();
        let all: Vec<usize> = [0, 1]
            .into_iter()
            .flat_map(|nth| vec![nth; cores()])
            .collect();
        assert_eq!(found, all);
        assert_eq!(counts.here().load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn what_still_runs_ends_with_them() {
        let workers = Workers::start().unwrap();
        let held = Arc::new(());
        let (_here, there) = connected().await;
        let holding = Arc::clone(&held);
        let work = async move |_| {
            std::future::pending::<()>().await;
            drop(holding);
        };
        workers.spawn(there, work).unwrap();
        drop(workers);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
