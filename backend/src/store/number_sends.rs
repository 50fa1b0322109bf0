//! When which number was sent a message, of the last day: by a keyed digest of the number.

use storage::StoreError;

use super::{Store, new_id};
use crate::throttle::numbers::{DAY, wait};

/// A send that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountedSend {
    pub(crate) send_id: String,
    /// Seconds until the next may be.
    pub(crate) next_in: i64,
}

impl Store {
    /// Counts a send at `now`, Unix seconds; or says for how many seconds there may be none.
    pub(crate) async fn count_send(
        &self,
        number: String,
        now: i64,
    ) -> Result<Result<CountedSend, i64>, StoreError> {
        let send_id = new_id("send")?;
        self.0
            .write(move |sql| {
                let mut times = sql.query(
                    "SELECT sent_at FROM number_sends WHERE number = $1 AND sent_at > $2 ORDER BY sent_at",
                    &[(&number).into(), (now - DAY).into()],
                    |row| row.int(0),
                )?;
                let left = wait(&times, now);
                if left > 0 {
                    return Ok(Err(left));
                }
                sql.execute(
                    "INSERT INTO number_sends (send_id, number, sent_at) VALUES ($1, $2, $3)",
                    &[(&send_id).into(), (&number).into(), now.into()],
                )?;
                times.push(now);
                Ok(Ok(CountedSend {
                    send_id: send_id.clone(),
                    next_in: wait(&times, now),
                }))
            })
            .await
    }

    /// This one surely did not go out.
    pub(crate) async fn take_back_send(&self, send_id: &str) -> Result<(), StoreError> {
        let send_id = send_id.to_owned();
        self.0
            .write(move |sql| {
                let params = [(&send_id).into()];
                sql.execute("DELETE FROM number_sends WHERE send_id = $1", &params)
                    .map(drop)
            })
            .await
    }

    /// Forgets sends that no limit looks at any more, so many at most (B-13). How many went.
    pub(crate) async fn forget_sends(&self, now: i64, most: i64) -> Result<usize, StoreError> {
        self.0
            .write(move |sql| {
                sql.execute(
                    "DELETE FROM number_sends WHERE send_id IN (SELECT send_id FROM number_sends
                        WHERE sent_at <= $1 ORDER BY sent_at LIMIT $2)",
                    &[(now - DAY).into(), most.into()],
                )
            })
            .await
    }
}
