//! What a run draws from its seed: the kinds of kills, their moments, and what the callers do.

use std::sync::Mutex;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to spread moments.
#[derive(Debug)]
pub(crate) struct Seed(Mutex<u64>);

impl Seed {
    /// The given seed, or a new one; it is printed, so that a run can be repeated.
    pub(crate) fn new(name: &str) -> Self {
        let drawn = || {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).unwrap();
            u64::from_ne_bytes(bytes)
        };
        let seed = edge::testing::from_environment("PIPIT_TORTURE_SEED").unwrap_or_else(drawn);
        println!("{name}: to draw the same moments again: PIPIT_TORTURE_SEED={seed}");
        Self(Mutex::new(seed))
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut drawn = *state;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (drawn ^ (drawn >> 31)) % end
    }

    /// Once in `times`.
    pub(crate) fn once_in(&self, times: u64) -> bool {
        self.below(times) == 0
    }
}
