//! What gateways report of a message later on (G-09): what arrived, what it was read as, and the
//! signatures by which it is believed.
//!
//! Not here: what a receipt changes (`commands/note_receipt.rs`), and each gateway's own form of it.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edge::closed_set;
use edge::settings::Secret;
use http::HeaderMap;
use sha2::{Digest as _, Sha256};

use crate::rules::delivery::Report;

/// A signed time may be so many seconds away (G-09).
pub(super) const APART: i64 = 300;

/// A receipt as it came in; it may hold a number, so there is no `Debug`.
pub(crate) struct Arrived<'a> {
    pub(crate) headers: &'a HeaderMap,
    /// Without `?`.
    pub(crate) query: &'a str,
    pub(crate) body: &'a [u8],
    /// Unix seconds of the host's clock.
    pub(crate) now: i64,
}

impl Arrived<'_> {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A receipt that is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Our id of the message, where the gateway gives it back.
    pub(crate) message_id: Option<String>,
    /// What the gateway calls the message.
    pub(crate) reference: Option<String>,
    /// `None`: it reports something that is no news of a delivery.
    pub(crate) report: Option<Report>,
    /// Digest of what makes it one of its kind; `None`: its signature has no time, so the same may
    /// rightly come again.
    pub(crate) once: Option<String>,
}

closed_set! {
    /// Why a receipt is not believed.
    pub(crate) enum Disbelief {
        /// No such gateway, or it has no receipts.
        NotExpected => "not_expected",
        /// The signature is missing or wrong.
        Signature => "wrong_signature",
        /// It is right, but of another time.
        Time => "wrong_time",
        /// It is signed and not what the gateway documents.
        Malformed => "malformed",
    }
}

/// Whether `signature` is the HMAC with SHA-1 over the text, in base64 (Twilio). In constant time.
pub(crate) fn is_sha1(secret: &Secret, text: &[u8], signature: &str) -> bool {
    let key = hmac::Key::new(
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        secret.expose().as_bytes(),
    );
    let tag = STANDARD.decode(signature);
    tag.is_ok_and(|tag| hmac::verify(&key, text, &tag).is_ok())
}

/// Whether `signature` is the HMAC with SHA-256 over the bytes. In constant time.
pub(super) fn is_sha256(secret: &Secret, bytes: &[u8], signature: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    hmac::verify(&key, bytes, signature).is_ok()
}

/// Our own signature of a time and a body: HMAC with SHA-256, in hexadecimal (G-08, G-09).
pub(super) fn signed(secret: &Secret, time: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{time}.").as_bytes());
    context.update(body);
    hex(context.sign().as_ref())
}

/// SHA-256 in hexadecimal.
pub(super) fn digest(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex(&digest.finalize())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
