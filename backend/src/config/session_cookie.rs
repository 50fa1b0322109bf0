//! Whether the session is kept in a cookie, and for which hosts.

use std::str::FromStr;

/// The setting SESSION_COOKIE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionCookieSetting {
    /// The page keeps a token.
    Off,
    /// A cookie for this host alone.
    Host,
    /// A cookie for this domain and all hosts below it.
    Domain(String),
}

impl FromStr for SessionCookieSetting {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let domain = text.to_ascii_lowercase();
        let label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        match domain.as_str() {
            "off" => Ok(Self::Off),
            "host" => Ok(Self::Host),
            // The last label of an address is a number.
            text if text.contains('.')
                && text.split('.').all(label)
                && text
                    .bytes()
                    .last()
                    .is_some_and(|byte| byte.is_ascii_alphabetic()) =>
            {
                Ok(Self::Domain(domain))
            }
            _ => Err("must be off, host, or a domain as example.com"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_for_nobody_for_this_host_or_for_a_domain() {
        for (text, setting) in [
            ("off", SessionCookieSetting::Off),
            ("HOST", SessionCookieSetting::Host),
            (
                "Example.com",
                SessionCookieSetting::Domain("example.com".to_owned()),
            ),
        ] {
            assert_eq!(text.parse(), Ok(setting));
        }
        for text in [
            "",
            "on",
            "com",
            ".example.com",
            "example.com.",
            "a..b",
            "a;b.com",
            "10.0.0.1",
            "-a.com",
            "*.com",
        ] {
            assert!(text.parse::<SessionCookieSetting>().is_err(), "{text}");
        }
    }
}
