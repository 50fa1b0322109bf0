//! A field for a one-time code: one real input, drawn as boxes.

use leptos::ev::{ClipboardEvent, Event};
use leptos::html;
use leptos::prelude::*;
use screens::typing::code;

use super::FieldMessage;
use super::dynamic::{heard, said};
use super::message::invalid;
use crate::value::Value;

/// Takes digits of any script, and a paste with spaces, dashes or a whole message around the code.
#[component]
pub fn CodeField(
    /// Of the input; the hint over it is `<id>-hint`, the message under it `<id>-message`.
    id: &'static str,
    /// Its visible name.
    label: &'static str,
    /// What filling it does, said before it is filled (WCAG 3.2.2).
    hint: &'static str,
    /// Digits of a code, 6 to 10.
    length: usize,
    /// The digits in the field.
    value: Value<String>,
    /// What is wrong with the code.
    error: Value<Option<String>>,
    /// Called when the code has all its digits, once per change.
    on_complete: Callback<()>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let message = [id, "-message"].concat();
    let hint_id = [id, "-hint"].concat();
    let described_by = [&hint_id, " ", &message].concat();
    let take = move |digits: String| {
        // Also when the digits are the same as before: what else was typed has to go.
        if let Some(input) = input.get_untracked()
            && input.value() != digits
        {
            input.set_value(&digits);
        }
        if value.with_untracked(|before| *before != digits) {
            let complete = digits.len() == length;
            value.set(digits);
            if complete {
                on_complete.run(());
            }
        }
    };
    let typed = move |event: Event| {
        let text = event_target_value(&event);
        let digits = code::pasted(&text, length).unwrap_or_else(|| code::typed(&text, length));
        take(digits);
    };
    let pasted = move |event: ClipboardEvent| {
        let text = event
            .clipboard_data()
            .and_then(|data| data.get_data("text").ok());
        if let Some(code) = text.and_then(|text| code::pasted(&text, length)) {
            event.prevent_default();
            take(code);
        }
    };
    let boxes: Vec<_> = (0..length)
        .map(|_| view! { <span class="code-box"></span> })
        .collect();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <p class="fine hint" id=hint_id>{hint}</p>
            <div
                class="code"
                dir="ltr"
                data-digits=length.to_string()
                data-filled=said(move || Some(value.with(String::len).to_string()))
            >
                <div class="code-boxes" aria-hidden="true">{boxes}</div>
                <input
                    node_ref=input
                    class="code-input"
                    type="text"
                    id=id
                    name="otp"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    autocapitalize="off"
                    spellcheck="false"
                    translate="no"
                    dir="ltr"
                    prop:value=said(move || Some(value.get()))
                    aria-invalid=invalid(error)
                    aria-describedby=described_by
                    on:input=heard(typed)
                    on:paste=heard(pasted)
                />
            </div>
            <FieldMessage id=message message=error/>
        </div>
    }
}
