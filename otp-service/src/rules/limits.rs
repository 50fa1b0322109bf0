//! Every figure of the policy, with its default. `--help` is the reference for operators.

/// The policy's figures. Times in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Digits of a code, 6 to 10.
    pub(crate) code_digits: u8,
    /// Wrong codes that end a challenge.
    pub(crate) tries: u8,
    /// Codes of a challenge that work at the same time.
    pub(crate) live_codes: usize,
    /// Wait after the first send of an hour, and after each further one (B-04).
    pub(crate) first_cool_down: i64,
    pub(crate) cool_down: i64,
    /// Sends to a number (B-04).
    pub(crate) sends_per_hour: usize,
    pub(crate) sends_per_day: usize,
    /// Sends to numbers that differ in their last four digits alone, unless half of them are verified; 0
    /// for any number (G-03).
    pub(crate) prefix_sends_per_ten_minutes: usize,
    pub(crate) prefix_sends_per_hour: usize,
    /// Such numbers get nothing for so long once fewer than so many hundredths are verified (G-04).
    pub(crate) prefix_block: i64,
    pub(crate) prefix_block_below_percent: usize,
    /// Failures of a number between two longer waits, and the waits (B-01).
    pub(crate) failures_per_step: u32,
    pub(crate) waits: Vec<i64>,
    /// Failures in a row that lock a number (B-01).
    pub(crate) failures_to_lock: u32,
    /// No session lives longer than this after its start (C-04).
    pub(crate) session_cap: i64,
    /// A session that was not used for so long is over (C-05).
    pub(crate) session_idle: i64,
    /// Live sessions of a user (C-09).
    pub(crate) sessions_per_user: usize,
    /// How long a browser that has signed in is known (B-14).
    pub(crate) device_life: i64,
}

impl Limits {
    /// Nothing that the service gives out is good for longer.
    pub(crate) fn longest_life(&self) -> i64 {
        self.session_cap.max(self.device_life)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            code_digits: 6,
            tries: 5,
            live_codes: 3,
            first_cool_down: 30,
            cool_down: 60,
            sends_per_hour: 5,
            sends_per_day: 10,
            prefix_sends_per_ten_minutes: 20,
            prefix_sends_per_hour: 50,
            prefix_block: 12 * 3600,
            prefix_block_below_percent: 20,
            failures_per_step: 5,
            waits: vec![30, 300, 1800, 3600],
            failures_to_lock: 50,
            session_cap: 43_200 * 60,
            session_idle: 60 * 60,
            sessions_per_user: 10,
            device_life: 180 * 24 * 3600,
        }
    }
}
