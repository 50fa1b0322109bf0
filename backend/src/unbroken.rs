//! Work that a browser begins and does not end by hanging up. A stopping backend waits for it (I-09).

use edge::ApiError;
use edge::trace::carried;
use tokio_util::task::TaskTracker;

/// What runs of it.
#[derive(Debug, Default)]
pub(crate) struct Unbroken(TaskTracker);

impl Unbroken {
    /// Does this to its end; what comes of it is told to who still waits.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        let ended = self.0.spawn(carried(work)).await;
        ended.unwrap_or_else(|error| {
            let how = if error.is_panic() {
                "panic"
            } else {
                "cancelled"
            };
            Err(ApiError::internal(format_args!("did not end: {how}")))
        })
    }

    /// Waits until nothing runs any more.
    pub(crate) async fn ended(&self) {
        self.0.close();
        self.0.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_runs_to_its_end_and_is_waited_for_i_09() {
        let unbroken = Arc::new(Unbroken::default());
        let (entered, inside) = oneshot::channel();
        let (release, released) = oneshot::channel();
        let (done, is_done) = oneshot::channel();
        let own = Arc::clone(&unbroken);
        let caller = tokio::spawn(async move {
            let work = async move {
                entered.send(()).unwrap();
                released.await.unwrap();
                done.send(()).unwrap();
                Ok(())
            };
            own.run(work).await
        });
        inside.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        let stopping = tokio::spawn(async move { unbroken.ended().await });
        tokio::task::yield_now().await;
        assert!(!stopping.is_finished());
        release.send(()).unwrap();
        stopping.await.unwrap();
        is_done.await.unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_ours() {
        async fn fails() -> Result<(), ApiError> {
            panic!("in a test")
        }
        let error = Unbroken::default().run(fails()).await.unwrap_err();
        assert_eq!(error.error_type(), shared::ErrorType::InternalError);
    }
}
