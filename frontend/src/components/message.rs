//! The line under a field that says what is wrong with it.

use leptos::prelude::*;

use super::dynamic::said;
use crate::value::Value;

/// A live region that is always there, so that screen readers announce what comes into it. Fields
/// name it in `aria-describedby`.
#[component]
pub fn FieldMessage(
    /// Of this element.
    id: String,
    /// What is wrong; nothing is shown without.
    message: Value<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="field-message">
            <p role="alert" id=id>{said(move || message.get())}</p>
        </div>
    }
}

/// Value of `aria-invalid`.
pub(super) fn invalid(message: Value<Option<String>>) -> super::dynamic::Said {
    said(move || message.with(Option::is_some).then(|| "true".to_owned()))
}
