//! What this process remembers of the messages that it has handed over: by which names the message centre
//! will report them, part by part. A report can so be told apart from a stranger's even before the name
//! of its message is on disk, and a message of several parts is delivered when all of them are.
//!
//! Only memory: after a restart, or in another process, a report is found by the name on disk, which is
//! that of the message's last part.

use std::collections::{HashMap, HashSet, VecDeque};

use super::delivery::{Delivery, other_spellings};
use crate::rules::delivery::Report;

/// So many messages are remembered.
const MOST: usize = 4096;
/// So many reports of which nobody knew the message yet.
const MOST_EARLY: usize = 256;

/// A part of a message on its way. It holds a number, so there is no `Debug`.
#[derive(Clone)]
pub(super) struct Part {
    /// Our id of the message.
    pub(super) message_id: String,
    /// Digits of the number.
    pub(super) to: String,
    /// The message has so many parts.
    pub(super) parts: usize,
}

#[derive(Default)]
pub(super) struct Sent {
    messages: HashMap<String, Message>,
    /// The message of each name.
    names: HashMap<String, String>,
    oldest: VecDeque<String>,
    early: VecDeque<Delivery>,
}

struct Message {
    to: String,
    parts: usize,
    names: Vec<String>,
    delivered: HashSet<String>,
}

/// A report, and the message that it is about, as far as that is remembered.
pub(super) struct Found {
    pub(super) message_id: Option<String>,
    pub(super) report: Option<Report>,
}

impl Sent {
    /// The message centre has taken a part and calls it so. What it has reported of it before that.
    pub(super) fn taken(&mut self, part: &Part, name: &str) -> Option<Delivery> {
        let id = &part.message_id;
        if !self.messages.contains_key(id) {
            self.forget_oldest();
            self.oldest.push_back(id.clone());
        }
        let message = self.messages.entry(id.clone()).or_insert_with(|| Message {
            to: part.to.clone(),
            parts: part.parts,
            names: Vec::new(),
            delivered: HashSet::new(),
        });
        message.names.push(name.to_owned());
        self.names.insert(name.to_owned(), id.clone());
        let early = self.early.iter().position(|delivery| {
            delivery.reference == name
                || (delivery.to == part.to
                    && other_spellings(&delivery.reference).contains(&name.to_owned()))
        });
        early.and_then(|place| self.early.remove(place))
    }

    /// Which message a report is about, and what it says of the whole of it.
    pub(super) fn find(&mut self, delivery: &Delivery) -> Found {
        let Some((name, id)) = self.named(delivery) else {
            return Found {
                message_id: None,
                report: delivery.report,
            };
        };
        let report = match (delivery.report, self.messages.get_mut(&id)) {
            (Some(Report::Delivered), Some(message)) => {
                message.delivered.insert(name);
                let all = message.delivered.len() >= message.parts;
                all.then_some(Report::Delivered)
            }
            // That a part is on its way is no news of the whole: another one may have been refused.
            (Some(Report::OnItsWay), Some(message)) if message.parts > 1 => None,
            (report, _) => report,
        };
        Found {
            message_id: Some(id),
            report,
        }
    }

    /// Nobody knows the message of this report: it may come before the answer that names it.
    pub(super) fn keep(&mut self, delivery: Delivery) {
        if self.early.len() >= MOST_EARLY {
            self.early.pop_front();
        }
        self.early.push_back(delivery);
    }

    /// The name by which a report is known, and its message. In another spelling only where the number
    /// is right: a short number in hexadecimal is another one in decimal.
    fn named(&self, delivery: &Delivery) -> Option<(String, String)> {
        if let Some(id) = self.names.get(&delivery.reference) {
            return Some((delivery.reference.clone(), id.clone()));
        }
        other_spellings(&delivery.reference)
            .into_iter()
            .find_map(|name| {
                let id = self.names.get(&name)?;
                let right = self.messages.get(id)?.to == delivery.to;
                right.then(|| (name, id.clone()))
            })
    }

    fn forget_oldest(&mut self) {
        if self.oldest.len() < MOST {
            return;
        }
        let oldest = self.oldest.pop_front();
        if let Some(message) = oldest.and_then(|id| self.messages.remove(&id)) {
            for name in message.names {
                self.names.remove(&name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(id: &str, parts: usize) -> Part {
        Part {
            message_id: id.to_owned(),
            to: "12125550142".to_owned(),
            parts,
        }
    }

    fn delivery(reference: &str, to: &str, report: Report) -> Delivery {
        Delivery {
            reference: reference.to_owned(),
            to: to.to_owned(),
            report: Some(report),
        }
    }

    #[test]
    fn a_message_of_several_parts_is_delivered_when_all_are() {
        let mut sent = Sent::default();
        for name in ["a", "b", "c"] {
            assert!(sent.taken(&part("msg_1", 3), name).is_none());
        }
        let mut told = |name: &str, report| {
            let found = sent.find(&delivery(name, "", report));
            (found.message_id.as_deref() == Some("msg_1"), found.report)
        };
        assert_eq!(told("c", Report::OnItsWay), (true, None));
        assert_eq!(told("c", Report::Delivered), (true, None));
        assert_eq!(told("c", Report::Delivered), (true, None));
        assert_eq!(told("a", Report::Delivered), (true, None));
        assert_eq!(
            told("b", Report::Delivered),
            (true, Some(Report::Delivered))
        );
        assert_eq!(told("b", Report::Failed), (true, Some(Report::Failed)));
        assert_eq!(
            told("d", Report::Delivered),
            (false, Some(Report::Delivered))
        );
    }

    #[test]
    fn another_spelling_is_believed_with_the_number_alone() {
        let mut sent = Sent::default();
        sent.taken(&part("msg_1", 1), "64");
        for (name, to, known) in [
            ("64", "999", true),
            ("100", "12125550142", true),
            ("100", "999", false),
            ("0x64", "12125550142", false),
        ] {
            let found = sent.find(&delivery(name, to, Report::Delivered));
            assert_eq!(found.message_id.is_some(), known, "{name}");
        }
    }

    #[test]
    fn a_report_that_comes_before_the_answer_is_not_lost() {
        let mut sent = Sent::default();
        sent.keep(delivery("1234567890", "12125550142", Report::Delivered));
        assert!(sent.taken(&part("msg_1", 1), "other").is_none());
        let early = sent.taken(&part("msg_2", 1), "499602D2").unwrap();
        assert_eq!(early.reference, "1234567890");
        assert!(sent.taken(&part("msg_3", 1), "1234567890").is_none());
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let mut sent = Sent::default();
        for number in 0..MOST + 10 {
            sent.taken(&part(&format!("msg_{number}"), 1), &number.to_string());
            sent.keep(delivery("x", "", Report::Failed));
        }
        assert_eq!((sent.messages.len(), sent.names.len()), (MOST, MOST));
        assert_eq!((sent.oldest.len(), sent.early.len()), (MOST, MOST_EARLY));
    }
}
