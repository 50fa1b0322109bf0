//! What this browser keeps: the session token, the pending verification and what was typed.
//!
//! The only door to browser storage. `session_token` lies in localStorage as it is, for the app
//! around this page to read; a whole phone number only ever lies in this tab's sessionStorage
//! (F-07). Deliberately absent: calls to the backend.

mod pending;
mod storage;

use leptos::{ev, leptos_dom::helpers::window_event_listener};
use shared::SessionToken;

use crate::browser;

use crate::value::Value;
pub use pending::{Pending, TabNumber};
use storage::Place;

const TOKEN: &str = "session_token";
const PENDING: &str = "pending_verification";
const NUMBER: &str = "phone_number";
const LANGUAGE: &str = "language";

/// Signals that always say what is stored, in whichever tab it was changed.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    token: Value<Option<SessionToken>>,
    pending: Value<Option<Pending>>,
    temporary: Value<bool>,
}

impl Session {
    /// Reads what is stored and follows what other tabs store. `signed_out_elsewhere` is called
    /// when another tab has ended this browser's session.
    #[must_use]
    pub fn open(signed_out_elsewhere: impl Fn() + 'static) -> Self {
        let session = Self {
            token: Value::new(stored_token()),
            pending: Value::new(stored_pending()),
            temporary: Value::new(!storage::works(Place::AllTabs)),
        };
        // The page lives as long as its tab, so the listener is never taken away.
        let _ = window_event_listener(ev::storage, move |event| {
            let was_signed_in = session.token.with_untracked(Option::is_some);
            match event.key().as_deref() {
                Some(TOKEN) => session.follow_token(),
                Some(PENDING) => session.pending.set(stored_pending()),
                Some(_) => {}
                // Everything was cleared at once.
                None => session.reread(),
            }
            if was_signed_in && session.token.with_untracked(Option::is_none) {
                storage::remove(Place::ThisTab, NUMBER);
                signed_out_elsewhere();
            }
        });
        session
    }

    /// Looks again, for tabs that were asleep while others went on.
    pub fn reread(&self) {
        self.follow_token();
        let stored = stored_pending();
        if self.pending.with_untracked(|pending| *pending != stored) {
            self.pending.set(stored);
        }
    }

    fn follow_token(&self) {
        let stored = stored_token();
        if self.token.with_untracked(|token| *token != stored) {
            self.token.set(stored);
        }
    }

    /// Whether somebody is signed in, as far as this browser knows; only the backend is sure (C-11).
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.token.with(Option::is_some)
    }

    /// The token, without following it.
    #[must_use]
    pub fn token(&self) -> Option<SessionToken> {
        self.token.get_untracked()
    }

    /// Whether the sign-in ends with the tab, because the browser stores nothing (D-20).
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.temporary.get()
    }

    /// The verification that waits for its code.
    #[must_use]
    pub fn pending(&self) -> Option<Pending> {
        self.pending.get()
    }

    /// The same, without following it.
    #[must_use]
    pub fn pending_now(&self) -> Option<Pending> {
        self.pending.get_untracked()
    }

    /// A code was sent.
    pub fn wait_for_code(&self, pending: Pending) {
        storage::write(Place::AllTabs, PENDING, &pending.to_text());
        self.pending.set(Some(pending));
    }

    /// The code was right. The token comes first, so that other tabs never see neither.
    pub fn sign_in(&self, token: SessionToken) {
        let kept = storage::write(Place::AllTabs, TOKEN, token.as_str());
        self.temporary.set(!kept);
        self.token.set(Some(token));
        self.forget_pending();
        storage::remove(Place::ThisTab, NUMBER);
    }

    /// Removes every key of ours, here and by storage events in all tabs (C-15).
    pub fn sign_out(&self) {
        storage::remove(Place::AllTabs, TOKEN);
        storage::remove(Place::ThisTab, NUMBER);
        self.token.set(None);
        self.forget_pending();
    }

    /// Nothing waits for a code any more.
    pub fn forget_pending(&self) {
        storage::remove(Place::AllTabs, PENDING);
        self.pending.set(None);
    }

    /// What was typed in this tab, for the way back to the phone screen and for a resend.
    #[must_use]
    pub fn tab_number(&self) -> Option<TabNumber> {
        TabNumber::parse(&storage::read(Place::ThisTab, NUMBER)?)
    }

    /// Keeps what was typed, in this tab alone.
    pub fn keep_tab_number(&self, number: &TabNumber) {
        storage::write(Place::ThisTab, NUMBER, &number.to_text());
    }
}

/// The language that the person has chosen in this browser, a tag of ours.
#[must_use]
pub fn chosen_language() -> Option<String> {
    storage::read(Place::AllTabs, LANGUAGE)
}

/// Keeps that choice. It outlives signing out: it is about the browser, not about the person.
pub fn keep_language(tag: &str) {
    storage::write(Place::AllTabs, LANGUAGE, tag);
}

fn stored_token() -> Option<SessionToken> {
    SessionToken::parse(&storage::read(Place::AllTabs, TOKEN)?).ok()
}

fn stored_pending() -> Option<Pending> {
    let pending = Pending::parse(&storage::read(Place::AllTabs, PENDING)?)?;
    (!pending.is_stale(browser::now())).then_some(pending)
}
