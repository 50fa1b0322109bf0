//! A country picker: an editable combobox with a list (WAI-ARIA Authoring Practices, "combobox").

mod choice;
mod search;

use leptos::ev::{Event, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::dynamic::{heard, said};
use crate::browser;
use crate::phone::{self, CountryCode};
use crate::value::Value;
use search::search;

pub use choice::CountryChoice;

/// How far Page Up and Page Down go.
const PAGE: isize = 8;

/// What is open and typed; the list is made only while it is shown.
#[derive(Clone, Copy)]
struct Picker {
    id: &'static str,
    choices: Callback<(), Vec<CountryChoice>>,
    name: Callback<CountryCode, String>,
    selected: Value<Option<CountryCode>>,
    open: Value<bool>,
    /// Typed since the list was opened.
    query: Value<Option<String>>,
    /// What the arrow keys have gone to.
    active: Value<Option<CountryCode>>,
    /// Every choice, asked for when the list opens.
    all: StoredValue<Vec<CountryChoice>>,
    /// Those that fit what is typed, best first.
    found: Value<Vec<CountryChoice>>,
}

/// The field shows the selected country; typing searches by name, code or calling code.
#[component]
pub fn CountryPicker(
    /// Of the input; the list is `<id>-list`.
    id: &'static str,
    /// Its visible name.
    label: &'static str,
    /// Name of the button that opens the list.
    toggle_label: &'static str,
    /// Said when nothing fits.
    none_found: &'static str,
    /// The countries to choose from, in order. Asked for each time the list opens.
    choices: Callback<(), Vec<CountryChoice>>,
    /// Words a country.
    name: Callback<CountryCode, String>,
    /// The chosen one.
    selected: Value<Option<CountryCode>>,
) -> impl IntoView {
    let picker = Picker {
        id,
        choices,
        name,
        selected,
        open: Value::new(false),
        query: Value::new(None),
        active: Value::new(None),
        all: StoredValue::new(Vec::new()),
        found: Value::new(Vec::new()),
    };
    let Picker { open, query, .. } = picker;
    let input = NodeRef::<html::Input>::new();
    let toggle = move |_| {
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
        if open.get_untracked() {
            picker.close()
        } else {
            picker.open_list()
        }
    };
    let expanded = move || Some(if open.get() { "true" } else { "false" }.to_owned());
    let list = [id, "-list"].concat();
    let shown = move || query.get().unwrap_or_else(|| picker.worded(selected.get()));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="picker">
                <input
                    node_ref=input
                    class="control"
                    type="text"
                    id=id
                    role="combobox"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-autocomplete="list"
                    aria-controls=list.clone()
                    aria-expanded=said(expanded)
                    aria-activedescendant=said(move || picker.active_id())
                    prop:value=said(move || Some(shown()))
                    on:input=heard(move |event| picker.typed(&event))
                    on:keydown=heard(move |event| picker.key(&event))
                    on:click=heard(move |_| picker.open_list())
                    on:focus=heard(move |_| if let Some(input) = input.get_untracked() { input.select() })
                    on:blur=heard(move |_| picker.close())
                />
                <button
                    class="picker-toggle"
                    type="button"
                    tabindex="-1"
                    aria-label=toggle_label
                    aria-controls=list
                    aria-expanded=said(expanded)
                    on:mousedown=heard(keep_focus)
                    on:click=heard(toggle)
                ></button>
                {picker.list(label, none_found)}
            </div>
        </div>
    }
}

/// A press there must not take the focus out of the field.
fn keep_focus(event: MouseEvent) {
    event.prevent_default();
}

impl Picker {
    fn option_id(self, code: CountryCode) -> String {
        [self.id, "-", code.as_str()].concat()
    }

    fn worded(self, country: Option<CountryCode>) -> String {
        let country = country.and_then(phone::find);
        country
            .map(|country| [&self.name.run(country.code), " (+", country.dial, ")"].concat())
            .unwrap_or_default()
    }

    /// What Enter chooses: the active one, after a search without one the best found.
    fn highlighted(self) -> Option<CountryCode> {
        let searched = self
            .query
            .with(|query| query.as_ref().is_some_and(|text| !text.trim().is_empty()));
        let best = || {
            self.found
                .with(|found| found.first().map(|choice| choice.code))
        };
        self.active.get().or_else(|| best().filter(|_| searched))
    }

    fn search(self) {
        let folded = self
            .query
            .with_untracked(|query| query.as_deref().map(browser::fold).unwrap_or_default());
        self.found
            .set(self.all.with_value(|all| search(all, &folded)));
    }

    fn active_id(self) -> Option<String> {
        if self.open.get() {
            self.active.get().map(|code| self.option_id(code))
        } else {
            None
        }
    }

    fn open_list(self) {
        if !self.open.get_untracked() {
            self.active.set(self.selected.get_untracked());
            self.show();
            self.scroll_to_active(true);
        }
    }

