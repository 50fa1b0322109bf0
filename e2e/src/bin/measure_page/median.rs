//! What is said of several measurements of one thing.

use std::fmt;

/// The middle one, the smallest and the largest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    /// Of these values; zero of none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or(0.0);
        let middle = values.len() / 2;
        let below = middle.saturating_sub(usize::from(values.len().is_multiple_of(2)));
        Self {
            median: f64::midpoint(at(below), at(middle)),
            least: at(0),
            most: at(values.len().saturating_sub(1)),
        }
    }
}

/// `312 | 305 – 340`, as two cells of a table; with as many decimals as are asked for.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(0);
        let Self {
            median,
            least,
            most,
        } = self;
        write!(
            f,
            "{median:.decimals$} | {least:.decimals$} – {most:.decimals$}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_also_of_an_even_number() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]).to_string(), "2 | 1 – 3");
        assert_eq!(
            format!("{:.1}", Spread::of([4.0, 1.0, 2.0, 3.0])),
            "2.5 | 1.0 – 4.0"
        );
        assert_eq!(Spread::of([]).to_string(), "0 | 0 – 0");
        assert_eq!(Spread::of([7.0]).to_string(), "7 | 7 – 7");
    }
}
