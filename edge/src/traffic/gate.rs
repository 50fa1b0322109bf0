//! Who is let in when more comes than can be done (I-10). Pure counting: no clock, no waiting.
//!
//! There is no queue in front of the gate. Who is inside waits for the database at most as long as
//! that many requests take; who is not is told so at once, before its body is read, and so the wait of
//! those who are served does not grow with the crowd outside. Places are kept free for what matters
//! more: when sends have filled their share, verifications still come in, and when those have filled
//! theirs, session checks do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::closed_set;

closed_set! {
    /// What a request is about, as far as its right of way goes.
    pub enum Work {
        /// Is somebody signed in? Comes first.
        SessionCheck => "session_check",
        /// Verifications, and whatever is nothing else.
        Verify => "verify",
        /// Sends: who can't send now has not begun yet.
        Send => "send",
        /// Costs next to nothing, or must be answered in any case; always let in.
        Free => "free",
    }
}

#[derive(Debug)]
pub(super) struct Gate {
    most: usize,
    inside: AtomicUsize,
}

impl Gate {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            inside: AtomicUsize::new(0),
        })
    }

    /// So many may be inside when one more of this kind comes in.
    fn room(&self, work: Work) -> usize {
        match work {
            Work::SessionCheck | Work::Free => self.most,
            Work::Verify => self.most * 5 / 6,
            Work::Send => self.most * 2 / 3,
        }
    }

    fn take(&self, work: Work) -> bool {
        // A small gate lets each kind in as long as it is empty.
        let room = self.room(work).max(1);
        let enter = |inside| (inside < room).then_some(inside + 1);
        self.inside
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, enter)
            .is_ok()
    }

    /// Lets a request in, or not.
    pub(super) fn enter(self: &Arc<Self>, work: Work) -> Option<Place> {
        let held = work != Work::Free;
        if held && !self.take(work) {
            return None;
        }
        Some(Place {
            gate: Arc::clone(self),
            work,
            held: AtomicBool::new(held),
        })
    }
}

/// A request's place inside, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    gate: Arc<Gate>,
    work: Work,
    held: AtomicBool,
}

impl Place {
    /// Gives the place back, while the caller is slow and not the server.
    pub(super) fn leave(&self) {
        if self.held.swap(false, Ordering::AcqRel) {
            self.gate.inside.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Takes a place again. Whether there was one.
    pub(super) fn enter_again(&self) -> bool {
        if self.work == Work::Free || self.held.load(Ordering::Acquire) {
            return true;
        }
        let taken = self.gate.take(self.work);
        self.held.store(taken, Ordering::Release);
        taken
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(gate: &Arc<Gate>, work: Work) -> Vec<Place> {
        std::iter::from_fn(|| gate.enter(work)).collect()
    }

    #[test]
    fn what_matters_more_still_comes_in_when_the_rest_has_filled_its_share_i_10() {
        let gate = Gate::new(12);
        let sends = fill(&gate, Work::Send);
        assert_eq!(sends.len(), 8);
        let verifies = fill(&gate, Work::Verify);
        assert_eq!(verifies.len(), 2);
        let checks = fill(&gate, Work::SessionCheck);
        assert_eq!(checks.len(), 2);
        assert!(gate.enter(Work::SessionCheck).is_none());
        assert!(gate.enter(Work::Free).is_some());
        drop(sends);
        assert!(gate.enter(Work::Send).is_some());
    }

    #[test]
    fn what_matters_less_does_not_push_in_before_its_share_is_free() {
        let gate = Gate::new(12);
        let mut checks = fill(&gate, Work::SessionCheck);
        assert_eq!(checks.len(), 12);
        checks.truncate(9);
        assert!(gate.enter(Work::Send).is_none());
        assert!(gate.enter(Work::Verify).is_some());
        checks.truncate(6);
        assert!(gate.enter(Work::Send).is_some());
    }

    #[test]
    fn who_waits_for_a_slow_caller_holds_no_place_and_may_find_none_after_it() {
        let gate = Gate::new(1);
        let slow = gate.enter(Work::Verify).unwrap();
        slow.leave();
        let other = gate.enter(Work::Verify).unwrap();
        assert!(!slow.enter_again());
        drop(other);
        assert!(slow.enter_again() && slow.enter_again());
        assert!(gate.enter(Work::Verify).is_none());
        drop(slow);
        assert_eq!(gate.inside.load(Ordering::Acquire), 0);
    }
}
