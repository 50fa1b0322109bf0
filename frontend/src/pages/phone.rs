//! The phone screen: which number the code goes to.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::browser::{ConfigResponse, SendOtpRequest};
use shared::{ErrorType, HiddenText, LanguageTag};

use super::sender::Sender;
use super::{HEADING, Screen, live, work_button};
use crate::browser;
use crate::components::dynamic::{heard, said};
use crate::components::{CountryPicker, PhoneField};
use crate::failure::Failure;
use crate::phone::{self, Reading};
use crate::session::{Pending, TabNumber};
use crate::state::{App, Config, browser_country};
use crate::text::{Doing, failure, filled, misread};
use crate::value::Value;

const NUMBER: &str = "phone";
const NOTICE: &str = "notice";

#[derive(Clone, Copy)]
struct Form {
    app: App,
    sending: Value<bool>,
    /// What is wrong with the number.
    number_error: Value<Option<String>>,
    /// What else is wrong.
    error: Value<Option<String>>,
    sender: Sender,
}

#[component]
pub(crate) fn PhoneScreen(app: App) -> impl IntoView {
    let text = app.text();
    let form = Form {
        app,
        sending: Value::new(false),
        number_error: Value::new(None),
        error: Value::new(None),
        sender: Sender::new(),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    let notice = said(move || app.notice.get().map(|words| words(text).to_owned()));
    let button = work_button(
        "primary",
        "submit",
        text.send_code,
        text.sending,
        form.sending,
        Callback::new(|()| false),
        Callback::new(|()| ()),
    );
    view! {
        <h1 id=HEADING tabindex="-1" aria-describedby=NOTICE>{text.sign_in}</h1>
        <p class="lead">{text.sign_in_lead}</p>
        {live("notice", NOTICE, "status", notice)}
        <form class="form" novalidate method="post" on:submit=heard(submit)>
            <CountryPicker
                id="country"
                label=text.country
                toggle_label=text.show_countries
                none_found=text.no_country_found
                choices=Callback::new(move |()| app.country_choices())
                name=Callback::new(move |code| app.country_name(code))
                selected=app.draft.country
            />
            <PhoneField
                id=NUMBER
                label=text.phone_number
                value=app.draft.number
                country=app.draft.country
                allowed=Callback::new(move |code| untrack(|| app.allowed().contains(&code)))
                error=form.number_error
            />
            {button}
            {live("form-message", "form-message", "alert", said(move || form.trouble()))}
        </form>
        <p class="fine">{text.what_happens}</p>
        <p class="fine links">
            {link(app, "terms", text.terms, |config| &config.terms_url)}
            {link(app, "privacy", text.privacy, |config| &config.privacy_url)}
            {link(app, "help", text.help, |config| &config.support_url)}
        </p>
    }
}

/// One of the operator's pages; hidden while it has no address. The id tells crawlers that an address
/// is not missing by mistake.
fn link(
    app: App,
    id: &'static str,
    label: &'static str,
    address: fn(&ConfigResponse) -> &Option<String>,
) -> impl IntoView {
    let address = move || app.loaded(|config| address(config).clone()).flatten();
    view! {
        <a
            id=id
            href=said(address)
            hidden=said(move || address().is_none().then(String::new))
            target="_blank"
            rel="noopener noreferrer"
        >
            {label}
        </a>
    }
}

impl Form {
    /// The last press's trouble, else that the backend can't be reached at all.
    fn trouble(self) -> Option<String> {
        self.error.get().or_else(|| {
            self.app.config.with(|config| match config {
                Config::Failed(reason) => Some(failure(self.app.text(), *reason, Doing::Sending)),
                Config::Loading | Config::Loaded(_) => None,
            })
        })
    }

    fn submit(self) {
        if self.sending.get_untracked() {
            return;
        }
        self.number_error.set(None);
        self.error.set(None);
        match self.read() {
            Ok(reading) if self.is_waiting_for_its_code(&reading) => self.app.go(Screen::Code),
            Ok(reading) => self.send(reading),
            Err(sentence) => self.blame_number(sentence),
        }
    }

    fn read(self) -> Result<Reading, String> {
        let app = self.app;
        let selected = app.draft.country.get_untracked().or_else(|| {
            let allowed = untrack(|| app.allowed());
            phone::preferred(&allowed, None, browser_country())
        });
        let selected = selected
            .and_then(phone::find)
            .ok_or(app.text().destination_not_allowed)?;
        let reading = app
            .draft
            .number
            .with_untracked(|number| phone::read(number, selected))
            .map_err(|fault| misread(app.text(), fault, |code| app.country_name(code)))?;
        match untrack(|| app.allowed()).contains(&reading.country) {
            true => Ok(reading),
            false => {
                let name = app.country_name(reading.country);
                Err(filled(app.text().country_not_allowed, &[&name]))
            }
        }
    }

    /// Back from "Change number" with the same number: its code is on the way already.
    fn is_waiting_for_its_code(self, reading: &Reading) -> bool {
        let same = self
            .app
            .session
            .tab_number()
            .is_some_and(|kept| kept.number == reading.number);
        let now = browser::now();
        same && self.app.session.pending_now().is_some_and(|pending| {
            !pending.resend_from.is_over(now) && !pending.code_ends.is_over(now)
        })
    }

    fn send(self, reading: Reading) {
        self.sending.set(true);
        self.app.load_missing_config();
        let request = SendOtpRequest {
            phone_number: HiddenText::from(reading.number.as_str()),
            verification_id: None,
            language: LanguageTag::parse(self.app.text().language).ok(),
        };
        browser::spawn(Box::pin(async move {
            let answer = self.sender.send(&request).await;
            self.sending.try_set(false);
            match answer {
                Ok(answer) => {
                    self.keep(&reading, &answer);
                    self.app.go(Screen::Code);
                }
                Err(reason) => self.blame(&reading, reason),
            }
        }));
    }

    fn keep(self, reading: &Reading, answer: &shared::browser::SendOtpResponse) {
        let app = self.app;
        app.notice.set(None);
        app.session.keep_tab_number(&TabNumber {
            typed: HiddenText::from(app.draft.number.get_untracked().as_str()),
            country: reading.country.as_str().to_owned(),
            number: answer.phone_number.clone(),
        });
        app.session
            .wait_for_code(Pending::new(answer, browser::now()));
    }

    fn blame(self, reading: &Reading, reason: Failure) {
        let text = self.app.text();
        let sentence = match (reason.error_type(), reading.doubt) {
            (Some(ErrorType::InvalidPhoneNumber), Some(doubt)) => {
                misread(text, doubt, |code| self.app.country_name(code))
            }
            _ => failure(text, reason, Doing::Sending),
        };
        match reason.error_type() {
            Some(
                ErrorType::InvalidPhoneNumber
                | ErrorType::DestinationNotAllowed
                | ErrorType::NumberBlocked,
            ) => self.blame_number(sentence),
            _ => {
                self.error.try_set(Some(sentence));
            }
        }
    }

    fn blame_number(self, sentence: String) {
        self.number_error.try_set(Some(sentence));
        browser::focus(NUMBER);
    }
}
