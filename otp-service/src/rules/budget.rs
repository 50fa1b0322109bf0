//! What may be spent on messages (G-05): by the hour and by the day, in all and for a country, by count
//! and by money.

use std::collections::BTreeMap;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const MINUTE: i64 = 60;
/// From so many hundredths on it is told.
const WARN_FROM: u64 = 80;

/// The most that may be spent within a span; 0 is without an end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Most {
    pub(crate) messages: u64,
    /// Millionths of the currency's unit.
    pub(crate) money: u64,
}

/// The most for one scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub(crate) hour: Most,
    pub(crate) day: Most,
}

/// A budget, as it is named to operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Budget {
    MessagesPerHour,
    MessagesPerDay,
    MoneyPerHour,
    MoneyPerDay,
}

/// What a budget says to one more message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fine,
    /// It goes, and so much is spent that somebody should look.
    Warn(Budget),
    /// It does not go, for so many seconds.
    Stop(Budget, u32),
}

impl Verdict {
    /// The stricter one.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Stop(_, one), Self::Stop(_, another)) if another > one => other,
            (Self::Stop(..), _) => self,
            (_, Self::Stop(..)) | (Self::Fine, _) => other,
            _ => self,
        }
    }
}

/// What was spent in one scope, by the minute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger(BTreeMap<i64, Spent>);

/// What one minute took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) messages: u64,
    pub(crate) money: u64,
}

impl Ledger {
    /// Adds what was spent at this time.
    pub(crate) fn add(&mut self, at: i64, spent: Spent) {
        let minute = self.0.entry(at.div_euclid(MINUTE)).or_default();
        minute.messages = minute.messages.saturating_add(spent.messages);
        minute.money = minute.money.saturating_add(spent.money);
        // Older than a day and a bit: it counts nowhere any more.
        let since = (at - DAY).div_euclid(MINUTE) - 1;
        while self.0.first_key_value().is_some_and(|(at, _)| *at < since) {
            self.0.pop_first();
        }
    }

    /// Takes back one message that did not go.
    pub(crate) fn take_back(&mut self, at: i64, money: u64) {
        if let Some(minute) = self.0.get_mut(&at.div_euclid(MINUTE)) {
            minute.messages = minute.messages.saturating_sub(1);
            minute.money = minute.money.saturating_sub(money);
        }
    }

    /// Takes over what is known elsewhere. Of the last minutes the higher figure counts, since what was
    /// spent at this moment may not be known there yet.
    pub(crate) fn agree(&mut self, known: Self, now: i64) {
        let settled_before = now.div_euclid(MINUTE) - 2;
        let mut own = std::mem::replace(&mut self.0, known.0);
        for (minute, spent) in own.split_off(&settled_before) {
            let known = self.0.entry(minute).or_default();
            known.messages = known.messages.max(spent.messages);
            known.money = known.money.max(spent.money);
        }
    }

    /// What one more message for so much money would mean.
    pub(crate) fn verdict(&self, allowed: &Allowed, now: i64, money: u64) -> Verdict {
        let spans = [
            (
                HOUR,
                allowed.hour,
                Budget::MessagesPerHour,
                Budget::MoneyPerHour,
            ),
            (
                DAY,
                allowed.day,
                Budget::MessagesPerDay,
                Budget::MoneyPerDay,
            ),
        ];
        let mut verdict = Verdict::Fine;
        for (span, most, by_count, by_money) in spans {
            let spent = self.within(now, span);
            let free_in = || self.free_in(now, span);
            verdict = verdict
                .or(judge(spent.messages, 1, most.messages, by_count, free_in))
                .or(judge(spent.money, money, most.money, by_money, free_in));
        }
        verdict
    }

    fn within(&self, now: i64, span: i64) -> Spent {
        let since = (now - span).div_euclid(MINUTE);
        let mut sum = Spent::default();
        for (_, spent) in self.0.range(since + 1..) {
            sum.messages = sum.messages.saturating_add(spent.messages);
            sum.money = sum.money.saturating_add(spent.money);
        }
        sum
    }

    /// When the oldest minute of a span falls out of it.
    fn free_in(&self, now: i64, span: i64) -> u32 {
        let since = (now - span).div_euclid(MINUTE);
        let oldest = self.0.range(since + 1..).next();
        let free_at = oldest.map_or(now, |(minute, _)| minute * MINUTE + span);
        u32::try_from((free_at - now).max(1)).unwrap_or(u32::MAX)
    }
}

