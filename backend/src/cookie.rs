//! How cookies of ours look (D-17): for this host alone, out of reach of scripts and of other sites.

use http::{HeaderMap, HeaderValue, header};

use crate::config::PublicUrl;

/// A cookie of this name.
#[derive(Debug)]
pub(crate) struct Cookie {
    name: String,
    secure: bool,
}

impl Cookie {
    /// Over plain http browsers take neither the prefix nor `Secure`.
    pub(crate) fn new(name: &str, public_url: &PublicUrl) -> Self {
        let secure = public_url.is_https();
        let prefix = if secure { "__Host-" } else { "" };
        Self {
            name: format!("{prefix}{name}"),
            secure,
        }
    }

    /// `Set-Cookie` with this value.
    pub(crate) fn set(&self, value: &str, lives_secs: u32) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!(
            "{}={value}; Max-Age={lives_secs}; Path=/; HttpOnly; SameSite=Strict{secure}",
            self.name
        );
        HeaderValue::from_str(&cookie).ok()
    }

    /// The value in a request. None when there is none, or more than one: somebody slipped another in.
    pub(crate) fn sent(&self, headers: &HeaderMap) -> Option<String> {
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name)
            .map(|(_, value)| value.to_owned());
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }
}
