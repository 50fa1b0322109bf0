//! Which gateway a message goes to: the first of its route, but for those that are ill, full, or of
//! which measured delivery says that they are slow.

use super::delivery::Status;

/// A message waits so many seconds for a place at the gateway that it is meant for (H-05).
pub(crate) const WAIT: i64 = 2;
/// The weight of a gateway of which nothing bad is known, in percent.
pub(crate) const FULL: u8 = 100;
/// A slow gateway keeps so much, or nobody would notice that it is well again.
const LEAST: u8 = 10;
/// So much comes back with every round.
const CREEPS: u8 = 5;
/// From so many late or failed messages on, in percent, a gateway is slow.
const SLOW_FROM: u32 = 15;
/// Of fewer messages nothing can be said.
const ENOUGH: u32 = 10;
/// A message that takes longer is late, in seconds.
const LATE: i64 = 300;

/// A gateway as a message sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lane {
    /// Its breaker lets a message through.
    pub(crate) works: bool,
    /// Fewer than it may have are in flight.
    pub(crate) has_room: bool,
    /// 1 to 100.
    pub(crate) weight: u8,
}

/// The place in the route of the gateway that takes the message now; `None`: none does yet. `rolls` are
/// random, 0 to 99, one for each gateway: one with a weight of 70 is passed by three times in ten.
pub(crate) fn choose(route: &[Lane], rolls: &[u8], waited: i64) -> Option<usize> {
    let works = |place: &usize| route.get(*place).is_some_and(|lane| lane.works);
    let has_room = |place: &usize| route.get(*place).is_some_and(|lane| lane.has_room);
    let drawn = |place: &usize| {
        let weight = route.get(*place).map_or(0, |lane| lane.weight);
        rolls.get(*place).is_none_or(|roll| *roll < weight)
    };
    let working = || (0..route.len()).filter(works);
    let meant = working().find(drawn).or_else(|| working().next())?;
    if has_room(&meant) {
        return Some(meant);
    }
    (waited >= WAIT).then(|| working().find(has_room)).flatten()
}

/// What came of a gateway's messages of the last quarter of an hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Measured {
    pub(crate) messages: u32,
    /// Those that failed, or took more than five minutes.
    pub(crate) late: u32,
}

/// A message that a gateway took, as far as its pace goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) status: Status,
    /// Unix seconds.
    pub(crate) handed_at: i64,
    /// Unix seconds; 0 while nothing is final.
    pub(crate) settled_at: i64,
}

impl Measured {
    /// Adds a message. Where nothing is reported, only failures tell anything.
    pub(crate) fn add(&mut self, taken: Taken, reports: bool, now: i64) {
        let late = match taken.status {
            Status::Failed => true,
            Status::Delivered => taken.settled_at - taken.handed_at > LATE,
            _ if reports && now - taken.handed_at <= LATE => return,
            _ => reports,
        };
        self.messages += 1;
        self.late += u32::from(late);
    }

    fn is_slow(self) -> bool {
        self.messages >= ENOUGH && self.late * 100 >= self.messages * SLOW_FROM
    }
}

