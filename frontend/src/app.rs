//! The frame around the screens, and how it takes over from the static first paint.

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos_router::components::Router;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use crate::pages::{Arrived, Screens};
use crate::state::App;
use crate::text::ENGLISH;
use crate::{browser, watch};

/// Where `index.html` has the static first screen.
const ROOT: &str = "app";
const NUMBER: &str = "phone";

/// Takes over from the static page: what was typed meanwhile stays, and so does the caret.
pub fn start() {
    let root = document()
        .get_element_by_id(ROOT)
        .and_then(|root| root.dyn_into::<HtmlElement>().ok());
    let Some(root) = root else {
        leptos::logging::error!("index.html has no element with the id `{ROOT}`");
        return;
    };
    let (typed, caret) = typed_meanwhile();
    root.set_text_content(None);
    mount_to(root, move || view! { <Page typed=typed/> }).forget();
    if let Some(caret) = caret {
        request_animation_frame(move || restore_caret(caret));
    }
    if let Some(page) = document().document_element() {
        describe(&page);
    }
}

/// The page's language, and that the screen that is meant is there now.
fn describe(page: &Element) {
    let described = page
        .set_attribute("lang", ENGLISH.language)
        .and_then(|()| page.set_attribute("dir", ENGLISH.direction))
        .and_then(|()| page.class_list().remove_1("elsewhere"));
    if described.is_err() {
        leptos::logging::error!("the page's language could not be set");
    }
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

#[component]
fn Page(typed: String) -> impl IntoView {
    let app = App::start(&ENGLISH, typed);
    provide_context(app);
    provide_context(Arrived::new());
    watch::start(app);
    view! {
        <Router>
            <header class="brand">
                <span class="brand-mark" aria-hidden="true"></span>
                <span class="brand-name">{move || app.name()}</span>
            </header>
            <main class="card">
                <Screens/>
            </main>
        </Router>
    }
}
