//! The code screen: what was sent to the number.

use leptos::prelude::*;

use super::code_form::{CodeForm, FIELD};
use super::{HEADING, Screen, live, work_button};
use crate::components::CodeField;
use crate::components::dynamic::{heard, said};
use crate::phone;
use crate::state::App;

#[component]
pub(crate) fn CodeScreen(app: App) -> impl IntoView {
    let text = app.text();
    let form = CodeForm::new(app);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    let verify = work_button(
        "primary",
        "submit",
        text.verify,
        text.verifying,
        form.verifying,
        Callback::new(|()| false),
        Callback::new(|()| ()),
    );
    let resend = work_button(
        "secondary",
        "button",
        text.resend_code,
        text.sending,
        form.resending,
        Callback::new(move |()| form.secs_to_wait() > 0),
        Callback::new(move |()| form.resend()),
    );
    view! {
        <h1 id=HEADING tabindex="-1">{text.enter_the_code}</h1>
        <p class="lead">
            {text.sent_to} " "
            <bdi class="number" dir="ltr" translate="no">{said(move || shown_number(app))}</bdi>
            " "
            <button class="link" type="button" on:click=heard(move |_| app.go(Screen::Phone))>
                {text.change_number}
            </button>
        </p>
        <form class="form" novalidate method="post" on:submit=heard(submit)>
            <CodeField
                id=FIELD
                label=text.verification_code
                hint=text.checked_at_once
                length=form.length
                value=app.draft.code
                error=form.code_error
                on_complete=Callback::new(move |()| form.completed())
            />
            {verify}
            {live("form-message", "form-message", "alert", said(move || form.error.get()))}
        </form>
        <div class="resend">
            <p
                class="delivery"
                role="status"
                data-failed=said(move || form.delivery.has_failed().then(String::new))
            >
                {said(move || form.delivery.words())}
            </p>
            <p class="fine" id="resend-hint">{said(move || form.resend_hint())}</p>
            {resend}
            {live("visually-hidden", "announcement", "status", said(move || form.announcement()))}
        </div>
    }
}

/// The whole number only in the tab where it was typed (F-07).
fn shown_number(app: App) -> Option<String> {
    let pending = app.session.pending()?;
    Some(match app.session.tab_number() {
        Some(kept) if kept.number.masked() == pending.masked_number => {
            phone::international(&kept.number)
        }
        _ => pending.masked_number,
    })
}
