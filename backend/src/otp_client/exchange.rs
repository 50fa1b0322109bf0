//! A call's way to the service and back: a place, the request, what its answer means, and what is remembered of it.

use std::sync::{MutexGuard, PoisonError};

use axum::body::Bytes;
use edge::ApiError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::lane::{Lane, NotBegun, Way};
use super::repeats::{self, Repeats};
use super::reply::Expect;
use super::transport::Call;
use super::{Fault, OtpClient};
use crate::events::UpstreamCall;

/// An attempt without the answer that was asked for.
struct Failed {
    fault: Fault,
    /// The service has refused it, in whatever words: it works (H-04).
    works: bool,
}

impl OtpClient {
    /// Makes the call, and again where that is safe and allowed.
    pub(super) async fn exchange<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
        body: Option<&impl Serialize>,
        expect: Expect,
    ) -> Result<T, Fault> {
        let body = body.map(serde_json::to_vec).transpose();
        let body = body
            .map_err(|error| ApiError::internal(format_args!("a request is no JSON: {error}")))?;
        let body = body.map(Bytes::from);
        let deadline = Instant::now() + call.limit;
        let mut now = self.clock.now();
        self.repeats().note_call(now);
        let mut repeats_left = if call.is_read { repeats::MOST } else { 0 };
        loop {
            let answer = self
                .attempt(&call, body.clone(), expect, now, deadline)
                .await;
            let failed = match answer {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            // What works and says no says it again.
            if failed.works || repeats_left == 0 {
                return Err(failed.fault);
            }
            let pause_end = Instant::now() + repeats::pause();
            if pause_end >= deadline
                || self.lane(&call).is_open()
                || !self.repeats().take(self.clock.now())
            {
                return Err(failed.fault);
            }
            repeats_left -= 1;
            self.events.upstream_repeat();
            tokio::time::sleep_until(pause_end).await;
            now = self.clock.now();
        }
    }

    async fn attempt<T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
        body: Option<Bytes>,
        expect: Expect,
        now: i64,
        deadline: Instant,
    ) -> Result<T, Failed> {
        let lane = self.lane(call);
        let place = lane.enter(now, deadline).await.map_err(|why| {
            let word = match why {
                NotBegun::Open => UpstreamCall::LeftAlone,
                NotBegun::Full => UpstreamCall::Crowded,
            };
            self.events.upstream_call(lane.way, word);
            Failed {
                fault: why.into(),
                works: false,
            }
        })?;
        let reply = self.transport.exchange(call, body, now, deadline).await;
        let refused = reply
            .as_ref()
            .is_ok_and(|reply| reply.status.is_client_error());
        let answer = match reply {
            Ok(reply) => expect.read(&reply).map_err(Fault::of_answer),
            Err(failure) => Err(failure.into()),
        };
        let answer = answer.map_err(|fault| Failed {
            works: refused || fault.is_an_answer(),
            fault,
        });
        let good = answer.as_ref().err().is_none_or(|failed| failed.works);
        let word = if good {
            UpstreamCall::Good
        } else {
            UpstreamCall::Failed
        };
        self.events.upstream_call(lane.way, word);
        self.note_breaker(lane, place.ended(good));
        answer
    }

    fn lane(&self, call: &Call<'_>) -> &Lane {
        match call.way {
            Way::Sends => &self.sends,
            Way::Others => &self.others,
        }
    }

    fn repeats(&self) -> MutexGuard<'_, Repeats> {
        self.repeats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note_breaker(&self, lane: &Lane, changed: Option<bool>) {
        if let Some(open) = changed {
            self.events.upstream_breaker(lane.way, open);
        }
    }
}
