//! Opening a database and talking to it, be it a file or a server.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{mpsc, oneshot};

use crate::patience::in_time;
use crate::readers::Readers;
use crate::server::pool::{Kind, Pool};
use crate::server::{self, Route};
use crate::watch::{Commit, Watch};
use crate::writer::{Command, Waiting, Writer};
use crate::{OpenError, Server, Sql, StoreError, files, migrate};

/// So many commands may wait for the writer; the next caller waits for a place, but not for long.
const QUEUE: usize = 1024;

/// An open database. Clones share it; [`Database::close`] or dropping the last one closes it.
#[derive(Clone)]
pub struct Database(Engine);

#[derive(Clone)]
enum Engine {
    Sqlite(File),
    Server(Pool),
}

#[derive(Clone)]
struct File {
    commands: mpsc::Sender<Box<dyn Command>>,
    readers: Readers,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
    watch: Watch,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database")
    }
}

impl Database {
    /// Opens the file, made where there is none, and brings its schema up to the newest of
    /// `migrations` (the first one is version 1; the list only ever grows).
    ///
    /// # Errors
    /// [`OpenError`]; a damaged file is left as it is.
    pub fn open(path: &Path, migrations: &[&str]) -> Result<Self, OpenError> {
        if rusqlite::version_number() < 3_051_003 {
            return Err(OpenError::OldSqlite(rusqlite::version().to_owned()));
        }
        files::prepare(path)?;
        let writer = Writer::open(path).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
                OpenError::Damaged(path.to_owned(), StoreError::from(error).to_string())
            }
            _ => error.into(),
        })?;
        migrate::migrate(&writer.sql(), "BEGIN IMMEDIATE", migrations)?;

        let (commands, waiting) = mpsc::channel(QUEUE);
        let watch = Watch::default();
        let told = watch.clone();
        let writer = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || writer.work(waiting, &told))
            .map_err(|cause| OpenError::File(path.to_owned(), cause))?;
        Ok(Self(Engine::Sqlite(File {
            commands,
            readers: Readers::new(path),
            writer: Arc::new(Mutex::new(Some(writer))),
            watch,
        })))
    }

    /// Connects to a database on a PostgreSQL server, and brings its schema up to date like
    /// [`Database::open`]. Blocks for a moment.
    ///
    /// # Errors
    /// [`OpenError`], none of which shows the address.
    pub fn connect(server: Server<'_>, migrations: &[&str]) -> Result<Self, OpenError> {
        let route = Route::to(server)?;
        server::off_the_event_loop(|| server::bring_up(&route, migrations))?;
        Ok(Self(Engine::Server(Pool::start(&route)?)))
    }

    /// Carries out a command in a transaction. When this answers `Ok`, the commit is on disk; when it
    /// answers an error, see [`StoreError`]. The command may be run together with others. When the
    /// caller stops waiting before its turn, it is not run; after that it runs to its end. It may be
    /// run more than once when others are in its way or fail beside it; only its last run counts.
    ///
    /// # Errors
    /// The command's own, or that of the transaction.
    pub async fn write<T, F>(&self, command: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Sql<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let command = Box::new(Waiting::new(command, reply));
        let _waits = self.watched().waits();
        match &self.0 {
            Engine::Sqlite(file) => file.give(command).await?,
            Engine::Server(pool) => pool.give(command, Kind::Command).await?,
        }
        answer.await.map_err(|_| closing())?
    }

    /// Has the end of every commit told to `watcher`, on the thread that commits.
    pub fn watch(&self, watcher: impl Fn(Commit<'_>) + Send + Sync + 'static) {
        self.watched().tell(Box::new(watcher));
    }

    /// Tells how many commands were given and are not answered yet. It does not keep the database open.
    pub fn waiting(&self) -> impl Fn() -> usize + Send + Sync + use<> {
        let watch = self.watched().clone();
        move || watch.waiting()
    }

    fn watched(&self) -> &Watch {
        match &self.0 {
            Engine::Sqlite(file) => &file.watch,
            Engine::Server(pool) => pool.watch(),
        }
    }

    /// Answers a question from one consistent picture of everything that was committed before.
    ///
    /// # Errors
    /// The question's own, or that of the database.
    pub async fn read<T, F>(&self, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Sql<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        match &self.0 {
            Engine::Sqlite(file) => file.read(question).await,
            Engine::Server(pool) => {
                let mut question = Some(question);
                let once = move |sql: &Sql<'_>| {
                    let question = question.take();
                    question.map_or_else(
                        || Err(StoreError::Broken("a question was asked twice".to_owned())),
                        |question| question(sql),
                    )
                };
                let (reply, answer) = oneshot::channel();
                let job = Box::new(Waiting::new(once, reply));
                pool.give(job, Kind::Question).await?;
                answer.await.map_err(|_| closing())?
            }
        }
    }

    /// Answers a question of one statement that finds a row or two by an index, like [`Database::read`]. From a
    /// file that is done at once, on the caller's thread, unless something has to be waited for.
    ///
    /// # Errors
    /// As [`Database::read`].
    pub async fn look_up<T, F>(&self, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Sql<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        if let Engine::Sqlite(file) = &self.0
            && let Some(answer) = file.readers.look_up(&question)
        {
            return answer;
        }
        self.read(question).await
    }

    /// Waits until the commands that were given are on disk and the database is let go of. Needs the
    /// last clone; others keep it open.
    pub async fn close(self) {
        let threads: Vec<_> = match self.0 {
            Engine::Sqlite(File {
                commands,
                readers,
                writer,
                watch: _,
            }) => {
                drop((commands, readers));
                let mut handle = writer.lock().unwrap_or_else(PoisonError::into_inner);
                handle.take().into_iter().collect()
            }
            Engine::Server(pool) => pool.close(),
        };
        let join = move || threads.into_iter().try_for_each(JoinHandle::join);
        if !matches!(tokio::task::spawn_blocking(join).await, Ok(Ok(()))) {
            tracing::error!("the database's threads could not be waited for");
        }
    }
}

