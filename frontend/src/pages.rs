//! The screens and their paths. No path of a screen is written anywhere else.

mod account;
mod code;
mod code_form;
mod devices;
mod phone;
mod screen;
mod sender;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::hooks::use_navigate;
use leptos_router::{NavigateOptions, StaticSegment};

use account::AccountScreen;
use code::CodeScreen;
use phone::PhoneScreen;
pub(crate) use screen::Arrived;

/// One of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    Phone,
    Code,
    Account,
}

const CODE: &str = "verify";
const ACCOUNT: &str = "account";

/// Every path and its screen; an unknown one leads to the beginning.
#[component]
pub(crate) fn Screens() -> impl IntoView {
    view! {
        <FlatRoutes fallback=Lost>
            <Route path=StaticSegment("") view=PhoneScreen/>
            <Route path=StaticSegment(CODE) view=CodeScreen/>
            <Route path=StaticSegment(ACCOUNT) view=AccountScreen/>
        </FlatRoutes>
    }
}

#[component]
fn Lost() -> impl IntoView {
    let go = use_go();
    Effect::new(move |_| go.instead(Screen::Phone));
}

/// Moves between screens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Go(Callback<(Screen, bool)>);

impl Go {
    /// A step that the browser's Back button undoes.
    pub(crate) fn to(self, screen: Screen) {
        self.run(screen, false);
    }

    /// This screen is not for now; Back does not lead to it again.
    pub(crate) fn instead(self, screen: Screen) {
        self.run(screen, true);
    }

    /// An answer that comes when its screen is gone already leads nowhere.
    fn run(self, screen: Screen, replace: bool) {
        let _ = self.0.try_run((screen, replace));
    }
}

pub(crate) fn use_go() -> Go {
    let navigate = use_navigate();
    Go(Callback::new(move |(screen, replace)| {
        let path = match screen {
            Screen::Phone => "/".to_owned(),
            Screen::Code => format!("/{CODE}"),
            Screen::Account => format!("/{ACCOUNT}"),
        };
        navigate(
            &path,
            NavigateOptions {
                replace,
                ..NavigateOptions::default()
            },
        );
    }))
}
