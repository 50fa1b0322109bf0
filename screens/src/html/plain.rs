//! The whole sign-in as plain screens: forms that work without JavaScript. Same headings, labels,
//! buttons, titles and look as the program's screens.
//!
//! Each screen says what is inside of `<main>`; [`Plain::page`] puts the document around it.

mod account;
mod challenge;
mod code;
mod phone;

pub use account::{AccountScreen, DeviceRow};
pub use challenge::{AgainScreen, ChallengeScreen, challenge_over};
pub use code::CodeScreen;
pub use phone::{Choice, PhoneScreen};

use super::{Brand, Document, Head, escape};
use crate::{Catalogue, languages};

/// What all plain screens of one answer share.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a> {
    /// The language.
    pub text: &'a Catalogue,
    /// Was the language chosen by the person? Then links and forms carry it on.
    pub chosen: bool,
    /// The product.
    pub brand: Brand<'a>,
    /// Icon and styles, as HTML.
    pub look: &'a str,
    /// Where this screen is.
    pub path: &'a str,
}

impl Plain<'_> {
    /// The whole page. Its policy on referrers is for the sake of `Origin`: with `no-referrer`
    /// browsers send `Origin: null` with every form, and nobody could tell ours from others' (C-16).
    /// No address in here holds a secret (C-17).
    #[must_use]
    pub fn page(&self, heading: &str, main: &str) -> String {
        Document {
            text: self.text,
            class: "",
            heading,
            brand: self.brand,
            head: Head {
                meta: "<meta name=\"referrer\" content=\"same-origin\"><meta name=\"robots\" content=\"noindex\">",
                assets: self.look,
            },
            main,
            foot: &self.languages(),
            end: "",
        }
        .html()
    }

    /// An address of ours, with the language if it was chosen; as it stands in an attribute.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        match self.chosen {
            true => format!("{path}?language={}", self.text.language),
            false => path.to_owned(),
        }
    }

    fn languages(&self) -> String {
        let links: String = languages::NAMES
            .into_iter()
            .map(|(tag, name)| {
                let current = if tag == self.text.language {
                    " aria-current=\"true\""
                } else {
                    ""
                };
                format!(
                    "<li><a href=\"{}?language={tag}\" lang=\"{tag}\" hreflang=\"{tag}\"{current}>{name}</a></li>",
                    self.path
                )
            })
            .collect();
        format!(
            "<details class=\"languages\"><summary>{}</summary><ul role=\"list\">{links}</ul></details>",
            escape(self.text.language_name)
        )
    }

    /// What a form begins with.
    fn form(&self, class: &str, path: &str) -> String {
        let language = match self.chosen {
            true => hidden("language", self.text.language),
            false => String::new(),
        };
        format!("<form class=\"{class}\" method=\"post\" action=\"{path}\" novalidate>{language}")
    }
}

fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
        escape(value)
    )
}

fn heading(text: &str) -> String {
    format!("<h1 id=\"heading\">{}</h1>", escape(text))
}

fn notice(text: Option<&str>) -> String {
    format!(
        "<p class=\"notice\" role=\"status\">{}</p>",
        escape(text.unwrap_or_default())
    )
}

fn form_message(text: Option<&str>) -> String {
    format!(
        "<p class=\"form-message\" role=\"alert\">{}</p>",
        escape(text.unwrap_or_default())
    )
}

/// The line under a field, and what the field says of it.
fn field_message(id: &str, text: Option<&str>) -> (String, String) {
    let line = format!(
        "<div class=\"field-message\"><p role=\"alert\" id=\"{id}-message\">{}</p></div>",
        escape(text.unwrap_or_default())
    );
    let mut attributes = format!(" aria-describedby=\"{id}-message\"");
    if text.is_some() {
        // The page is new: without this the focus would be nowhere.
        attributes.push_str(" aria-invalid=\"true\" autofocus");
    }
    (line, attributes)
}

fn button(class: &str, label: &str) -> String {
    format!(
        "<button class=\"{class}\" type=\"submit\">{}</button>",
        escape(label)
    )
}

/// A screen that can't be shown now: why, and a link that tries again.
#[must_use]
pub fn trouble(plain: &Plain<'_>, title: &str, sentence: &str) -> String {
    format!(
        "{}{}<p><a href=\"{}\">{}</a></p>",
        heading(title),
        form_message(Some(sentence)),
        plain.address(plain.path),
        escape(plain.text.try_again)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::{ALL, ENGLISH};

    fn plain(text: &Catalogue, chosen: bool) -> Plain<'_> {
        Plain {
            text,
            chosen,
            brand: Brand {
                name: "<Tom & Jerry>",
                logo_url: None,
            },
            look: "",
            path: "/plain",
        }
    }

    #[test]
    fn a_chosen_language_is_carried_on_and_another_is_not() {
        let german = ALL.into_iter().find(|text| text.language == "de").unwrap();
        assert_eq!(
            plain(german, true).address("/plain/verify"),
            "/plain/verify?language=de"
        );
        assert_eq!(
            plain(german, false).address("/plain/verify"),
            "/plain/verify"
        );
        assert!(
            plain(german, true)
                .form("form", "/plain")
                .contains("name=\"language\" value=\"de\"")
        );
        assert!(
            !plain(german, false)
                .form("form", "/plain")
                .contains("language")
        );
    }

    #[test]
    fn every_screen_is_whole_in_every_language() {
        for text in ALL {
            let plain = plain(text, true);
            let page = plain.page(text.sign_in, "");
            assert!(page.contains(&format!(
                "<html lang=\"{}\" dir=\"{}\">",
                text.language,
                text.direction()
            )));
            assert!(page.contains("<meta name=\"referrer\" content=\"same-origin\">"));
            assert_eq!(page.matches("aria-current").count(), 1);
            assert!(page.contains("&lt;Tom &amp; Jerry&gt;") && !page.contains("<Tom"));
            assert!(!page.contains("<script") && !page.contains("style="));
        }
    }

    #[test]
    fn what_is_wrong_with_a_field_belongs_to_it() {
        let (line, attributes) = field_message("otp", Some("<no>"));
        assert!(line.contains("role=\"alert\" id=\"otp-message\">&lt;no&gt;<"));
        assert!(
            attributes.contains("aria-invalid=\"true\"") && attributes.contains("\"otp-message\"")
        );
        let (_, attributes) = field_message("otp", None);
        assert!(!attributes.contains("invalid"));
        assert!(button("primary", ENGLISH.verify).contains(">Verify<"));
    }
}
