//! The page on which the program starts. Its first screen is drawn already, in the shape of what the
//! program draws, so that nothing moves when it takes over; what is typed meanwhile is kept. The program
//! takes over `#app` only and reads what it needs to know from the document:
//!
//! - `<meta name="config">`: the settings as `GET /api/config` gives them, where the backend made the page;
//! - `<meta name="country">`: code and name of the country that most people come from ([`likely_country`]). To name
//!   it, a browser that was not asked for a name yet takes as long as for all of the screen;
//! - `<meta name="texts">`: where the texts of each language are, as `en=/text-en-….txt de=/text-de-….txt`;
//! - `#text`: the lines of the language that the page is in ([`Catalogue::lines`]).
//!
//! A browser without JavaScript is led to the plain screens.

use std::fmt::Write;

use shared::browser::ConfigResponse;

use super::document::language_options;
use super::{Brand, Document, Head, country_name, escape};
use crate::{Catalogue, languages};

/// What the page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    /// The language.
    pub text: &'a Catalogue,
    /// Whether the first screen is the one that was asked for. It is not seen otherwise: the program will
    /// draw another one, or this one after all.
    pub first_screen: bool,
    /// The settings and the same as JSON, where they are known.
    pub config: Option<(&'a ConfigResponse, &'a str)>,
    /// Icon, styles, scripts and texts, as HTML ([`super::Assets`]).
    pub assets: &'a str,
    /// Behind everything else, as HTML.
    pub end: &'a str,
}

/// The page.
#[must_use]
pub fn program(page: &Program<'_>) -> String {
    let text = page.text;
    let config = page.config.map(|(config, _)| config);
    let mut meta = String::new();
    if let Some((_, json)) = page.config {
        meta = format!("<meta name=\"config\" content=\"{}\">", escape(json));
    }
    if let Some(code) = likely_country(text, config) {
        let name = escape(country_name(text.language, &code));
        let _ = write!(meta, "<meta name=\"country\" content=\"{code} {name}\">");
    }
    meta.push_str("<noscript><meta http-equiv=\"refresh\" content=\"0; url=/plain\"></noscript>");
    let foot = format!(
        "<label for=\"language\">{}</label><select id=\"language\">{}</select>",
        escape(text.language_name),
        language_options(text.language)
    );
    let end = format!(
        "<p id=\"text\" hidden>{}</p>{}",
        escape(&text.lines()),
        page.end
    );
    Document {
        text,
        class: if page.first_screen { "" } else { "elsewhere" },
        heading: text.sign_in,
        brand: Brand {
            name: config.map_or("", |config| &config.app_name),
            logo_url: config.and_then(|config| config.logo_url.as_deref()),
        },
        head: Head {
            meta: &meta,
            assets: page.assets,
        },
        main: &first_screen(text, config),
        foot: &foot,
        end: &end,
    }
    .html()
}

/// The operator's setting, else the largest country of the language.
fn likely_country(text: &Catalogue, config: Option<&ConfigResponse>) -> Option<String> {
    config
        .and_then(|config| config.default_country.clone())
        .or_else(|| languages::country_of(&[text.language]))
}

/// No form yet: pressing Enter would put the number into the page's address (C-17).
fn first_screen(text: &Catalogue, config: Option<&ConfigResponse>) -> String {
    let say = |sentence: &str| escape(sentence);
    format!(
        "<h1 id=\"heading\">{}</h1><p class=\"lead\">{}</p><p class=\"notice\"></p><div class=\"form\">\
         <div class=\"field\"><label for=\"country\">{}</label><div class=\"picker\">\
         <input class=\"control\" type=\"text\" id=\"country\" autocomplete=\"off\" disabled>\
         <span class=\"picker-toggle\"></span></div></div>\
         <div class=\"field\"><label for=\"phone\">{}</label>\
         <input class=\"control\" type=\"tel\" id=\"phone\" name=\"phone\" autocomplete=\"tel\" dir=\"ltr\">\
         <div class=\"field-message\"></div></div>\
         <button class=\"primary\" type=\"button\" disabled>{}</button><p class=\"form-message\"></p></div>\
         <p class=\"fine\">{}</p>{}",
        say(text.sign_in),
        say(text.sign_in_lead),
        say(text.country),
        say(text.phone_number),
        say(text.send_code),
        say(text.what_happens),
        links(text, config),
    )
}

