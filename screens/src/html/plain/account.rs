//! Who is signed in, until when, and where else.

use std::fmt::Write;

use super::{Plain, button, form_message, heading, hidden, notice};
use crate::{filled, html::escape};

/// One of the person's sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// The session's id.
    pub session_id: String,
    /// Browser and system in words.
    pub name: String,
    /// When it was used last, in words.
    pub last_used: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The account screen.
#[derive(Debug, Clone, Copy)]
pub struct AccountScreen<'a> {
    /// In international form.
    pub number: &'a str,
    /// At the OTP service.
    pub user_id: &'a str,
    /// RFC 3339, UTC.
    pub ends_at: &'a str,
    /// The same for people.
    pub ends_in_words: &'a str,
    /// This one first; none when they could not be asked for.
    pub devices: &'a [DeviceRow],
    /// What has been done.
    pub notice: Option<&'a str>,
    /// What is wrong.
    pub error: Option<&'a str>,
}

impl AccountScreen<'_> {
    /// The screen as HTML.
    #[must_use]
    pub fn html(&self, plain: &Plain<'_>) -> String {
        let text = plain.text;
        let mut devices = String::new();
        for (index, device) in self.devices.iter().enumerate() {
            self.row(plain, index, device, &mut devices);
        }
        format!(
            "{}{}{}<dl class=\"facts\">\
             <div><dt>{}</dt><dd><bdi dir=\"ltr\" translate=\"no\">{}</bdi></dd></div>\
             <div><dt>{}</dt><dd><code translate=\"no\">{}</code></dd></div>\
             <div><dt>{}</dt><dd><time datetime=\"{}\" dir=\"ltr\">{}</time></dd></div></dl>\
             {}{}</form>\
             <section aria-labelledby=\"devices\"><h2 id=\"devices\">{}</h2>\
             <ul class=\"devices\" role=\"list\" aria-labelledby=\"devices\">{devices}</ul>{}{}</form></section>{}{}</form>",
            heading(text.signed_in),
            notice(self.notice),
            form_message(self.error),
            escape(text.phone_number),
            escape(self.number),
            escape(text.user_id),
            escape(self.user_id),
            escape(text.session_ends),
            escape(self.ends_at),
            escape(self.ends_in_words),
            plain.form("stay", "/plain/extend"),
            button("secondary", text.stay_signed_in),
            escape(text.your_devices),
            plain.form("act", "/plain/sign-out/others"),
            button("secondary", text.sign_out_everywhere_else),
            plain.form("act", "/plain/sign-out"),
            button("primary", text.sign_out),
        )
    }

    fn row(&self, plain: &Plain<'_>, index: usize, device: &DeviceRow, rows: &mut String) {
        let text = plain.text;
        let used = escape(&filled(text.last_used, &[&device.last_used]));
        let (badge, form) = if device.current {
            let badge = format!(" <span class=\"badge\">{}</span>", escape(text.this_device));
            (badge, String::new())
        } else {
            let form = format!(
                "{}{}<button class=\"secondary small\" type=\"submit\" aria-describedby=\"device-{index}\">{}</button></form>",
                plain.form("act", "/plain/sign-out/device"),
                hidden("session", &device.session_id),
                escape(text.sign_out)
            );
            (String::new(), form)
        };
        let _ = write!(
            rows,
            "<li class=\"device\"><div class=\"device-words\"><p class=\"device-name\" id=\"device-{index}\">{}{badge}</p>\
             <p class=\"device-used\">{used}</p></div>{form}</li>",
            escape(&device.name)
        );
    }
}
