//! The world's number plans, for the servers: which number a spelling means, which country it
//! belongs to, and whether a text message can and may be sent to its range.
//!
//! All knowledge is libphonenumber's, through its port. The ASCII gate of [`PhoneNumber`] stands
//! before the library, so letters, extensions and other scripts never reach its parser (J-09).
//!
//! Deliberately absent: which countries an operator serves, limits, and the signs that people type
//! between digits; that is the screens' work.

#![warn(missing_docs)]

mod national;

use std::fmt;

pub use national::{Misdialled, calling_code, dialled, international};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};
use shared::PhoneNumber;

/// A number that text messages can be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    number: PhoneNumber,
    country: [u8; 2],
    fixed_line: bool,
}

/// No text message can be sent to this number: it can't exist, or its range is premium, shared
/// cost, toll-free, satellite, pager, voicemail or the like (G-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsendable;

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the number of a phone that can receive text messages")
    }
}

impl std::error::Error for Unsendable {}

impl Destination {
    /// Finds out what a number is. Different spellings of one number (`+4402079460958` and
    /// `+442079460958`) give equal destinations (B-07).
    ///
    /// # Errors
    /// [`Unsendable`].
    pub fn parse(spelling: &PhoneNumber) -> Result<Self, Unsendable> {
        let plan = &*PHONE_NUMBER_UTIL;
        let parsed = plan
            .parse(spelling.as_str(), None)
            .map_err(|_| Unsendable)?;
        let fixed_line = match plan.get_number_type(&parsed) {
            PhoneNumberType::Mobile
            | PhoneNumberType::FixedLineOrMobile
            | PhoneNumberType::VoIP => false,
            PhoneNumberType::FixedLine => true,
            _ => return Err(Unsendable),
        };
        let region = plan.get_region_for_number(&parsed).ok_or(Unsendable)?;
        // Satellite and other numbers that belong to no country have the region 001.
        let country = alpha_2(region).ok_or(Unsendable)?;
        let number = PhoneNumber::parse(&parsed.format_as(PhoneNumberFormat::E164))
            .map_err(|_| Unsendable)?;
        Ok(Self {
            number,
            country,
            fixed_line,
        })
    }

    /// The one canonical spelling.
    #[must_use]
    pub fn number(&self) -> &PhoneNumber {
        &self.number
    }

    /// ISO 3166 alpha-2 code. Countries that share a country code (+1, +7, +44) are told apart (G-01).
    #[must_use]
    pub fn country(&self) -> &str {
        std::str::from_utf8(&self.country).unwrap_or_default()
    }

    /// Whether it is surely a fixed line, which few networks deliver text messages to.
    #[must_use]
    pub fn is_fixed_line(&self) -> bool {
        self.fixed_line
    }
}

/// Every country that has a number plan, ISO 3166 alpha-2, sorted.
#[must_use]
pub fn countries() -> Vec<String> {
    let mut countries: Vec<String> = PHONE_NUMBER_UTIL
        .get_supported_regions()
        .filter_map(alpha_2)
        .map(|code| String::from_utf8_lossy(&code).into_owned())
        .collect();
    countries.sort_unstable();
    countries
}

fn alpha_2(region: Region) -> Option<[u8; 2]> {
    let code: [u8; 2] = region.as_region_str().as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Destination, Unsendable> {
        Destination::parse(&PhoneNumber::parse(text).unwrap())
    }

    #[test]
    fn spellings_of_one_number_have_one_canonical_form_b_07() {
        for (spelling, canonical, country) in [
            ("+12125550142", "+12125550142", "US"),
            ("+16135550142", "+16135550142", "CA"),
            ("+12423591234", "+12423591234", "BS"),
            ("+447400123456", "+447400123456", "GB"),
            ("+4407400123456", "+447400123456", "GB"),
            ("+447781123456", "+447781123456", "GG"),
            ("+4915112345678", "+4915112345678", "DE"),
            ("+49015112345678", "+4915112345678", "DE"),
            ("+77011234567", "+77011234567", "KZ"),
            ("+54011 15 23456789", "+5491123456789", "AR"),
            ("+393123456789", "+393123456789", "IT"),
            ("+33612345678", "+33612345678", "FR"),
            ("+919876543210", "+919876543210", "IN"),
        ] {
            let destination = parse(&spelling.replace(' ', "")).unwrap();
            assert_eq!(
                (destination.number().as_str(), destination.country()),
                (canonical, country)
            );
            assert!(!destination.is_fixed_line());
        }
    }

    #[test]
    fn ranges_that_take_no_messages_are_refused_g_02() {
        for (number, why) in [
            ("+99912345678", "no such country code"),
            ("+491511", "too short for Germany"),
            ("+4915112345678901", "too long for Germany"),
            ("+11115550142", "no such area code"),
            ("+19002345678", "premium rate"),
            ("+18005551234", "toll-free"),
            ("+448445550142", "shared cost"),
            ("+447640123456", "pager"),
            ("+447012345678", "personal number"),
            ("+445512345678", "universal access"),
            ("+870772001234", "satellite"),
            ("+881612345678", "satellite"),
            ("+882161234567", "satellite"),
            ("+80012345678", "international toll-free"),
            ("+97912345678", "international premium rate"),
        ] {
            if let Ok(shaped) = PhoneNumber::parse(number) {
                assert_eq!(Destination::parse(&shaped), Err(Unsendable), "{why}");
            }
        }
    }

    #[test]
    fn a_fixed_line_is_told() {
        assert!(parse("+442079460958").unwrap().is_fixed_line());
    }

    #[test]
    fn the_list_of_countries_is_sorted_and_knows_no_999() {
        let countries = countries();
        assert!(countries.is_sorted() && countries.len() > 200);
        assert!(countries.iter().all(|country| country.len() == 2));
    }
}
