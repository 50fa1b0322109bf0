//! Where people go back to after their sign-in: an address of an app's, whose origin is on the operator's list.
//! What leaves here is put together anew from the parts that were checked, so that no browser can understand
//! it otherwise.
//!
//! Between, the browser carries the address in a cookie. It is no secret, and looked at again before use.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Uri};

use crate::app::App;
use crate::config::{PublicUrl, ReturnOrigin};
use crate::cookie::Cookie;

/// Longer ones would not fit the addresses that carry them (D-11). The cookie of a long one is the only one
/// of ours that may exceed the 512 bytes of D-17; it lives for minutes.
const LONGEST: usize = 1024;
/// How long a sign-in may take on the way.
const LIVES_SECS: u32 = 15 * 60;

/// An address that people may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReturnTo {
    origin: String,
    rest: String,
}

impl ReturnTo {
    /// Scheme, host and port, for a policy.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The whole address.
    pub(crate) fn address(&self) -> String {
        format!("{}{}", self.origin, self.rest)
    }

    /// The address with more in its query.
    pub(crate) fn with(&self, pairs: &[(&str, &str)]) -> String {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let separator = if self.rest.contains('?') { '&' } else { '?' };
        format!("{}{}{separator}{query}", self.origin, self.rest)
    }
}

/// The operator's list, and the cookie.
#[derive(Debug)]
pub(crate) struct Returns {
    origins: Vec<ReturnOrigin>,
    cookie: Cookie,
}

impl Returns {
    pub(crate) fn new(origins: &[ReturnOrigin], public_url: &PublicUrl) -> Self {
        Self {
            origins: origins.to_vec(),
            cookie: Cookie::new("pipit_return", public_url),
        }
    }

    /// None for everything that is not plainly an address of one of the origins. A part after `#` is left out.
    pub(crate) fn parse(&self, text: &str) -> Option<ReturnTo> {
        // Browsers read a backslash as a slash, and leave tabs and line ends out.
        let plain = text.len() <= LONGEST
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>'));
        if !plain {
            return None;
        }
        let (text, _) = text.split_once('#').unwrap_or((text, ""));
        let uri: Uri = text.parse().ok()?;
        let origin = self.origins.iter().find(|origin| origin.is_of(&uri))?;
        Some(ReturnTo {
            origin: origin.to_string(),
            rest: uri.path_and_query()?.as_str().to_owned(),
        })
    }

    /// `Set-Cookie` that takes the address along.
    pub(crate) fn set(&self, place: &ReturnTo) -> Option<HeaderValue> {
        let value = BASE64_URL_SAFE_NO_PAD.encode(place.address());
        self.cookie.set(&value, LIVES_SECS)
    }

    /// `Set-Cookie` that takes it away.
    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        self.cookie.set("", 0)
    }

    /// The address that a request carries.
    pub(crate) fn sent(&self, headers: &HeaderMap) -> Option<ReturnTo> {
        if self.origins.is_empty() {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(self.cookie.sent(headers)?)
            .ok()?;
        self.parse(std::str::from_utf8(&bytes).ok()?)
    }
}

/// Where the caller goes back to, if it came from an app.
#[derive(Debug)]
pub(crate) struct WayBack(pub(crate) Option<ReturnTo>);

impl FromRequestParts<Arc<App>> for WayBack {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self(app.returns.sent(&parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header;
    use proptest::prelude::*;

    fn returns() -> Returns {
        let origins = ["https://app.example.com", "http://localhost:8081"];
        let origins = origins.map(|origin| origin.parse().unwrap());
        Returns::new(&origins, &"https://login.example.com".parse().unwrap())
    }

    #[test]
    fn addresses_of_the_origins_are_taken() {
        for (text, address) in [
            ("https://app.example.com", "https://app.example.com/"),
            (
                "https://app.example.com/a/b?c=d&e=%20",
                "https://app.example.com/a/b?c=d&e=%20",
            ),
            (
                "HTTPS://APP.example.com:443/a#b",
                "https://app.example.com/a",
            ),
            (
                "http://localhost:8081/?next=//x",
                "http://localhost:8081/?next=//x",
            ),
        ] {
            let taken = returns().parse(text).map(|place| place.address());
            assert_eq!(taken.as_deref(), Some(address), "{text}");
        }
        let place = returns().parse("https://app.example.com/a?b=c").unwrap();
        assert_eq!(
            place.with(&[("d", "e f")]),
            "https://app.example.com/a?b=c&d=e+f"
        );
        let place = returns().parse("https://app.example.com/a").unwrap();
        assert_eq!(place.with(&[("d", "&")]), "https://app.example.com/a?d=%26");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "/",
            "//app.example.com/",
            "app.example.com",
            "https:app.example.com",
            "https:/app.example.com",
            "https:///app.example.com",
            "https://",
            "http://app.example.com/",
            "https://app.example.com:8443/",
            "https://app.example.com./",
            "https://app.example.com.evil.example/",
            "https://evil.example/https://app.example.com",
            "https://evil.example#https://app.example.com",
            "https://evil.example?https://app.example.com/",
            "https://sub.app.example.com/",
            "https://example.com/",
            "https://login.example.com/",
            "https://user@app.example.com/",
            "https://user:word@app.example.com/",
            "https://app.example.com@evil.example/",
            "https://app.example.com:443@evil.example/",
            "https://app.example.com\\@evil.example/",
            "https:\\\\app.example.com/",
            "https://app.example.com/\\evil.example",
            "https://app.example.com%2eevil.example/",
            "https://app%2eexample.com/",
            "https://\u{ff41}pp.example.com/",
            "https://app.example.com/\u{e4}",
            " https://app.example.com/",
            "https://app.example.com/ ",
            "https://app.example.com/a\tb",
            "https://app.example.com/\r\nset-cookie:a=b",
            "https://app.example.com/\"><script>",
            "javascript:alert(1)",
            "javascript://app.example.com/%0aalert(1)",
            "data:text/html,x",
            "ftp://app.example.com/",
            "https://localhost:8081/",
            "http://localhost/",
            &format!("https://app.example.com/{}", "a".repeat(1001)),
        ] {
            assert_eq!(returns().parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_cookie_is_looked_at_again() {
        let returns = returns();
        let place = returns.parse("https://app.example.com/a?b=c").unwrap();
        let sent = |cookie: &str| {
            let pair = HeaderValue::from_str(cookie).unwrap();
            returns.sent(&HeaderMap::from_iter([(header::COOKIE, pair)]))
        };
        let set = returns.set(&place).unwrap();
        let set = set.to_str().unwrap();
        assert!(
            set.starts_with("__Host-pipit_return=") && set.contains("Max-Age=900"),
            "{set}"
        );
        assert_eq!(sent(set.split(';').next().unwrap()), Some(place));
        let forged = BASE64_URL_SAFE_NO_PAD.encode("https://evil.example/");
        for value in ["", "x", "https://app.example.com/", &forged] {
            assert_eq!(
                sent(&format!("__Host-pipit_return={value}")),
                None,
                "{value}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_passes_begins_with_an_origin_of_the_list(text in "(https?:)?[/\\\\]{0,3}[a-z.@:%]{0,8}(app[.]example[.]com)?\\PC{0,12}") {
            if let Some(place) = returns().parse(&text) {
                let address = place.address();
                prop_assert!(address.starts_with("https://app.example.com/") || address.starts_with("http://localhost:8081/"));
            }
        }
    }
}
