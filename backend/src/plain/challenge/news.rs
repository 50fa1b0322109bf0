//! What a press at the screen of a challenge leads to, until the next screen has told it: sealed into a
//! cookie, for one challenge.

use edge::keys::Key;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::config::PublicUrl;
use crate::cookie::Cookie;
use crate::plain::state;
use crate::sealed::Sealer;

/// D-17
const LONGEST_COOKIE: usize = 512;
/// As long as anything is news.
const LIVES_SECS: u32 = 300;

/// What is to be told, and what stands in the field.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct News {
    #[serde(rename = "t")]
    pub(super) typed: String,
    #[serde(rename = "w")]
    pub(super) said: Option<state::News>,
}

/// It may hold a code (F-01).
impl std::fmt::Debug for News {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("News(hidden)")
    }
}

/// Writes and reads the cookie.
#[derive(Debug)]
pub(crate) struct Messenger {
    sealer: Sealer,
    cookie: Cookie,
}

#[derive(Serialize, Deserialize)]
struct Message {
    #[serde(rename = "i")]
    challenge_id: String,
    #[serde(flatten)]
    news: News,
}

impl Messenger {
    pub(crate) fn new(backend_key: &Key, public_url: &PublicUrl) -> Self {
        let key = backend_key.derive("challenge news cookie v1");
        Self {
            sealer: Sealer::new(key, b"challenge news v1"),
            cookie: Cookie::new("pipit_challenge", public_url),
        }
    }

    /// What there is to tell of this challenge.
    pub(super) fn sent(&self, headers: &HeaderMap, challenge_id: &str) -> Option<News> {
        let message = self.sealer.open(&self.cookie.sent(headers)?)?;
        let message: Message = serde_json::from_slice(&message).ok()?;
        (message.challenge_id == challenge_id).then_some(message.news)
    }

    /// `Set-Cookie`; none when it would be too long.
    pub(super) fn set(&self, challenge_id: &str, news: &News) -> Option<HeaderValue> {
        let message = Message {
            challenge_id: challenge_id.to_owned(),
            news: news.clone(),
        };
        let message = Zeroizing::new(serde_json::to_vec(&message).ok()?);
        let cookie = self.cookie.set(&self.sealer.seal(&message)?, LIVES_SECS)?;
        (cookie.len() <= LONGEST_COOKIE).then_some(cookie)
    }

    /// `Set-Cookie` that takes it away.
    pub(super) fn clear(&self) -> Option<HeaderValue> {
        self.cookie.set("", 0)
    }
}
