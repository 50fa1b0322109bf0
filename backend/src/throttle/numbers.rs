//! What a number may be sent (B-04), where the OTP service is not known to see to it itself: 30 seconds after the first
//! message, then 60, five in an hour, ten in a day. Ours does it better, with devices and locks, so there these limits
//! are off unless LIMIT_NUMBERS turns them on.
//!
//! The sends are rows of our own database (`store/number_sends.rs`): they hold over all backends and a restart. A
//! number is known there by a keyed digest alone. What can't be counted is not sent (B-11).

use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use edge::ApiError;
use edge::keys::Key;
use hmac::Mac;
use shared::{ErrorType, PhoneNumber};

use crate::app::App;
use crate::otp_client::Fault;
use crate::store::fault;

const HOUR: i64 = 3600;
/// A send is forgotten after it, seconds.
pub(crate) const DAY: i64 = 24 * HOUR;
const LIMITS: [(i64, usize); 2] = [(HOUR, 5), (DAY, 10)];
const FIRST_COOL_DOWN: i64 = 30;
const COOL_DOWN: i64 = 60;

/// Whether and how numbers are counted here.
#[derive(Debug)]
pub(crate) struct Numbers {
    key: Key,
    always: bool,
    /// The OTP service has our additions, and so our limits.
    service_counts: AtomicBool,
}

/// What was sent, and when the next may be.
#[derive(Debug)]
pub(crate) struct Sent<T> {
    pub(crate) answer: T,
    /// Seconds; none: the OTP service knows.
    pub(crate) resend_in: Option<u32>,
}

impl Numbers {
    /// Counts until it is known that the OTP service does.
    pub(crate) fn new(backend_key: &Key, always: bool) -> Self {
        Self {
            key: backend_key.derive("number throttle v1"),
            always,
            service_counts: AtomicBool::new(false),
        }
    }

    /// The OTP service has shown whether it has our additions to the vendor's contract.
    pub(crate) fn learn(&self, service_is_ours: bool) {
        self.service_counts
            .store(service_is_ours, Ordering::Relaxed);
    }

    /// Whether numbers and verifications are counted here.
    pub(crate) fn counts(&self) -> bool {
        self.always || !self.service_counts.load(Ordering::Relaxed)
    }

    fn digest(&self, number: &PhoneNumber) -> String {
        let mac = self.key.mac(number.as_str().as_bytes()).finalize();
        BASE64_URL_SAFE_NO_PAD.encode(mac.into_bytes())
    }
}

/// Has a message sent to `number`, which is counted before, and no more where surely nothing was sent (B-10).
///
/// # Errors
/// Those of the send; 429 when the number has to wait; 503 when it can't be counted.
pub(crate) async fn counted<T>(
    app: &App,
    number: &PhoneNumber,
    send: impl Future<Output = Result<T, Fault>>,
) -> Result<Sent<T>, Fault> {
    if !app.numbers.counts() {
        let answer = send.await?;
        return Ok(Sent {
            answer,
            resend_in: None,
        });
    }
    let digest = app.numbers.digest(number);
    let counted = app.store.count_send(digest, app.clock.now()).await;
    let counted = counted
        .map_err(fault)?
        .map_err(|wait| ApiError::from(ErrorType::TooManyRequests).retry_after(seconds(wait)))?;
    match send.await {
        Ok(answer) => Ok(Sent {
            answer,
            resend_in: Some(seconds(counted.next_in)),
        }),
        Err(failed) => {
            if !failed.in_doubt
                && let Err(error) = app.store.take_back_send(&counted.send_id).await
            {
                // The number waits in vain for a while; that is the safe side.
                fault(error).log();
            }
            Err(failed)
        }
    }
}

fn seconds(wait: i64) -> u32 {
    u32::try_from(wait).unwrap_or(0)
}

/// For how many seconds a number that got messages at `times`, the oldest first, gets none.
pub(crate) fn wait(times: &[i64], now: i64) -> i64 {
    let cool_down = times.last().map_or(0, |last| {
        let in_its_hour = times.iter().filter(|at| **at > last - HOUR).count();
        let cool_down = if in_its_hour > 1 {
            COOL_DOWN
        } else {
            FIRST_COOL_DOWN
        };
        last + cool_down - now
    });
    super::wait(times, &LIMITS, now).max(cool_down)
}

#[cfg(test)]
mod tests;
