//! The list "Your devices": where else the person is signed in.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::browser::SessionSummary;

use super::screen::WorkButton;
use crate::failure::Failure;
use crate::state::{App, use_app};
use crate::text::{Doing, device, failure};
use crate::{api, browser};

const TITLE: &str = "devices";

#[derive(Clone, Copy)]
struct List {
    app: App,
    sessions: RwSignal<Option<Vec<SessionSummary>>>,
    working: RwSignal<bool>,
    error: RwSignal<Option<String>>,
    done: RwSignal<Option<String>>,
}

#[component]
pub(crate) fn Devices() -> impl IntoView {
    let app = use_app();
    let text = app.text;
    let list = List {
        app,
        sessions: RwSignal::new(None),
        working: RwSignal::new(false),
        error: RwSignal::new(None),
        done: RwSignal::new(None),
    };
    // Whenever the backend has confirmed the session, the list may have changed too.
    Effect::new(move |_| {
        if app.watch.session.with(Option::is_some) {
            list.load();
        }
    });
    let rows = move || match list.sessions.get() {
        Some(sessions) => sessions
            .into_iter()
            .map(|one| list.row(one))
            .collect_view()
            .into_any(),
        None => view! { <li class="device">{text.loading}</li> }.into_any(),
    };
    view! {
        <section aria-labelledby=TITLE>
            <h2 id=TITLE>{text.your_devices}</h2>
            <ul class="devices" role="list" aria-labelledby=TITLE>{rows}</ul>
            <p class="notice" role="status">{move || list.done.get()}</p>
            <p class="form-message" role="alert">{move || list.error.get()}</p>
            <WorkButton
                class="secondary"
                kind="button"
                label=text.sign_out_everywhere_else
                working_label=text.sign_out_everywhere_else
                working=list.working
                waiting=Signal::derive(|| false)
                on_press=Callback::new(move |()| list.end_others())
            />
        </section>
    }
}

impl List {
    fn load(self) {
        let Some(token) = self.app.session.token() else {
            return;
        };
        spawn_local(async move {
            match api::list_sessions(&token).await {
                Ok(answer) => {
                    self.sessions.try_set(Some(answer.sessions));
                }
                Err(reason) => self.blame(reason),
            }
        });
    }

    fn row(self, one: SessionSummary) -> impl IntoView {
        let text = self.app.text;
        let name = format!("device-{}", one.session_id);
        let described_by = name.clone();
        let badge = one
            .current
            .then(|| view! { <span class="badge">{text.this_device}</span> });
        let used = (text.last_used)(&last_used(self.app, one.last_active_at));
        let id = one.session_id.clone();
        let button = (!one.current).then(|| {
            view! {
                <button
                    class="secondary small"
                    type="button"
                    aria-describedby=described_by
                    on:click=move |_| self.end_one(id.clone())
                >
                    {text.sign_out}
                </button>
            }
        });
        view! {
            <li class="device">
                <div class="device-words">
                    <p class="device-name" id=name>{device(text, &one.user_agent)} " " {badge}</p>
                    <p class="device-used">{used}</p>
                </div>
                {button}
            </li>
        }
    }

    fn end_one(self, id: String) {
        let text = self.app.text;
        self.act(move |token| async move {
            api::end_session_by_id(&token, &id)
                .await
                .map(|_| text.device_signed_out.to_owned())
        });
    }

    fn end_others(self) {
        let text = self.app.text;
        self.act(move |token| async move {
            let answer = api::end_other_sessions(&token).await?;
            Ok((text.devices_signed_out)(answer.ended))
        });
    }

    fn act<F>(self, call: impl FnOnce(shared::SessionToken) -> F)
    where
        F: Future<Output = Result<String, Failure>> + 'static,
    {
        let Some(token) = self.app.session.token() else {
            return;
        };
        if self.working.get_untracked() {
            return;
        }
        self.working.set(true);
        self.done.set(None);
        self.error.set(None);
        let call = call(token);
        spawn_local(async move {
            match call.await {
                Ok(sentence) => {
                    self.done.try_set(Some(sentence));
                }
                Err(reason) => self.blame(reason),
            }
            self.working.try_set(false);
            self.load();
        });
    }

    fn blame(self, reason: Failure) {
        if reason.ends_session() {
            self.app.leave(self.app.text.session_ended);
        } else {
            self.error
                .try_set(Some(failure(self.app.text, reason, Doing::Managing)));
        }
    }
}

fn last_used(app: App, unix_secs: i64) -> String {
    let secs = browser::now() / 1000 - unix_secs;
    let words = (secs >= 120).then(|| browser::ago(app.text.language, secs));
    words
        .flatten()
        .unwrap_or_else(|| app.text.just_now.to_owned())
}
