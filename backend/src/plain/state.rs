//! Where a browser without JavaScript is in its sign-in: sealed into one cookie, so nothing is kept here.
//! What the cookie says was written by us; what a browser makes of it besides is none.

use edge::ApiError;
use edge::keys::Key;
use http::{HeaderMap, HeaderValue};
use screens::{Catalogue, Doing, Refusal, filled, refused};
use serde::{Deserialize, Serialize};
use shared::{ErrorType, SessionToken};
use zeroize::Zeroizing;

use super::number::Fault;
use crate::config::PublicUrl;
use crate::cookie::Cookie;
use crate::sealed::Sealer;
use crate::verification::PendingVerification;

/// D-17.
const LONGEST_COOKIE: usize = 512;
/// What was typed waits so long for its correction.
const DRAFT_SECS: i64 = 600;
/// What was said once is no news later.
const NEWS_SECS: i64 = 300;

/// Where the browser is.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Step {
    #[serde(rename = "p")]
    Phone(Phone),
    #[serde(rename = "c")]
    Code(Code),
    #[serde(rename = "s")]
    SignedIn(Session),
}

impl Step {
    /// A verification that is over, though the browser still carries it. Of sessions the OTP service
    /// says whether they are.
    pub(super) fn is_stale(&self, now: i64) -> bool {
        matches!(self, Self::Code(code) if code.pending.ends_at <= now)
    }
}

/// It holds a number or a token (F-01).
impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Step(hidden)")
    }
}

/// At the phone screen, after something was wrong there or with something to be told.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Phone {
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub(super) typed: String,
    #[serde(rename = "c", default, skip_serializing_if = "String::is_empty")]
    pub(super) country: String,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub(super) said: Option<News>,
}

/// A code is on its way.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Code {
    #[serde(rename = "v")]
    pub(super) pending: PendingVerification,
    /// Another can be asked for then, Unix seconds.
    #[serde(rename = "r")]
    pub(super) resend_at: i64,
    /// The newest works until then, Unix seconds.
    #[serde(rename = "x")]
    pub(super) code_ends: i64,
    /// Its tries are used up: no code that is added to this verification could work.
    #[serde(rename = "u", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) used_up: bool,
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub(super) typed: String,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub(super) said: Option<News>,
}

/// Signed in.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Session {
    #[serde(rename = "k")]
    pub(super) token: SessionToken,
    /// Unix seconds.
    #[serde(rename = "e")]
    pub(super) ends_at: i64,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub(super) said: Option<News>,
}

/// It holds a token (E-04).
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session(hidden)")
    }
}

/// What a screen tells, and since when.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct News(i64, Said);

/// What there is to be told.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Said {
    /// The number can't be one.
    #[serde(rename = "n")]
    Number(Fault),
    /// The backend or the OTP service said no: why, tries left, and when to try again, Unix seconds.
    #[serde(rename = "r")]
    Refused(ErrorType, Option<u8>, Option<i64>),
    /// The same, of another code.
    #[serde(rename = "a")]
    ResendRefused(ErrorType, Option<u8>, Option<i64>),
    #[serde(rename = "i")]
    CodeIncomplete,
    #[serde(rename = "g")]
    SentAgain,
    #[serde(rename = "o")]
    SignedOut,
    #[serde(rename = "O")]
    SignedOutUnreached,
    #[serde(rename = "e")]
    SessionEnded,
    #[serde(rename = "x")]
    SessionExtended,
    #[serde(rename = "d")]
    DeviceSignedOut,
    #[serde(rename = "D")]
    DevicesSignedOut(u32),
}

impl Said {
    pub(super) fn at(self, now: i64) -> News {
        News(now, self)
    }

    /// Also writes to the log what is for the operator.
    pub(super) fn refused(error: &ApiError, now: i64) -> Self {
        error.log();
        let (error_type, left, again) = parts(error, now);
        Self::Refused(error_type, left, again)
    }

    pub(super) fn resend_refused(error: &ApiError, now: i64) -> Self {
        error.log();
        let (error_type, left, again) = parts(error, now);
        Self::ResendRefused(error_type, left, again)
    }
}

