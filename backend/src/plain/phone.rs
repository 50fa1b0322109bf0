//! `GET /plain`: asks for the number. A browser that is signed in goes on to its account.

use axum::response::Response;
use edge::ApiError;
use http::StatusCode;
use screens::Doing;
use screens::html::plain::{Choice, PhoneScreen};
use screens::html::{country_names, links};
use screens::languages;

use super::state::{Phone, Step, Told};
use super::{ACCOUNT, PHONE, Visit, new_press, page};
use crate::language::wanted;

/// Where nothing else says it.
const USUAL: &str = "US";

pub(crate) async fn show(visit: Visit) -> Result<Response, ApiError> {
    let draft = match &visit.step {
        Some(Step::SignedIn(_)) => return visit.go(ACCOUNT, None),
        Some(Step::Phone(draft)) => draft.clone(),
        // The number that a code was sent to stays hidden (F-07).
        Some(Step::Code(_)) | None => Phone::default(),
    };
    let (settings, text) = (&visit.app.settings, visit.language.text);
    let countries: Vec<Choice<'_>> = country_names(text.language)
        .filter(|(code, _)| settings.allows(code))
        .filter_map(|(code, name)| {
            let dial = number_plan::calling_code(code)?;
            Some(Choice { code, name, dial })
        })
        .collect();
    let told = draft
        .said
        .and_then(|news| news.told(text, Doing::Sending, settings.code_length, visit.now()));
    let told = Told::of(told);
    let plain = visit.plain(PHONE);
    let main = PhoneScreen {
        countries: &countries,
        selected: &selected(&visit, &draft.country),
        typed: &draft.typed,
        press: &new_press()?,
        notice: told.notice.as_deref(),
        number_error: told.field.as_deref(),
        error: told.form.as_deref(),
        links: &links(text, Some(&settings.described())),
    }
    .html(&plain);
    Ok(page(StatusCode::OK, plain.page(text.sign_in, &main)))
}

/// The country that the list opens on: what was chosen before, the operator's setting, the region of the
/// browser's languages, the usual one, the first.
pub(super) fn selected(visit: &Visit, chosen: &str) -> String {
    let settings = &visit.app.settings;
    let by_language = languages::country_of(&wanted(&visit.headers));
    [
        Some(chosen),
        settings.default_country.as_deref(),
        by_language.as_deref(),
        Some(USUAL),
        settings.countries.first().map(String::as_str),
    ]
    .into_iter()
    .flatten()
    .find(|country| settings.allows(country))
    .unwrap_or_default()
    .to_owned()
}
