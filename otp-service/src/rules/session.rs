//! When a session begins, lives on and ends (C-03 to C-05, C-09).

use super::limits::Limits;

/// The times of a session, Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) started_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) last_active_at: i64,
    /// When it was ended by somebody, else 0.
    pub(crate) ended_at: i64,
}

/// `last_active_at` moves at most so often, so that a session check is seldom a write (C-05).
const TOUCH_EVERY: i64 = 60;

impl Lifetime {
    /// A session that begins now and is asked to last so many seconds.
    pub(crate) fn begin(limits: &Limits, lasts: i64, now: i64) -> Self {
        let expires_at = now + lasts.min(limits.session_cap);
        Self {
            started_at: now,
            expires_at,
            last_active_at: now,
            ended_at: 0,
        }
    }

    /// Whether it opens anything now.
    pub(crate) fn is_live(&self, limits: &Limits, now: i64) -> bool {
        self.ended_at == 0
            && now < self.expires_at
            && now < self.last_active_at + limits.session_idle
    }

    /// Moves the end to so many seconds from now, never past the cap after its start.
    pub(crate) fn extend(&mut self, limits: &Limits, lasts: i64, now: i64) {
        self.expires_at = (now + lasts).min(self.started_at + limits.session_cap);
    }

    /// It is used now. Whether that is worth writing down.
    pub(crate) fn touch(&mut self, now: i64) -> bool {
        let due = now >= self.last_active_at + TOUCH_EVERY;
        if due {
            self.last_active_at = now;
        }
        due
    }
}

/// The places of those sessions of a user that end so that one more can begin: the ones that were
/// not used for longest, as many as are too many (C-09).
pub(crate) fn crowded_out(limits: &Limits, sessions: &[Lifetime], now: i64) -> Vec<usize> {
    let mut live: Vec<_> = (0..)
        .zip(sessions)
        .filter(|(_, session)| session.is_live(limits, now))
        .map(|(place, session)| (session.last_active_at, session.started_at, place))
        .collect();
    live.sort_unstable();
    let stay = limits.sessions_per_user.saturating_sub(1);
    live.truncate(live.len().saturating_sub(stay));
    live.into_iter().map(|(_, _, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000;
    const HOUR: i64 = 3600;

    #[test]
    fn a_session_ends_at_its_end_and_after_an_hour_without_use_c_05() {
        let limits = Limits::default();
        let mut session = Lifetime::begin(&limits, 2 * HOUR, START);
        assert!(session.is_live(&limits, START + HOUR - 1));
        assert!(!session.is_live(&limits, START + HOUR));
        assert!(session.touch(START + HOUR - 1));
        assert!(session.is_live(&limits, START + HOUR));
        assert!(session.touch(START + 2 * HOUR - 2));
        assert!(session.is_live(&limits, START + 2 * HOUR - 1));
        assert!(!session.is_live(&limits, START + 2 * HOUR));
        session.ended_at = START + 10;
        assert!(!session.is_live(&limits, START + 11));
    }

    #[test]
    fn no_extension_passes_the_cap_c_04() {
        let limits = Limits {
            session_cap: 10 * HOUR,
            ..Limits::default()
        };
        let mut session = Lifetime::begin(&limits, 100 * HOUR, START);
        assert_eq!(session.expires_at, START + 10 * HOUR);
        session.extend(&limits, HOUR, START + 2 * HOUR);
        assert_eq!(session.expires_at, START + 3 * HOUR);
        session.extend(&limits, 9 * HOUR, START + 2 * HOUR);
        assert_eq!(session.expires_at, START + 10 * HOUR);
    }

    #[test]
    fn one_session_too_many_ends_the_one_that_was_not_used_for_longest_c_09() {
        let limits = Limits {
            sessions_per_user: 3,
            ..Limits::default()
        };
        let used_at = |secs: i64| {
            let mut session = Lifetime::begin(&limits, HOUR, START);
            session.last_active_at += secs;
            session
        };
        let mut sessions = vec![used_at(30), used_at(10)];
        assert!(crowded_out(&limits, &sessions, START + 60).is_empty());
        sessions.push(used_at(20));
        assert_eq!(crowded_out(&limits, &sessions, START + 60), [1]);
        // A figure that was made smaller meanwhile ends more than one.
        sessions.push(used_at(5));
        assert_eq!(crowded_out(&limits, &sessions, START + 60), [3, 1]);
        for session in &mut sessions {
            session.ended_at = START + 50;
        }
        assert!(crowded_out(&limits, &sessions, START + 60).is_empty());
    }

    #[test]
    fn use_is_noted_at_most_once_a_minute() {
        let mut session = Lifetime::begin(&Limits::default(), HOUR, START);
        assert!(!session.touch(START + 59));
        assert!(session.touch(START + 60));
        assert_eq!(session.last_active_at, START + 60);
    }
}
