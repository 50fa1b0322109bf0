//! The code screen: what was sent to the number.

use leptos::prelude::*;

use super::code_form::{CodeForm, FIELD};
use super::screen::{Heading, WorkButton};
use super::{Screen, use_go};
use crate::components::CodeField;
use crate::phone;
use crate::state::{App, use_app};

#[component]
pub(crate) fn CodeScreen() -> impl IntoView {
    let app = use_app();
    let text = app.text;
    let go = use_go();
    Effect::new(move |_| {
        if app.session.is_signed_in() {
            go.instead(Screen::Account);
        } else if app.session.pending().is_none() {
            go.instead(Screen::Phone);
        }
    });
    let form = CodeForm::new(app, go);
    let length = move || {
        app.session
            .pending()
            .map_or(6, |pending| usize::from(pending.code_length))
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    view! {
        <Heading text=text.enter_the_code/>
        <p class="lead">
            {text.sent_to} " "
            <bdi class="number" dir="ltr" translate="no">{move || shown_number(app)}</bdi>
            " "
            <button class="link" type="button" on:click=move |_| go.to(Screen::Phone)>
                {text.change_number}
            </button>
        </p>
        <form class="form" novalidate method="post" on:submit=submit>
            <CodeField
                id=FIELD
                label=text.verification_code
                length=Signal::derive(length)
                value=form.value
                error=form.code_error
                on_complete=Callback::new(move |()| form.completed())
            />
            <WorkButton
                class="primary"
                kind="submit"
                label=text.verify
                working_label=text.verifying
                working=form.verifying
                waiting=Signal::derive(|| false)
                on_press=Callback::new(|()| ())
            />
            <p class="form-message" role="alert">{move || form.error.get()}</p>
        </form>
        <div class="resend">
            <p class="fine" id="resend-hint">{move || form.resend_hint()}</p>
            <WorkButton
                class="secondary"
                kind="button"
                label=text.resend_code
                working_label=text.sending
                working=form.resending
                waiting=Signal::derive(move || form.secs_to_wait() > 0)
                on_press=Callback::new(move |()| form.resend())
            />
            <p class="visually-hidden" role="status">{move || form.announcement()}</p>
        </div>
    }
}

/// The whole number only in the tab where it was typed (F-07).
fn shown_number(app: App) -> String {
    let Some(pending) = app.session.pending() else {
        return String::new();
    };
    match app.session.tab_number() {
        Some(kept) if kept.number.masked() == pending.masked_number => {
            phone::international(&kept.number)
        }
        _ => pending.masked_number,
    }
}
