//! Carries the service's time over restarts and from replica to replica, so that no step of a host's
//! clock lengthens a life or brings one back (C-19). How time goes on inside a process, and why it
//! stays ahead once it was ahead: [`edge::clock`].
//!
//! Every machine has a row with the last [`Mark`] of its clock. A service that starts goes on from the
//! marks: exactly where the machine has not been started again meanwhile, else from the furthest mark
//! or the host's clock, whichever is later. A jump of more than a second is written down before
//! anything is judged by the new time: so what was refused as ended is never accepted after a crash.
//! Besides that, a mark is renewed at most every few seconds, with the commits of those seconds and
//! never while nothing is asked of the service; then the marks of other machines are read, and replicas
//! agree on the furthest of their clocks within these seconds.
//!
//! One thing is not known: how long a machine was off whose host clock is behind the mark. That time is
//! not counted.

use std::sync::{Arc, Mutex, PoisonError};

use edge::ApiError;
use edge::clock::{Clock, Mark};
use storage::{Database, Sql, StoreError};

use crate::api::fault;
use crate::store::clock_marks;

/// A mark is renewed after so long.
const RENEW_AFTER_MS: i64 = 5_000;
/// A jump that is written down before it counts.
const JUMP_MS: i64 = 1_000;
/// An operator is told when the service's time is so many seconds ahead of the host's.
const WORTH_TELLING: i64 = 60;

/// Writes down where the clock stands. Clones do it together.
#[derive(Debug, Clone)]
pub(crate) struct Timekeeper {
    clock: Clock,
    database: Database,
    written: Arc<Mutex<Mark>>,
}

enum Due {
    Nothing,
    Renewal,
    Jump,
}

impl Timekeeper {
    /// Sets the clock by the marks in the database and leaves one there.
    pub(crate) async fn start(clock: Clock, database: Database) -> Result<Self, StoreError> {
        let keeper = Self {
            written: Arc::new(Mutex::new(clock.mark())),
            clock,
            database,
        };
        for mark in keeper.database.read(clock_marks::all).await? {
            keeper.clock.go_on_from(&mark);
        }
        keeper.write().await?;
        let ahead = keeper.clock.now() - keeper.clock.host();
        if ahead >= WORTH_TELLING {
            tracing::warn!(
                ahead_secs = ahead,
                "this machine's clock is behind the time that the service has reached; lifetimes stay right"
            );
        }
        Ok(keeper)
    }

    /// Called before anything is judged by the time.
    pub(crate) async fn keep(&self) -> Result<(), ApiError> {
        match self.due() {
            Due::Nothing => Ok(()),
            Due::Jump => self.write().await.map_err(fault),
            Due::Renewal => {
                let keeper = self.clone();
                // Nobody waits for it: it goes with the commit of whoever writes at this moment.
                tokio::spawn(async move {
                    if let Err(error) = keeper.write().await {
                        tracing::error!(%error, "the clock's mark was not renewed; the next one will be");
                    }
                });
                Ok(())
            }
        }
    }

    fn due(&self) -> Due {
        let now = self.clock.mark();
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if now.origin_ms() - written.origin_ms() > JUMP_MS {
            return Due::Jump;
        }
        if now.up_ms - written.up_ms <= RENEW_AFTER_MS {
            return Due::Nothing;
        }
        // Others need not renew it too.
        written.unix_ms = written.origin_ms() + now.up_ms;
        written.up_ms = now.up_ms;
        Due::Renewal
    }

    /// Leaves a mark and goes on from those of the others.
    async fn write(&self) -> Result<(), StoreError> {
        let mark = self.clock.mark();
        let mine = mark.clone();
        let exchange = move |sql: &Sql<'_>| -> Result<Vec<Mark>, StoreError> {
            let others = clock_marks::all(sql)?;
            clock_marks::save(sql, &mine)?;
            Ok(others)
        };
        let others = self.database.write(exchange).await?;
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = mark;
        for other in others {
            self.clock.go_on_from(&other);
        }
        Ok(())
    }
}
