//! A setting that may differ by country: `Pipit,US=+12125550100,DE=Pipit GmbH`.

use std::collections::BTreeMap;
use std::str::FromStr;

/// A value for all countries, where there is one, and others for some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerCountry<T> {
    all: Option<T>,
    some: BTreeMap<String, T>,
}

impl<T> PerCountry<T> {
    /// No value.
    pub(crate) fn none() -> Self {
        Self {
            all: None,
            some: BTreeMap::new(),
        }
    }

    /// One value for all.
    pub(crate) fn for_all(value: T) -> Self {
        Self {
            all: Some(value),
            some: BTreeMap::new(),
        }
    }

    /// The value for a country (ISO 3166 alpha-2).
    pub(crate) fn of(&self, country: &str) -> Option<&T> {
        self.some.get(country).or(self.all.as_ref())
    }

    /// The same, with this value for those that have none of their own.
    pub(crate) fn with_others(self, value: T) -> Self {
        Self {
            all: Some(value),
            ..self
        }
    }

    /// The value for those that have none of their own.
    pub(crate) fn others(&self) -> Option<&T> {
        self.all.as_ref()
    }

    /// The same with other values.
    pub(crate) fn map<U, E>(
        &self,
        mut change: impl FnMut(&T) -> Result<U, E>,
    ) -> Result<PerCountry<U>, E> {
        let some = self
            .some
            .iter()
            .map(|(country, value)| Ok((country.clone(), change(value)?)));
        Ok(PerCountry {
            some: some.collect::<Result<_, E>>()?,
            all: self.all.as_ref().map(&mut change).transpose()?,
        })
    }
}

impl FromStr for PerCountry<String> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut read = Self::default();
        for item in text.split(',').map(str::trim) {
            let (country, value) = match item.split_once('=') {
                Some((country, value)) => (Some(country.trim().to_ascii_uppercase()), value.trim()),
                None => (None, item),
            };
            if value.is_empty() {
                return Err("a value is empty".to_owned());
            }
            let value = value.to_owned();
            let before = match country {
                None => read.all.replace(value),
                Some(country) if number_plan::countries().contains(&country) => {
                    read.some.insert(country, value)
                }
                Some(_) => {
                    return Err(
                        "before `=` stands a country, ISO 3166 alpha-2, as in DE=…".to_owned()
                    );
                }
            };
            if before.is_some() {
                return Err("two values for the same".to_owned());
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_for_all_and_others_for_some() {
        let read: PerCountry<String> = "Pipit, us=+12125550100,DE=Pipit GmbH".parse().unwrap();
        for (country, value) in [
            ("US", "+12125550100"),
            ("DE", "Pipit GmbH"),
            ("FR", "Pipit"),
        ] {
            assert_eq!(read.of(country).map(String::as_str), Some(value));
        }
        let only: PerCountry<String> = "US=1".parse().unwrap();
        assert_eq!((only.of("FR"), only.others()), (None, None));
    }

    #[test]
    fn nonsense_is_an_error() {
        for text in [
            "",
            "US=",
            "a,b",
            "US=1,US=2",
            "XX=1",
            "USA=1",
            "=1",
            "US=1,",
        ] {
            assert!(text.parse::<PerCountry<String>>().is_err(), "{text}");
        }
    }
}