impl File {
    async fn give(&self, command: Box<dyn Command>) -> Result<(), StoreError> {
        match in_time(self.commands.reserve()).await {
            Some(Ok(place)) => {
                place.send(command);
                Ok(())
            }
            Some(Err(_)) => Err(closing()),
            None => Err(StoreError::Unavailable("too many commands wait".to_owned())),
        }
    }

    async fn read<T, F>(&self, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Sql<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let place = self.readers.place().await?;
        let readers = self.readers.clone();
        tokio::task::spawn_blocking(move || {
            let answer = readers.ask(question);
            drop(place);
            answer
        })
        .await
        .map_err(|_| StoreError::Broken("the question panicked".to_owned()))?
    }
}

fn closing() -> StoreError {
    StoreError::Unavailable("the database is closing".to_owned())
}

/// Copies a database, also one that a server is using, into a new file of mode 0600 (E-10).
///
/// # Errors
/// When the copy exists already, or either file can't be used.
pub fn back_up(from: &Path, to: &Path) -> Result<(), OpenError> {
    let in_copy = |cause| OpenError::File(to.to_owned(), cause);
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    source.execute_batch("PRAGMA busy_timeout = 5000;")?;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(in_copy)?;
    // VACUUM INTO takes an empty file, and writes one consistent picture.
    let path = to
        .to_str()
        .ok_or_else(|| in_copy(ErrorKind::InvalidFilename.into()))?;
    source.execute("VACUUM INTO ?1", [path])?;
    std::fs::File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(in_copy)
}

/// Looks a database through; answers what is wrong with it, nothing when it is whole.
///
/// # Errors
/// When the file can't be used.
pub fn check(path: &Path) -> Result<Vec<String>, OpenError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("PRAGMA busy_timeout = 5000;")?;
    let sql = Sql::new(&connection);
    let mut faults = sql.query("PRAGMA integrity_check", &[], |row| row.text(0))?;
    faults.retain(|fault| fault != "ok");
    let orphans = sql.query("PRAGMA foreign_key_check", &[], |row| row.text(0))?;
    faults.extend(
        orphans
            .into_iter()
            .map(|table| format!("a row of {table} refers to one that is not there")),
    );
    Ok(faults)
}