/// Links to the operator's pages, where there are some.
#[must_use]
pub fn links(text: &Catalogue, config: Option<&ConfigResponse>) -> String {
    let link = |(address, label): (&Option<String>, &str)| {
        address.as_ref().map(|address| {
            format!(
                "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{}</a> ",
                escape(address),
                escape(label)
            )
        })
    };
    let links: String = config
        .map(|config| {
            [
                (&config.terms_url, text.terms),
                (&config.privacy_url, text.privacy),
                (&config.support_url, text.help),
            ]
        })
        .into_iter()
        .flatten()
        .filter_map(link)
        .collect();
    format!("<p class=\"fine links\">{links}</p>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::{ALL, ENGLISH, find};

    fn config() -> ConfigResponse {
        ConfigResponse {
            app_name: "<i>\"Tom & Jerry's\"</i>".to_owned(),
            code_length: 6,
            default_country: None,
            countries: vec!["US".to_owned()],
            terms_url: Some("/terms?a=1&b=\"2\"".to_owned()),
            privacy_url: None,
            support_url: None,
            logo_url: None,
            style_url: None,
        }
    }

    fn page(text: &Catalogue, config: Option<(&ConfigResponse, &str)>) -> String {
        program(&Program {
            text,
            first_screen: true,
            config,
            assets: "<link rel=\"stylesheet\" href=\"/a.css\">",
            end: "",
        })
    }

    #[test]
    fn the_page_is_in_its_language_from_the_first_byte_on() {
        for text in ALL {
            let page = page(text, None);
            let start = format!(
                "<!doctype html>\n<html lang=\"{}\" dir=\"{}\">",
                text.language,
                text.direction()
            );
            assert!(page.starts_with(&start), "{page}");
            for sentence in [
                text.sign_in,
                text.phone_number,
                text.send_code,
                text.language_name,
            ] {
                assert!(
                    page.contains(&format!(">{}<", escape(sentence))),
                    "{sentence}"
                );
            }
            let selected = format!("lang=\"{}\" selected>", text.language);
            assert_eq!(page.matches(" selected>").count(), 1);
            assert!(page.contains(&selected), "{page}");
        }
        assert!(page(find("ar").unwrap(), None).contains("dir=\"rtl\""));
    }

    #[test]
    fn the_lines_of_the_language_come_along_as_they_are() {
        for text in ALL {
            let page = page(text, None);
            let (_, rest) = page.split_once("<p id=\"text\" hidden>").unwrap();
            let (lines, _) = rest.split_once("</p>").unwrap();
            let read = lines
                .replace("&#39;", "'")
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
            assert_eq!(Catalogue::from_lines(read.leak()).as_ref(), Some(text));
        }
    }

    #[test]
    fn what_the_operator_named_is_text_and_never_markup() {
        let config = config();
        let page = page(&ENGLISH, Some((&config, "{\"app_name\":\"<i>\"}")));
        assert!(!page.contains("<i>") && !page.contains("\"2\""), "{page}");
        assert!(page.contains(
            "<title>Sign in · &lt;i&gt;&quot;Tom &amp; Jerry&#39;s&quot;&lt;/i&gt;</title>"
        ));
        assert!(page.contains("href=\"/terms?a=1&amp;b=&quot;2&quot;\""));
        assert!(page.contains(
            "<meta name=\"config\" content=\"{&quot;app_name&quot;:&quot;&lt;i&gt;&quot;}\">"
        ));
    }

    #[test]
    fn the_likely_country_comes_with_its_name() {
        let german = find("de").unwrap();
        assert!(page(german, None).contains("<meta name=\"country\" content=\"DE Deutschland\">"));
        let config = ConfigResponse {
            default_country: Some("CI".to_owned()),
            ..config()
        };
        let page = page(&ENGLISH, Some((&config, "{}")));
        assert!(
            page.contains("<meta name=\"country\" content=\"CI Côte d’Ivoire\">"),
            "{page}"
        );
    }

    #[test]
    fn without_settings_nothing_is_made_up() {
        let page = page(&ENGLISH, None);
        assert!(!page.contains("name=\"config\""));
        assert!(page.contains("<title>Sign in</title>"));
        assert!(page.contains("<span class=\"brand-name\"></span>"));
        assert!(page.contains("<p class=\"fine links\"></p>"));
    }

    #[test]
    fn a_browser_without_javascript_is_led_to_the_plain_screens_d_20() {
        let page = page(&ENGLISH, None);
        let (head, _) = page.split_once("</head>").unwrap();
        assert!(head.contains(
            "<noscript><meta http-equiv=\"refresh\" content=\"0; url=/plain\"></noscript>"
        ));
    }

    #[test]
    fn a_logo_stands_for_mark_and_name_and_is_called_by_it() {
        let config = ConfigResponse {
            app_name: "Tom & Jerry".to_owned(),
            logo_url: Some("/brand-1.svg".to_owned()),
            ..config()
        };
        let page = page(&ENGLISH, Some((&config, "{}")));
        assert!(page.contains(
            "<header class=\"brand\"><img class=\"brand-logo\" src=\"/brand-1.svg\" alt=\"Tom &amp; Jerry\"></header>"
        ));
    }
}
