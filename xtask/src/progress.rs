//! Says what is being done and how long it took. Child processes speak for themselves in between.

use std::fmt;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Announces a step, does it, and says how long it took.
pub(crate) fn step<T>(
    name: impl fmt::Display,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    eprintln!("→ {name}");
    let began = Instant::now();
    let outcome = work();
    let mark = if outcome.is_ok() { "✓" } else { "✗" };
    eprintln!("{mark} {name} ({})", Elapsed(began.elapsed()));
    outcome
}

/// Something that was there already.
pub(crate) fn ready(what: impl fmt::Display) {
    eprintln!("✓ {what}");
}

/// A length of time as people say it: `0.4 s`, `12 s`, `3 min 07 s`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elapsed(pub(crate) Duration);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0..10 => write!(f, "{:.1} s", self.0.as_secs_f64()),
            10..60 => write!(f, "{seconds} s"),
            _ => write!(f, "{} min {:02} s", seconds / 60, seconds % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_reads_as_people_say_it() {
        for (millis, text) in [
            (412, "0.4 s"),
            (12_900, "12 s"),
            (60_000, "1 min 00 s"),
            (187_000, "3 min 07 s"),
        ] {
            assert_eq!(Elapsed(Duration::from_millis(millis)).to_string(), text);
        }
    }
}
