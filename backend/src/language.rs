//! Which language a person wants to read: `Accept-Language` (RFC 9110, 12.5.4), unless the address says
//! it in `?language=`.

use http::{HeaderMap, header};
use screens::Catalogue;
use screens::languages::{self, ENGLISH};

/// More are not looked at; browsers send a handful.
const MOST: usize = 32;

/// The language of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Language {
    pub(crate) text: &'static Catalogue,
    /// By the address, so that links and forms have to carry it on.
    pub(crate) chosen: bool,
}

impl Language {
    pub(crate) fn of(query: Option<&str>, headers: &HeaderMap) -> Self {
        match query.and_then(named) {
            Some(text) => Self { text, chosen: true },
            None => Self::accepted(headers),
        }
    }

    /// By a tag of ours, else by the headers.
    pub(crate) fn of_tag(tag: &str, headers: &HeaderMap) -> Self {
        match languages::find(tag) {
            Some(text) => Self { text, chosen: true },
            None => Self::accepted(headers),
        }
    }

    fn accepted(headers: &HeaderMap) -> Self {
        let tag = languages::choose(wanted(headers));
        Self {
            text: languages::find(tag).unwrap_or(&ENGLISH),
            chosen: false,
        }
    }
}

/// The tags that the browser sends, dearest first.
pub(crate) fn wanted(headers: &HeaderMap) -> Vec<&str> {
    let mut weighted: Vec<(&str, f32)> = headers
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|item| {
            let (tag, weight) = item.split_once(';').unwrap_or((item, ""));
            Some((tag.trim(), weight_of(weight)?))
        })
        .filter(|(tag, weight)| !tag.is_empty() && *weight > 0.0)
        .take(MOST)
        .collect();
    // Stable: what weighs the same stays in the order in which it came.
    weighted.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    weighted.into_iter().map(|(tag, _)| tag).collect()
}

/// From `q=0.8`; nothing is 1, nonsense is none.
fn weight_of(text: &str) -> Option<f32> {
    let text = text.trim();
    if text.is_empty() {
        return Some(1.0);
    }
    let number = text
        .strip_prefix("q=")
        .or_else(|| text.strip_prefix("Q="))?;
    number
        .trim()
        .parse()
        .ok()
        .filter(|weight| (0.0..=1.0).contains(weight))
}

/// The language that the query names, once and by a tag of ours.
fn named(query: &str) -> Option<&'static Catalogue> {
    let mut values = form_urlencoded::parse(query.as_bytes())
        .filter(|(key, _)| key == "language")
        .map(|(_, value)| value);
    let value = values.next()?;
    match values.next() {
        None => languages::find(&value),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn chosen(query: Option<&str>, accepted: &str) -> (&'static str, bool) {
        let value = HeaderValue::from_bytes(accepted.as_bytes()).unwrap();
        let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]);
        let language = Language::of(query, &headers);
        (language.text.language, language.chosen)
    }

    #[test]
    fn the_dearest_language_that_we_have_is_chosen() {
        for (accepted, tag) in [
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("en;q=0.5, fr;q=0.9", "fr"),
            ("xx, ar;q=0.1", "ar"),
            ("pt", "pt-BR"),
            ("zh-TW;q=1, zh-CN;q=0.5", "zh-Hans"),
            ("ja;q=0, tr;q=0.3", "tr"),
            ("tr;q=0.30000, hi;Q=0.4", "hi"),
            ("es, it", "es"),
            ("it;q=2, de;q=-1, tr;q=x", "en"),
            ("*", "en"),
            (";;;,,,=", "en"),
            ("ü", "en"),
            ("", "en"),
        ] {
            assert_eq!(chosen(None, accepted), (tag, false), "{accepted}");
        }
        assert_eq!(Language::of(None, &HeaderMap::new()).text.language, "en");
    }

    #[test]
    fn what_the_address_says_counts_more_if_it_is_one_of_ours_and_said_once() {
        for (query, tag, by_address) in [
            ("language=ja", "ja", true),
            ("a=1&language=pt-BR", "pt-BR", true),
            ("language=xx", "de", false),
            ("language=JA", "de", false),
            ("language=", "de", false),
            ("language=ja&language=tr", "de", false),
            ("lang=ja", "de", false),
        ] {
            assert_eq!(chosen(Some(query), "de"), (tag, by_address), "{query}");
        }
    }
}
