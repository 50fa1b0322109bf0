//! Which country the picker opens on.

use super::countries::CountryCode;

/// The server's setting, else the region of the browser's languages, else the first country.
/// Only what is in `allowed` is taken; `None` when nothing is allowed.
#[must_use]
pub fn preferred(
    allowed: &[CountryCode],
    setting: Option<CountryCode>,
    browser: Option<CountryCode>,
) -> Option<CountryCode> {
    let usual = CountryCode::parse("US");
    [setting, browser, usual]
        .into_iter()
        .flatten()
        .find(|code| allowed.contains(code))
        .or_else(|| allowed.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<CountryCode> {
        text.split_whitespace()
            .filter_map(CountryCode::parse)
            .collect()
    }

    #[test]
    fn the_picker_opens_on_a_country_that_is_allowed() {
        let allowed = codes("DE FR US");
        for (setting, browser, opened) in [
            ("FR", "DE", "FR"),
            ("GB", "DE", "DE"),
            ("", "DE", "DE"),
            ("", "", "US"),
            ("", "JP", "US"),
        ] {
            let found = preferred(
                &allowed,
                CountryCode::parse(setting),
                CountryCode::parse(browser),
            );
            assert_eq!(found, CountryCode::parse(opened), "{setting} {browser}");
        }
        assert_eq!(
            preferred(&codes("JP KR"), None, None),
            CountryCode::parse("JP")
        );
        assert_eq!(preferred(&[], None, CountryCode::parse("DE")), None);
    }
}
