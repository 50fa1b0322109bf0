//! A number as somebody of a country dials it, for servers that take it from a plain form: the digits
//! alone, separators and other scripts gone, a plus sign in front where one was typed.

use std::fmt;

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber as Parsed, PhoneNumberType,
    Region, ValidationError,
};
use shared::PhoneNumber;

use crate::{Destination, alpha_2};

/// The library takes no more; nobody dials as many.
const MOST_DIGITS: usize = 17;

/// Why no text message can be sent to what was dialled; countries are ISO 3166 alpha-2.
#[derive(Clone, PartialEq, Eq)]
pub enum Misdialled {
    /// No number of any country.
    NotANumber,
    /// No country has this calling code.
    UnknownCallingCode,
    /// Shorter than the numbers of this country that take messages.
    TooShort(String),
    /// Longer than those are.
    TooLong(String),
    /// Such numbers take no messages, or there are none.
    Unsendable,
}

/// A country is not all that a number tells, but it is somebody's (F-01).
impl fmt::Debug for Misdialled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "NotANumber",
            Self::UnknownCallingCode => "UnknownCallingCode",
            Self::TooShort(_) => "TooShort",
            Self::TooLong(_) => "TooLong",
            Self::Unsendable => "Unsendable",
        })
    }
}

/// Reads digits as somebody in `country` means them: with or without trunk prefix, after an exit code,
/// with the calling code but without its plus sign.
///
/// # Errors
/// [`Misdialled`], for the first of these readings.
pub fn dialled(plus: bool, digits: &str, country: &str) -> Result<Destination, Misdialled> {
    let shaped = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let region = Region::from_code(country).map_err(|_| Misdialled::UnknownCallingCode)?;
    if !shaped {
        return Err(Misdialled::NotANumber);
    }
    if digits.len() > MOST_DIGITS {
        return Err(Misdialled::TooLong(country.to_owned()));
    }
    let international = |digits: &str| read(&format!("+{digits}"), region);
    if plus {
        return international(digits);
    }
    let first = read(digits, region);
    let surely = |found: &Destination| !found.is_fixed_line();
    if first.as_ref().is_ok_and(surely) {
        return first;
    }
    // "00" is what most of the world dials, and it starts no national number.
    let meant = match digits.strip_prefix("00") {
        Some(abroad) => international(abroad),
        None => international(digits).and_then(|found| {
            let same = calling_code(found.country()) == calling_code(country);
            same.then_some(found).ok_or(Misdialled::Unsendable)
        }),
    };
    match (meant, first) {
        (Ok(meant), Ok(first)) => Ok(if surely(&meant) { meant } else { first }),
        (Ok(meant), Err(_)) => Ok(meant),
        (Err(_), first) => first,
    }
}

/// A number as people read it: `+49 1512 3456789`.
#[must_use]
pub fn international(number: &PhoneNumber) -> String {
    let plan = &*PHONE_NUMBER_UTIL;
    plan.parse(number.as_str(), None).map_or_else(
        |_| number.as_str().to_owned(),
        |parsed| {
            parsed
                .format_as(rlibphonenumber::PhoneNumberFormat::International)
                .into_owned()
        },
    )
}

/// The country calling code, without plus.
#[must_use]
pub fn calling_code(country: &str) -> Option<String> {
    let region = Region::from_code(country).ok()?;
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
    Some(code.to_string())
}

fn read(text: &str, region: Region) -> Result<Destination, Misdialled> {
    let plan = &*PHONE_NUMBER_UTIL;
    let here = || region.as_region_str().to_string();
    let parsed = plan
        .parse(text, Some(region))
        .map_err(|error| match error {
            ParseError::InvalidCountryCode => Misdialled::UnknownCallingCode,
            ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Misdialled::TooShort(here()),
            ParseError::TooLongNsn => Misdialled::TooLong(here()),
            ParseError::NotANumber(_) => Misdialled::NotANumber,
        })?;
    let number = PhoneNumber::parse(&parsed.format_as(rlibphonenumber::PhoneNumberFormat::E164));
    match number.map(|number| Destination::parse(&number)) {
        Ok(Ok(destination)) => Ok(destination),
        _ => Err(fault_of(&parsed, region)),
    }
}

