//! What all screens have: a title in the tab, and a heading that takes the focus when the person
//! has come from another screen.

use leptos::prelude::*;

use crate::browser;
use crate::state::use_app;

const HEADING: &str = "heading";

/// The first screen of a visit leaves the focus where the browser has put it.
#[derive(Clone, Copy)]
pub(crate) struct Arrived(StoredValue<bool>);

impl Arrived {
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(false))
    }
}

#[component]
pub(crate) fn Heading(
    text: &'static str,
    /// Element that explains why the person is here.
    #[prop(optional)]
    described_by: Option<&'static str>,
) -> impl IntoView {
    let app = use_app();
    let arrived = use_context::<Arrived>();
    Effect::new(move |_| {
        let title = app
            .name()
            .map_or_else(|| text.to_owned(), |name| (app.text.title)(text, &name));
        browser::set_title(&title);
    });
    Effect::new(move |_| {
        let from_elsewhere = arrived.is_some_and(|arrived| arrived.0.get_value());
        if from_elsewhere {
            browser::focus(HEADING);
        }
        if let Some(arrived) = arrived {
            arrived.0.set_value(true);
        }
    });
    view! { <h1 id=HEADING tabindex="-1" aria-describedby=described_by>{text}</h1> }
}

/// A button that can't be pressed while it works, and keeps the focus all the same.
#[component]
pub(crate) fn WorkButton(
    class: &'static str,
    /// `submit` or `button`.
    kind: &'static str,
    label: &'static str,
    /// Said instead while it works.
    working_label: &'static str,
    #[prop(into)] working: Signal<bool>,
    /// May it be pressed apart from that?
    #[prop(into)]
    waiting: Signal<bool>,
    on_press: Callback<()>,
) -> impl IntoView {
    let blocked = move || working.get() || waiting.get();
    let press = move |_| {
        if kind == "button" && !untrack(blocked) {
            on_press.run(());
        }
    };
    view! {
        <button
            class=class
            type=kind
            aria-disabled=move || blocked().then_some("true")
            aria-busy=move || working.get().then_some("true")
            on:click=press
        >
            {move || if working.get() { working_label } else { label }}
        </button>
    }
}
