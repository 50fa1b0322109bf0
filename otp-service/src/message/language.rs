//! The languages that messages are written in, and which of them a caller's tag means.

/// A language that messages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Spanish,
    French,
    German,
    BrazilianPortuguese,
    Italian,
    Arabic,
    Hindi,
    Japanese,
    SimplifiedChinese,
    Turkish,
}

/// Where Chinese is written in traditional characters, when nothing else is said.
const TRADITIONAL: [&str; 3] = ["TW", "HK", "MO"];

impl Language {
    pub(crate) const ALL: [Self; 11] = [
        Self::English,
        Self::Spanish,
        Self::French,
        Self::German,
        Self::BrazilianPortuguese,
        Self::Italian,
        Self::Arabic,
        Self::Hindi,
        Self::Japanese,
        Self::SimplifiedChinese,
        Self::Turkish,
    ];

    /// Its BCP 47 tag.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::German => "de",
            Self::BrazilianPortuguese => "pt-BR",
            Self::Italian => "it",
            Self::Arabic => "ar",
            Self::Hindi => "hi",
            Self::Japanese => "ja",
            Self::SimplifiedChinese => "zh-Hans",
            Self::Turkish => "tr",
        }
    }

    /// The script that its messages are in (ISO 15924).
    const fn script(self) -> &'static str {
        match self {
            Self::Arabic => "Arab",
            Self::Hindi => "Deva",
            Self::Japanese => "Jpan",
            Self::SimplifiedChinese => "Hans",
            _ => "Latn",
        }
    }

    /// The language that a BCP 47 tag means, whatever its region; English when that is none of ours,
    /// or in a script that whoever asks for another one may not read.
    pub(crate) fn of(tag: &str) -> Self {
        let mut subtags = tag.split(['-', '_']);
        let primary = subtags.next().unwrap_or_default();
        let known = Self::ALL
            .into_iter()
            .find(|language| language.is_primary(primary));
        // What follows a single letter is an extension.
        let named = subtags.take_while(|subtag| subtag.len() > 1);
        known
            .filter(|language| language.is_read_by(named))
            .unwrap_or(Self::English)
    }

    fn is_primary(self, subtag: &str) -> bool {
        let own = self.tag().split('-').next().unwrap_or_default();
        own.eq_ignore_ascii_case(subtag)
    }

    /// Whether it is in the script that these subtags name, or mean by their region.
    fn is_read_by<'a>(self, subtags: impl Iterator<Item = &'a str> + Clone) -> bool {
        let is_script =
            |subtag: &&str| subtag.len() == 4 && subtag.bytes().all(|b| b.is_ascii_alphabetic());
        match subtags.clone().find(is_script) {
            Some(script) => script.eq_ignore_ascii_case(self.script()),
            None => {
                let is_traditional =
                    |subtag: &str| TRADITIONAL.iter().any(|r| r.eq_ignore_ascii_case(subtag));
                self != Self::SimplifiedChinese || !subtags.into_iter().any(is_traditional)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_means_its_language_whatever_its_case_and_region() {
        for (tags, language) in [
            ("en en-US EN-gb en-Latn-US", Language::English),
            ("es es-419 es-MX", Language::Spanish),
            ("fr fr-CA fr_FR", Language::French),
            ("de DE de-CH-1996 de-Latn-DE-u-co-phonebk", Language::German),
            ("pt pt-BR pt-PT pt_br", Language::BrazilianPortuguese),
            ("it it-CH", Language::Italian),
            ("ar ar-EG ar-Arab ar-u-nu-latn", Language::Arabic),
            ("hi hi-IN hi-Deva", Language::Hindi),
            ("ja ja-JP ja-Jpan-JP", Language::Japanese),
            (
                "zh zh-CN zh-SG zh-Hans zh-hans-cn zh-Hans-TW zh-cmn-Hans zh-u-co-pinyin",
                Language::SimplifiedChinese,
            ),
            ("tr tr-TR tr-CY", Language::Turkish),
        ] {
            for tag in tags.split(' ') {
                assert_eq!(Language::of(tag), language, "{tag}");
            }
        }
        for language in Language::ALL {
            assert_eq!(Language::of(language.tag()), language);
        }
    }

    #[test]
    fn what_is_not_ours_is_english() {
        for tag in [
            "",
            "-",
            "--",
            "_",
            "x",
            "x-de",
            "i-klingon",
            "tlh",
            "nl-NL",
            "deu",
            "d",
            "de ",
            " de",
            "de\0",
            "de;q=1",
            "*",
            "German",
            "日本語",
            "zh-Hant",
            "zh-TW",
            "zh-HK",
            "zh-mo",
            "zh-Hant-CN",
            "zh-cmn-Hant",
            "zh-Latn",
            "hi-Latn",
            "ar-Latn",
            "ja-Latn",
            "tr-Arab",
        ] {
            assert_eq!(Language::of(tag), Language::English, "{tag:?}");
        }
    }
}
