//! What is counted beside the answers to requests (F-10), and logged with it, with fields from closed sets (F-03).
//! Nothing is counted elsewhere; what is only logged is logged where it happens.

use edge::closed_set;
use edge::metrics::{ClosedSet, Counted, Counter, CounterTable, Gauge, GaugeTable, Registry};

use crate::otp_client::Way;
use crate::store::Taken;

closed_set! {
    /// What came of a call to the OTP service.
    pub(crate) enum UpstreamCall {
        /// An answer of the contract, be it a refusal.
        Good => "good",
        /// None, a broken one, or one that is none of the contract.
        Failed => "failed",
        /// Not made: the circuit breaker is open.
        LeftAlone => "left_alone",
        /// Not made: too many others are on their way.
        Crowded => "crowded",
    }
}

closed_set! {
    /// What came of telling a message to the app's server.
    pub(crate) enum WebhookEnd {
        Delivered => "delivered",
        /// It is told again.
        Failed => "failed",
        /// It has failed too often.
        GivenUp => "given_up",
        /// The receiver wants no more, and gets none until this backend is started again.
        Gone => "gone",
    }
}

/// Logs what happened, and counts it.
#[derive(Debug)]
pub(crate) struct Events {
    calls: CounterTable<2>,
    open: GaugeTable<1>,
    repeats: Counter,
    webhooks: Counted<WebhookEnd>,
    webhooks_waiting: Gauge,
}

impl Events {
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let ways = || Way::ALL.iter().map(|way| way.as_str().to_owned());
        let rows = ways().flat_map(|way| {
            let results = UpstreamCall::ALL.iter();
            results.map(move |result| [way.clone(), result.as_str().to_owned()])
        });
        let repeats = Counter::default();
        registry.register(
            "upstream_repeats",
            "Calls to the OTP service that were made again after a failure",
            repeats.clone(),
        );
        let webhooks_waiting = Gauge::default();
        registry.register(
            "webhook_messages_waiting",
            "Messages that the app's server has not been told yet, as of the last minute",
            webhooks_waiting.clone(),
        );
        Self {
            calls: CounterTable::register(
                registry,
                "upstream_calls",
                "Calls to the OTP service, by what they are about and what came of them",
                ["way", "result"],
                rows,
            ),
            open: GaugeTable::register(
                registry,
                "upstream_open",
                "Whether the circuit breaker towards the OTP service is open, so that it gets no calls",
                ["way"],
                ways().map(|way| [way]),
            ),
            repeats,
            webhooks: Counted::register(
                registry,
                "webhook_attempts",
                "Attempts to tell the app's server something, by what came of them",
                "result",
            ),
            webhooks_waiting,
        }
    }

    /// A message was told to the app's server, or not. `status` is the answer's, 0 without one.
    pub(crate) fn webhook(&self, taken: &Taken, end: WebhookEnd, status: u16) {
        self.webhooks.count(end);
        let (id, event_type, result) = (&taken.message_id, &taken.event, end.as_str());
        let attempts = taken.attempts;
        macro_rules! log {
            ($level:ident, $sentence:literal) => {
                tracing::$level!(
                    event = "webhook",
                    id,
                    event_type,
                    result,
                    attempts,
                    status,
                    $sentence
                )
            };
        }
        match end {
            WebhookEnd::Delivered => log!(info, "a webhook was delivered"),
            WebhookEnd::Failed => log!(warn, "a webhook was not delivered and is told again"),
            WebhookEnd::GivenUp => log!(error, "a webhook is given up"),
            WebhookEnd::Gone => log!(
                error,
                "the receiver of webhooks wants no more (410) and gets none until the next start"
            ),
        }
    }

    /// So many messages could not be told for so long that they are given up.
    pub(crate) fn webhooks_given_up(&self, count: usize) {
        for _ in 0..count {
            self.webhooks.count(WebhookEnd::GivenUp);
        }
        if count > 0 {
            tracing::error!(
                event = "webhooks_given_up",
                count,
                "webhooks that nobody could be told are given up"
            );
        }
    }

    /// Messages that are not over.
    pub(crate) fn webhooks_waiting(&self, waiting: i64) {
        self.webhooks_waiting.set(waiting);
    }

    /// A call to the OTP service is over. Too frequent for the log.
    pub(crate) fn upstream_call(&self, way: Way, result: UpstreamCall) {
        self.calls.count([way.as_str(), result.as_str()]);
    }

    /// A call is made again.
    pub(crate) fn upstream_repeat(&self) {
        self.repeats.inc();
    }

    /// A circuit breaker has opened or closed (H-04).
    pub(crate) fn upstream_breaker(&self, way: Way, open: bool) {
        let way = way.as_str();
        self.open.set([way], f64::from(u8::from(open)));
        if open {
            tracing::error!(
                event = "upstream_open",
                way,
                "the OTP service fails and is left alone for a while"
            );
        } else {
            tracing::info!(
                event = "upstream_closed",
                way,
                "the OTP service works again"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Harness;
    use edge::testing::{metrics_rows, table_rows};

    #[tokio::test]
    async fn the_table_for_operators_is_that_of_the_code() {
        let page = include_str!("../../docs/metrics.md");
        let (of_both, own) = page.split_once("\n## The backend's own").unwrap();
        let mut rows = metrics_rows(&Harness::start().await.app.registry);
        rows.retain(|row| !table_rows(of_both).contains(row));
        assert_eq!(table_rows(own), rows);
    }
}
