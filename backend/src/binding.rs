//! The cookie that binds a session to the browser that opened it (C-18): the account's id, and a MAC over it and the
//! session's id, so no table is needed, neither for the cookie nor for whose session it is. A token stolen by a script
//! is worth nothing without it, and the cookie alone, which a forged request could carry, is worth nothing without the
//! token.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use edge::keys::Key;
use hmac::Mac;
use http::{HeaderMap, HeaderValue};
use subtle::ConstantTimeEq;

use crate::config::PublicUrl;
use crate::cookie::Cookie;

/// Makes and checks the cookie.
#[derive(Debug)]
pub(crate) struct Binding {
    key: Key,
    cookie: Cookie,
}

/// A cookie that somebody sent and nobody has checked yet.
pub(crate) struct SentCookie(String);

impl std::fmt::Debug for SentCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SentCookie(hidden)")
    }
}

impl Binding {
    pub(crate) fn new(backend_key: &Key, public_url: &PublicUrl) -> Self {
        Self {
            key: backend_key.derive("session binding cookie v2"),
            cookie: Cookie::new("pipit_binding", public_url),
        }
    }

    /// `Set-Cookie` for a new or extended session of this account.
    pub(crate) fn set(
        &self,
        session_id: &str,
        account_id: &str,
        lives_secs: u32,
    ) -> Option<HeaderValue> {
        let mac = self.mac(session_id, account_id);
        self.cookie.set(&format!("{account_id}.{mac}"), lives_secs)
    }

    /// `Set-Cookie` that takes it away.
    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        self.cookie.set("", 0)
    }

    /// The cookie of a request. None when there is none, or more than one: somebody slipped
    /// another in.
    pub(crate) fn sent(&self, headers: &HeaderMap) -> Option<SentCookie> {
        self.cookie.sent(headers).map(SentCookie)
    }

    /// The account whose session this is, if the cookie came with the session. Takes the same time whatever MAC was
    /// sent.
    pub(crate) fn account<'a>(&self, sent: &'a SentCookie, session_id: &str) -> Option<&'a str> {
        let (account_id, mac) = sent.0.split_once('.')?;
        let expected = self.mac(session_id, account_id);
        let ours: bool = mac.as_bytes().ct_eq(expected.as_bytes()).into();
        ours.then_some(account_id)
    }

    /// An account's id has no dot, so no two pairs are one text.
    fn mac(&self, session_id: &str, account_id: &str) -> String {
        let mut mac = self.key.mac(account_id.as_bytes());
        mac.update(b".");
        mac.update(session_id.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge::settings::Secret;
    use http::header;

    fn binding(public_url: &str) -> Binding {
        let key = Secret::from("0f".repeat(32).as_str());
        let key = Key::load(Some(&key), std::path::Path::new("/nowhere")).unwrap();
        Binding::new(&key, &public_url.parse().unwrap())
    }

    fn headers(cookies: &[&str]) -> HeaderMap {
        let pair = |cookie: &&str| (header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        cookies.iter().map(pair).collect()
    }

    #[test]
    fn over_https_the_cookie_is_locked_to_host_and_script_d_17() {
        let cookie = binding("https://a.example")
            .set("sess_1", "acct_1", 60)
            .unwrap();
        let text = cookie.to_str().unwrap();
        assert!(text.starts_with("__Host-pipit_binding="), "{text}");
        for attribute in [
            "; Max-Age=60",
            "; Path=/",
            "; HttpOnly",
            "; SameSite=Strict",
            "; Secure",
        ] {
            assert!(text.contains(attribute), "{text}");
        }
        assert!(!text.contains("Domain") && text.len() <= 512);
        let plain = binding("http://localhost:3000")
            .set("sess_1", "acct_1", 60)
            .unwrap();
        let text = plain.to_str().unwrap();
        assert!(
            text.starts_with("pipit_binding=") && !text.contains("Secure"),
            "{text}"
        );
    }

    #[test]
    fn a_cookie_opens_its_own_session_only_c_18() {
        let binding = binding("https://a.example");
        let set = binding.set("sess_1", "acct_1", 60).unwrap();
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        let sent = binding
            .sent(&headers(&[&format!("a=1; {pair}; b=2")]))
            .unwrap();
        assert_eq!(binding.account(&sent, "sess_1"), Some("acct_1"));
        assert_eq!(binding.account(&sent, "sess_2"), None);
        assert_eq!(format!("{sent:?}"), "SentCookie(hidden)");
    }

    #[test]
    fn nobody_makes_another_account_of_it() {
        let binding = binding("https://a.example");
        let set = binding.set("sess_1", "acct_1", 60).unwrap();
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let (_, mac) = value.split_once('.').unwrap();
        for (forged, session_id) in [
            (format!("acct_2.{mac}"), "sess_1"),
            (format!(".{mac}"), "sess_1"),
            (mac.to_owned(), "sess_1"),
            ("acct_1.".to_owned(), "sess_1"),
            (value.to_owned(), "acct_1.sess_1"),
            (format!("acct_1.sess_1.{mac}"), "sess_1"),
        ] {
            let sent = binding
                .sent(&headers(&[&format!("{name}={forged}")]))
                .unwrap();
            assert_eq!(binding.account(&sent, session_id), None, "{forged}");
        }
    }

    #[test]
    fn no_cookie_or_two_of_them_are_none() {
        let binding = binding("https://a.example");
        for cookies in [
            &[][..],
            &["pipit_binding=x"],
            &["__host-pipit_binding=x"],
            &["__Host-pipit_binding=x; __Host-pipit_binding=y"],
            &["__Host-pipit_binding=x", "__Host-pipit_binding=x"],
        ] {
            assert!(binding.sent(&headers(cookies)).is_none(), "{cookies:?}");
        }
        let empty = binding.sent(&headers(&["__Host-pipit_binding="])).unwrap();
        assert_eq!(binding.account(&empty, "sess_1"), None);
    }
}
