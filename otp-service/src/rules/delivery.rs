//! How far a message has come, and what may be said of it. A message is handed over at most once to a
//! gateway that may have taken it (H-02), and what is final stays so whatever comes later (G-09).

/// A code that lives for less is not sent any more: it would be over before it is typed.
pub(crate) const WORTH_SENDING: i64 = 30;

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It is on disk, and nobody has begun to hand it over.
    Queued,
    /// Somebody holds it, and its bytes may have left.
    Dispatching,
    /// A gateway has taken it.
    Accepted,
    /// It is on the phone.
    Delivered,
    /// It surely is not and will not be on the phone.
    Failed,
    /// Its bytes may have left, and no word came back: never sent again (H-02).
    Unknown,
}

/// What a gateway reports later on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    OnItsWay,
    Delivered,
    Failed,
}

/// What the person who waits can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    OnItsWay,
    Delivered,
    Failed,
    /// Nobody knows, and maybe nobody ever will.
    NotReported,
}

impl Status {
    pub(crate) const ALL: [Self; 6] = [
        Self::Queued,
        Self::Dispatching,
        Self::Accepted,
        Self::Delivered,
        Self::Failed,
        Self::Unknown,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Dispatching => "dispatching",
            Self::Accepted => "accepted",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed)
    }

    /// After a report of the gateway that holds the message. `None`: it changes nothing. Reports come in
    /// any order, again, and even before the gateway's own answer.
    pub(crate) fn reported(self, report: Report) -> Option<Self> {
        let next = match (self, report) {
            (Self::Queued | Self::Delivered | Self::Failed, _) => return None,
            (_, Report::OnItsWay) => Self::Accepted,
            (_, Report::Delivered) => Self::Delivered,
            (_, Report::Failed) => Self::Failed,
        };
        (next != self).then_some(next)
    }

    /// After the end of the attempt that holds the message. `None`: it changes nothing, since a report
    /// was faster. Who was taken for dead and is not may still say that the gateway took it.
    pub(crate) fn attempted(self, end: Self) -> Option<Self> {
        match (self, end) {
            (Self::Dispatching, _) => Some(end),
            (Self::Unknown, Self::Accepted | Self::Failed) => Some(end),
            _ => None,
        }
    }

    /// What can be said: `reports` is whether the gateway tells of deliveries, `over` whether the
    /// message's code has ended.
    pub(crate) fn word(self, reports: bool, over: bool) -> Word {
        match self {
            Self::Delivered => Word::Delivered,
            Self::Failed => Word::Failed,
            Self::Unknown => Word::NotReported,
            Self::Queued | Self::Dispatching if !over => Word::OnItsWay,
            Self::Accepted if reports && !over => Word::OnItsWay,
            Self::Queued | Self::Dispatching | Self::Accepted => Word::NotReported,
        }
    }
}

/// The time in the middle of so many, once there are enough to speak of.
pub(crate) fn usual(mut secs: Vec<i64>) -> Option<u32> {
    const ENOUGH: usize = 5;
    if secs.len() < ENOUGH {
        return None;
    }
    secs.sort_unstable();
    let middle = secs.get(secs.len() / 2)?;
    u32::try_from(*middle).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn report() -> impl Strategy<Value = Report> {
        prop_oneof![
            Just(Report::OnItsWay),
            Just(Report::Delivered),
            Just(Report::Failed)
        ]
    }

    #[test]
    fn every_status_has_a_word_of_its_own() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse(""), None);
    }

    proptest! {
        /// Whatever comes, in whatever order: the first final word stays (G-09).
        #[test]
        fn a_final_state_never_moves_back_g_09(reports in proptest::collection::vec(report(), 0..12)) {
            let mut status = Status::Dispatching;
            let mut last_word = None;
            for report in reports {
                if let Some(next) = status.reported(report) {
                    prop_assert_ne!(next, status);
                    status = next;
                }
                last_word = last_word.or(status.is_final().then_some(status));
                prop_assert_eq!(last_word.unwrap_or(status), status);
            }
            for end in [Status::Accepted, Status::Unknown, Status::Failed] {
                if status != Status::Dispatching {
                    prop_assert_eq!(status.attempted(end), None);
                }
            }
        }
    }

    #[test]
    fn no_report_sends_a_message_that_nobody_holds() {
        for report in [Report::OnItsWay, Report::Delivered, Report::Failed] {
            assert_eq!(Status::Queued.reported(report), None);
        }
        for status in Status::ALL {
            assert_ne!(status.attempted(Status::Accepted), Some(Status::Queued));
        }
    }

    #[test]
    fn a_message_of_which_nothing_is_known_is_settled_by_what_comes_late() {
        let unknown = Status::Unknown;
        assert_eq!(unknown.reported(Report::Delivered), Some(Status::Delivered));
        assert_eq!(unknown.attempted(Status::Accepted), Some(Status::Accepted));
        assert_eq!(unknown.attempted(Status::Unknown), None);
    }

    #[test]
    fn what_is_told_promises_no_report_that_will_not_come() {
        for (status, reports, over, word) in [
            (Status::Queued, false, false, Word::OnItsWay),
            (Status::Dispatching, true, false, Word::OnItsWay),
            (Status::Accepted, true, false, Word::OnItsWay),
            (Status::Accepted, true, true, Word::NotReported),
            (Status::Accepted, false, false, Word::NotReported),
            (Status::Unknown, true, false, Word::NotReported),
            (Status::Delivered, true, true, Word::Delivered),
            (Status::Failed, false, false, Word::Failed),
        ] {
            assert_eq!(status.word(reports, over), word, "{status:?}");
        }
    }

    #[test]
    fn the_usual_time_is_the_middle_one_of_at_least_five() {
        assert_eq!(usual(vec![1, 2, 3, 4]), None);
        assert_eq!(usual(vec![600, 2, 4, 3, 5]), Some(4));
        assert_eq!(usual(vec![0; 9]), Some(0));
    }
}
