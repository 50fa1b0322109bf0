//! Which form of a sentence goes with a number (CLDR's plural rules for whole numbers).
//!
//! The forms of a sentence stand in this order: zero, one, two, few, many, other, those only that the
//! language has. Whole numbers never fall into the `many` of Spanish, French, Italian and Portuguese,
//! which is for millions.

/// How many forms a sentence has in this language.
#[must_use]
pub fn forms(language: &str) -> usize {
    match language {
        "ar" => 6,
        "ja" | "zh-Hans" => 1,
        _ => 2,
    }
}

/// The index of the form for a number.
#[must_use]
pub fn form(language: &str, number: u32) -> usize {
    match language {
        "ar" => match (number, number % 100) {
            (0..=2, _) => number as usize,
            (_, 3..=10) => 3,
            (_, 11..) => 4,
            _ => 5,
        },
        "ja" | "zh-Hans" => 0,
        "fr" | "hi" | "pt-BR" => usize::from(number > 1),
        _ => usize::from(number != 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CLDR 46, whole numbers; the browser tests compare with `Intl.PluralRules`.
    #[test]
    fn numbers_take_the_form_that_cldr_gives_them() {
        for (language, numbers) in [
            ("en", &[(0, 1), (1, 0), (2, 1), (11, 1)][..]),
            ("fr", &[(0, 0), (1, 0), (2, 1)]),
            ("ja", &[(0, 0), (1, 0), (100, 0)]),
            (
                "ar",
                &[
                    (0, 0),
                    (1, 1),
                    (2, 2),
                    (3, 3),
                    (10, 3),
                    (11, 4),
                    (99, 4),
                    (100, 5),
                    (102, 5),
                    (103, 3),
                    (111, 4),
                ],
            ),
        ] {
            for (number, index) in numbers {
                assert_eq!(form(language, *number), *index, "{language} {number}");
            }
            assert!((0..=200).all(|number| form(language, number) < forms(language)));
        }
    }
}
