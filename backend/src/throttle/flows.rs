//! How many codes one verification takes in all (B-06), right ones, wrong ones and repeats alike. Counted only where the
//! OTP service is not known to count tries itself: ours ends a challenge after five wrong ones.
//!
//! Counted in memory, each backend for itself: what is left after a restart is the limit per address, and the
//! vendor's own.

use std::sync::Mutex;

use edge::ApiError;
use shared::ErrorType;

use super::{Histories, held};
use crate::verification::PendingVerification;

const MOST: usize = 10;
/// No verification lives longer, seconds: ten minutes at most for its code, and an hour in which it can be told
/// that it is over.
const LONGEST: i64 = 2 * 3600;

/// All verifications' histories.
#[derive(Debug)]
pub(crate) struct Flows(Mutex<Histories<String>>);

impl Flows {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Histories::new(vec![(LONGEST, MOST)])))
    }

    /// A code is presented for this verification.
    ///
    /// # Errors
    /// When it has taken as many as it can: another one has to be begun. 503 when no more can be remembered.
    pub(crate) fn verify(&self, pending: &PendingVerification, now: i64) -> Result<(), ApiError> {
        let flow = match &pending.challenge_id {
            Some(challenge) => challenge.clone(),
            None => format!("{} {}", pending.method_id, pending.ends_at),
        };
        held(&self.0).take(flow, now).map_err(|error| {
            if error.error_type() == ErrorType::TooManyRequests {
                return ErrorType::OtpAttemptsExceeded.into();
            }
            error
        })
    }
}
