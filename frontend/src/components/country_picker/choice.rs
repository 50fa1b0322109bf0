//! The countries that a picker offers.

use std::cmp::Ordering;

use crate::browser::{self, CountryNames};
use crate::phone::{self, CountryCode};

/// One country of a picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryChoice {
    /// ISO 3166 alpha-2.
    pub code: CountryCode,
    /// Calling code, without plus.
    pub dial: &'static str,
    /// Stands first among the countries of its calling code.
    pub main: bool,
    /// Name in the page's language.
    pub name: String,
    /// The name in small letters without accents.
    pub folded: String,
}

impl CountryChoice {
    /// These countries in the order of their names; unknown codes are left out.
    #[must_use]
    pub fn sorted(countries: &[CountryCode], names: &CountryNames) -> Vec<Self> {
        let mut choices: Vec<Self> = Vec::new();
        for country in countries.iter().filter_map(|&code| phone::find(code)) {
            let name = names.name(country.code);
            // Sorted while they come: a few hundred, and no sorting routine in the program.
            let place = choices
                .partition_point(|other| names.compare(&other.name, &name) == Ordering::Less);
            let choice = Self {
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
}
