//! How the program takes over from the static first paint: in two steps, which the loader in Trunk.toml takes one
//! by one. The browser does in between what the person has asked for; together they are long enough on a slow
//! telephone to be felt.

use std::cell::Cell;

use any_spawner::Executor;
use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;

use screens::languages;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, throw_str};
use web_sys::{HtmlElement, HtmlInputElement};

use crate::state::{App, LANGUAGE};
use crate::{browser, pages, session, text, watch};

/// Where the document has the static first screen.
const ROOT: &str = "app";
const NUMBER: &str = "phone";

thread_local! {
    /// What the second step needs of the first.
    static PREPARED: Cell<Option<App>> = const { Cell::new(None) };
}

/// The first step: reads what the document and this browser say.
#[wasm_bindgen]
pub fn prepare() {
    // Fails only when it has been done before.
    let _ = Executor::init_wasm_bindgen();
    let text = text::of_document().unwrap_or_else(|| throw_str("no sentences"));
    let app = as_long_as_the_page(|_| {
        let app = App::start(text);
        watch::start(app);
        app
    });
    PREPARED.set(Some(app));
}

/// The second step: what was typed meanwhile stays, and so does the caret.
#[wasm_bindgen]
pub fn take_over() {
    let root = document()
        .get_element_by_id(ROOT)
        .and_then(|root| root.dyn_into::<HtmlElement>().ok());
    let (Some(app), Some(root)) = (PREPARED.get(), root) else {
        throw_str("no screen");
    };
    let (typed, caret) = typed_meanwhile();
    app.take_typed(typed);
    as_long_as_the_page(|owner| {
        follow_language(app);
        pages::show(app, root, owner.clone());
    });
    if let Some(caret) = caret {
        request_animation_frame(move || restore_caret(caret));
    }
}

/// Makes something that lives as long as the page does.
fn as_long_as_the_page<T>(make: impl FnOnce(&Owner) -> T) -> T {
    let owner = Owner::new();
    let made = owner.with(|| make(&owner));
    std::mem::forget(owner);
    made
}

/// The person's choice in this browser, else the browser's languages. A page that the backend made is
/// in the browser's language already.
fn follow_language(app: App) {
    let wanted = session::chosen_language().unwrap_or_else(|| {
        let made_by_backend = browser::meta("config").is_some();
        let tag = match made_by_backend {
            true => app.text().language,
            false => languages::choose(browser::languages().iter().map(String::as_str)),
        };
        tag.to_owned()
    });
    if wanted == app.text().language {
        browser::remove_page_class("elsewhere");
    } else {
        app.speak(wanted);
    }
    // The control is in the document, not in the program, and stays when screens are drawn anew.
    let _ = window_event_listener(ev::change, move |event| {
        let is_control = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok())
            .is_some_and(|element| element.id() == LANGUAGE);
        if let Some(tag) = browser::chosen(LANGUAGE).filter(|_| is_control) {
            session::keep_language(&tag);
            app.speak(tag);
        }
    });
}

/// The text in the static field, and where the caret is if the field has the focus.
fn typed_meanwhile() -> (String, Option<u32>) {
    let field = document()
        .get_element_by_id(NUMBER)
        .and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    let Some(field) = field else {
        return (String::new(), None);
    };
    let focused = document()
        .active_element()
        .is_some_and(|active| active.is_same_node(Some(&field)));
    let caret = field.selection_start().ok().flatten().filter(|_| focused);
    (field.value(), caret)
}

fn restore_caret(caret: u32) {
    browser::focus(NUMBER);
    let field = document()
        .get_element_by_id(NUMBER)
        .and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    if let Some(field) = field {
        // A field of another type has no caret to set; then it stands at the end.
        let _ = field.set_selection_range(caret, caret);
    }
}
