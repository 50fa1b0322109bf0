//! Threads that each keep one connection and take commands and questions from one queue.
//!
//! Every command is a transaction of its own, SERIALIZABLE: whatever commands run side by side, on
//! this service or on another, it is as if they had run one after the other. A command that another
//! one was in the way of is run again, the last time [alone](ALONE): an exclusive lock on
//! `schema_version`, which all the others share, keeps them out. So a crowd around one number always
//! comes to an end.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::Route;
use super::session::{Failure, Session};
use crate::patience::in_time;
use crate::watch::Watch;
use crate::writer::Command;
use crate::{OpenError, Sql, StoreError, fault_point};

/// Connections of a service. More would wait for the same processors and disk.
const CONNECTIONS: usize = 8;
/// A command is run again at most this often, the last time alone.
const AGAIN: u32 = 3;

// LOCK comes before the snapshot of the transaction is taken. Two commands that wait for each other
// would be told by PostgreSQL after a second, in which everybody waits who wants what they have; so
// who waits for a row a quarter of that is run again.
const SIDE_BY_SIDE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE schema_version IN ROW SHARE MODE; \
     SET LOCAL lock_timeout = '250ms'";
/// Not SERIALIZABLE, which the lock makes it already: a transaction that ends gives its locks back a
/// moment before PostgreSQL forgets what it had read, and in that moment the one that comes after it
/// would be refused (40001) for a conflict with it.
pub(crate) const ALONE: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE schema_version IN EXCLUSIVE MODE";
const QUESTION: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What a job may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Command,
    /// Reads, and is run once.
    Question,
}

struct Job {
    command: Box<dyn Command>,
    kind: Kind,
    /// Held until the connection is free again.
    place: OwnedSemaphorePermit,
}

/// Clones share the connections.
#[derive(Clone)]
pub(crate) struct Pool {
    jobs: mpsc::Sender<Job>,
    places: Arc<Semaphore>,
    /// Jobs that a connection has done.
    done: Arc<AtomicU64>,
    workers: Arc<Mutex<Vec<JoinHandle<()>>>>,
    watch: Watch,
}

impl Pool {
    /// Starts the threads; they connect when there is something to do.
    pub(crate) fn start(route: &Route) -> Result<Self, OpenError> {
        let (jobs, waiting) = mpsc::channel(CONNECTIONS);
        let waiting = Arc::new(Mutex::new(waiting));
        let done = Arc::new(AtomicU64::new(0));
        let watch = Watch::default();
        let workers = (0..CONNECTIONS)
            .map(|_| {
                let (route, waiting) = (route.clone(), Arc::clone(&waiting));
                let (done, watch) = (Arc::clone(&done), watch.clone());
                std::thread::Builder::new()
                    .name("postgres".to_owned())
                    .spawn(move || work(&route, &waiting, &done, &watch))
            })
            .collect::<Result<_, _>>()
            .map_err(|cause| StoreError::Unavailable(format!("no thread: {cause}")))?;
        Ok(Self {
            jobs,
            places: Arc::new(Semaphore::new(CONNECTIONS)),
            done,
            workers: Arc::new(Mutex::new(workers)),
            watch,
        })
    }

    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Waits for a free connection and gives it the job, which answers its caller itself.
    pub(crate) async fn give(
        &self,
        command: Box<dyn Command>,
        kind: Kind,
    ) -> Result<(), StoreError> {
        let place = self.place().await?;
        let job = Job {
            command,
            kind,
            place,
        };
        self.jobs.send(job).await.map_err(|_| closing())
    }

    /// As long as jobs are done, everybody's turn comes, also in a crowd around one number. When for a
    /// second none was, the server is away, and callers are told (H-13).
    async fn place(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let mut place = pin!(Arc::clone(&self.places).acquire_owned());
        loop {
            let done = self.done.load(Ordering::Relaxed);
            match in_time(&mut place).await {
                Some(place) => return place.map_err(|_| closing()),
                None if self.done.load(Ordering::Relaxed) != done => {}
                None => {
                    let away = "every connection is in use or lost";
                    return Err(StoreError::Unavailable(away.to_owned()));
                }
            }
        }
    }