/// By its length first, as messages go to mobile phones; a right length has another fault.
fn fault_of(parsed: &Parsed, region: Region) -> Misdialled {
    let plan = &*PHONE_NUMBER_UTIL;
    let own = plan.get_country_code_for_region(region) == Some(parsed.country_code);
    let country = match own {
        true => Some(region),
        false => plan.get_region_for_country_code(parsed.country_code),
    };
    let Some(country) = country.and_then(alpha_2) else {
        return Misdialled::Unsendable;
    };
    let country = String::from_utf8_lossy(&country).into_owned();
    let any = plan.is_possible_number_with_reason(parsed);
    let mobile = plan.is_possible_number_for_type_with_reason(parsed, PhoneNumberType::Mobile);
    match (any, mobile) {
        (Err(ValidationError::InvalidCountryCode), _) => Misdialled::UnknownCallingCode,
        (Err(ValidationError::TooLong), _) | (_, Err(ValidationError::TooLong)) => {
            Misdialled::TooLong(country)
        }
        (Err(ValidationError::TooShort | ValidationError::InvalidLength), _)
        | (Ok(NumberLengthType::IsPossibleLocalOnly), _)
        | (_, Err(ValidationError::TooShort)) => Misdialled::TooShort(country),
        _ => Misdialled::Unsendable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_its_country_dials_it() {
        for (plus, digits, country, number) in [
            (false, "2125550142", "US", "+12125550142"),
            (false, "12125550142", "US", "+12125550142"),
            (false, "015112345678", "DE", "+4915112345678"),
            (false, "15112345678", "DE", "+4915112345678"),
            (false, "4915112345678", "DE", "+4915112345678"),
            (false, "004915112345678", "US", "+4915112345678"),
            (false, "004915112345678", "DE", "+4915112345678"),
            (false, "0114915112345678", "US", "+4915112345678"),
            (true, "4915112345678", "US", "+4915112345678"),
            (true, "49015112345678", "US", "+4915112345678"),
            (false, "07400123456", "GB", "+447400123456"),
            (false, "3123456789", "IT", "+393123456789"),
            (false, "89123456789", "RU", "+79123456789"),
            (false, "0111523456789", "AR", "+5491123456789"),
        ] {
            let found = dialled(plus, digits, country).unwrap();
            assert_eq!(found.number().as_str(), number, "{digits} in {country}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_number_is_told() {
        let de = || "DE".to_owned();
        let us = || "US".to_owned();
        for (plus, digits, country, fault) in [
            (false, "212555014", "US", Misdialled::TooShort(us())),
            (false, "5550142", "US", Misdialled::TooShort(us())),
            (false, "21255501423", "US", Misdialled::TooLong(us())),
            (false, "01511", "DE", Misdialled::TooShort(de())),
            (true, "491511", "US", Misdialled::TooShort(de())),
            (false, "0151123456789012", "DE", Misdialled::TooLong(de())),
            (false, "1", "US", Misdialled::NotANumber),
            (true, "99912345678", "US", Misdialled::UnknownCallingCode),
            (true, "0123", "US", Misdialled::UnknownCallingCode),
            (false, "9002345678", "US", Misdialled::Unsendable),
            (false, "123456789012345678", "US", Misdialled::TooLong(us())),
            (false, "", "US", Misdialled::NotANumber),
            (false, "2125550142", "XX", Misdialled::UnknownCallingCode),
            (false, "212-555", "US", Misdialled::NotANumber),
        ] {
            assert_eq!(
                dialled(plus, digits, country),
                Err(fault),
                "{digits} in {country}"
            );
        }
    }

    #[test]
    fn every_country_has_its_calling_code() {
        assert_eq!(calling_code("US").as_deref(), Some("1"));
        assert_eq!(calling_code("DE").as_deref(), Some("49"));
        assert_eq!(calling_code("XX"), None);
        assert!(
            crate::countries()
                .iter()
                .all(|country| calling_code(country).is_some())
        );
    }

    #[test]
    fn numbers_are_written_in_the_groups_of_their_country() {
        for (number, written) in [
            ("+4915123456789", "+49 1512 3456789"),
            ("+12125550142", "+1 212-555-0142"),
            ("+33612345678", "+33 6 12 34 56 78"),
        ] {
            assert_eq!(international(&PhoneNumber::parse(number).unwrap()), written);
        }
    }
}
