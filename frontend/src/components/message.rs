//! The line under a field that says what is wrong with it.

use leptos::prelude::*;

/// A live region that is always there, so that screen readers announce what comes into it. Fields
/// name it in `aria-describedby`.
#[component]
pub fn FieldMessage(
    /// Of this element.
    #[prop(into)]
    id: String,
    /// What is wrong; nothing is shown without.
    #[prop(into)]
    message: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="field-message">
            <p role="alert" id=id>{move || message.get()}</p>
        </div>
    }
}
