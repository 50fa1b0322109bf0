//! Webhooks in the form of the Standard Webhooks specification 1.0: the app's server is told of what happened, each message
//! at least once and always under the same id.
//!
//! The queue is a table of our own database (`store/webhooks.rs`): a message is noted in the transaction of what it tells
//! of, so a kill at any moment leaves both or neither. Only that a session has ended is the OTP service's fact: that is
//! noted right after, and a kill in between loses it. Sessions that run out by themselves are not told, nobody here
//! notices. Backends on one database share the queue: each takes a few messages for a minute ([`Taken`]).
//!
//! Not here: what a message says ([`message`]), when it is told again ([`schedule`]).

pub(crate) mod message;
mod schedule;
mod settings;
mod signature;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge::outbound::Reply;
use edge::{Breaker, Stop};
use http::{StatusCode, header};
use storage::StoreError;
use tokio::task::JoinSet;

use crate::StartError;
use crate::app::App;
use crate::events::WebhookEnd;
use crate::store::{Taken, Told, fault};
use message::EndedBy;
use settings::Endpoint;
pub(crate) use settings::WEBHOOK_SECRET;
pub use settings::WebhookSettings;

/// How often it is looked whether there is something to tell.
const EVERY: Duration = Duration::from_secs(1);
/// Messages on their way at one time.
const AT_ONCE: i64 = 16;

/// Tells the app's server.
pub(crate) struct Webhooks {
    endpoint: Endpoint,
    breaker: Mutex<Breaker>,
    /// The receiver has said that it wants no more (410).
    gone: AtomicBool,
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhooks")
    }
}

impl Webhooks {
    /// None: nobody is told.
    pub(crate) fn of(settings: &WebhookSettings) -> Result<Option<Self>, StartError> {
        let endpoint = Endpoint::of(settings)?;
        Ok(endpoint.map(|endpoint| Self {
            endpoint,
            breaker: Mutex::default(),
            gone: AtomicBool::new(false),
        }))
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many messages may be taken now: one while the receiver fails, and that only now and then (H-04).
    fn room(&self, now: i64) -> i64 {
        let breaker = self.breaker();
        if self.gone.load(Ordering::Relaxed) || !breaker.lets_through(now) {
            return 0;
        }
        if breaker.is_open() { 1 } else { AT_ONCE }
    }

    /// Makes one attempt. What came of it, and what the receiver wishes for.
    async fn attempt(&self, app: &App, taken: &Taken) -> (WebhookEnd, Option<i64>, u16) {
        let begun = self.breaker().begin(app.clock.now());
        let request = self
            .endpoint
            .request(&taken.message_id, app.clock.host(), &taken.body);
        let reply = match request {
            Ok(request) => self.endpoint.client.exchange(request).await.ok(),
            Err(_) => None,
        };
        let status = reply.as_ref().map(|reply| reply.status);
        let answers = status.is_some_and(|status| !status.is_server_error());
        self.breaker().end(begun, answers, app.clock.now());
        let end = match status {
            Some(status) if status.is_success() => WebhookEnd::Delivered,
            Some(StatusCode::GONE) => WebhookEnd::Gone,
            _ => WebhookEnd::Failed,
        };
        let wish = reply.as_ref().and_then(retry_after);
        (end, wish, status.map_or(0, |status| status.as_u16()))
    }
}

/// In seconds; a date says nothing here.
fn retry_after(reply: &Reply) -> Option<i64> {
    let value = reply.headers.get(header::RETRY_AFTER)?;
    value.to_str().ok()?.trim().parse().ok()
}

/// Tells what is to be told until the server stops; then lets end what is on its way.
pub(crate) async fn tell(app: &Arc<App>, stop: &Stop) {
    let Some(webhooks) = &app.webhooks else {
        return;
    };
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.stopping() => return,
            _ = interval.tick() => {}
        }
        // As long as there is more; what waits is on disk.
        loop {
            match round(app, webhooks, stop).await {
                Ok(0) => break,
                Ok(_) if stop.is_stopping() => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "webhooks were not taken from the queue; the next round tries again");
                    break;
                }
            }
        }
    }
}

/// Tells the messages that come first. How many.
pub(crate) async fn round(
    app: &Arc<App>,
    webhooks: &Arc<Webhooks>,
    stop: &Stop,
) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let room = webhooks.room(now);
    // A look costs no commit.
    if room == 0 || !app.store.has_messages(now).await? {
        return Ok(0);
    }
    let taken = app.store.take_messages(now, room).await?;
    let count = taken.len();
    let mut running = JoinSet::new();
    for one in taken {
        let (app, webhooks) = (Arc::clone(app), Arc::clone(webhooks));
        running.spawn(async move { one_message(&app, &webhooks, one).await });
    }
    loop {
        tokio::select! {
            ended = running.join_next() => if ended.is_none() { break },
            () = stop.cutting() => {
                running.shutdown().await;
                break;
            }
        }
    }
    Ok(count)
}

async fn one_message(app: &App, webhooks: &Webhooks, taken: Taken) {
    let (mut end, wish, status) = webhooks.attempt(app, &taken).await;
    let now = app.clock.now();
    let mut told = Told::Over;
    match end {
        WebhookEnd::Failed => match schedule::wait(taken.attempts, wish, roll()) {
            Some(wait) => told = Told::AgainAt(now + wait),
            None => end = WebhookEnd::GivenUp,
        },
        WebhookEnd::Gone => webhooks.gone.store(true, Ordering::Relaxed),
        WebhookEnd::Delivered | WebhookEnd::GivenUp => {}
    }
    app.events.webhook(&taken, end, status);
    if let Err(error) = app.store.note_told(&taken.message_id, told, now).await {
        // It is told once more when it is nobody's again.
        fault(error).log();
    }
}

/// Without randomness all wait the longest.
fn roll() -> u8 {
    let mut byte = [u8::MAX];
    match getrandom::fill(&mut byte) {
        Ok(()) => byte[0],
        Err(_) => u8::MAX,
    }
}

/// A session of this user has just been ended at the OTP service, which is noted. The person's sign-out does not fail
/// when it can't be.
pub(crate) async fn session_ended(app: &App, session_id: &str, user_id: &str, by: EndedBy) {
    let now = app.clock.now();
    let noted = app
        .store
        .note_session_ended(session_id, user_id, by, now)
        .await;
    if let Err(error) = noted {
        fault(error).log();
    }
}

#[cfg(test)]
mod tests;