fn judge(
    spent: u64,
    more: u64,
    most: u64,
    budget: Budget,
    free_in: impl FnOnce() -> u32,
) -> Verdict {
    let after = spent.saturating_add(more);
    if most == 0 {
        Verdict::Fine
    } else if after > most {
        Verdict::Stop(budget, free_in())
    } else if after.saturating_mul(100) >= most.saturating_mul(WARN_FROM) {
        Verdict::Warn(budget)
    } else {
        Verdict::Fine
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_800_000_000;

    fn allowed(hour: u64, day: u64, money_hour: u64) -> Allowed {
        Allowed {
            hour: Most {
                messages: hour,
                money: money_hour,
            },
            day: Most {
                messages: day,
                money: 0,
            },
        }
    }

    fn one(money: u64) -> Spent {
        Spent { messages: 1, money }
    }

    #[test]
    fn it_warns_from_eighty_and_stops_beyond_a_hundred_in_a_hundred_g_05() {
        let mut ledger = Ledger::default();
        let mut said = Vec::new();
        for _ in 0..11 {
            let verdict = ledger.verdict(&allowed(10, 0, 0), NOW, 0);
            said.push(verdict);
            if !matches!(verdict, Verdict::Stop(..)) {
                ledger.add(NOW, one(0));
            }
        }
        let warn = Verdict::Warn(Budget::MessagesPerHour);
        assert_eq!(said[..7], [Verdict::Fine; 7]);
        assert_eq!(said[7..10], [warn; 3]);
        assert_eq!(said[10], Verdict::Stop(Budget::MessagesPerHour, 3600));
        assert_eq!(
            ledger.verdict(&allowed(10, 0, 0), NOW + 3600, 0),
            Verdict::Fine
        );
    }

    #[test]
    fn money_counts_by_its_amount_and_what_did_not_go_is_given_back_g_05() {
        let mut ledger = Ledger::default();
        ledger.add(NOW, one(90_000));
        let limit = allowed(0, 0, 100_000);
        assert_eq!(
            ledger.verdict(&limit, NOW, 10_001),
            Verdict::Stop(Budget::MoneyPerHour, 3600)
        );
        assert_eq!(
            ledger.verdict(&limit, NOW, 10_000),
            Verdict::Warn(Budget::MoneyPerHour)
        );
        ledger.take_back(NOW, 90_000);
        assert_eq!(ledger.verdict(&limit, NOW, 10_001), Verdict::Fine);
    }

    #[test]
    fn what_others_have_spent_counts_and_what_is_not_known_there_yet_stays() {
        let (mut ledger, mut known) = (Ledger::default(), Ledger::default());
        ledger.add(NOW - 600, one(5));
        ledger.add(NOW, one(5));
        for at in [NOW - 600, NOW - 600, NOW - 900] {
            known.add(at, one(1));
        }
        ledger.agree(known, NOW);
        let spent = ledger.within(NOW, HOUR);
        assert_eq!((spent.messages, spent.money), (4, 8));
    }

    #[test]
    fn the_stricter_verdict_counts() {
        let (warn, stop) = (
            Verdict::Warn(Budget::MoneyPerDay),
            Verdict::Stop(Budget::MessagesPerHour, 5),
        );
        let longer = Verdict::Stop(Budget::MessagesPerDay, 50);
        assert_eq!(Verdict::Fine.or(warn), warn);
        assert_eq!(warn.or(Verdict::Fine), warn);
        assert_eq!(warn.or(stop), stop);
        assert_eq!(stop.or(longer), longer);
        assert_eq!(longer.or(stop), longer);
    }

    proptest! {
        /// Whoever asks first and spends only what may be spent never has more in any span than allowed.
        #[test]
        fn no_hour_and_no_day_takes_more_than_its_budget(steps in proptest::collection::vec(0..900_i64, 1..200)) {
            let limit = allowed(5, 20, 0);
            let (mut ledger, mut now, mut sent) = (Ledger::default(), NOW, Vec::new());
            for step in steps {
                now += step;
                if !matches!(ledger.verdict(&limit, now, 0), Verdict::Stop(..)) {
                    ledger.add(now, one(0));
                    sent.push(now);
                }
            }
            for (span, most) in [(HOUR - MINUTE, 5), (DAY - MINUTE, 20)] {
                for start in &sent {
                    let within = sent.iter().filter(|at| (*start..*start + span).contains(at)).count();
                    prop_assert!(within <= most);
                }
            }
        }
    }
}
