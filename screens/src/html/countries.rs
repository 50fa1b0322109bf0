//! What countries are called. Browsers have names of their own, which the program takes; these are for
//! plain screens and stand in whatever shows those, never in the page's program.

/// Written by `screens/country-names.mjs`: a block per language, each in that language's order.
const NAMES: &str = include_str!("country_names.txt");

/// Codes (ISO 3166 alpha-2) and names in a language of ours, in the order in which its readers look
/// for them; nothing for another tag.
pub fn country_names(language: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let block = NAMES.split('[').find_map(|block| {
        let (tag, lines) = block.split_once("]\n")?;
        (tag == language).then_some(lines)
    });
    block
        .into_iter()
        .flat_map(str::lines)
        .filter_map(|line| line.split_once(' '))
}

/// The name of one country; its code where it has none.
#[must_use]
pub fn country_name<'a>(language: &str, code: &'a str) -> &'a str {
    country_names(language)
        .find(|(known, _)| *known == code)
        .map_or(code, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::NAMES as LANGUAGES;

    #[test]
    fn every_language_names_the_same_countries_in_its_own_order() {
        let mut english: Vec<_> = country_names("en").map(|(code, _)| code).collect();
        english.sort_unstable();
        assert!(english.len() > 240);
        for (language, _) in LANGUAGES {
            let mut codes: Vec<_> = country_names(language).map(|(code, _)| code).collect();
            codes.sort_unstable();
            assert_eq!(codes, english, "{language}");
            assert!(
                country_names(language).all(|(_, name)| !name.is_empty() && name.trim() == name)
            );
        }
        assert_eq!(country_names("xx").count(), 0);
    }

    #[test]
    fn a_country_is_found_by_its_code() {
        assert_eq!(country_name("de", "DE"), "Deutschland");
        assert_eq!(country_name("ja", "JP"), "日本");
        assert_eq!(country_name("en", "XX"), "XX");
        // Readers of German look for Ö beside O.
        let german: Vec<_> = country_names("de").map(|(code, _)| code).collect();
        let place = |code| german.iter().position(|known| *known == code);
        assert!(place("AT") < place("PE"));
    }
}
