//! The text of a message. Nothing in it comes from a request except the code (G-10).

use std::fmt;

use shared::{CodeLifetime, OtpCode};

use crate::address::Address;

/// One segment of the GSM 7-bit alphabet holds so many characters.
const SEGMENT: usize = 160;

/// A message cannot be written with these settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// The product's name has characters outside the part of the GSM 7-bit alphabet that is ASCII.
    Name,
    /// The origin's host is not a bare host name.
    Host,
    /// The longest text would need more than one segment; so many characters are too many.
    TooLong(usize),
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("APP_NAME: only letters, digits, spaces and simple punctuation fit into a text message"),
            Self::Host => f.write_str("ORIGIN_HOST: a host name without scheme, port and path, as in auth.example.com"),
            Self::TooLong(surplus) => write!(
                f,
                "APP_NAME and ORIGIN_HOST are {surplus} characters too long for a text message of one segment"
            ),
        }
    }
}

impl std::error::Error for TemplateError {}

/// What messages look like.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    app_name: String,
    origin_host: String,
}

impl Template {
    /// Checks that every message fits.
    pub(crate) fn new(
        app_name: &str,
        origin_host: &str,
        digits: u8,
    ) -> Result<Self, TemplateError> {
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b" !\"#%&'()*+,-./:;<=>?".contains(&byte);
        if app_name.trim().is_empty() || !app_name.bytes().all(plain) {
            return Err(TemplateError::Name);
        }
        let host = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
        if origin_host.is_empty() || !origin_host.bytes().all(host) {
            return Err(TemplateError::Host);
        }
        let template = Self {
            app_name: app_name.to_owned(),
            origin_host: origin_host.to_owned(),
        };
        let code = "0".repeat(usize::from(digits));
        let longest = template
            .with_origin(&template.sentences(&code, 10), &code)
            .len();
        match longest.checked_sub(SEGMENT + 1) {
            None => Ok(template),
            Some(surplus) => Err(TemplateError::TooLong(surplus + 1)),
        }
    }

    /// The text. Its last line binds the code to the page's origin, so that browsers offer it there
    /// and nowhere else (origin-bound one-time codes); nothing follows it.
    /// An e-mail needs no such line.
    pub(crate) fn text(&self, to: &Address, code: &OtpCode, lifetime: CodeLifetime) -> String {
        let sentences = self.sentences(code.as_str(), lifetime.as_secs() / 60);
        match to {
            Address::Phone(_) => self.with_origin(&sentences, code.as_str()),
            Address::Email(_) => sentences,
        }
    }

    fn sentences(&self, code: &str, minutes: i64) -> String {
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        let app_name = &self.app_name;
        format!(
            "Your {app_name} code is {code}. It works for {minutes} {unit}. We never ask you for it."
        )
    }

    fn with_origin(&self, sentences: &str, code: &str) -> String {
        format!("{sentences}\n\n@{} #{code}", self.origin_host)
    }
}

/// The code in a text that [`Template::text`] wrote.
pub(crate) fn code_in(text: &str) -> Option<&str> {
    let (_, after) = text.rsplit_once(" code is ")?;
    after.split('.').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::otp_service::MethodType;

    #[test]
    fn the_text_names_product_code_and_lifetime_and_ends_with_the_origin_bound_line_a_15() {
        let template = Template::new("Pipit", "auth.example.com", 6).unwrap();
        let phone = Address::parse(MethodType::PhoneNumber, "+12125550142").unwrap();
        let code = OtpCode::parse("012345").unwrap();
        let text = template.text(&phone, &code, CodeLifetime::parse(5).unwrap());
        assert_eq!(
            text,
            "Your Pipit code is 012345. It works for 5 minutes. We never ask you for it.\n\n\
             @auth.example.com #012345"
        );
        assert_eq!(code_in(&text), Some("012345"));
        let email = Address::parse(MethodType::Email, "ada@example.com").unwrap();
        let one = template.text(&email, &code, CodeLifetime::default());
        assert_eq!(code_in(&one), Some("012345"));
        assert!(one.ends_with("It works for 1 minute. We never ask you for it."));
    }

    #[test]
    fn names_and_hosts_that_break_the_message_are_refused_at_start() {
        for (name, host, expected) in [
            ("", "example.com", TemplateError::Name),
            ("Pipit 🐦", "example.com", TemplateError::Name),
            ("Pi\npit", "example.com", TemplateError::Name),
            ("Pi[pit]", "example.com", TemplateError::Name),
            ("Pipit", "", TemplateError::Host),
            ("Pipit", "https://example.com", TemplateError::Host),
            ("Pipit", "example.com:3000", TemplateError::Host),
            ("Pipit", &"h".repeat(80), TemplateError::TooLong(7)),
        ] {
            assert_eq!(
                Template::new(name, host, 6).unwrap_err(),
                expected,
                "{name} {host}"
            );
        }
    }
}
