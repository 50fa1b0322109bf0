//! How long somebody waits for a place at the database (H-13): a second in which this process runs. When it, or the
//! whole machine, stands still, every timer has run out by the time it goes on, and those who have the places could do
//! nothing meanwhile; so a second is several short waits, of which that is one.

use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

const WAITS: u32 = 4;
const WAIT: Duration = Duration::from_millis(250);

/// What is waited for; nothing when it did not come in time.
pub(crate) async fn in_time<T>(wanted: impl Future<Output = T>) -> Option<T> {
    let mut wanted = pin!(wanted);
    for _ in 0..WAITS {
        if let Ok(come) = timeout(WAIT, &mut wanted).await {
            return Some(come);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::{Instant, advance, sleep_until};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_second_is_waited_and_no_longer_h_13() {
        let began = Instant::now();
        assert_eq!(in_time(pending::<()>()).await, None);
        assert_eq!(began.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_stood_still_waits_on() {
        let began = Instant::now();
        let until = began + Duration::from_millis(60_100);
        let waiting = tokio::spawn(in_time(sleep_until(until)));
        tokio::task::yield_now().await;
        // Nothing runs, as with SIGSTOP.
        advance(Duration::from_secs(60)).await;
        assert_eq!(waiting.await.unwrap(), Some(()));
    }
}
