//! How cookies of ours look (D-17): for this host alone unless the operator says otherwise, out of reach of
//! scripts and of other sites.

use http::{HeaderMap, HeaderValue, header};

use crate::config::PublicUrl;

/// A cookie of this name.
#[derive(Debug)]
pub(crate) struct Cookie {
    name: String,
    bare_name: String,
    secure: bool,
    domain: Option<String>,
}

impl Cookie {
    /// Over plain http browsers take neither the prefix nor `Secure`.
    pub(crate) fn new(name: &str, public_url: &PublicUrl) -> Self {
        let secure = public_url.is_https();
        let prefix = if secure { "__Host-" } else { "" };
        Self {
            name: format!("{prefix}{name}"),
            bare_name: name.to_owned(),
            secure,
            domain: None,
        }
    }

    /// The same for all hosts of a domain. `Lax`, so that it also comes along when somebody follows a link
    /// from elsewhere to one of them; forms of other sites still come without it.
    pub(crate) fn for_domain(self, domain: &str) -> Self {
        let prefix = if self.secure { "__Secure-" } else { "" };
        Self {
            name: format!("{prefix}{}", self.bare_name),
            domain: Some(domain.to_owned()),
            ..self
        }
    }

    /// `Set-Cookie` with this value.
    pub(crate) fn set(&self, value: &str, lives_secs: u32) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let (same_site, domain) = match &self.domain {
            Some(domain) => ("Lax", format!("; Domain={domain}")),
            None => ("Strict", String::new()),
        };
        let cookie = format!(
            "{}={value}; Max-Age={lives_secs}; Path=/; HttpOnly; SameSite={same_site}{secure}{domain}",
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