fn parts(error: &ApiError, now: i64) -> (ErrorType, Option<u8>, Option<i64>) {
    let envelope = error.envelope();
    let again = envelope.retry_after_secs.map(|secs| now + i64::from(secs));
    (envelope.error_type, envelope.attempts_left, again)
}

/// Where on its screen something is told.
pub(super) enum Place {
    Notice,
    Field,
    Form,
}

impl News {
    /// The sentence and its place, while it is news.
    pub(super) fn told(
        &self,
        text: &Catalogue,
        doing: Doing,
        code_length: u8,
        now: i64,
    ) -> Option<(Place, String)> {
        let Self(since, said) = self;
        if now - since >= NEWS_SECS {
            return None;
        }
        let refusal = |error_type: ErrorType, attempts_left, again: Option<i64>, doing| {
            let secs = again.map(|again| u32::try_from(again - now).unwrap_or_default());
            let refusal = Refusal {
                error_type,
                attempts_left,
                retry_after_secs: secs,
            };
            refused(text, refusal, doing)
        };
        let notice = |sentence: &str| (Place::Notice, sentence.to_owned());
        Some(match said {
            Said::Number(fault) => (Place::Field, fault.sentence(text)),
            Said::Refused(error_type, left, again) => {
                let place = match is_of_the_field(*error_type) {
                    true => Place::Field,
                    false => Place::Form,
                };
                (place, refusal(*error_type, *left, *again, doing))
            }
            Said::ResendRefused(error_type, left, again) => (
                Place::Form,
                refusal(*error_type, *left, *again, Doing::Sending),
            ),
            Said::CodeIncomplete => {
                let sentence = filled(text.code_incomplete, &[&code_length.to_string()]);
                (Place::Field, sentence)
            }
            Said::SentAgain => notice(text.sent_again),
            Said::SignedOut => notice(text.signed_out),
            Said::SignedOutUnreached => notice(text.signed_out_unreached),
            Said::SessionEnded => notice(text.session_ended),
            Said::SessionExtended => notice(text.session_extended),
            Said::DeviceSignedOut => notice(text.device_signed_out),
            Said::DevicesSignedOut(0) => notice(text.no_other_device),
            Said::DevicesSignedOut(count) => (
                Place::Notice,
                text.counted(text.devices_signed_out, *count, &count.to_string()),
            ),
        })
    }
}

fn is_of_the_field(error_type: ErrorType) -> bool {
    matches!(
        error_type,
        ErrorType::InvalidPhoneNumber
            | ErrorType::DestinationNotAllowed
            | ErrorType::NumberBlocked
            | ErrorType::InvalidOtp
            | ErrorType::OtpExpired
            | ErrorType::OtpAttemptsExceeded
    )
}

/// What is told, sorted by where.
#[derive(Default)]
pub(super) struct Told {
    pub(super) notice: Option<String>,
    pub(super) field: Option<String>,
    pub(super) form: Option<String>,
}

impl Told {
    pub(super) fn of(news: Option<(Place, String)>) -> Self {
        let mut told = Self::default();
        match news {
            Some((Place::Notice, sentence)) => told.notice = Some(sentence),
            Some((Place::Field, sentence)) => told.field = Some(sentence),
            Some((Place::Form, sentence)) => told.form = Some(sentence),
            None => {}
        }
        told
    }
}

/// Writes and reads the cookie.
#[derive(Debug)]
pub(crate) struct Keeper {
    sealer: Sealer,
    cookie: Cookie,
}

impl Keeper {
    pub(crate) fn new(backend_key: &Key, public_url: &PublicUrl) -> Self {
        let key = backend_key.derive("plain sign-in cookie v1");
        Self {
            sealer: Sealer::new(key, b"plain sign-in v1"),
            cookie: Cookie::new("pipit_plain", public_url),
        }
    }

    /// The step of a request; none when there is none, or none that we have written.
    pub(super) fn sent(&self, headers: &HeaderMap) -> Option<Step> {
        let sealed = self.cookie.sent(headers)?;
        serde_json::from_slice(&self.sealer.open(&sealed)?).ok()
    }

