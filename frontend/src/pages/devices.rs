//! The list "Your devices": where else the person is signed in.

use leptos::prelude::*;
use screens::user_agent::device;
use shared::browser::SessionSummary;

use super::{live, work_button};
use crate::components::dynamic::{heard, said};
use crate::failure::Failure;
use crate::state::App;
use crate::text::{Doing, Text, failure, filled};
use crate::value::{Value, follow};
use crate::{api, browser};

const TITLE: &str = "devices";

#[derive(Clone, Copy)]
struct List {
    app: App,
    sessions: Value<Option<Vec<SessionSummary>>>,
    working: Value<bool>,
    error: Value<Option<String>>,
    done: Value<Option<String>>,
}

#[component]
pub(crate) fn Devices(app: App) -> impl IntoView {
    let text = app.text();
    let list = List {
        app,
        sessions: Value::new(None),
        working: Value::new(false),
        error: Value::new(None),
        done: Value::new(None),
    };
    // Whenever the backend has confirmed the session, the list may have changed too.
    follow(Box::new(move || {
        if app.watch.session.with(Option::is_some) {
            list.load();
        }
    }));
    let rows = move || {
        list.sessions.with(|sessions| {
            let row = |one| list.row(one);
            sessions.iter().flatten().map(row).collect::<Vec<_>>()
        })
    };
    let loading = said(move || {
        let waits = list.sessions.with(Option::is_none);
        waits.then(|| text.loading.to_owned())
    });
    let end_others = work_button(
        "secondary",
        "button",
        text.sign_out_everywhere_else,
        text.sign_out_everywhere_else,
        list.working,
        Callback::new(|()| false),
        Callback::new(move |()| list.end_others()),
    );
    view! {
        <section aria-labelledby=TITLE>
            <h2 id=TITLE>{text.your_devices}</h2>
            <ul class="devices" role="list" aria-labelledby=TITLE>{rows}</ul>
            <p class="device-used">{loading}</p>
            {live("notice", "devices-notice", "status", said(move || list.done.get()))}
            {live("form-message", "devices-message", "alert", said(move || list.error.get()))}
            {end_others}
        </section>
    }
}

impl List {
    fn load(self) {
        let Some(token) = self.app.session.token() else {
            return;
        };
        browser::spawn(Box::pin(async move {
            match api::list_sessions(&token).await {
                Ok(answer) => {
                    self.sessions.try_set(Some(answer.sessions));
                }
                Err(reason) => self.blame(reason),
            }
        }));
    }

    fn row(self, one: &SessionSummary) -> impl IntoView + use<> {
        let text = self.app.text();
        let name = ["device-", &one.session_id].concat();
        let described_by = name.clone();
        let badge = one
            .current
            .then(|| view! { <span class="badge">{text.this_device}</span> });
        let used = filled(text.last_used, &[&last_used(text, one.last_active_at)]);
        let id = one.session_id.clone();
        let button = (!one.current).then(|| {
            view! {
                <button
                    class="secondary small"
                    type="button"
                    aria-describedby=described_by
                    on:click=heard(move |_| self.end_one(id.clone()))
                >
                    {text.sign_out}
                </button>
            }
        });
        view! {
            <li class="device">
                <div class="device-words">
                    <p class="device-name" id=name>{device(&one.user_agent).described(text)} " " {badge}</p>
                    <p class="device-used">{used}</p>
                </div>
                {button}
            </li>
        }
    }

    fn end_one(self, id: String) {
        self.act(Some(id));
    }

    fn end_others(self) {
        self.act(None);
    }

    /// Signs out one other device, or all of them.
    fn act(self, id: Option<String>) {
        let Some(token) = self.app.session.token() else {
            return;
        };
        if self.working.get_untracked() {
            return;
        }
        self.working.set(true);
        self.done.set(None);
        self.error.set(None);
        browser::spawn(Box::pin(async move {
            let text = self.app.text();
            let answer = match id {
                Some(id) => api::end_session_by_id(&token, &id)
                    .await
                    .map(|_| text.device_signed_out.to_owned()),
                None => api::end_other_sessions(&token)
                    .await
                    .map(|answer| others_ended(text, answer.ended)),
            };
            match answer {
                Ok(sentence) => {
                    self.done.try_set(Some(sentence));
                }
                Err(reason) => self.blame(reason),
            }
            self.working.try_set(false);
            self.load();
        }));
    }

    fn blame(self, reason: Failure) {
        if reason.ends_session() {
            self.app.leave(|text| text.session_ended);
        } else {
            self.error
                .try_set(Some(failure(self.app.text(), reason, Doing::Managing)));
        }
    }
}

fn others_ended(text: Text, ended: u32) -> String {
    match ended {
        0 => text.no_other_device.to_owned(),
        _ => {
            let shown = browser::number(text.language, ended);
            text.counted(text.devices_signed_out, ended, &shown)
        }
    }
}

fn last_used(text: Text, unix_secs: i64) -> String {
    let secs = browser::now() / 1000 - unix_secs;
    let words = (secs >= 120).then(|| browser::ago(text.language, secs));
    words.flatten().unwrap_or_else(|| text.just_now.to_owned())
}
