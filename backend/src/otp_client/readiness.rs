//! Whether the OTP service works: asked by whoever runs the backend, and by nobody's wish while its breaker is open.

use std::time::Duration;

use http::{Method, StatusCode};
use tokio::time::Instant;

use super::OtpClient;
use super::transport::{Failure, Reply};

/// How often it is looked whether somebody has to make a probe.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Why the OTP service is not fit for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotReady {
    /// It answers, but not to our key.
    KeyRefused,
    /// It can't be reached, or what answers there is no OTP service.
    Silent(String),
    /// It has failed, and has not yet shown that it works again.
    LeftAlone,
}

impl OtpClient {
    /// Asks for a user that can't be there: 404 shows that the service answers and takes the key.
    ///
    /// While the breaker is open it is the probe, if it is time for one, and else makes no call. Otherwise it does not
    /// count: who asks often must not be what opens it.
    pub(crate) async fn readiness(&self) -> Result<(), NotReady> {
        let call = self.call(Method::GET, "/users/user_000000000000000000000000000");
        let (now, deadline) = (self.clock.now(), Instant::now() + call.limit);
        if !self.others.is_open() {
            return ready(&self.transport.exchange(&call, None, now, deadline).await);
        }
        let place = self.others.enter(now, deadline).await;
        let place = place.map_err(|_| NotReady::LeftAlone)?;
        let found = ready(&self.transport.exchange(&call, None, now, deadline).await);
        let good = !matches!(found, Err(NotReady::Silent(_)));
        self.note_breaker(&self.others, place.ended(good));
        match found {
            Ok(()) if self.others.is_open() => Err(NotReady::LeftAlone),
            found => found,
        }
    }

    /// Whether sends are refused here, because those before have failed.
    pub(crate) fn leaves_sends_alone(&self) -> bool {
        self.sends.is_open()
    }

    /// Makes the probes that nobody else makes, for ever: so the service is found to work again also by a backend
    /// that gets no calls because it is not ready (H-11).
    pub(crate) async fn look_after(&self) {
        let mut interval = tokio::time::interval(LOOK_EVERY);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            if self.others.wants_probe() {
                // What it finds shows in the breaker.
                drop(self.readiness().await);
            }
        }
    }
}

/// What an answer to the question for a user that can't be there says of the service.
fn ready(reply: &Result<Reply, Failure>) -> Result<(), NotReady> {
    match reply {
        Ok(reply) => match reply.status {
            StatusCode::NOT_FOUND => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(NotReady::KeyRefused),
            status => Err(NotReady::Silent(format!(
                "the OTP service answered {status}"
            ))),
        },
        Err(failure) => Err(NotReady::Silent(failure.to_string())),
    }
}
