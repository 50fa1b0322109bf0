//! How a server stops (I-09), step by step: it says that it is not ready while it still takes
//! connections, so that a load balancer turns away from it; then it takes no more and lets the running
//! requests end; then it cuts what is left.
//!
//! Not here: what each step does to sockets ([`crate::serve`]) and to the answer of `/readyz`
//! ([`crate::Readiness`]).

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use http::request::Parts;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::peer::Connected;

/// So long a leaving server still takes connections.
pub(crate) const LINGER: Duration = Duration::from_secs(1);

/// Tells a server to stop, and tells its parts how far the stopping has come. Clones are the same.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<Step>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Serving,
    Leaving,
    Closing,
    Cut,
}

impl Default for Stop {
    /// Serves until somebody says otherwise.
    fn default() -> Self {
        Self(watch::Sender::new(Step::Serving))
    }
}

impl Stop {
    /// Stops at the signals of the system. SIGTERM: in steps, as a load balancer needs it. SIGINT,
    /// which is Ctrl-C: takes no more connections at once, since somebody sits and waits. Any further
    /// signal: cuts what still runs; what was given to the database is done nevertheless.
    ///
    /// # Errors
    /// When the system does not let signals be heard.
    pub fn at_signals() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let stop = Self::default();
        let told = stop.clone();
        tokio::spawn(async move {
            loop {
                let step = tokio::select! {
                    _ = terminate.recv() => Step::Leaving,
                    _ = interrupt.recv() => Step::Closing,
                };
                let step = if told.is_stopping() { Step::Cut } else { step };
                tracing::info!(cut = step == Step::Cut, "stopping");
                told.go_to(step);
            }
        });
        Ok(stop)
    }

    /// Stops without the wait for load balancers.
    pub fn close(&self) {
        self.go_to(Step::Closing);
    }

    /// Stops as at SIGTERM.
    pub fn leave(&self) {
        self.go_to(Step::Leaving);
    }

    /// Waits for nothing any more.
    pub fn cut(&self) {
        self.go_to(Step::Cut);
    }

    /// Whether the server no longer wants new work.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.0.borrow() > Step::Serving
    }

    /// Comes back when the server no longer wants new work.
    pub async fn stopping(&self) {
        self.reached(Step::Leaving).await;
    }

    /// Comes back when no more connections are to be taken.
    pub(crate) async fn closing(&self) {
        self.reached(Step::Leaving).await;
        tokio::select! {
            () = tokio::time::sleep(LINGER) => {}
            () = self.reached(Step::Closing) => {}
        }
    }

    /// Comes back when running requests are to be cut.
    pub async fn cutting(&self) {
        self.reached(Step::Cut).await;
    }

    /// Never goes back.
    fn go_to(&self, step: Step) {
        self.0.send_if_modified(|now| {
            let further = step > *now;
            *now = step.max(*now);
            further
        });
    }

    async fn reached(&self, step: Step) {
        // The sender is in `self`, so the only error, its end, can't come.
        let _ = self.0.subscribe().wait_for(|now| *now >= step).await;
    }
}

/// The stop of the server that took the request; one that never comes where a test has no server.
impl<S: Send + Sync> FromRequestParts<S> for Stop {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let connected = parts.extensions.get::<Arc<Connected>>();
        Ok(connected.map_or_else(Self::default, |connected| connected.stop.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_leaving_server_takes_connections_for_another_second_i_09() {
        let stop = Stop::default();
        assert!(!stop.is_stopping());
        stop.leave();
        assert!(stop.is_stopping());
        let since = Instant::now();
        stop.closing().await;
        assert_eq!(since.elapsed(), LINGER);
    }

    #[tokio::test(start_paused = true)]
    async fn further_steps_cut_the_wait_short_and_no_step_goes_back() {
        let stop = Stop::default();
        stop.close();
        let since = Instant::now();
        stop.closing().await;
        stop.cut();
        stop.leave();
        stop.cutting().await;
        assert_eq!(since.elapsed(), Duration::ZERO);
    }
}
