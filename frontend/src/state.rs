//! What the screens share while the page is open.
//!
//! Deliberately absent: what outlives the page (see `session`), and the screens themselves.

use leptos::prelude::*;
use shared::browser::ConfigResponse;

use crate::browser::{self, CountryNames};
use crate::components::CountryChoice;
use crate::failure::Failure;
use crate::pages::Screen;
use crate::phone::{self, CountryCode};
use crate::session::Session;
use crate::text::{self, Sentence, Text};
use crate::value::Value;
use crate::watch::Watch;

/// The control that chooses the language; it stands in the document.
pub(crate) const LANGUAGE: &str = "language";

/// Everything that screens need; cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct App {
    /// The page's language. Screens are drawn anew when it changes.
    pub(crate) text: Value<Text>,
    /// The screen that is shown.
    pub(crate) screen: Value<Screen>,
    /// What this browser keeps.
    pub(crate) session: Session,
    /// What the backend last said about the session.
    pub(crate) watch: Watch,
    /// What the backend said first.
    pub(crate) config: Value<Config>,
    /// The phone screen's fields; they outlive the screen.
    pub(crate) draft: Draft,
    /// Why the person is at the phone screen, where that needs a word.
    pub(crate) notice: Value<Option<Sentence>>,
    names: StoredValue<(Text, CountryNames), LocalStorage>,
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
    pub(crate) number: Value<String>,
    /// The country of numbers in national form.
    pub(crate) country: Value<Option<CountryCode>>,
    /// The digits on the code screen.
    pub(crate) code: Value<String>,
}

impl App {
    /// Starts with what this browser keeps and asks the backend for the rest.
    #[must_use]
    pub(crate) fn start(text: Text) -> Self {
        let notice = Value::new(None::<Sentence>);
        let session = Session::open(move || notice.set(Some(|text| text.signed_out_elsewhere)));
        let kept = session.tab_number();
        let number = kept.as_ref().map(|kept| kept.typed.as_str().to_owned());
        let draft = Draft {
            number: Value::new(number.unwrap_or_default()),
            country: Value::new(kept.and_then(|kept| CountryCode::parse(&kept.country))),
            code: Value::new(String::new()),
        };
        let app = Self {
            text: Value::new(text),
            screen: Value::new(Screen::of_path(&browser::path())),
            session,
            watch: Watch::default(),
            config: Value::new(Config::Loading),
            draft,
            notice,
            names: StoredValue::new_local((
                text,
                CountryNames::new(text.language, browser::meta("country")),
            )),
        };
        match browser::meta("config").and_then(|json| crate::api::read_config(&json)) {
            Some(config) => app.take_config(Ok(config)),
            None => app.load_config(),
        }
        app
    }

    /// What was typed before the program was there counts more than what this tab has kept.
    pub(crate) fn take_typed(self, typed: String) {
        if typed.is_empty() {
            return;
        }
        self.draft.number.set(typed);
        self.draft.country.set(None);
        let loading = |config: &Config| *config == Config::Loading;
        if !self.config.with_untracked(loading) {
            self.settle_country();
        }
    }

    /// The sentences, without following the language.
    pub(crate) fn text(self) -> Text {
        self.text.get_untracked()
    }

    /// Draws everything in another language, from the file that the document names for it.
    pub(crate) fn speak(self, tag: String) {
        let files = browser::meta("texts").unwrap_or_default();
        let address = files.split(' ').find_map(|file| {
            let (language, address) = file.split_once('=')?;
            (language == tag).then(|| address.to_owned())
        });
        let Some(address) = address else {
            browser::remove_page_class("elsewhere");
            return;
        };
        browser::spawn(Box::pin(async move {
            let lines = crate::api::load_text(&address).await;
            match lines.ok().and_then(text::of_lines) {
                Some(text) => self.text.set(text),
                // The old language stays, and the control says so.
                None => browser::choose(LANGUAGE, self.text().language),
            }
            browser::remove_page_class("elsewhere");
        }));
    }

    /// Asks the backend for its settings, again if need be.
    pub(crate) fn load_config(self) {
        browser::spawn(Box::pin(async move {
            let answer = crate::api::load_config().await;
            if let Ok(config) = &answer {
                show_brand(config);
            }
            self.take_config(answer);
        }));
    }

    fn take_config(self, answer: Result<ConfigResponse, Failure>) {
        self.config.set(match answer {
            Ok(config) => Config::Loaded(config),
            Err(failure) => Config::Failed(failure),
        });
        self.settle_country();
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
        self.with_names(|names| names.name(code))
    }

    fn with_names<T>(self, ask: impl FnOnce(&CountryNames) -> T) -> T {
        let text = self.text();
        if self
            .names
            .with_value(|(of, _)| of.language != text.language)
        {
            self.names
                .set_value((text, CountryNames::new(text.language, None)));
        }
        self.names.with_value(|(_, names)| ask(names))
    }

    /// The allowed countries for a picker, sorted by name.
    #[must_use]
    pub(crate) fn country_choices(self) -> Vec<CountryChoice> {
        let allowed = self.allowed();
        self.with_names(|names| CountryChoice::sorted(&allowed, names))
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
        let browser = browser_country();
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
    pub(crate) fn leave(self, why: Sentence) {
        self.notice.set(Some(why));
        self.watch.forget();
        self.draft.number.set(String::new());
        self.draft.code.set(String::new());
        self.session.sign_out();
    }
}

/// A page that the backend made has its brand from the beginning; any other gets it here.
fn show_brand(config: &ConfigResponse) {
    if let Some(address) = &config.style_url {
        browser::add_style(address);
    }
    if let Some(address) = &config.logo_url {
        browser::show_picture(".brand", address, &config.app_name);
    }
}

/// The region that the browser's languages speak of.
pub(crate) fn browser_country() -> Option<CountryCode> {
    let languages = browser::languages();
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    CountryCode::parse(&screens::languages::country_of(&languages)?)
}
