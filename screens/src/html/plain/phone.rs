//! Which number the code goes to.

use super::{Plain, button, field_message, form_message, heading, hidden, notice};
use crate::html::escape;

/// One country of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'a> {
    /// ISO 3166 alpha-2.
    pub code: &'a str,
    /// In the language of the page.
    pub name: &'a str,
    /// Calling code without plus.
    pub dial: String,
}

/// The phone screen.
#[derive(Debug, Clone, Copy, Default)]
pub struct PhoneScreen<'a> {
    /// In the order in which they are shown.
    pub countries: &'a [Choice<'a>],
    /// The code of the country that the list opens on.
    pub selected: &'a str,
    /// What stands in the field.
    pub typed: &'a str,
    /// Names this press of the button, so that it does nothing twice.
    pub press: &'a str,
    /// Why the person is here.
    pub notice: Option<&'a str>,
    /// What is wrong with the number.
    pub number_error: Option<&'a str>,
    /// What else is wrong.
    pub error: Option<&'a str>,
    /// The operator's pages, as HTML.
    pub links: &'a str,
}

impl PhoneScreen<'_> {
    /// The screen as HTML.
    #[must_use]
    pub fn html(&self, plain: &Plain<'_>) -> String {
        let text = plain.text;
        let option = |choice: &Choice<'_>| {
            let selected = if choice.code == self.selected {
                " selected"
            } else {
                ""
            };
            // The calling code reads from left to right on every page.
            format!(
                "<option value=\"{}\"{selected}>{} \u{2066}+{}\u{2069}</option>",
                choice.code,
                escape(choice.name),
                choice.dial
            )
        };
        let countries: String = self.countries.iter().map(option).collect();
        let (line, attributes) = field_message("phone", self.number_error);
        format!(
            "{}<p class=\"lead\">{}</p>{}{}{}\
             <div class=\"field\"><label for=\"country\">{}</label>\
             <select class=\"control\" id=\"country\" name=\"country\" autocomplete=\"country\" required>{countries}</select></div>\
             <div class=\"field\"><label for=\"phone\">{}</label>\
             <input class=\"control\" type=\"tel\" id=\"phone\" name=\"phone\" autocomplete=\"tel\" dir=\"ltr\" maxlength=\"60\" \
             value=\"{}\" required{attributes}>{line}</div>{}{}</form>\
             <p class=\"fine\">{}</p>{}",
            heading(text.sign_in),
            escape(text.sign_in_lead),
            notice(self.notice),
            plain.form("form", "/plain"),
            hidden("press", self.press),
            escape(text.country),
            escape(text.phone_number),
            escape(self.typed),
            button("primary", text.send_code),
            form_message(self.error),
            escape(text.what_happens),
            self.links,
        )
    }
}
