//! The cookie by which a browser that has signed in is known again (B-14): the OTP service's device
//! tokens of the numbers that signed in here last. A token opens nothing; it only keeps strangers from
//! locking the browser out. A service that gives none is asked in vain, and nothing is kept.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use edge::keys::Key;
use hmac::Mac;
use http::{HeaderMap, HeaderValue};
use shared::{DeviceToken, PhoneNumber};

use crate::config::PublicUrl;
use crate::cookie::Cookie;

/// As long as the service knows a browser.
const LIVES_SECS: u32 = 180 * 24 * 3600;
/// So many numbers are kept; with their tokens they stay below the 512 bytes of D-17.
const NUMBERS: usize = 3;
const LONGEST_TOKEN: usize = 100;
/// Letters that stand for a number.
const TAG: usize = 8;
/// Occurs in no token.
const BETWEEN: char = '~';

/// Makes and reads the cookie.
#[derive(Debug)]
pub(crate) struct Devices {
    key: Key,
    cookie: Cookie,
}

impl Devices {
    pub(crate) fn new(backend_key: &Key, public_url: &PublicUrl) -> Self {
        Self {
            key: backend_key.derive("device cookie v1"),
            cookie: Cookie::new("pipit_device", public_url),
        }
    }

    /// The token that this browser got with this number.
    pub(crate) fn token(&self, headers: &HeaderMap, number: &PhoneNumber) -> Option<DeviceToken> {
        let sent = self.cookie.sent(headers)?;
        let tag = self.tag(number);
        let token = sent
            .split(BETWEEN)
            .find_map(|entry| entry.strip_prefix(&tag))?;
        DeviceToken::parse(token).ok()
    }

    /// `Set-Cookie` with one more number, which comes first.
    pub(crate) fn set(
        &self,
        headers: &HeaderMap,
        number: &PhoneNumber,
        token: &DeviceToken,
    ) -> Option<HeaderValue> {
        if token.as_str().len() > LONGEST_TOKEN {
            return None;
        }
        let tag = self.tag(number);
        let before = self.cookie.sent(headers).unwrap_or_default();
        let mut entries = vec![format!("{tag}{}", token.as_str())];
        let others = before.split(BETWEEN).filter(|entry| {
            (TAG + 1..=TAG + LONGEST_TOKEN).contains(&entry.len()) && !entry.starts_with(&tag)
        });
        entries.extend(others.map(str::to_owned).take(NUMBERS - 1));
        self.cookie
            .set(&entries.join(&BETWEEN.to_string()), LIVES_SECS)
    }

    /// Stands for the number, which is not to be read in a browser's files.
    fn tag(&self, number: &PhoneNumber) -> String {
        let mac = self.key.mac(number.as_str().as_bytes()).finalize();
        let mut tag = BASE64_URL_SAFE_NO_PAD.encode(mac.into_bytes());
        tag.truncate(TAG);
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header;

    fn devices(public_url: &str) -> Devices {
        let key = Key::parse(&"0f".repeat(32)).unwrap();
        Devices::new(&key, &public_url.parse().unwrap())
    }

    fn number(last: usize) -> PhoneNumber {
        PhoneNumber::parse(&format!("+1212555014{last}")).unwrap()
    }

    fn token(last: usize) -> DeviceToken {
        DeviceToken::parse(&format!("{last}").repeat(64)).unwrap()
    }

    /// What a browser sends that got this cookie.
    fn sent(cookie: &HeaderValue) -> HeaderMap {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        let value = HeaderValue::from_str(pair).unwrap();
        HeaderMap::from_iter([(header::COOKIE, value)])
    }

    #[test]
    fn the_last_three_numbers_of_a_browser_are_known_b_14() {
        let devices = devices("https://a.example");
        let mut headers = HeaderMap::new();
        for last in 0..4 {
            headers = sent(&devices.set(&headers, &number(last), &token(last)).unwrap());
        }
        assert_eq!(devices.token(&headers, &number(0)), None);
        for last in 1..4 {
            assert_eq!(devices.token(&headers, &number(last)), Some(token(last)));
        }
        let renewed = devices.set(&headers, &number(1), &token(5)).unwrap();
        assert_eq!(devices.token(&sent(&renewed), &number(1)), Some(token(5)));
        assert_eq!(devices.token(&sent(&renewed), &number(2)), Some(token(2)));
    }

    #[test]
    fn the_cookie_is_locked_to_host_and_script_and_stays_small_d_17() {
        let devices = devices("https://a.example");
        let longest = DeviceToken::parse(&"x".repeat(LONGEST_TOKEN)).unwrap();
        let mut headers = HeaderMap::new();
        for last in 0..4 {
            let cookie = devices.set(&headers, &number(last), &longest).unwrap();
            let text = cookie.to_str().unwrap();
            assert!(text.len() <= 512 && text.starts_with("__Host-pipit_device="));
            for attribute in [
                "; Max-Age=15552000",
                "; Path=/",
                "; HttpOnly",
                "; SameSite=Strict",
                "; Secure",
            ] {
                assert!(text.contains(attribute), "{text}");
            }
            assert!(!text.contains("5550142"));
            headers = sent(&cookie);
        }
        let too_long = DeviceToken::parse(&"x".repeat(LONGEST_TOKEN + 1)).unwrap();
        assert!(devices.set(&headers, &number(0), &too_long).is_none());
    }

    #[test]
    fn a_cookie_that_is_not_ours_is_none_and_does_not_grow() {
        let devices = devices("http://localhost:3000");
        for value in ["", "~~~", "x", &"y".repeat(5000)] {
            let cookie = HeaderValue::from_str(&format!("pipit_device={value}")).unwrap();
            let headers = sent(&cookie);
            assert_eq!(devices.token(&headers, &number(0)), None);
            let set = devices.set(&headers, &number(0), &token(0)).unwrap();
            assert!(set.len() <= 512);
        }
    }
}
