//! The cookie that holds a whole session (SESSION_COOKIE): its token, sealed under the backend's key, out of
//! reach of scripts. For this host alone it is `__Host-` and strict; for a domain, so that apps on its other
//! hosts can ask who somebody is, it goes to all of them, and comes along when somebody follows a link.

use edge::keys::Key;
use http::{HeaderMap, HeaderValue};
use shared::SessionToken;

use crate::config::{PublicUrl, SessionCookieSetting};
use crate::cookie::Cookie;
use crate::sealed::Sealer;

/// D-17
const LONGEST_COOKIE: usize = 512;

/// Writes and reads the cookie.
#[derive(Debug)]
pub(crate) struct SessionCookie {
    sealer: Sealer,
    cookie: Cookie,
}

impl SessionCookie {
    pub(crate) fn new(key: &Key, public_url: &PublicUrl, place: &SessionCookieSetting) -> Self {
        let cookie = Cookie::new("pipit_session", public_url);
        Self {
            sealer: Sealer::new(key.derive("session cookie v1"), b"session v1"),
            cookie: match place {
                SessionCookieSetting::Domain(domain) => cookie.for_domain(domain),
                SessionCookieSetting::Off | SessionCookieSetting::Host => cookie,
            },
        }
    }

    /// The token of a request. None when there is no cookie, more than one, or one that is not ours.
    pub(crate) fn sent(&self, headers: &HeaderMap) -> Option<SessionToken> {
        let token = self.sealer.open(&self.cookie.sent(headers)?)?;
        SessionToken::parse(std::str::from_utf8(&token).ok()?).ok()
    }

    /// `Set-Cookie`; none when it would be too long.
    pub(crate) fn set(&self, token: &SessionToken, lives_secs: u32) -> Option<HeaderValue> {
        let sealed = self.sealer.seal(token.as_str().as_bytes())?;
        let cookie = self.cookie.set(&sealed, lives_secs)?;
        (cookie.len() <= LONGEST_COOKIE).then_some(cookie)
    }

    /// `Set-Cookie` that takes it away.
    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        self.cookie.set("", 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header;

    fn cookie(digits: &str, place: &str) -> SessionCookie {
        let key = Key::parse(&digits.repeat(32)).unwrap();
        let public_url = "https://login.example.com".parse().unwrap();
        SessionCookie::new(&key, &public_url, &place.parse().unwrap())
    }

    fn token() -> SessionToken {
        SessionToken::parse(&"x".repeat(64)).unwrap()
    }

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }

    #[test]
    fn for_one_host_or_for_a_domain_no_script_reads_it_d_17() {
        let of = |place| {
            let set = cookie("0f", place).set(&token(), 60).unwrap();
            set.to_str().unwrap().to_owned()
        };
        let (host, domain) = (of("host"), of("example.com"));
        assert!(
            host.starts_with("__Host-pipit_session=") && !host.contains("Domain"),
            "{host}"
        );
        assert!(
            host.contains("; HttpOnly; SameSite=Strict; Secure"),
            "{host}"
        );
        assert!(domain.starts_with("__Secure-pipit_session="), "{domain}");
        assert!(
            domain.contains("; HttpOnly; SameSite=Lax; Secure; Domain=example.com"),
            "{domain}"
        );
        for text in [host, domain] {
            assert!(!text.contains(token().as_str()), "sealed");
        }
    }

    #[test]
    fn a_forged_changed_or_doubled_cookie_is_none() {
        let ours = cookie("0f", "host");
        let set = ours.set(&token(), 60).unwrap();
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        assert_eq!(ours.sent(&headers(pair)), Some(token()));
        assert_eq!(cookie("1f", "host").sent(&headers(pair)), None);
        let value = pair.split_once('=').unwrap().1;
        for forged in [
            format!("{pair}; {pair}"),
            format!("pipit_session={value}"),
            format!("__Host-pipit_session={}", token().as_str()),
            format!("__Host-pipit_session={}", &value[1..]),
            "__Host-pipit_session=".to_owned(),
            "__Host-pipit_session=in-cookie".to_owned(),
        ] {
            assert_eq!(ours.sent(&headers(&forged)), None, "{forged}");
        }
        assert!(
            ours.set(&SessionToken::parse(&"x".repeat(1024)).unwrap(), 60)
                .is_none()
        );
    }
}
