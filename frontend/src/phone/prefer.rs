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

/// The region of the first language that has one: `de-AT` is from Austria (BCP 47). A language
/// alone says nothing certain, so it is taken for its largest country only when none has a region.
#[must_use]
pub fn from_languages(languages: &[String]) -> Option<CountryCode> {
    let region = |tag: &String| tag.split('-').skip(1).find_map(CountryCode::parse);
    languages
        .iter()
        .find_map(region)
        .or_else(|| languages.iter().find_map(|tag| home_of(tag)))
}

fn home_of(language: &str) -> Option<CountryCode> {
    let language = language.split('-').next()?.to_ascii_lowercase();
    let home = match language.as_str() {
        "ar" => "EG",
        "cs" => "CZ",
        "da" => "DK",
        "el" => "GR",
        "en" => "US",
        "fa" => "IR",
        "he" => "IL",
        "hi" => "IN",
        "ja" => "JP",
        "ko" => "KR",
        "pt" => "BR",
        "sv" => "SE",
        "uk" => "UA",
        "vi" => "VN",
        "zh" => "CN",
        same => same,
    };
    CountryCode::parse(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<CountryCode> {
        text.split_whitespace()
            .filter_map(CountryCode::parse)
            .collect()
    }

    fn languages(text: &str) -> Option<CountryCode> {
        from_languages(
            &text
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        )
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

    #[test]
    fn the_browsers_languages_name_a_region() {
        for (tags, region) in [
            ("de-AT de en-US", "AT"),
            ("en de-DE", "DE"),
            ("zh-Hant-TW zh", "TW"),
            ("ja", "JP"),
            ("de", "DE"),
            ("en", "US"),
            ("es-419 es", "ES"),
            ("", ""),
        ] {
            assert_eq!(languages(tags), CountryCode::parse(region), "{tags}");
        }
    }
}
