//! A field for a phone number in whatever form a person has it.

use leptos::ev::Event;
use leptos::prelude::*;

use super::FieldMessage;
use super::dynamic::{heard, said};
use super::message::invalid;
use crate::phone::{self, CountryCode};
use crate::value::Value;

/// One real `<input type="tel">`. What is typed is never rewritten; when it names a country itself,
/// by `+` and a calling code, `country` moves there.
#[component]
pub fn PhoneField(
    /// Of the input; the message under it is `<id>-message`.
    id: &'static str,
    /// Its visible name.
    label: &'static str,
    /// The text as it stands in the field.
    value: Value<String>,
    /// The country of numbers in national form.
    country: Value<Option<CountryCode>>,
    /// Whether it may move to a country.
    allowed: Callback<CountryCode, bool>,
    /// What is wrong with the number.
    error: Value<Option<String>>,
) -> impl IntoView {
    let message = [id, "-message"].concat();
    let taken = move |event: Event| {
        let text = event_target_value(&event);
        let selected = country.get_untracked().and_then(phone::find);
        if let Some(named) = selected.and_then(|selected| phone::country_of(&text, selected))
            && selected.map(|selected| selected.code) != Some(named)
            && allowed.run(named)
        {
            country.set(Some(named));
        }
        value.set(text);
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                class="control"
                type="tel"
                id=id
                name="phone"
                autocomplete="tel"
                dir="ltr"
                prop:value=said(move || Some(value.get()))
                aria-invalid=invalid(error)
                aria-describedby=message.clone()
                on:input=heard(taken)
                on:change=heard(taken)
            />
            <FieldMessage id=message message=error/>
        </div>
    }
}
