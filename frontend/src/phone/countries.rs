//! The countries, from the table that the build script writes (its fields are described there).
//!
//! Deliberately absent: their names, which the browser has in every language.

use std::fmt;

const TABLE: &str = include_str!(concat!(env!("OUT_DIR"), "/countries.txt"));

/// An ISO 3166 alpha-2 code in capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// Takes two ASCII letters of any case; whether there is such a country is another question.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match *text.as_bytes() {
            [one, two] if one.is_ascii_alphabetic() && two.is_ascii_alphabetic() => {
                Some(Self([one.to_ascii_uppercase(), two.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of the numbers of one country.
#[derive(Debug, Clone, Copy)]
pub struct Country {
    /// ISO 3166 alpha-2.
    pub code: CountryCode,
    /// The country calling code, without plus.
    pub dial: &'static str,
    /// Owns the numbers of its calling code that no other country claims.
    pub main: bool,
    pub(super) trunk: &'static str,
    pub(super) exit: &'static str,
    pub(super) mobile: Lengths,
    pub(super) any: Lengths,
    pub(super) area: &'static str,
    pub(super) rearranged: bool,
    prefixes: &'static str,
    groupings: &'static str,
}

/// A set of lengths: bit n stands for n digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lengths(u32);

impl Lengths {
    fn parse(hexadecimal: &str) -> Option<Self> {
        u32::from_str_radix(hexadecimal, 16).ok().map(Self)
    }

    pub(super) fn has(self, length: usize) -> bool {
        length < 32 && self.0 >> length & 1 == 1
    }

    /// Whether a longer number would be possible.
    pub(super) fn has_longer_than(self, length: usize) -> bool {
        length < 31 && self.0 >> (length + 1) != 0
    }
}

impl Country {
    fn from_line(line: &'static str) -> Option<Self> {
        let mut fields = line.split('|');
        Some(Self {
            code: CountryCode::parse(fields.next()?)?,
            dial: fields.next()?,
            main: fields.next()? == "1",
            trunk: fields.next()?,
            exit: fields.next()?,
            mobile: Lengths::parse(fields.next()?)?,
            any: Lengths::parse(fields.next()?)?,
            area: fields.next()?,
            rearranged: fields.next()? == "1",
            prefixes: fields.next()?,
            groupings: fields.next()?,
        })
    }

    /// Beginnings of national numbers that are surely of this country.
    pub(super) fn prefixes(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.prefixes.split(',').filter(|prefix| !prefix.is_empty())
    }

    /// Beginnings, and the groups that their numbers are written in.
    pub(super) fn groupings(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.groupings
            .split(',')
            .filter_map(|entry| entry.split_once('='))
    }
}

/// Every country there are phone numbers for, in the order of their codes.
pub fn all() -> impl Iterator<Item = Country> {
    TABLE.lines().filter_map(Country::from_line)
}

/// The country with this code.
#[must_use]
pub fn find(code: CountryCode) -> Option<Country> {
    all().find(|country| country.code == code)
}

/// The country that owns what no other country of this calling code claims.
pub(super) fn main_of(dial: &str) -> Option<Country> {
    all().find(|country| country.main && country.dial == dial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_understood() {
        assert_eq!(all().count(), TABLE.lines().count());
        assert!(all().count() > 240);
    }

    #[test]
    fn every_calling_code_has_exactly_one_main_country() {
        for country in all() {
            let mains = all()
                .filter(|other| other.main && other.dial == country.dial)
                .count();
            assert_eq!(mains, 1, "{:?}", country.code);
        }
    }

    #[test]
    fn codes_are_two_letters_of_any_case() {
        assert_eq!(CountryCode::parse("de"), CountryCode::parse("DE"));
        for text in ["", "D", "DEU", "D1", "ДЕ", "d "] {
            assert_eq!(CountryCode::parse(text), None, "{text}");
        }
    }
}