    /// `Set-Cookie`; none when it would be too long.
    pub(super) fn set(&self, step: &Step, now: i64) -> Option<HeaderValue> {
        let plain = Zeroizing::new(serde_json::to_vec(step).ok()?);
        let ends_at = match step {
            Step::Phone(_) => now + DRAFT_SECS,
            Step::Code(code) => code.pending.ends_at,
            Step::SignedIn(session) => session.ends_at,
        };
        let lives = u32::try_from((ends_at - now).max(0)).unwrap_or(u32::MAX);
        let cookie = self.cookie.set(&self.sealer.seal(&plain)?, lives)?;
        (cookie.len() <= LONGEST_COOKIE).then_some(cookie)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge::settings::Secret;
    use http::header;
    use shared::PhoneNumber;

    const NOW: i64 = 1_800_000_000;

    fn keeper(digits: &str) -> Keeper {
        let key = Secret::from(digits.repeat(32).as_str());
        let key = Key::load(Some(&key), std::path::Path::new("/nowhere")).unwrap();
        Keeper::new(&key, &"https://a.example".parse().unwrap())
    }

    fn sent(cookie: &HeaderValue) -> HeaderMap {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).unwrap())])
    }

    /// The longest that there are.
    fn steps() -> [Step; 3] {
        let said = || {
            Some(Said::ResendRefused(ErrorType::OtpServiceUnavailable, Some(5), Some(NOW)).at(NOW))
        };
        [
            Step::Phone(Phone {
                typed: "＋".repeat(50),
                country: "US".to_owned(),
                said: Some(Said::Number(Fault::TooShort("US".to_owned())).at(NOW)),
            }),
            Step::Code(Code {
                pending: PendingVerification {
                    method_id: format!("pn_{}", "x".repeat(27)),
                    challenge_id: Some(format!("chal_{}", "x".repeat(27))),
                    phone_number: PhoneNumber::parse("+123456789012345").unwrap(),
                    ends_at: NOW + 3900,
                },
                resend_at: NOW,
                code_ends: NOW,
                used_up: true,
                typed: "1234567890".to_owned(),
                said: said(),
            }),
            Step::SignedIn(Session {
                token: SessionToken::parse(&"x".repeat(64)).unwrap(),
                ends_at: NOW + 86_400,
                said: said(),
            }),
        ]
    }

    #[test]
    fn every_step_fits_the_cookie_and_comes_back_d_17() {
        let keeper = keeper("0f");
        for step in steps() {
            let cookie = keeper.set(&step, NOW).unwrap();
            let text = cookie.to_str().unwrap();
            assert!(
                text.len() <= 512 && text.starts_with("__Host-pipit_plain="),
                "{}",
                text.len()
            );
            for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
                assert!(text.contains(attribute), "{text}");
            }
            let back = keeper.sent(&sent(&cookie)).unwrap();
            assert_eq!(
                serde_json::to_string(&back).unwrap(),
                serde_json::to_string(&step).unwrap()
            );
            assert_eq!(format!("{step:?}"), "Step(hidden)");
        }
    }

    #[test]
    fn what_is_not_ours_or_too_long_is_none() {
        let keeper_ = keeper("0f");
        let [_, code, signed_in] = steps();
        let cookie = keeper_.set(&code, NOW).unwrap();
        assert!(keeper("1f").sent(&sent(&cookie)).is_none());
        for value in ["", "x", "~~", &"A".repeat(400)] {
            let cookie = HeaderValue::from_str(&format!("__Host-pipit_plain={value}")).unwrap();
            assert!(keeper_.sent(&sent(&cookie)).is_none());
        }
        let Step::SignedIn(mut session) = signed_in else {
            unreachable!()
        };
        session.token = SessionToken::parse(&"x".repeat(1024)).unwrap();
        assert!(keeper_.set(&Step::SignedIn(session), NOW).is_none());
    }

    #[test]
    fn what_was_said_long_ago_is_no_news() {
        let text = &screens::languages::ENGLISH;
        let news = Said::Refused(ErrorType::TooManyRequests, None, Some(NOW + 30)).at(NOW);
        let told = |now| {
            news.told(text, Doing::Sending, 6, now)
                .map(|(_, sentence)| sentence)
        };
        assert!(told(NOW + 10).unwrap().contains("20 seconds"));
        assert!(!told(NOW + 40).unwrap().contains("second"));
        assert_eq!(told(NOW + 300), None);
    }
}
