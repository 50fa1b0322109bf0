//! One code for somebody else's app: the code screen with what the app wants read, and no way to another
//! number.

use super::{Plain, button, field_message, form_message, heading, hidden, notice};
use crate::{filled, html::escape};

/// The screen of a challenge.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChallengeScreen<'a> {
    /// The app's own sentence.
    pub shown: Option<&'a str>,
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
    /// The app.
    pub back: &'a str,
}

impl ChallengeScreen<'_> {
    /// The screen as HTML.
    #[must_use]
    pub fn html(&self, plain: &Plain<'_>) -> String {
        let text = plain.text;
        let (line, attributes) = field_message("otp", self.code_error);
        let hint = match self.resend_in_secs {
            0 => text.resend_now.to_owned(),
            secs => filled(text.resend_in, &[&text.duration(secs)]),
        };
        // The app's sentence is in the language that the app has chosen, not in ours.
        let shown = self.shown.map_or_else(String::new, |shown| {
            format!(
                "<p class=\"lead\"><bdi lang=\"\">{}</bdi></p>",
                escape(shown)
            )
        });
        format!(
            "{}{shown}<p class=\"lead\">{} <bdi class=\"number\" dir=\"ltr\" translate=\"no\">{}</bdi></p>{}{}\
             <div class=\"field\"><label for=\"otp\">{}</label>\
             <input class=\"control digits\" type=\"text\" id=\"otp\" name=\"otp\" inputmode=\"numeric\" \
             autocomplete=\"one-time-code\" autocapitalize=\"off\" spellcheck=\"false\" translate=\"no\" dir=\"ltr\" \
             maxlength=\"300\" value=\"{}\" required{attributes}>{line}</div>{}{}</form>\
             {}{}{}<p class=\"fine\" id=\"resend-hint\">{}</p>{}</form>{}",
            heading(text.enter_the_code),
            escape(text.sent_to),
            escape(self.masked_number),
            notice(self.notice),
            plain.form("form", plain.path),
            escape(text.verification_code),
            escape(self.typed),
            button("primary", text.verify),
            form_message(self.error),
            plain.form("resend", &format!("{}/resend", plain.path)),
            hidden("press", self.press),
            self.delivery.map_or_else(String::new, |sentence| format!(
                "<p class=\"delivery\">{}</p>",
                escape(sentence)
            )),
            escape(&hint),
            button("secondary", text.resend_code),
            back(plain, self.back),
        )
    }
}

/// A challenge that takes no code any more: why, and the way back to the app.
#[must_use]
pub fn challenge_over(plain: &Plain<'_>, sentence: &str, address: &str) -> String {
    format!(
        "{}{}{}",
        heading(plain.text.enter_the_code),
        form_message(Some(sentence)),
        back(plain, address)
    )
}

fn back(plain: &Plain<'_>, address: &str) -> String {
    format!(
        "<p class=\"back\"><a href=\"{}\" rel=\"noreferrer\">{}</a></p>",
        escape(address),
        escape(plain.text.go_back)
    )
}

/// Somebody who is signed in is asked for a code again: where it would go, and the button.
#[derive(Debug, Clone, Copy, Default)]
pub struct AgainScreen<'a> {
    /// With all but its last digits hidden (F-07).
    pub masked_number: &'a str,
    /// Names this press of the button, so that it does nothing twice.
    pub press: &'a str,
    /// What is wrong.
    pub error: Option<&'a str>,
}

impl AgainScreen<'_> {
    /// The screen as HTML.
    #[must_use]
    pub fn html(&self, plain: &Plain<'_>) -> String {
        let text = plain.text;
        format!(
            "{}<p class=\"lead\">{} <bdi class=\"number\" dir=\"ltr\" translate=\"no\">{}</bdi></p>{}{}{}{}</form>\
             <p class=\"fine\">{}</p>",
            heading(text.sign_in),
            escape(text.phone_number),
            escape(self.masked_number),
            plain.form("form", plain.path),
            hidden("press", self.press),
            button("primary", text.send_code),
            form_message(self.error),
            escape(text.what_happens),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Brand;
    use crate::languages::{ALL, ENGLISH};

    fn plain(path: &str) -> Plain<'_> {
        Plain {
            text: &ENGLISH,
            chosen: false,
            brand: Brand {
                name: "Pipit",
                logo_url: None,
            },
            look: "",
            path,
        }
    }

    #[test]
    fn what_an_app_says_is_text_and_never_markup() {
        let html = ChallengeScreen {
            shown: Some("<script>Pay \"5 €\" & go</script>"),
            back: "https://app.example.com/?a=\"><b>",
            ..ChallengeScreen::default()
        }
        .html(&plain("/challenge/chlg_1"));
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        assert!(html.contains("&lt;script&gt;Pay"));
        assert!(html.contains("action=\"/challenge/chlg_1\""));
        assert!(html.contains("action=\"/challenge/chlg_1/resend\""));
        assert!(
            !html.contains("href=\"/plain\""),
            "no way to another number"
        );
    }

    #[test]
    fn there_is_a_way_back_in_every_language() {
        for text in ALL {
            let plain = Plain {
                text,
                ..plain("/challenge/chlg_1")
            };
            let html = challenge_over(&plain, text.code_expired, "https://app.example.com/");
            assert!(
                html.contains(&format!(">{}</a>", text.go_back)),
                "{}",
                text.language
            );
        }
    }
}
