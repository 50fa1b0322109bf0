//! The account screen: who is signed in, until when, and where else.

use leptos::prelude::*;
use shared::browser::SessionResponse;

use super::devices::Devices;
use super::{HEADING, live, work_button};
use crate::components::dynamic::{Said, heard, said};
use crate::state::App;
use crate::text::{Doing, Sentence, failure};
use crate::value::Value;
use crate::{api, browser, phone, watch};

#[component]
pub(crate) fn AccountScreen(app: App) -> impl IntoView {
    let text = app.text();
    // What an action on this screen has led to.
    let done = Value::new(None::<Sentence>);
    let status = said(move || {
        let temporary = app.session.is_temporary().then_some(text.ends_with_the_tab);
        let done = done.get().map(|words| words(text));
        done.or(temporary).map(str::to_owned)
    });
    let trouble = said(move || {
        let reason = app.watch.failure.get()?;
        Some(failure(text, reason, Doing::Managing))
    });
    let no_trouble = move || app.watch.failure.get().is_none().then(String::new);
    let extending = Value::new(false);
    let stay = work_button(
        "secondary",
        "button",
        text.stay_signed_in,
        text.stay_signed_in,
        extending,
        Callback::new(|()| false),
        Callback::new(move |()| extend(app, extending, done)),
    );
    let sign_out = work_button(
        "primary",
        "button",
        text.sign_out,
        text.sign_out,
        Value::new(false),
        Callback::new(|()| false),
        Callback::new(move |()| sign_out(app)),
    );
    view! {
        <h1 id=HEADING tabindex="-1">{text.signed_in}</h1>
        {live("notice", "notice", "status", status)}
        {live("form-message", "form-message", "alert", trouble)}
        <button
            class="secondary"
            type="button"
            hidden=said(no_trouble)
            on:click=heard(move |_| watch::check(app))
        >
            {text.try_again}
        </button>
        <Facts app/>
        {stay}
        <Devices app/>
        {sign_out}
    }
}

#[component]
fn Facts(app: App) -> impl IntoView {
    let text = app.text();
    let session = move |part: fn(&App, &SessionResponse) -> String| -> Said {
        said(move || {
            app.watch.session.with(|session| {
                Some(match session {
                    Some((session, _)) => part(&app, session),
                    None => text.loading.to_owned(),
                })
            })
        })
    };
    let number = session(|_, session| phone::international(&session.phone_number));
    let user_id = session(|_, session| session.user_id.clone());
    let ends = session(|app, session| {
        let ends = browser::now() + i64::from(session.expires_in_secs) * 1000;
        browser::date_and_time(app.text().language, ends)
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

/// The session gets its full length again, as far as the service's cap allows.
fn extend(app: App, extending: Value<bool>, done: Value<Option<Sentence>>) {
    let Some(token) = app.session.token() else {
        return;
    };
    extending.set(true);
    done.set(None);
    browser::spawn(Box::pin(async move {
        match api::extend_session(&token).await {
            Ok(session) => {
                app.watch.learn(session);
                done.try_set(Some(|text| text.session_extended));
            }
            Err(failure) if failure.ends_session() => app.leave(|text| text.session_ended),
            Err(failure) => app.watch.failure.set(Some(failure)),
        }
        extending.try_set(false);
    }));
}

/// This browser forgets at once; the backend is told, and if it can't be, the person is (C-15).
fn sign_out(app: App) {
    let Some(token) = app.session.token() else {
        return;
    };
    app.leave(|text| text.signed_out);
    browser::spawn(Box::pin(async move {
        let answer = api::end_session(&token).await;
        let unheard = answer.is_err_and(|failure| !failure.ends_session());
        if unheard && !untrack(|| app.session.is_signed_in()) {
            app.notice.set(Some(|text| text.signed_out_unreached));
        }
    }));
}
