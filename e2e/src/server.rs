//! One server running in this process.

use std::pin::Pin;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::trouble::{Outcome, Trouble};

/// Ends when the server is to stop.
pub(crate) type Shutdown = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A running server. Dropping it stops it as well, without waiting.
#[derive(Debug)]
pub(crate) struct Server {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Outcome>,
}

impl Server {
    /// Runs a server that stops when the future that it is given ends.
    pub(crate) fn run<F, E>(serve: impl FnOnce(Shutdown) -> F) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Trouble>,
    {
        let (stop, stopped) = oneshot::channel();
        // A dropped sender ends the future too.
        let server = serve(Box::pin(async move { drop(stopped.await) }));
        let task = tokio::spawn(async move { server.await.map_err(Into::into) });
        Self { stop, task }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Stops it and waits for its end.
    pub(crate) async fn stop(self) -> Outcome {
        // A server that has ended on its own hears nothing; its result tells why.
        let _ = self.stop.send(());
        self.task.await?
    }
}
