//! Where unpredictable values come from, and the values that are drawn from it. Rules and commands
//! get drawn values; only this file knows the source.

use std::fmt;
use std::sync::Arc;

use shared::OtpCode;

/// The system's generator could not be read. Nothing may be made without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomError;

impl fmt::Display for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system's random generator does not answer")
    }
}

impl std::error::Error for RandomError {}

/// A source of random bytes: the system's, or one that a test brings.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

type Fill = dyn Fn(&mut [u8]) -> Result<(), RandomError> + Send + Sync;

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

impl Random {
    /// The system's cryptographic generator.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|bytes| getrandom::fill(bytes).map_err(|_| RandomError))
    }

    /// Another source. It must be as unpredictable as the system's, or belong to a test.
    pub fn new(
        fill: impl Fn(&mut [u8]) -> Result<(), RandomError> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(fill))
    }

    /// So many random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> Result<[u8; N], RandomError> {
        let mut bytes = [0; N];
        (self.0)(&mut bytes)?;
        Ok(bytes)
    }

    /// A code with so many digits (6 to 10), uniform over all of them, leading zeros included.
    pub(crate) fn code(&self, digits: u8) -> Result<OtpCode, RandomError> {
        loop {
            if let Some(code) = code_of(u64::from_le_bytes(self.bytes()?), digits) {
                return Ok(code);
            }
        }
    }
}

/// Turns a random number into a code; the few numbers that would make some codes likelier than
/// others give none.
fn code_of(number: u64, digits: u8) -> Option<OtpCode> {
    let codes = 10_u64.pow(u32::from(digits));
    let fair = u64::MAX - u64::MAX % codes;
    let width = usize::from(digits);
    (number < fair)
        .then(|| OtpCode::parse(&format!("{:0width$}", number % codes)).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_million_codes_are_uniform_and_reach_both_ends_a_02() {
        const DRAWS: usize = 10_000_000;
        let mut bins = vec![0_u64; 1000];
        let (mut lowest, mut highest) = (false, false);
        let mut block = vec![0_u8; 8 * 10_000];
        for _ in 0..DRAWS / 10_000 {
            getrandom::fill(&mut block).unwrap();
            for chunk in block.as_chunks::<8>().0 {
                let number = u64::from_le_bytes(*chunk);
                // The numeric form of what `code_of` writes, without ten million strings.
                assert!(number < u64::MAX - u64::MAX % 1_000_000);
                let code = usize::try_from(number % 1_000_000).unwrap();
                bins[code / 1000] += 1;
                lowest |= code == 0;
                highest |= code == 999_999;
            }
        }
        assert!(lowest && highest);
        let expected = DRAWS as f64 / 1000.0;
        let chi_square: f64 = bins
            .iter()
            .map(|&seen| (seen as f64 - expected).powi(2) / expected)
            .sum();
        // 999 degrees of freedom: p > 0.001 below 1143.9. A fair generator fails once in a thousand
        // runs, so the bound here is that of one in a billion.
        assert!(chi_square < 1282.0, "chi-square {chi_square}");
    }

    #[test]
    fn leading_zeros_are_kept_and_unfair_numbers_are_drawn_again() {
        assert_eq!(code_of(1_000_007, 6).unwrap().as_str(), "000007");
        assert_eq!(code_of(42, 10).unwrap().as_str(), "0000000042");
        assert!(code_of(u64::MAX, 6).is_none());
        let fair = u64::MAX - u64::MAX % 1_000_000;
        assert_eq!(code_of(fair - 1, 6).unwrap().as_str(), "999999");
        assert!(code_of(fair, 6).is_none());
    }

    #[test]
    fn without_randomness_there_is_no_code() {
        assert_eq!(
            Random::new(|_| Err(RandomError)).code(6).unwrap_err(),
            RandomError
        );
    }
}
