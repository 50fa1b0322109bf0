//! Can the server work? Asked by whoever runs it, often and from many sides; the parts are looked at
//! once a second at most, so that asking costs next to nothing.
//!
//! Not here: the parts. Each server looks at its own, within a time of its own, and names the one that
//! does not work in a fixed sentence.

use std::fmt;
use std::time::Duration;

use shared::ErrorType;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::{ApiError, Stop};

/// An answer is given again for so long, unless said otherwise.
const FRESH: Duration = Duration::from_secs(1);
const RETRY_AFTER_SECS: u32 = 5;

/// What was found out last.
#[derive(Debug)]
pub struct Readiness {
    fresh: Duration,
    last: Mutex<Option<(Instant, Result<(), ApiError>)>>,
}

impl Default for Readiness {
    fn default() -> Self {
        Self::fresh_for(FRESH)
    }
}

impl Readiness {
    /// With an answer given again for so long.
    #[must_use]
    pub fn fresh_for(fresh: Duration) -> Self {
        Self {
            fresh,
            last: Mutex::default(),
        }
    }

    /// What `look` finds, or what it found within the last second. A server that is stopping is not
    /// ready whatever its parts say (I-09).
    ///
    /// # Errors
    /// What does not work; its cause is told once, to the log.
    pub async fn ask(
        &self,
        stop: &Stop,
        look: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<(), ApiError> {
        if stop.is_stopping() {
            return Err(ApiError::from(ErrorType::Overloaded)
                .message("The server is stopping.")
                .retry_after(RETRY_AFTER_SECS));
        }
        // Who comes while somebody looks waits for what is found.
        let mut last = self.last.lock().await;
        if let Some((at, found)) = &*last
            && at.elapsed() < self.fresh
        {
            return found.clone();
        }
        let found = look.await;
        let told = found.clone().map_err(ApiError::without_cause);
        *last = Some((Instant::now(), told));
        found
    }
}

impl ApiError {
    /// A part does not work; `message` names it.
    pub fn not_ready(error_type: ErrorType, cause: impl fmt::Display, message: &str) -> Self {
        Self::unavailable(error_type, cause)
            .message(message)
            .retry_after(RETRY_AFTER_SECS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn ten_who_ask_within_a_second_are_one_look() {
        let (readiness, stop) = (Readiness::default(), Stop::default());
        let looks = AtomicU32::new(0);
        let look = async || {
            looks.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(10)).await;
            Err(ApiError::internal("why").message("The database does not answer."))
        };
        let (first, second) =
            tokio::join!(readiness.ask(&stop, look()), readiness.ask(&stop, look()));
        for _ in 0..8 {
            assert!(readiness.ask(&stop, look()).await.is_err());
        }
        assert_eq!(looks.load(Ordering::Relaxed), 1);
        assert_eq!(first.unwrap_err().cause(), Some("why"));
        let second = second.unwrap_err();
        assert_eq!(second.cause(), None, "one line in the log is enough");
        assert_eq!(
            second.envelope().error_message,
            "The database does not answer."
        );
        tokio::time::advance(FRESH).await;
        assert!(readiness.ask(&stop, async { Ok(()) }).await.is_ok());
    }

    #[tokio::test]
    async fn a_stopping_server_is_not_ready_although_it_was_a_moment_ago_i_09() {
        let (readiness, stop) = (Readiness::default(), Stop::default());
        assert!(readiness.ask(&stop, async { Ok(()) }).await.is_ok());
        stop.leave();
        let error = readiness.ask(&stop, async { Ok(()) }).await.unwrap_err();
        assert_eq!(error.error_type(), ErrorType::Overloaded);
        assert_eq!(error.envelope().error_message, "The server is stopping.");
    }
}