    fn show(self) {
        self.all.set_value(self.choices.run(()));
        self.search();
        self.open.set(true);
    }

    fn close(self) {
        self.open.set(false);
        self.found.set(Vec::new());
        self.query.set(None);
        self.active.set(None);
    }

    fn choose(self, code: CountryCode) {
        self.selected.set(Some(code));
        self.close();
    }

    /// Typing replaces the name that stands there, wherever the caret was.
    fn typed(self, event: &Event) {
        let text = event_target_value(event);
        let first = self.query.with_untracked(Option::is_none);
        let shown = self.worded(self.selected.get_untracked());
        let text = match text.strip_prefix(shown.as_str()) {
            Some(added) if first && !added.is_empty() => added.to_owned(),
            _ => text,
        };
        self.query.set(Some(text));
        self.active.set(None);
        if self.open.get_untracked() {
            self.search();
        } else {
            self.show();
        }
    }

    fn key(self, event: &KeyboardEvent) {
        if event.is_composing() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let open = self.open.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if !open => self.open_list(),
            "ArrowUp" if !open => self.open_list(),
            "ArrowDown" => self.step(1),
            "ArrowUp" => self.step(-1),
            "PageDown" if open => self.step(PAGE),
            "PageUp" if open => self.step(-PAGE),
            "Enter" if open => match untrack(|| self.highlighted()) {
                Some(code) => self.choose(code),
                None => self.close(),
            },
            "Escape" if open => self.close(),
            // The key goes on to the next field; what was searched and found counts.
            "Tab" if open => {
                let searched = self.query.with_untracked(Option::is_some);
                if let Some(code) = untrack(|| self.highlighted()).filter(|_| searched) {
                    self.choose(code);
                }
                return;
            }
            _ => return,
        }
        event.prevent_default();
    }

    fn step(self, by: isize) {
        let next = self.found.with_untracked(|found| {
            let last = found.len().checked_sub(1)?;
            let active = self.active.get_untracked();
            let index = found.iter().position(|choice| Some(choice.code) == active);
            let next = match index {
                Some(index) => index.saturating_add_signed(by).min(last),
                None if by > 0 => 0,
                None => last,
            };
            found.get(next).map(|choice| choice.code)
        });
        self.active.set(next);
        self.scroll_to_active(false);
    }

    /// After the list has been drawn. Opening moves nothing but the list; a step with the keyboard
    /// may have to move the page too.
    fn scroll_to_active(self, opening: bool) {
        let Some(id) = self.active.get_untracked().map(|code| self.option_id(code)) else {
            return;
        };
        request_animation_frame(move || {
            let option = document().get_element_by_id(&id);
            let Some(option) = option.and_then(|option| option.dyn_into::<HtmlElement>().ok())
            else {
                return;
            };
            match option.parent_element() {
                Some(list) if opening => {
                    list.set_scroll_top(option.offset_top() - list.client_height() / 2);
                }
                _ => {
                    let nearest = ScrollIntoViewOptions::new();
                    nearest.set_block(ScrollLogicalPosition::Nearest);
                    option.scroll_into_view_with_scroll_into_view_options(&nearest);
                }
            }
        });
    }

    fn list(self, label: &'static str, none_found: &'static str) -> impl IntoView {
        let options = move || {
            let highlighted = self.highlighted();
            self.found.with(|found| {
                let option = |choice| self.option(choice, highlighted);
                found.iter().map(option).collect::<Vec<_>>()
            })
        };
        let empty = move || {
            let nothing = self.open.get() && self.found.with(Vec::is_empty);
            nothing.then(|| none_found.to_owned())
        };
        let closed = move || (!self.open.get()).then(String::new);
        // One listener for all options.
        let pressed = move |event: MouseEvent| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            let option = target.and_then(|target| target.closest("[role=option]").ok().flatten());
            let code =
                option.and_then(|option| CountryCode::parse(option.id().rsplit('-').next()?));
            if let Some(code) = code {
                self.choose(code);
            }
        };
        let id = [self.id, "-list"].concat();
        view! {
            <div class="picker-popup" hidden=said(closed) on:mousedown=heard(keep_focus) on:click=heard(pressed)>
                <ul class="picker-list" role="listbox" id=id aria-label=label>{options}</ul>
                <p class="picker-empty" role="status">{said(empty)}</p>
            </div>
        }
    }

    fn option(
        self,
        choice: &CountryChoice,
        highlighted: Option<CountryCode>,
    ) -> impl IntoView + use<> {
        let code = choice.code;
        let class = match highlighted == Some(code) {
            true => "picker-option picker-option-active",
            false => "picker-option",
        };
        let is_selected = self.selected.get_untracked() == Some(code);
        view! {
            <li
                class=class
                role="option"
                id=self.option_id(code)
                aria-selected=if is_selected { "true" } else { "false" }
            >
                <span>{choice.name.clone()}</span>
                " "
                <span class="picker-dial" dir="ltr">{["+", choice.dial].concat()}</span>
            </li>
        }
    }
}
