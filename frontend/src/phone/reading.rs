//! From what a person typed to a number that the servers can look at.
//!
//! Where the trunk prefix leaves two readings, the digits go to the server as they are: it has the
//! full library and strips once more.

use screens::typing::number::{Typed, Unreadable};
use shared::PhoneNumber;

use super::countries::{Country, CountryCode, Lengths, all, find, main_of};

/// A number as the page understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Where the number is from.
    pub country: CountryCode,
    /// Plus, country calling code and number.
    pub number: PhoneNumber,
    /// What is probably wrong, should the server refuse it: mobile numbers have other lengths here.
    pub doubt: Option<Misread>,
}

/// Why the text can't be a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misread {
    /// Nothing was typed.
    Empty,
    /// Letters, an extension, or two numbers.
    NotANumber,
    /// No country has this calling code.
    UnknownCallingCode,
    /// Shorter than numbers of this country are.
    TooShort(CountryCode),
    /// Longer than numbers of this country are.
    TooLong(CountryCode),
}

impl From<Unreadable> for Misread {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Empty => Self::Empty,
            Unreadable::NotANumber => Self::NotANumber,
        }
    }
}

/// Reads a number in national form as one of `selected`, and in international form as what it is.
///
/// # Errors
/// Why it can't be a number, in terms that can be told to the person.
pub fn read(text: &str, selected: Country) -> Result<Reading, Misread> {
    let typed = Typed::parse(text)?;
    if typed.plus {
        return international(&typed.digits, selected);
    }
    if let Some(abroad) = after_exit_code(&typed.digits, selected)
        && let Ok(reading) = international(abroad, selected)
    {
        return Ok(reading);
    }
    match national(&typed.digits, selected) {
        Ok(nsn) => Ok(reading(selected, nsn, &typed.digits)?),
        Err(misread) => without_plus(&typed.digits, selected).ok_or(misread),
    }
}

/// The country that the text itself names, by its calling code and area code; `None` for a number
/// in national form, or when it is too early to tell.
#[must_use]
pub fn country_of(text: &str, selected: Country) -> Option<CountryCode> {
    let typed = Typed::parse(text).ok()?;
    let digits = match typed.plus {
        true => &typed.digits,
        false => after_exit_code(&typed.digits, selected)?,
    };
    let (dial, rest) = split_dial(digits)?;
    owner(dial, rest, selected).map(|country| country.code)
}

fn international(digits: &str, selected: Country) -> Result<Reading, Misread> {
    let (dial, rest) = split_dial(digits).ok_or(Misread::UnknownCallingCode)?;
    let country = owner(dial, rest, selected).ok_or(Misread::UnknownCallingCode)?;
    reading(country, national(rest, country)?, rest)
}

fn reading(country: Country, nsn: String, typed: &str) -> Result<Reading, Misread> {
    let doubt = (!country.mobile.has(nsn.len()))
        .then(|| length_fault(nsn.len(), country.mobile, country.code));
    let number = PhoneNumber::parse(&["+", country.dial, &nsn].concat())
        .map_err(|_| length_fault(typed.len(), country.any, country.code))?;
    Ok(Reading {
        country: country.code,
        number,
        doubt,
    })
}

/// No calling code is the beginning of another one.
fn split_dial(digits: &str) -> Option<(&'static str, &str)> {
    all().find_map(|country| Some((country.dial, digits.strip_prefix(country.dial)?)))
}

/// The country whose claim fits best; without one the selected country keeps what may be its own.
fn owner(dial: &str, nsn: &str, selected: Country) -> Option<Country> {
    let claimed = all()
        .filter(|country| country.dial == dial)
        .flat_map(|country| country.prefixes().map(move |prefix| (country, prefix)))
        .filter(|(_, prefix)| nsn.starts_with(prefix))
        .max_by_key(|(_, prefix)| prefix.len())
        .map(|(country, _)| country);
    if claimed.is_some() {
        return claimed;
    }
    let open = |country: &Country| {
        country.main
            || country.prefixes().next().is_none()
            || country.prefixes().any(|prefix| prefix.starts_with(nsn))
    };
    Some(selected)
        .filter(|country| country.dial == dial && open(country))
        .or_else(|| main_of(dial))
}

fn after_exit_code(digits: &str, selected: Country) -> Option<&str> {
    // "00" is what most of the world dials, and it starts no national number.
    digits
        .strip_prefix(selected.exit)
        .or_else(|| digits.strip_prefix("00"))
}

/// `49 1512 3456789`, written by people who leave the plus away.
fn without_plus(digits: &str, selected: Country) -> Option<Reading> {
    let rest = digits.strip_prefix(selected.dial)?;
    let country = owner(selected.dial, rest, selected).and_then(|owner| find(owner.code))?;
    let nsn = national(rest, country).ok()?;
    reading(country, nsn, rest).ok()
}

/// The number without trunk prefix.
fn national(digits: &str, country: Country) -> Result<String, Misread> {
    let possible = |digits: &str| country.any.has(digits.len());
    let stripped = match country.trunk {
        "" => None,
        trunk => digits.strip_prefix(trunk),
    };
    if let Some(stripped) = stripped.filter(|stripped| possible(stripped)) {
        return Ok(stripped.to_owned());
    }
    if possible(digits) && !looks_international(digits, country) {
        return Ok(digits.to_owned());
    }
    let with_area = [country.area, digits].concat();
    if !country.area.is_empty() && possible(&with_area) {
        return Ok(with_area);
    }
    let too_long = !country.any.has_longer_than(digits.len());
    if country.rearranged && too_long && country.dial.len() + digits.len() <= 15 {
        return Ok(digits.to_owned());
    }
    Err(length_fault(
        stripped.unwrap_or(digits).len(),
        country.any,
        country.code,
    ))
}

/// In countries with numbers of many lengths a calling code without plus could pass for a number.
fn looks_international(digits: &str, country: Country) -> bool {
    let rest = digits.strip_prefix(country.dial).map(str::len);
    !country.mobile.has(digits.len()) && rest.is_some_and(|rest| country.mobile.has(rest))
}

fn length_fault(length: usize, possible: Lengths, country: CountryCode) -> Misread {
    if possible.has_longer_than(length) {
        Misread::TooShort(country)
    } else {
        Misread::TooLong(country)
    }
}

#[cfg(test)]
mod tests;