/// The weights after a round: each slow gateway loses half, unless all of which something can be said
/// are slow, since then it is the phones' networks; each other one creeps back.
pub(crate) fn weigh(gateways: &[(u8, Measured)]) -> Vec<u8> {
    let judged = || gateways.iter().filter(|(_, seen)| seen.messages >= ENOUGH);
    let all_slow = judged().all(|(_, seen)| seen.is_slow());
    gateways
        .iter()
        .map(|(weight, seen)| {
            if seen.is_slow() && !all_slow {
                (weight / 2).max(LEAST)
            } else if seen.is_slow() {
                *weight
            } else {
                weight.saturating_add(CREEPS).min(FULL)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lane(works: bool, has_room: bool, weight: u8) -> Lane {
        Lane {
            works,
            has_room,
            weight,
        }
    }

    #[test]
    fn the_first_that_works_takes_it_and_a_full_one_is_waited_for_two_seconds_h_05() {
        let (good, full, ill) = (
            lane(true, true, 100),
            lane(true, false, 100),
            lane(false, true, 100),
        );
        for (route, waited, taken) in [
            (&[good, good][..], 0, Some(0)),
            (&[ill, good], 0, Some(1)),
            (&[full, good], 0, None),
            (&[full, good], 1, None),
            (&[full, good], 2, Some(1)),
            (&[full, full], 9, None),
            (&[full, ill], 9, None),
            (&[ill, ill], 9, None),
            (&[], 9, None),
        ] {
            assert_eq!(choose(route, &[0, 0], waited), taken, "{route:?} {waited}");
        }
    }

    #[test]
    fn a_weight_is_a_share_and_nobody_is_left_without_a_gateway() {
        let route = [lane(true, true, 30), lane(true, true, 100)];
        let first = (0..100)
            .filter(|roll| choose(&route, &[*roll, 0], 0) == Some(0))
            .count();
        assert_eq!(first, 30);
        assert_eq!(choose(&[lane(true, true, 30)], &[99], 0), Some(0));
        assert_eq!(
            choose(&[route[0], lane(false, true, 100)], &[99, 0], 0),
            Some(0)
        );
    }

    fn seen(messages: u32, late: u32) -> Measured {
        Measured { messages, late }
    }

    #[test]
    fn fifteen_in_a_hundred_late_cost_half_and_it_creeps_back() {
        for (before, measured, after) in [
            (100, seen(100, 14), 100),
            (100, seen(100, 15), 50),
            (12, seen(100, 100), 10),
            (50, seen(100, 0), 55),
            (98, seen(0, 0), 100),
            (100, seen(9, 9), 100),
        ] {
            let well = (100, seen(100, 0));
            assert_eq!(weigh(&[(before, measured), well]), [after, 100]);
        }
    }

    #[test]
    fn a_message_is_late_after_five_minutes_and_one_on_its_way_is_not_judged_before() {
        let now = 1_800_000_000;
        for (status, handed, settled, reports, counted) in [
            (Status::Delivered, 600, 590, true, seen(1, 0)),
            (Status::Delivered, 600, 300, true, seen(1, 0)),
            (Status::Delivered, 600, 299, true, seen(1, 1)),
            (Status::Failed, 600, 599, false, seen(1, 1)),
            (Status::Accepted, 300, now, true, seen(0, 0)),
            (Status::Accepted, 301, now, true, seen(1, 1)),
            (Status::Accepted, 600, now, false, seen(1, 0)),
        ] {
            let mut measured = Measured::default();
            let taken = Taken {
                status,
                handed_at: now - handed,
                settled_at: now - settled,
            };
            measured.add(taken, reports, now);
            assert_eq!(measured, counted, "{status:?} {handed} {settled}");
        }
    }

    #[test]
    fn where_all_are_slow_none_loses() {
        let slow = seen(50, 50);
        assert_eq!(weigh(&[(100, slow), (40, slow)]), [100, 40]);
        assert_eq!(weigh(&[(100, slow)]), [100]);
        // Of the second nothing can be said.
        assert_eq!(weigh(&[(100, slow), (100, seen(2, 0))]), [100, 100]);
    }

    proptest! {
        #[test]
        fn weights_stay_between_ten_and_a_hundred(
            mut gateways in proptest::collection::vec((10..=100_u8, (0..300_u32, 0..300_u32)), 1..4),
            rounds in 1..40,
        ) {
            for _ in 0..rounds {
                let measured: Vec<_> = gateways
                    .iter()
                    .map(|(weight, (messages, late))| (*weight, seen(*messages, *late.min(messages))))
                    .collect();
                let weights = weigh(&measured);
                prop_assert!(weights.iter().all(|weight| (10..=100).contains(weight)));
                for (gateway, weight) in gateways.iter_mut().zip(weights) {
                    gateway.0 = weight;
                }
            }
        }

        /// Whatever was drawn: what is chosen works and has room.
        #[test]
        fn no_message_goes_where_none_may(
            route in proptest::collection::vec((any::<bool>(), any::<bool>(), 1..=100_u8), 0..4),
            rolls in proptest::collection::vec(0..100_u8, 4),
            waited in 0..5_i64,
        ) {
            let route: Vec<_> = route.into_iter().map(|(works, room, weight)| lane(works, room, weight)).collect();
            match choose(&route, &rolls, waited) {
                Some(place) => prop_assert!(route[place].works && route[place].has_room),
                None => prop_assert!(waited < WAIT || !route.iter().any(|lane| lane.works && lane.has_room)),
            }
        }
    }
}
