//! One press is one message, though it comes twice (I-08), before an OTP service that does not see to it itself: equal
//! sends to a number within ten seconds are one, and all of them get what it has brought. The vendor's service knows
//! no `Idempotency-Key`, so a repeat with its key is one of them too.
//!
//! Kept in memory, so each backend joins what comes to it; between backends the number's cool-down stands
//! ([`super::numbers`]), and the second press is told to wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use shared::PhoneNumber;
use tokio::sync::OnceCell;

use crate::otp_client::Fault;

/// Seconds.
const TOGETHER: i64 = 10;
/// Those that are over are forgotten when so many are there, or twice as many as were left the last time.
const SWEEP_AT: usize = 64;

/// The sends of the last seconds.
#[derive(Debug)]
pub(crate) struct Presses<T>(Mutex<Recent<T>>);

#[derive(Debug)]
struct Recent<T> {
    of: HashMap<PhoneNumber, Press<T>>,
    sweep_at: usize,
}

#[derive(Debug)]
struct Press<T> {
    /// Unix seconds.
    began_at: i64,
    outcome: Arc<OnceCell<T>>,
}

impl<T: Clone> Presses<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Recent {
            of: HashMap::new(),
            sweep_at: SWEEP_AT,
        }))
    }

    /// What `send` brings, or what an equal one has brought that was begun a moment ago and may still be on its way.
    ///
    /// # Errors
    /// The send's own. One that fails is not shared: who waits for it tries on its own.
    pub(crate) async fn one(
        &self,
        number: &PhoneNumber,
        now: i64,
        send: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let outcome = self.press(number, now);
        outcome.get_or_try_init(|| send).await.cloned()
    }

    fn press(&self, number: &PhoneNumber, now: i64) -> Arc<OnceCell<T>> {
        let is_fresh = |press: &Press<T>| now - press.began_at < TOGETHER;
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(press) = recent.of.get(number).filter(|press| is_fresh(press)) {
            return Arc::clone(&press.outcome);
        }
        if recent.of.len() >= recent.sweep_at {
            recent.of.retain(|_, press| is_fresh(press));
            recent.sweep_at = SWEEP_AT.max(2 * recent.of.len());
        }
        let outcome = Arc::new(OnceCell::new());
        let press = Press {
            began_at: now,
            outcome: Arc::clone(&outcome),
        };
        recent.of.insert(number.clone(), press);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;
    use edge::ApiError;
    use shared::ErrorType;

    fn number(last: usize) -> PhoneNumber {
        PhoneNumber::parse(&format!("+1212555{last:04}")).unwrap()
    }

    #[tokio::test]
    async fn equal_sends_are_one_for_ten_seconds_i_08() {
        let presses = Presses::new();
        for (at, number_of, said, told) in [
            (NOW, 1, "first", "first"),
            (NOW + 9, 1, "second", "first"),
            (NOW + 9, 2, "another", "another"),
            (NOW + 10, 1, "third", "third"),
        ] {
            let number = number(number_of);
            let outcome = presses.one(&number, at, async { Ok(said) }).await;
            assert_eq!(outcome.unwrap(), told, "{at}");
        }
    }

    #[tokio::test]
    async fn one_that_fails_is_nobody_elses() {
        let presses = Presses::new();
        let failed = async { Err(ApiError::from(ErrorType::SmsNotSent).into()) };
        assert!(presses.one(&number(1), NOW, failed).await.is_err());
        let next = presses.one(&number(1), NOW, async { Ok("sent") }).await;
        assert_eq!(next.unwrap(), "sent");
    }

    #[tokio::test]
    async fn those_that_are_over_are_forgotten() {
        let presses = Presses::new();
        for last in 0..1000 {
            let now = NOW + i64::try_from(last).unwrap();
            presses
                .one(&number(last), now, async { Ok(()) })
                .await
                .unwrap();
        }
        assert!(presses.0.lock().unwrap().of.len() <= 2 * SWEEP_AT);
    }
}
