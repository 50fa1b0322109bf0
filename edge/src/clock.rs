//! The clock of both servers: the system's, or one that a test moves by hand. Rules never look at
//! it; they are given its value.
//!
//! Time only goes on (C-19). It follows the host's clock ahead, since a machine that slept has to
//! catch up, but never back: from where it stands it goes on with the time since the machine was
//! started, which nobody can set. A step back therefore lengthens nothing. After a step ahead that is
//! taken back, time stays ahead of the host for good: what was begun meanwhile carries times of that
//! clock, so to wait for the host would make time stand still for all that is alive, and to fall back
//! would bring back what had ended. Spans are right either way, and only spans decide anything; for
//! what others compare with clocks of their own there is [`Clock::host`].
//!
//! Not here: where a [`Mark`] is kept for the next process.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time in whole Unix seconds. Clones tell the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    hands: Hands,
    /// When the machine was started, by this clock, Unix milliseconds: the time is that and the time since. Only grows.
    origin_ms: Arc<AtomicI64>,
}

#[derive(Debug, Clone)]
enum Hands {
    /// The name of this run of the machine.
    System(Arc<str>),
    Manual(ManualClock),
}

/// Where a clock stood at a moment, for another process to go on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Names the run of the machine, from its start to its end.
    pub boot: String,
    /// The time, Unix milliseconds.
    pub unix_ms: i64,
    /// Since the start of the machine, milliseconds, sleep included.
    pub up_ms: i64,
}

impl Mark {
    /// The time at which the machine was started, by this clock. It differs between two marks of one
    /// run of a machine by as much as the clock has jumped between them.
    #[must_use]
    pub fn origin_ms(&self) -> i64 {
        self.unix_ms - self.up_ms
    }
}

impl Clock {
    /// The host's clock, but for its backward steps.
    #[must_use]
    pub fn system() -> Self {
        let boot = boot_name().unwrap_or_else(|| unnamed("system"));
        Self::of(Hands::System(boot.into()))
    }

    /// A clock that stands at `unix_secs` until it is moved.
    #[must_use]
    pub fn manual(unix_secs: i64) -> (Self, ManualClock) {
        let hand = ManualClock(Arc::new(ByHand {
            host_ms: AtomicI64::new(unix_secs * 1000),
            up_ms: AtomicI64::new(0),
            boot: unnamed("manual"),
        }));
        (hand.clock(), hand)
    }

    fn of(hands: Hands) -> Self {
        let origin_ms = hands.read().origin_ms();
        Self {
            hands,
            origin_ms: Arc::new(AtomicI64::new(origin_ms)),
        }
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.at(&self.hands.read()).div_euclid(1000)
    }

    /// Where it stands when the hands are here, Unix milliseconds. The host's word counts only where it is ahead.
    fn at(&self, reading: &Reading) -> i64 {
        let (own, hosts) = (self.origin_ms.load(Ordering::SeqCst), reading.origin_ms());
        if hosts > own {
            self.origin_ms.fetch_max(hosts, Ordering::SeqCst);
        }
        reading.up_ms + own.max(hosts)
    }

    /// What the host's clock says, Unix seconds: for times that others compare with their own clocks,
    /// never to decide anything by.
    #[must_use]
    pub fn host(&self) -> i64 {
        self.hands.read().host_ms.div_euclid(1000)
    }

    /// Where it stands now.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let reading = self.hands.read();
        Mark {
            boot: self.hands.boot().to_owned(),
            unix_ms: self.at(&reading),
            up_ms: reading.up_ms,
        }
    }

    /// From now on it is nowhere before this mark. What has passed since the mark is known while the
    /// machine has not been started again; the time that a machine was off, or that has passed since
    /// another machine's mark, is only known from the host's clock.
    pub fn go_on_from(&self, mark: &Mark) {
        let reading = self.hands.read();
        let passed = if mark.boot == self.hands.boot() {
            (reading.up_ms - mark.up_ms).max(0)
        } else {
            0
        };
        let least = mark.unix_ms.saturating_add(passed);
        let origin_ms = least.saturating_sub(reading.up_ms);
        self.origin_ms.fetch_max(origin_ms, Ordering::SeqCst);
    }
}

/// Moves a clock that [`Clock::manual`] made.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<ByHand>);

#[derive(Debug)]
struct ByHand {
    host_ms: AtomicI64,
    up_ms: AtomicI64,
    boot: String,
}

impl ManualClock {
    /// Lets so many seconds pass.
    pub fn advance(&self, secs: i64) {
        let millis = secs * 1000;
        self.0.up_ms.fetch_add(millis, Ordering::SeqCst);
        self.0.host_ms.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the host's clock so many seconds ahead, or back; no time passes.
    pub fn step(&self, secs: i64) {
        self.0.host_ms.fetch_add(secs * 1000, Ordering::SeqCst);
    }

    /// What the host's clock shows.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.host_ms.load(Ordering::SeqCst).div_euclid(1000)
    }

