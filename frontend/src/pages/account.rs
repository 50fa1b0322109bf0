//! The account screen: who is signed in, until when, and where else.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::devices::Devices;
use super::screen::{Heading, WorkButton};
use super::{Screen, use_go};
use crate::state::{App, use_app};
use crate::text::{Doing, failure};
use crate::{api, browser, phone, watch};

#[component]
pub(crate) fn AccountScreen() -> impl IntoView {
    let app = use_app();
    let text = app.text;
    let go = use_go();
    Effect::new(move |_| {
        if !app.session.is_signed_in() {
            go.instead(Screen::Phone);
        }
    });
    let trouble = move || {
        app.watch.failure.get().map(|reason| {
            view! {
                <p class="form-message">{failure(text, reason, Doing::Managing)}</p>
                <button class="secondary" type="button" on:click=move |_| watch::check(app)>
                    {text.try_again}
                </button>
            }
        })
    };
    let temporary = move || app.session.is_temporary().then_some(text.ends_with_the_tab);
    view! {
        <Heading text=text.signed_in/>
        <p class="notice" role="status">{temporary}</p>
        <div role="alert">{trouble}</div>
        <Facts/>
        <Devices/>
        <WorkButton
            class="primary"
            kind="button"
            label=text.sign_out
            working_label=text.sign_out
            working=Signal::derive(|| false)
            waiting=Signal::derive(|| false)
            on_press=Callback::new(move |()| sign_out(app))
        />
    }
}

#[component]
fn Facts() -> impl IntoView {
    let app = use_app();
    let text = app.text;
    let session = move |part: fn(&App, &shared::browser::SessionResponse) -> String| {
        move || {
            app.watch.session.with(|session| {
                session.as_ref().map_or_else(
                    || text.loading.to_owned(),
                    |(session, _)| part(&app, session),
                )
            })
        }
    };
    let number = session(|_, session| phone::international(&session.phone_number));
    let user_id = session(|_, session| session.user_id.clone());
    let ends = session(|app, session| {
        let ends = browser::now() + i64::from(session.expires_in_secs) * 1000;
        browser::date_and_time(app.text.language, ends)
    });
    view! {
        <dl class="facts">
            <div>
                <dt>{text.phone_number}</dt>
                <dd><bdi dir="ltr" translate="no">{number}</bdi></dd>
            </div>
            <div>
                <dt>{text.user_id}</dt>
                <dd><code translate="no">{user_id}</code></dd>
            </div>
            <div>
                <dt>{text.session_ends}</dt>
                <dd>{ends}</dd>
            </div>
        </dl>
    }
}

/// This browser forgets at once; the backend is told, and if it can't be, the person is (C-15).
fn sign_out(app: App) {
    let Some(token) = app.session.token() else {
        return;
    };
    app.leave(app.text.signed_out);
    spawn_local(async move {
        let answer = api::end_session(&token).await;
        let unheard = answer.is_err_and(|failure| !failure.ends_session());
        if unheard && !untrack(|| app.session.is_signed_in()) {
            app.notice.set(Some(app.text.signed_out_unreached));
        }
    });
}