    /// Waits until the jobs that were given are done and the connections are closed.
    pub(crate) fn close(self) -> Vec<JoinHandle<()>> {
        std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn closing() -> StoreError {
    StoreError::Unavailable("the database is closing".to_owned())
}

/// Works until every sender is gone.
fn work(route: &Route, waiting: &Mutex<mpsc::Receiver<Job>>, done: &AtomicU64, watch: &Watch) {
    let mut session = None;
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .blocking_recv();
        let Some(Job {
            mut command,
            kind,
            place,
        }) = next
        else {
            return;
        };
        let began = Instant::now();
        let failure = carry_out(route, &mut session, command.as_mut(), kind);
        if kind == Kind::Command {
            watch.over(1, began, failure.as_ref());
        }
        if let Some(failure) = &failure {
            tracing::error!(%failure, "a command was not committed");
        }
        command.answer(failure.as_ref());
        fault_point("postgres-answered");
        if session.is_some() {
            done.fetch_add(1, Ordering::Relaxed);
        } else {
            std::thread::sleep(pause());
        }
        drop(place);
    }
}

/// Runs a job to its end. What is answered instead of its own outcome, if anything; without a
/// session afterwards there was no connection to be had.
fn carry_out(
    route: &Route,
    session: &mut Option<Session>,
    command: &mut dyn Command,
    kind: Kind,
) -> Option<StoreError> {
    let again = if kind == Kind::Command { AGAIN } else { 0 };
    for times in 0..=again {
        let begin = match kind {
            Kind::Question => QUESTION,
            Kind::Command if times < again => SIDE_BY_SIDE,
            Kind::Command => ALONE,
        };
        fault_point("postgres-before-begin");
        let live = match begun(route, session.take(), begin) {
            Ok(live) => session.insert(live),
            Err(error) => return Some(error),
        };
        match attempt(live, command) {
            Ok(()) => return None,
            Err(failure) if failure.again && times < again => {}
            Err(failure) => return Some(failure.error),
        }
    }
    None
}

/// A connection with a transaction begun. One that was lost while nobody used it is replaced, once:
/// nothing has happened on it.
fn begun(route: &Route, old: Option<Session>, begin: &str) -> Result<Session, StoreError> {
    if let Some(old) = old.filter(|old| !old.is_closed()) {
        match (old.batch(begin), old.take_failure()) {
            (Ok(()), _) => return Ok(old),
            (Err(_), Some(failure)) if failure.lost => {}
            (Err(error), _) => return Err(error),
        }
    }
    let new = Session::connect(route)?;
    new.batch(begin)?;
    Ok(new)
}

/// Runs a command inside the transaction that was begun, and ends it.
fn attempt(session: &Session, command: &mut dyn Command) -> Result<(), Failure> {
    let succeeded = command.run(&Sql::on_server(session)).is_ok();
    fault_point("postgres-command-ran");
    // The first failure counts also when the command went on after it.
    let mut failure = session.take_failure();
    if failure.is_none() && succeeded {
        fault_point("postgres-before-commit");
        if session.batch("COMMIT").is_ok() {
            fault_point("postgres-after-commit");
            return Ok(());
        }
        failure = session.take_failure();
    }
    if session.batch("ROLLBACK").is_err() {
        // Then the connection is gone, and the transaction with it; the next job finds that out.
        drop(session.take_failure());
    }
    failure.map_or(Ok(()), Err)
}

/// Between two tries to connect, a little different for everybody, so that a server that comes back
/// is not run over.
fn pause() -> Duration {
    let mut random = [0];
    // Without randomness all wait equally long.
    let random = getrandom::fill(&mut random).map_or(0, |()| random[0]);
    Duration::from_millis(50 + u64::from(random))
}
