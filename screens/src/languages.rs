//! The languages, and which of them a person wants.

mod arabic;
mod brazilian_portuguese;
mod english;
mod french;
mod german;
mod hindi;
mod italian;
mod japanese;
mod simplified_chinese;
mod spanish;
mod turkish;

use crate::Catalogue;

pub use arabic::ARABIC;
pub use brazilian_portuguese::BRAZILIAN_PORTUGUESE;
pub use english::ENGLISH;
pub use french::FRENCH;
pub use german::GERMAN;
pub use hindi::HINDI;
pub use italian::ITALIAN;
pub use japanese::JAPANESE;
pub use simplified_chinese::SIMPLIFIED_CHINESE;
pub use spanish::SPANISH;
pub use turkish::TURKISH;

/// Every language, in the order of [`NAMES`].
pub static ALL: [&Catalogue; 11] = [
    &ENGLISH,
    &SPANISH,
    &FRENCH,
    &GERMAN,
    &BRAZILIAN_PORTUGUESE,
    &ITALIAN,
    &ARABIC,
    &HINDI,
    &JAPANESE,
    &SIMPLIFIED_CHINESE,
    &TURKISH,
];

/// Tags (BCP 47) with each language's own name for itself.
pub const NAMES: [(&str, &str); 11] = [
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("pt-BR", "Português (Brasil)"),
    ("it", "Italiano"),
    ("ar", "العربية"),
    ("hi", "हिन्दी"),
    ("ja", "日本語"),
    ("zh-Hans", "简体中文"),
    ("tr", "Türkçe"),
];

/// The sentences of a language by its tag.
#[must_use]
pub fn find(tag: &str) -> Option<&'static Catalogue> {
    ALL.into_iter().find(|text| text.language == tag)
}

/// Our tag for the first of a person's languages (BCP 47, dearest first) that we have; English when
/// we have none. Whoever writes Chinese the traditional way is not given the simplified one.
#[must_use]
pub fn choose<'a>(wanted: impl IntoIterator<Item = &'a str>) -> &'static str {
    wanted.into_iter().find_map(ours).unwrap_or("en")
}

fn ours(tag: &str) -> Option<&'static str> {
    let mut parts = tag.split('-');
    let primary = parts.next()?;
    let traditional = |part: &str| {
        ["hant", "tw", "hk", "mo"]
            .iter()
            .any(|sign| part.eq_ignore_ascii_case(sign))
    };
    if parts.any(traditional) && primary.eq_ignore_ascii_case("zh") {
        return None;
    }
    NAMES.iter().map(|(ours, _)| *ours).find(|ours| {
        ours.split('-')
            .next()
            .is_some_and(|our_primary| our_primary.eq_ignore_ascii_case(primary))
    })
}

/// The country that a person's languages (BCP 47, dearest first) speak of, in capital letters: the
/// region of the first that has one, as `de-AT` is from Austria. A language alone says nothing certain,
/// so it is taken for its largest country only when none has a region.
#[must_use]
pub fn country_of(wanted: &[&str]) -> Option<String> {
    let two_letters = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
            .then(|| part.to_ascii_uppercase())
    };
    let region = |tag: &&str| tag.split('-').skip(1).find_map(two_letters);
    wanted
        .iter()
        .find_map(region)
        .or_else(|| wanted.iter().find_map(|tag| two_letters(home_of(tag))))
}

fn home_of(tag: &str) -> &str {
    let language = tag.split('-').next().unwrap_or_default();
    let known = HOMES
        .iter()
        .find(|(known, _)| language.eq_ignore_ascii_case(known));
    known.map_or(language, |(_, home)| home)
}

