//! What was sent to the number.

use super::{Plain, button, field_message, form_message, heading, hidden, notice};
use crate::{filled, html::escape};

/// The code screen.
#[derive(Debug, Clone, Copy, Default)]
pub struct CodeScreen<'a> {
    /// With all but its last digits hidden (F-07).
    pub masked_number: &'a str,
    /// What stands in the field.
    pub typed: &'a str,
    /// Names a press of "Resend code", so that it does nothing twice.
    pub press: &'a str,
    /// Seconds until another code can be asked for.
    pub resend_in_secs: u32,
    /// How far the message has come, where that is known.
    pub delivery: Option<&'a str>,
    /// What has been done.
    pub notice: Option<&'a str>,
    /// What is wrong with the code.
    pub code_error: Option<&'a str>,
    /// What else is wrong.
    pub error: Option<&'a str>,
}

impl CodeScreen<'_> {
    /// The screen as HTML.
    #[must_use]
    pub fn html(&self, plain: &Plain<'_>) -> String {
        let text = plain.text;
        let (line, attributes) = field_message("otp", self.code_error);
        let hint = match self.resend_in_secs {
            0 => text.resend_now.to_owned(),
            secs => filled(text.resend_in, &[&text.duration(secs)]),
        };
        format!(
            "{}<p class=\"lead\">{} <bdi class=\"number\" dir=\"ltr\" translate=\"no\">{}</bdi> \
             <a href=\"{}\">{}</a></p>{}{}\
             <div class=\"field\"><label for=\"otp\">{}</label>\
             <input class=\"control digits\" type=\"text\" id=\"otp\" name=\"otp\" inputmode=\"numeric\" \
             autocomplete=\"one-time-code\" autocapitalize=\"off\" spellcheck=\"false\" translate=\"no\" dir=\"ltr\" \
             maxlength=\"300\" value=\"{}\" required{attributes}>{line}</div>{}{}</form>\
             {}{}{}<p class=\"fine\" id=\"resend-hint\">{}</p>{}</form>",
            heading(text.enter_the_code),
            escape(text.sent_to),
            escape(self.masked_number),
            plain.address("/plain"),
            escape(text.change_number),
            notice(self.notice),
            plain.form("form", "/plain/verify"),
            escape(text.verification_code),
            escape(self.typed),
            button("primary", text.verify),
            form_message(self.error),
            plain.form("resend", "/plain/resend"),
            hidden("press", self.press),
            self.delivery.map_or_else(String::new, |sentence| format!(
                "<p class=\"delivery\">{}</p>",
                escape(sentence)
            )),
            escape(&hint),
            button("secondary", text.resend_code),
        )
    }
}
