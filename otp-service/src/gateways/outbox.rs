//! The outbox: the page that shows the message queue is the phone, so what is in the queue has arrived
//! and nothing leaves the machine. The page itself: `crate::outbox`.

use super::{Answered, Attempt, Gateway, Handed, Outgoing};

pub(super) struct Outbox;

impl Gateway for Outbox {
    fn hand_over<'a>(&'a self, _: Outgoing<'a>) -> Attempt<'a> {
        Box::pin(std::future::ready(Answered {
            handed: Handed::Accepted {
                reference: String::new(),
            },
            status: 0,
            came_back: "it is in the outbox".to_owned(),
        }))
    }

    fn takes_at_once(&self) -> bool {
        true
    }

    fn reports(&self) -> bool {
        true
    }
}
