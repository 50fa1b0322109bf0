//! Where the keyboard is.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

fn by_id<T: JsCast>(id: &str) -> Option<T> {
    let document = web_sys::window()?.document()?;
    document.get_element_by_id(id)?.dyn_into().ok()
}

/// Moves focus to the element with this id, if there is one.
pub fn focus(id: &str) {
    if let Some(element) = by_id::<HtmlElement>(id) {
        // Fails only for elements that are gone.
        let _ = element.focus();
    }
}

/// Moves focus into a field and selects its text, so that typing replaces it.
pub fn focus_and_select(id: &str) {
    if let Some(input) = by_id::<HtmlInputElement>(id) {
        let _ = input.focus();
        input.select();
    }
}

/// Whether no control has the focus, so that moving it takes nothing from anybody.
#[must_use]
pub fn focus_is_on_nothing() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let active = document.and_then(|document| document.active_element());
    active.is_none_or(|element| !element.matches("a, button, input").unwrap_or(false))
}
