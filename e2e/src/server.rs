//! One server running in this process.

use edge::Stop;
use tokio::task::JoinHandle;

use crate::trouble::{Outcome, Trouble};

/// A running server. Dropping it stops it as well, without waiting.
#[derive(Debug)]
pub(crate) struct Server {
    stop: Stop,
    task: JoinHandle<Outcome>,
}

impl Server {
    /// Runs a server that stops when it is told so.
    pub(crate) fn run<F, E>(serve: impl FnOnce(Stop) -> F) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Trouble>,
    {
        let stop = Stop::default();
        let server = serve(stop.clone());
        let task = tokio::spawn(async move { server.await.map_err(Into::into) });
        Self { stop, task }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Stops it and waits for its end.
    pub(crate) async fn stop(mut self) -> Outcome {
        // A server that has ended on its own hears nothing; its result tells why.
        self.stop.close();
        (&mut self.task).await?
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.close();
    }
}