/// Languages that are not called as their largest country is.
const HOMES: [(&str, &str); 15] = [
    ("ar", "EG"),
    ("cs", "CZ"),
    ("da", "DK"),
    ("el", "GR"),
    ("en", "US"),
    ("fa", "IR"),
    ("he", "IL"),
    ("hi", "IN"),
    ("ja", "JP"),
    ("ko", "KR"),
    ("pt", "BR"),
    ("sv", "SE"),
    ("uk", "UA"),
    ("vi", "VN"),
    ("zh", "CN"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plural;

    fn places(form: &str) -> String {
        let mut places: Vec<&str> = ["{0}", "{1}"]
            .into_iter()
            .filter(|place| form.contains(place))
            .collect();
        places.sort_unstable();
        places.concat()
    }

    #[test]
    fn every_language_has_its_name_and_can_be_found() {
        for (text, (tag, name)) in ALL.iter().zip(NAMES) {
            assert_eq!(text.language, tag);
            assert!(!name.is_empty());
            assert_eq!(find(tag), Some(*text));
        }
    }

    #[test]
    fn every_sentence_has_the_places_and_forms_that_it_needs() {
        for text in ALL {
            let pairs = Catalogue::NAMES
                .iter()
                .zip(ENGLISH.sentences().into_iter().zip(text.sentences()));
            for (name, (english, sentence)) in pairs {
                let language = text.language;
                assert!(!sentence.trim().is_empty(), "{language} {name}");
                assert_eq!(sentence, sentence.trim(), "{language} {name}");
                assert!(!sentence.contains('\n'), "{language} {name}");
                let forms: Vec<&str> = sentence.split('|').collect();
                if !english.contains('|') {
                    assert_eq!(forms.len(), 1, "{language} {name}");
                    assert_eq!(places(sentence), places(english), "{language} {name}");
                    continue;
                }
                assert_eq!(forms.len(), plural::forms(language), "{language} {name}");
                for (index, form) in forms.iter().enumerate() {
                    // Arabic words "one" and "two" instead of giving a digit; nothing says zero.
                    let worded = language == "ar" && index < 3;
                    assert!(worded || form.contains("{0}"), "{language} {name} {form}");
                }
            }
        }
    }

    #[test]
    fn no_language_has_a_sentence_of_another() {
        for text in ALL.iter().skip(1) {
            let same = ENGLISH
                .sentences()
                .into_iter()
                .zip(text.sentences())
                .filter(|(english, other)| {
                    english == other && english.contains(' ') && !english.contains('{')
                });
            assert_eq!(same.count(), 0, "{}", text.language);
        }
    }

    #[test]
    fn a_language_survives_its_file_and_another_versions_file_is_refused() {
        for text in ALL {
            let lines: &'static str = text.lines().leak();
            assert_eq!(Catalogue::from_lines(lines).as_ref(), Some(text));
        }
        let long: &'static str = format!("{}\nmore", ENGLISH.lines()).leak();
        assert_eq!(Catalogue::from_lines(long), None);
        assert_eq!(Catalogue::from_lines("en\nSign in"), None);
        assert_eq!(Catalogue::from_lines(""), None);
    }

    #[test]
    fn the_first_language_that_we_have_is_chosen() {
        for (wanted, chosen) in [
            (&["de-AT", "en"][..], "de"),
            (&["pt-PT"], "pt-BR"),
            (&["zh-TW", "ja"], "ja"),
            (&["zh-Hant-HK"], "en"),
            (&["zh-CN"], "zh-Hans"),
            (&["ZH"], "zh-Hans"),
            (&["xx", "AR-eg"], "ar"),
            (&["deu"], "en"),
            (&["", "*", "-"], "en"),
            (&[], "en"),
        ] {
            assert_eq!(choose(wanted.iter().copied()), chosen, "{wanted:?}");
        }
    }

    #[test]
    fn languages_speak_of_a_country() {
        for (tags, country) in [
            (&["de-AT", "de", "en-US"][..], "AT"),
            (&["en", "de-DE"], "DE"),
            (&["zh-Hant-TW", "zh"], "TW"),
            (&["ja"], "JP"),
            (&["DE"], "DE"),
            (&["en"], "US"),
            (&["es-419", "es"], "ES"),
            (&["*", ""], ""),
            (&[], ""),
        ] {
            assert_eq!(country_of(tags).unwrap_or_default(), country, "{tags:?}");
        }
    }
}