    /// The clock of another process on the same machine.
    #[must_use]
    pub fn clock(&self) -> Clock {
        Clock::of(Hands::Manual(self.clone()))
    }
}

impl Hands {
    fn read(&self) -> Reading {
        match self {
            Self::System(_) => Reading {
                host_ms: millis(host_time()),
                up_ms: up_time_ms(),
            },
            Self::Manual(ManualClock(hand)) => Reading {
                host_ms: hand.host_ms.load(Ordering::SeqCst),
                up_ms: hand.up_ms.load(Ordering::SeqCst),
            },
        }
    }

    fn boot(&self) -> &str {
        match self {
            Self::System(boot) => boot,
            Self::Manual(ManualClock(hand)) => &hand.boot,
        }
    }
}

/// What the machine says.
struct Reading {
    host_ms: i64,
    up_ms: i64,
}

impl Reading {
    /// When the machine was started, by the host's clock.
    fn origin_ms(&self) -> i64 {
        self.host_ms - self.up_ms
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Since 1970, by the host's clock: for what others compare with clocks of their own.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads the host's clock"
)]
pub(crate) fn host_time() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(target_os = "linux")]
fn up_time_ms() -> i64 {
    let up = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    up.tv_sec * 1000 + up.tv_nsec / 1_000_000
}

/// Elsewhere the time since the process was started has to do.
#[cfg(not(target_os = "linux"))]
fn up_time_ms() -> i64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    millis(START.get_or_init(std::time::Instant::now).elapsed())
}

/// Linux names every run of the machine.
fn boot_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A name that no other run has, so that nothing is taken for known about what passed since.
fn unnamed(kind: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut random = [0; 8];
    // Without randomness process and count still tell most runs apart.
    let random = getrandom::fill(&mut random).map_or(0, |()| u64::from_le_bytes(random));
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{kind}-{}-{count}-{random:016x}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000;
    const HOUR: i64 = 3600;

    #[test]
    fn a_step_back_of_the_host_stops_nothing_and_lengthens_nothing_c_19() {
        let (clock, hand) = Clock::manual(START);
        hand.step(-HOUR);
        assert_eq!(clock.now(), START);
        hand.advance(60);
        assert_eq!((clock.now(), clock.host()), (START + 60, START + 60 - HOUR));
    }

    #[test]
    fn a_step_ahead_that_is_taken_back_brings_nothing_back_c_19() {
        let (clock, hand) = Clock::manual(START);
        hand.step(HOUR);
        assert_eq!(clock.now(), START + HOUR);
        hand.step(-HOUR);
        hand.advance(60);
        assert_eq!(clock.now(), START + HOUR + 60);
    }

    #[test]
    fn another_process_goes_on_from_the_mark_and_what_has_passed_since_c_19() {
        let (clock, hand) = Clock::manual(START);
        hand.step(HOUR);
        let mark = clock.mark();
        hand.step(-2 * HOUR);
        hand.advance(60);
        let next = hand.clock();
        assert_eq!(next.now(), START - HOUR + 60);
        next.go_on_from(&mark);
        assert_eq!(next.now(), START + HOUR + 60);
        assert_eq!(next.mark().origin_ms(), mark.origin_ms());
    }

    #[test]
    fn after_a_new_start_of_the_machine_nothing_is_before_the_mark_c_19() {
        let (clock, hand) = Clock::manual(START);
        hand.advance(500);
        let mark = clock.mark();
        let (behind, hand) = Clock::manual(START - HOUR);
        behind.go_on_from(&mark);
        assert_eq!(behind.now(), START + 500);
        hand.advance(60);
        assert_eq!(behind.now(), START + 560, "time does not stand still");
        let (ahead, _) = Clock::manual(START + HOUR);
        ahead.go_on_from(&mark);
        assert_eq!(ahead.now(), START + HOUR);
    }

    #[test]
    fn a_manual_clock_stands_until_it_is_moved() {
        let (clock, hand) = Clock::manual(1_000);
        let same = clock.clone();
        hand.advance(60);
        assert_eq!((clock.now(), same.now(), hand.now()), (1_060, 1_060, 1_060));
    }

    #[test]
    fn the_system_clock_shows_a_time_after_this_was_written_and_knows_its_machine() {
        let clock = Clock::system();
        assert!(clock.now() > 1_760_000_000 && clock.now() >= clock.host());
        let (mark, next) = (clock.mark(), Clock::system());
        assert!(mark.up_ms > 0);
        if cfg!(target_os = "linux") {
            assert_eq!(mark.boot, next.mark().boot);
        }
    }
}
