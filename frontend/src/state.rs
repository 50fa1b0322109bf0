//! What the screens share while the page is open.
//!
//! Deliberately absent: what outlives the page (see `session`), and the screens themselves.

use std::cmp::Ordering;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::browser::ConfigResponse;

use crate::browser::{self, CountryNames};
use crate::components::CountryChoice;
use crate::failure::Failure;
use crate::phone::{self, CountryCode};
use crate::session::Session;
use crate::text::Catalogue;
use crate::watch::Watch;

/// Everything that screens need; cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct App {
    /// The page's language.
    pub(crate) text: &'static Catalogue,
    /// What this browser keeps.
    pub(crate) session: Session,
    /// What the backend last said about the session.
    pub(crate) watch: Watch,
    /// What the backend said first.
    pub(crate) config: RwSignal<Config>,
    /// The phone screen's fields; they outlive the screen.
    pub(crate) draft: Draft,
    /// Why the person is at the phone screen, where that needs a word.
    pub(crate) notice: RwSignal<Option<&'static str>>,
    names: StoredValue<CountryNames, LocalStorage>,
}

/// The backend's settings for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Config {
    /// Not here yet.
    Loading,
    /// Here.
    Loaded(ConfigResponse),
    /// It did not come.
    Failed(Failure),
}

/// What is typed on the phone screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft {
    /// The number's text as it stands in the field.
    pub(crate) number: RwSignal<String>,
    /// The country of numbers in national form.
    pub(crate) country: RwSignal<Option<CountryCode>>,
}

impl App {
    /// Starts with what this browser keeps and asks the backend for the rest.
    #[must_use]
    pub(crate) fn start(text: &'static Catalogue, typed: String) -> Self {
        let notice = RwSignal::new(None);
        let session = Session::open(move || notice.set(Some(text.signed_out_elsewhere)));
        let kept = session.tab_number().filter(|_| typed.is_empty());
        let draft = Draft {
            number: RwSignal::new(
                kept.as_ref()
                    .map_or(typed, |kept| kept.typed.as_str().to_owned()),
            ),
            country: RwSignal::new(kept.and_then(|kept| CountryCode::parse(&kept.country))),
        };
        let app = Self {
            text,
            session,
            watch: Watch::default(),
            config: RwSignal::new(Config::Loading),
            draft,
            notice,
            names: StoredValue::new_local(CountryNames::new(text.language)),
        };
        app.load_config();
        app
    }

    /// Asks the backend for its settings, again if need be.
    pub(crate) fn load_config(self) {
        spawn_local(async move {
            match crate::api::load_config().await {
                Ok(config) => self.config.set(Config::Loaded(config)),
                Err(failure) => self.config.set(Config::Failed(failure)),
            }
            self.settle_country();
        });
    }

    /// Asks again if the last answer did not come.
    pub(crate) fn load_missing_config(self) {
        let missing = |config: &Config| matches!(config, Config::Failed(_));
        if self.config.with_untracked(missing) {
            self.load_config();
        }
    }

    /// The product's name, as soon as it is known.
    #[must_use]
    pub(crate) fn name(self) -> Option<String> {
        self.loaded(|config| config.app_name.clone())
    }

    /// A part of the backend's settings, as soon as they are here.
    pub(crate) fn loaded<T>(self, part: impl FnOnce(&ConfigResponse) -> T) -> Option<T> {
        self.config.with(|config| match config {
            Config::Loaded(config) => Some(part(config)),
            Config::Loading | Config::Failed(_) => None,
        })
    }

    /// The countries that codes are sent to; every country while that is not known.
    #[must_use]
    pub(crate) fn allowed(self) -> Vec<CountryCode> {
        let known: Vec<CountryCode> = phone::all().map(|country| country.code).collect();
        let allowed = self.loaded(|config| {
            config
                .countries
                .iter()
                .filter_map(|code| CountryCode::parse(code))
                .collect::<Vec<_>>()
        });
        match allowed {
            Some(allowed) => known
                .into_iter()
                .filter(|code| allowed.contains(code))
                .collect(),
            None => known,
        }
    }

    /// The country's name in the page's language.
    #[must_use]
    pub(crate) fn country_name(self, code: CountryCode) -> String {
        self.names.with_value(|names| names.name(code))
    }

    /// The allowed countries for a picker, sorted by name.
    #[must_use]
    pub(crate) fn country_choices(self) -> Vec<CountryChoice> {
        let mut choices: Vec<CountryChoice> = Vec::new();
        for country in self.allowed().into_iter().filter_map(phone::find) {
            let name = self.country_name(country.code);
            // Sorted while they come: a few hundred, and no sorting routine in the program.
            let place = choices.partition_point(|other| {
                self.names
                    .with_value(|names| names.compare(&other.name, &name))
                    == Ordering::Less
            });
            let choice = CountryChoice {
                code: country.code,
                dial: country.dial,
                main: country.main,
                folded: browser::fold(&name),
                name,
            };
            choices.insert(place, choice);
        }
        choices
    }

    /// Opens the picker on a sensible country, unless one is chosen that is allowed.
    fn settle_country(self) {
        let allowed = untrack(|| self.allowed());
        if self
            .draft
            .country
            .get_untracked()
            .is_some_and(|country| allowed.contains(&country))
        {
            return;
        }
        let setting = untrack(|| self.loaded(|config| config.default_country.clone()));
        let setting = setting.flatten().as_deref().and_then(CountryCode::parse);
        let browser = phone::from_languages(&browser::languages());
        let usual = phone::preferred(&allowed, setting, browser);
        // What was typed meanwhile may name another one.
        let named = usual.and_then(phone::find).and_then(|usual| {
            self.draft
                .number
                .with_untracked(|number| phone::country_of(number, usual))
        });
        self.draft
            .country
            .set(named.filter(|named| allowed.contains(named)).or(usual));
    }

    /// Ends the sign-in in this browser and says why at the phone screen.
    pub(crate) fn leave(self, why: &'static str) {
        self.notice.set(Some(why));
        self.watch.forget();
        self.draft.number.set(String::new());
        self.session.sign_out();
    }
}

/// The state that [`App::start`] made.
///
/// # Panics
/// When used outside the page, which is a mistake in the program.
#[must_use]
pub(crate) fn use_app() -> App {
    expect_context::<App>()
}
