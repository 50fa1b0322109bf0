//! The screens and their paths. No path of a screen is written anywhere else.
//!
//! The router's components cost a quarter of the program's bytes and do nothing for three fixed paths,
//! so of the router only its path segments are used; history is the browser's.

mod account;
mod code;
mod code_form;
mod delivery;
mod devices;
mod phone;
mod sender;

use std::any::Any;

use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos_router::{PossibleRouteMatch, StaticSegment};
use web_sys::HtmlElement;

use account::AccountScreen;
use code::CodeScreen;
use phone::PhoneScreen;

use crate::browser;
use crate::components::dynamic::{Said, heard, said};
use crate::state::{App, LANGUAGE};
use crate::text::{Text, filled};
use crate::value::{Value, follow};

/// One of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    Phone,
    Code,
    Account,
}

const CODE: &str = "verify";
const ACCOUNT: &str = "account";

/// Of every screen's heading.
const HEADING: &str = "heading";

impl Screen {
    /// The screen with this path; an unknown one leads to the beginning.
    pub(crate) fn of_path(path: &str) -> Self {
        let is = |segment: &'static str| {
            let rest = StaticSegment(segment).test(path);
            rest.is_some_and(|rest| matches!(rest.remaining(), "" | "/"))
        };
        if is(CODE) {
            Self::Code
        } else if is(ACCOUNT) {
            Self::Account
        } else {
            Self::Phone
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Phone => "/",
            Self::Code => "/verify",
            Self::Account => "/account",
        }
    }

    fn heading(self, text: Text) -> &'static str {
        match self {
            Self::Phone => text.sign_in,
            Self::Code => text.enter_the_code,
            Self::Account => text.signed_in,
        }
    }
}

impl App {
    /// A step that the browser's Back button undoes.
    pub(crate) fn go(self, screen: Screen) {
        browser::set_path(screen.path(), false);
        self.screen.set(screen);
    }

    /// This screen is not for now; Back does not lead to it again.
    fn replace(self, screen: Screen) {
        browser::set_path(screen.path(), true);
        self.screen.set(screen);
    }

    /// Digits of the code that is waited for; the code screen follows it.
    fn code_length(self) -> usize {
        self.session
            .pending()
            .map_or(6, |pending| usize::from(pending.code_length))
    }

    /// Where the person has to be instead of this screen.
    fn instead_of(self, screen: Screen) -> Option<Screen> {
        match (screen, self.session.is_signed_in()) {
            (Screen::Phone | Screen::Code, true) => Some(Screen::Account),
            (Screen::Account, false) => Some(Screen::Phone),
            (Screen::Code, false) if self.session.pending().is_none() => Some(Screen::Phone),
            (Screen::Phone | Screen::Code, false) | (Screen::Account, true) => None,
        }
    }
}

/// What a screen looks like: which one, in which language, for codes of how many digits.
type Look = (Screen, &'static str, usize);

/// A screen that is shown; it goes when this is dropped.
type Shown = Box<dyn Any>;

/// Shows the screen for the path in `root`, anew when the path changes, or the language, or the length
/// of codes (attack mode makes them longer, G-07). Each is mounted by itself: a view that can turn into
/// another one would carry all the code for that.
pub(crate) fn show(app: App, root: HtmlElement, owner: Owner) {
    // The page lives as long as its tab, so the listener is never taken away.
    let _ = window_event_listener(ev::popstate, move |_| {
        app.screen.set(Screen::of_path(&browser::path()));
    });
    if browser::path() != app.screen.get_untracked().path() {
        browser::set_path(Screen::Phone.path(), true);
    }
    let mut before = None::<(Look, Shown)>;
    follow(Box::new(move || {
        let screen = app.screen.get();
        if let Some(instead) = app.instead_of(screen) {
            app.replace(instead);
        }
        let (screen, text) = (app.screen.get_untracked(), app.text.get());
        let look = (screen, text.language, app.code_length());
        describe(app, screen, text);
        let other_screen = before.as_ref().map(|(shown, _)| shown.0 != screen);
        if before.as_ref().is_some_and(|(shown, _)| *shown == look) {
            return;
        }
        before = None;
        root.set_text_content(None);
        let shown = owner.with(|| untrack(|| mount(app, screen, root.clone())));
        // The first screen of a visit leaves the focus where the browser has put it, and so does
        // another language.
        if other_screen == Some(true) {
            browser::focus(HEADING);
        }
        before = Some((look, shown));
    }));
}

fn mount(app: App, screen: Screen, root: HtmlElement) -> Shown {
    match screen {
        Screen::Phone => Box::new(mount_to(root, move || view! { <PhoneScreen app/> })),
        Screen::Code => Box::new(mount_to(root, move || view! { <CodeScreen app/> })),
        Screen::Account => Box::new(mount_to(root, move || view! { <AccountScreen app/> })),
    }
}

/// What stands around the screen in the document: title, language, name.
fn describe(app: App, screen: Screen, text: Text) {
    let name = app.name();
    let heading = screen.heading(text);
    let title = name.as_ref().map_or_else(
        || heading.to_owned(),
        |name| filled(text.title, &[heading, name]),
    );
    browser::set_title(&title);
    browser::set_language(text.language, text.direction());
    browser::choose(LANGUAGE, text.language);
    browser::set_text("label[for=language]", text.language_name);
    if let Some(name) = name {
        browser::set_text(".brand-name", &name);
    }
}

/// A button that can't be pressed while it works, and keeps the focus all the same. A `submit` button
/// leaves the pressing to its form.
fn work_button(
    class: &'static str,
    kind: &'static str,
    label: &'static str,
    working_label: &'static str,
    working: Value<bool>,
    waiting: Callback<(), bool>,
    on_press: Callback<()>,
) -> impl IntoView {
    let blocked = move || working.get() || waiting.run(());
    let press = move |_| {
        if kind == "button" && !untrack(blocked) {
            on_press.run(());
        }
    };
    let yes = |it: bool| it.then(|| "true".to_owned());
    view! {
        <button
            class=class
            type=kind
            aria-disabled=said(move || yes(blocked()))
            aria-busy=said(move || yes(working.get()))
            on:click=heard(press)
        >
            {said(move || Some(if working.get() { working_label } else { label }.to_owned()))}
        </button>
    }
}

/// A paragraph whose words come and go: a live region of this role.
fn live(class: &'static str, id: &'static str, role: &'static str, words: Said) -> impl IntoView {
    view! { <p class=class id=id role=role>{words}</p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_screens_and_unknown_ones_to_the_beginning() {
        for (path, screen) in [
            ("/", Screen::Phone),
            ("", Screen::Phone),
            ("/verify", Screen::Code),
            ("/verify/", Screen::Code),
            ("/account", Screen::Account),
            ("/accounts", Screen::Phone),
            ("/account/x", Screen::Phone),
            ("/verify/account", Screen::Phone),
            ("/elsewhere", Screen::Phone),
        ] {
            assert_eq!(Screen::of_path(path), screen, "{path}");
        }
        for screen in [Screen::Phone, Screen::Code, Screen::Account] {
            assert_eq!(Screen::of_path(screen.path()), screen);
        }
    }
}
