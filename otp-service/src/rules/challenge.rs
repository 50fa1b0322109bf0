//! A challenge: the codes that were sent for one sign-in, and the tries that they share (A-04 to A-07).
//!
//! Its states, from the first send on:
//!
//! ```text
//! live ──right code──► succeeded   (the same code within a minute: the same answer again, I-07)
//!   │ └─5 wrong codes─► exhausted  (for good; a resend opens another challenge)
//!   └──time───────────► expired    (a resend makes it live again, with the tries that were left)
//! ```

use shared::otp_service::DeviceFingerprint;

use super::limits::Limits;
use super::throttle::{Refusal, Throttle};
use crate::address::Address;
use crate::secrets::{CodeDigest, Presented};

/// A lost answer can be asked for again for so many seconds (I-07).
const REPEAT_WITHIN: i64 = 60;

/// What a code is for (A-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Sent by `login_or_create`.
    SignIn,
    /// Sent by `send`, to a number that already belongs to a user.
    SecondFactor,
}

/// A code that was sent.
#[derive(Debug, Clone)]
pub(crate) struct IssuedCode {
    pub(crate) digest: CodeDigest,
    /// Unix seconds.
    pub(crate) expires_at: i64,
    pub(crate) device: DeviceFingerprint,
}

/// How a challenge ended well.
#[derive(Debug, Clone)]
pub(crate) struct Success {
    /// Unix seconds.
    pub(crate) at: i64,
    pub(crate) digest: CodeDigest,
    /// The session that came of it and its token's generation, where one was asked for.
    pub(crate) session: Option<(String, i64)>,
    /// The browser that is known from then on, where that was asked for.
    pub(crate) device: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) method_id: String,
    pub(crate) address: Address,
    pub(crate) purpose: Purpose,
    /// Wrong codes so far; resends do not give them back.
    pub(crate) tries: u8,
    /// Oldest first.
    pub(crate) codes: Vec<IssuedCode>,
    pub(crate) success: Option<Success>,
    /// Unix seconds.
    pub(crate) created_at: i64,
}

/// What a presented code comes to.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Right; the challenge with this place in the list is the one. It is not marked as succeeded yet.
    Right { place: usize },
    /// The answer of a moment ago was lost: give it again.
    Repeat { place: usize },
    /// There is nothing that this code could be for; nothing is told.
    NoChallenge,
    /// Wrong, with so many tries left, at least 1.
    Wrong { attempts_left: u8 },
    /// No tries left.
    Exhausted,
    /// Every code is past its time.
    Expired,
    /// The number has to wait; nothing was compared.
    Refused(Refusal),
}

impl Challenge {
    /// Whether a resend goes into this challenge; else it opens another one.
    pub(crate) fn is_open(&self, limits: &Limits) -> bool {
        self.success.is_none() && self.tries < limits.tries
    }

    /// Whether wrong codes have ended it.
    pub(crate) fn is_exhausted(&self, limits: &Limits) -> bool {
        self.success.is_none() && self.tries >= limits.tries
    }

    /// Adds a code. The oldest one goes when there are too many (A-07).
    pub(crate) fn add_code(&mut self, limits: &Limits, code: IssuedCode) {
        self.codes.push(code);
        let surplus = self.codes.len().saturating_sub(limits.live_codes);
        self.codes.drain(..surplus);
    }

    /// When the last of its codes ends, Unix seconds.
    pub(crate) fn expires_at(&self) -> i64 {
        self.codes
            .iter()
            .map(|code| code.expires_at)
            .max()
            .unwrap_or(self.created_at)
    }

    fn is_live(&self, limits: &Limits, now: i64) -> bool {
        self.is_open(limits) && now < self.expires_at()
    }

    /// Whether a code that works now has this digest and was asked for by this device. Compares
    /// with every one, so that the time tells nothing (A-14).
    fn accepts(&self, presented: &Presented, device: &DeviceFingerprint, now: i64) -> bool {
        self.codes.iter().fold(false, |found, code| {
            let equal = presented.matches(code.digest);
            found | (equal & (now < code.expires_at) & asked_for_by(&code.device, device))
        })
    }
}

/// Each field given at verify must equal the one given at send.
fn asked_for_by(at_send: &DeviceFingerprint, at_verify: &DeviceFingerprint) -> bool {
    let same = |sent: &Option<String>, given: &Option<String>| given.is_none() || sent == given;
    same(&at_send.ip, &at_verify.ip) && same(&at_send.user_agent, &at_verify.user_agent)
}

/// What can be said before the code is compared: `None` when it is to be compared.
///
/// `challenges` are the one that the caller names, or all of the method, each with the digests
/// that the presented code has in it. Only a caller that `may_repeat` (it names the challenge, or gave an
/// `Idempotency-Key`) gets a lost answer again.
pub(crate) fn standing(
    limits: &Limits,
    challenges: &[(Challenge, Presented)],
    throttle: &Throttle,
    may_repeat: bool,
    now: i64,
) -> Option<Verdict> {
    let repeats = |(challenge, presented): &(Challenge, Presented)| {
        let success = challenge.success.as_ref();
        success.is_some_and(|success| {
            presented.matches(success.digest) && now < success.at + REPEAT_WITHIN
        })
    };
    if may_repeat && let Some(place) = challenges.iter().position(repeats) {
        return Some(Verdict::Repeat { place });
    }
    if challenges
        .iter()
        .any(|(challenge, _)| challenge.is_live(limits, now))
    {
        return throttle.may_try(limits, now).err().map(Verdict::Refused);
    }
    let newest = challenges
        .iter()
        .map(|(challenge, _)| challenge)
        .max_by_key(|challenge| challenge.created_at);
    Some(match newest {
        None => Verdict::NoChallenge,
        Some(challenge) if challenge.success.is_some() => Verdict::NoChallenge,
        Some(challenge) if challenge.tries >= limits.tries => Verdict::Exhausted,
        Some(_) => Verdict::Expired,
    })
}

/// Compares a code that [`standing`] let through. The try is counted before the comparison (A-06),
/// in every challenge that it is compared in, and a wrong one counts for the number (B-01).
pub(crate) fn attempt(
    limits: &Limits,
    challenges: &mut [(Challenge, Presented)],
    throttle: &mut Throttle,
    device: &DeviceFingerprint,
    now: i64,
) -> Verdict {
    let mut right = None;
    for (place, (challenge, presented)) in challenges.iter_mut().enumerate() {
        if challenge.is_live(limits, now) {
            challenge.tries += 1;
            if challenge.accepts(presented, device, now) {
                right = Some(place);
            }
        }
    }
    if let Some(place) = right {
        throttle.record_success();
        return Verdict::Right { place };
    }
    throttle.record_failure(limits, now);
    let left = challenges
        .iter()
        .filter(|(challenge, _)| challenge.is_live(limits, now));
    match left
        .map(|(challenge, _)| limits.tries - challenge.tries)
        .max()
    {
        Some(attempts_left) => Verdict::Wrong { attempts_left },
        None => Verdict::Exhausted,
    }
}

#[cfg(test)]
mod tests;
