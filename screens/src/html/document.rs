//! What is the same on all pages: the document around the screen.

use std::fmt::Write;

use super::escape;
use crate::{Catalogue, filled, languages};

/// How the product shows itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Brand<'a> {
    /// The product's name; empty where it is not known yet.
    pub name: &'a str,
    /// A picture that stands for the name.
    pub logo_url: Option<&'a str>,
}

/// What a page has in its head beside what all have; both are HTML.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    /// Right behind the title.
    pub meta: &'a str,
    /// Icon, styles and scripts.
    pub assets: &'a str,
}

/// One page.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The language.
    pub text: &'a Catalogue,
    /// Of the whole page, for the styles.
    pub class: &'a str,
    /// The screen's heading.
    pub heading: &'a str,
    /// The product.
    pub brand: Brand<'a>,
    /// What is special in the head.
    pub head: Head<'a>,
    /// The screen as HTML, inside of `<main>`.
    pub main: &'a str,
    /// Inside of the footer, as HTML.
    pub foot: &'a str,
    /// Behind everything that is seen, as HTML.
    pub end: &'a str,
}

impl Document<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let Self {
            text,
            class,
            head,
            main,
            foot,
            end,
            ..
        } = self;
        let lead = escape(text.sign_in_lead);
        let mut page = String::with_capacity(main.len() + end.len() + head.assets.len() + 2048);
        let _ = write!(
            page,
            "<!doctype html>\n<html lang=\"{}\" dir=\"{}\"{}><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <meta name=\"theme-color\" content=\"#f5f6f8\" media=\"(prefers-color-scheme: light)\">\
             <meta name=\"theme-color\" content=\"#0f1217\" media=\"(prefers-color-scheme: dark)\">\
             <meta name=\"description\" content=\"{lead}\">\
             <meta name=\"format-detection\" content=\"telephone=no\">\
             <title>{}</title>{}{}</head><body><div class=\"page\">{}\
             <main id=\"app\" class=\"card\">{main}</main>\
             <footer class=\"foot\">{foot}</footer></div>{end}</body></html>\n",
            text.language,
            text.direction(),
            match *class {
                "" => String::new(),
                class => format!(" class=\"{class}\""),
            },
            escape(&self.title()),
            head.meta,
            head.assets,
            self.header(),
        );
        page
    }

    fn title(&self) -> String {
        match self.brand.name {
            "" => self.heading.to_owned(),
            name => filled(self.text.title, &[self.heading, name]),
        }
    }

    fn header(&self) -> String {
        let name = escape(self.brand.name);
        let sign = match self.brand.logo_url {
            // The picture is the name; said twice it would be read twice.
            Some(logo) => format!(
                "<img class=\"brand-logo\" src=\"{}\" alt=\"{name}\">",
                escape(logo)
            ),
            None => format!(
                "<span class=\"brand-mark\" aria-hidden=\"true\"></span><span class=\"brand-name\">{name}</span>"
            ),
        };
        format!("<header class=\"brand\">{sign}</header>")
    }
}

/// The languages as options, each in its own name.
pub(super) fn language_options(current: &str) -> String {
    let option = |(tag, name): (&str, &str)| {
        let selected = if tag == current { " selected" } else { "" };
        format!("<option value=\"{tag}\" lang=\"{tag}\"{selected}>{name}</option>")
    };
    languages::NAMES.into_iter().map(option).collect()
}
