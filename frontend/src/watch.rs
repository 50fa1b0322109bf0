//! Looks after an open session: asks the backend when the page is opened or looked at again, and
//! when the session must be over. Only the backend knows (C-11).

use std::time::Duration;

use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use shared::browser::SessionResponse;

use crate::api;
use crate::browser;
use crate::deadline::{Deadline, Millis};
use crate::failure::Failure;
use crate::state::App;
use crate::value::{Value, follow};

/// Looking at a tab again asks at most so often.
const PAUSE_MILLIS: Millis = 5_000;
/// How often the end is looked for; short, because timers stand still while a machine sleeps.
const TICK: Duration = Duration::from_secs(5);

/// What the backend last said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    /// The session, and when it ends by this browser's clock.
    pub(crate) session: Value<Option<(SessionResponse, Deadline)>>,
    /// Why the last question had no answer.
    pub(crate) failure: Value<Option<Failure>>,
    asked_at: StoredValue<Option<Millis>>,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            session: Value::new(None),
            failure: Value::new(None),
            asked_at: StoredValue::new(None),
        }
    }
}

impl Watch {
    /// Nobody is signed in any more.
    pub(crate) fn forget(self) {
        self.session.set(None);
        self.failure.set(None);
        self.asked_at.set_value(None);
    }

    /// The backend has described the session.
    pub(crate) fn learn(self, session: SessionResponse) {
        let ends = Deadline::after(session.expires_in_secs, browser::now());
        self.failure.set(None);
        self.session.set(Some((session, ends)));
    }

    fn asked_lately(self, now: Millis) -> bool {
        self.asked_at
            .get_value()
            .is_some_and(|at| (now - at).abs() < PAUSE_MILLIS)
    }
}

/// Watches for as long as the page is open.
pub(crate) fn start(app: App) {
    follow(Box::new(move || {
        if app.session.is_signed_in() {
            check(app);
        } else {
            app.watch.forget();
        }
    }));
    let looked_at = move || {
        if browser::is_visible() {
            app.session.reread();
            app.load_missing_config();
            if !app.watch.asked_lately(browser::now()) {
                check(app);
            }
        }
    };
    let _ = window_event_listener(ev::online, move |_| app.load_missing_config());
    let _ = window_event_listener(ev::focus, move |_| looked_at());
    let _ = window_event_listener(ev::visibilitychange, move |_| looked_at());
    let _ = window_event_listener(ev::pageshow, move |_| looked_at());
    set_interval(
        move || {
            let now = browser::now();
            let ends = app
                .watch
                .session
                .with_untracked(|session| session.as_ref().map(|(_, ends)| *ends));
            if ends.is_some_and(|ends| ends.is_over(now)) && !app.watch.asked_lately(now) {
                check(app);
            }
        },
        TICK,
    );
}

/// Asks the backend whether the session is still open.
pub(crate) fn check(app: App) {
    let Some(token) = app.session.token() else {
        return;
    };
    app.watch.asked_at.set_value(Some(browser::now()));
    browser::spawn(Box::pin(async move {
        let answer = api::load_session(&token).await;
        if app.session.token().as_ref() != Some(&token) {
            // Signed out or in again meanwhile: the answer is about another session.
            return;
        }
        match answer {
            Ok(session) => {
                if let Some(address) = &session.return_to {
                    browser::leave(address);
                }
                app.watch.learn(session);
            }
            Err(failure) if failure.ends_session() => app.leave(|text| text.session_ended),
            Err(failure) => app.watch.failure.set(Some(failure)),
        }
    }));
}
