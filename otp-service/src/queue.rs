//! What this process knows of the message queue beside the database: the order that messages get, those
//! that it has queued itself and can hand over at once, and who waits for the end of one.
//!
//! Not here: handing over (`dispatcher`).

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use edge::clock::Clock;
use tokio::sync::{Notify, oneshot};

use crate::gateways::GatewayKind;
use crate::store::handing_over::Waiting;

/// So many messages wait for a gateway at most; who sends on top is told so at once (H-05).
const MOST: usize = 256;

pub(crate) struct Queue {
    /// Names this process in what it holds.
    pub(crate) holder: String,
    last_place: AtomicI64,
    announced: Mutex<Vec<Waiting>>,
    pub(crate) bell: Notify,
    watchers: Mutex<HashMap<String, oneshot::Sender<bool>>>,
    waiting: Mutex<HashMap<GatewayKind, usize>>,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Queue")
    }
}

impl Queue {
    /// `last_place` is that of the newest message there is.
    pub(crate) fn new(holder: String, last_place: i64) -> Self {
        Self {
            holder,
            last_place: AtomicI64::new(last_place),
            announced: Mutex::default(),
            bell: Notify::new(),
            watchers: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    /// The place of a new message: above all before it, and by the clock, so that several services on
    /// one database agree as far as their clocks do.
    pub(crate) fn next_place(&self, clock: &Clock) -> i64 {
        let by_clock = clock.mark().unix_ms.saturating_mul(1000);
        let next = |last: i64| last.saturating_add(1).max(by_clock);
        let last = self
            .last_place
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(next(last))
            });
        let (Ok(last) | Err(last)) = last;
        next(last)
    }

    fn announced(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn watchers(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<bool>>> {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message is on disk.
    pub(crate) fn announce(&self, message: Waiting) {
        self.announced().push(message);
        self.bell.notify_one();
    }

    /// Those that were announced since this was asked last.
    pub(crate) fn take(&self) -> Vec<Waiting> {
        std::mem::take(&mut *self.announced())
    }

    /// So many messages wait in this process for each gateway, by the one that they are meant for.
    pub(crate) fn wait(&self, messages: HashMap<GatewayKind, usize>) {
        *self.waiting() = messages;
    }

    /// Whether too many wait for a gateway already. Other gateways' messages are not in their way.
    pub(crate) fn is_full(&self, gateway: GatewayKind) -> bool {
        let waiting = self.waiting().get(&gateway).copied().unwrap_or(0);
        waiting + self.announced().len() >= MOST
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<GatewayKind, usize>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of a message until what is answered is dropped.
    pub(crate) fn watch(&self, id: &str) -> Watching<'_> {
        let (tell, told) = oneshot::channel();
        self.watchers().insert(id.to_owned(), tell);
        Watching {
            queue: self,
            id: id.to_owned(),
            told,
        }
    }

    /// A message has come to its end as far as gateways' answers go.
    pub(crate) fn tell(&self, id: &str, went: bool) {
        if let Some(watcher) = self.watchers().remove(id) {
            // Who waited may have gone.
            let _ = watcher.send(went);
        }
    }
}

/// Somebody who waits for the end of a message.
#[derive(Debug)]
pub(crate) struct Watching<'a> {
    queue: &'a Queue,
    id: String,
    told: oneshot::Receiver<bool>,
}

impl Watching<'_> {
    /// Whether it went, once that is known; it surely did not where this is `false`.
    pub(crate) async fn went(&mut self) -> bool {
        // Where nobody will say so, it may have.
        (&mut self.told).await.unwrap_or(true)
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        self.queue.watchers().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_grow_within_a_second_over_a_restart_and_by_the_clock() {
        let (clock, hand) = Clock::manual(1_800_000_000);
        let queue = Queue::new(String::new(), 0);
        let places: Vec<_> = (0..3).map(|_| queue.next_place(&clock)).collect();
        assert_eq!(places, [0, 1, 2].map(|more| 1_800_000_000_000_000 + more));
        let later = Queue::new(String::new(), places[2] + 10);
        assert_eq!(later.next_place(&clock), places[2] + 11);
        hand.advance(1);
        assert_eq!(later.next_place(&clock), 1_800_000_001_000_000);
    }
}
