//! Which sentence belongs to what happens in the page, and where the sentences come from.
//!
//! The sentences themselves are in the crate `screens`; the page carries none. One language stands in
//! the document ([`of_document`]), any other is a file of its own. Deliberately absent: names of
//! countries, dates and numbers, which the browser words itself.

use screens::refused;
pub use screens::{Catalogue, Doing, filled};

use crate::browser;
use crate::failure::Failure;
use crate::phone::{CountryCode, Misread};

/// The sentences of the language in use. They stay for as long as the page is open.
pub type Text = &'static Catalogue;

/// A sentence that can still be said in another language.
pub type Sentence = fn(&Catalogue) -> &'static str;

/// The language that stands in the document.
#[must_use]
pub fn of_document() -> Option<Text> {
    of_lines(browser::text_of("text")?)
}

/// The language in a file of the bundle.
#[must_use]
pub fn of_lines(lines: String) -> Option<Text> {
    let catalogue = Catalogue::from_lines(lines.leak())?;
    Some(Box::leak(Box::new(catalogue)))
}

/// What to tell the person about a call that failed.
#[must_use]
pub fn failure(text: Text, failure: Failure, doing: Doing) -> String {
    match failure {
        Failure::Offline => text.offline.to_owned(),
        Failure::Unreachable => text.unreachable.to_owned(),
        Failure::Refused(refusal) => refused(text, refusal, doing),
    }
}

/// What to tell the person about a number that can't be one; `name` words a country.
#[must_use]
pub fn misread(text: Text, misread: Misread, name: impl Fn(CountryCode) -> String) -> String {
    let of = |sentence, country| filled(sentence, &[&name(country)]);
    match misread {
        Misread::Empty => text.number_missing.to_owned(),
        Misread::NotANumber => text.not_a_number.to_owned(),
        Misread::UnknownCallingCode => text.unknown_calling_code.to_owned(),
        Misread::TooShort(country) => of(text.too_short, country),
        Misread::TooLong(country) => of(text.too_long, country),
    }
}

#[cfg(test)]
mod tests {
    use screens::languages::ENGLISH;

    use super::*;

    #[test]
    fn a_short_number_is_told_with_its_country() {
        let germany = CountryCode::parse("DE").unwrap();
        let sentence = misread(&ENGLISH, Misread::TooShort(germany), |_| {
            "Germany".to_owned()
        });
        assert_eq!(sentence, "This number is too short for Germany.");
    }
}
