//! From what stands in the two fields of the phone screen to a number that codes go to.

use number_plan::{Destination, Misdialled, dialled};
use screens::html::country_name;
use screens::typing::number::{Typed, Unreadable};
use screens::{Catalogue, filled};
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// Why it can't be one; countries are ISO 3166 alpha-2.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fault {
    #[serde(rename = "m")]
    Missing,
    #[serde(rename = "n")]
    NotANumber,
    #[serde(rename = "c")]
    UnknownCallingCode,
    #[serde(rename = "s")]
    TooShort(String),
    #[serde(rename = "l")]
    TooLong(String),
    #[serde(rename = "u")]
    Unsendable,
    #[serde(rename = "a")]
    NotAllowed(String),
}

/// The country tells something of somebody's number (F-01).
impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fault")
    }
}

impl Fault {
    pub(super) fn sentence(&self, text: &Catalogue) -> String {
        let of = |sentence: &str, country: &str| {
            filled(sentence, &[country_name(text.language, country)])
        };
        match self {
            Self::Missing => text.number_missing.to_owned(),
            Self::NotANumber => text.not_a_number.to_owned(),
            Self::UnknownCallingCode => text.unknown_calling_code.to_owned(),
            Self::TooShort(country) => of(text.too_short, country),
            Self::TooLong(country) => of(text.too_long, country),
            Self::Unsendable => text.invalid_number.to_owned(),
            Self::NotAllowed(country) => of(text.country_not_allowed, country),
        }
    }
}

/// `country` is the one that the list shows.
pub(super) fn read(settings: &Settings, typed: &str, country: &str) -> Result<Destination, Fault> {
    let typed = Typed::parse(typed).map_err(|unreadable| match unreadable {
        Unreadable::Empty => Fault::Missing,
        Unreadable::NotANumber => Fault::NotANumber,
    })?;
    let found =
        dialled(typed.plus, &typed.digits, country).map_err(|misdialled| match misdialled {
            Misdialled::NotANumber => Fault::NotANumber,
            Misdialled::UnknownCallingCode => Fault::UnknownCallingCode,
            Misdialled::TooShort(country) => Fault::TooShort(country),
            Misdialled::TooLong(country) => Fault::TooLong(country),
            Misdialled::Unsendable => Fault::Unsendable,
        })?;
    match settings.allows(found.country()) {
        true => Ok(found),
        false => Err(Fault::NotAllowed(found.country().to_owned())),
    }
}
