//! Nonsense against the gate and the library behind it, which had panics once (J-09), and numbers in
//! many spellings against the counters, which must know each number by one (B-07).
//!
//! Property tests and not cargo-fuzz, which needs a nightly compiler. They run with every test run; for
//! a long one set `PROPTEST_CASES`, for example to 1000000.

#![allow(clippy::unwrap_used, reason = "a test that can't go on ends here")]

use number_plan::Destination;
use proptest::prelude::*;
use shared::PhoneNumber;

/// What a server makes of a text that somebody sent.
fn destination(text: &str) -> Option<Destination> {
    let number = PhoneNumber::parse(text).ok()?;
    Destination::parse(&number).ok()
}

/// Texts that nearly are numbers: digits with something between them that a lenient parser takes.
fn nearly_numbers() -> impl Strategy<Value = String> {
    let odd = prop_oneof![
        "[ ()./x#*;,~+-]",
        Just(";ext=7".to_owned()),
        Just("\u{200b}".to_owned()),
        Just("\u{ff0b}".to_owned()),
        Just("\u{0664}".to_owned()),
        "\\PC",
    ];
    ("[+]?", "[0-9]{0,9}", odd, "[0-9]{0,9}")
        .prop_map(|(plus, before, odd, after)| format!("{plus}{before}{odd}{after}"))
}

/// Mobile numbers of countries that dial a zero before the number at home.
fn mobile_numbers() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        (Just("44"), "7400[0-9]{6}"),
        (Just("49"), "1511[0-9]{7}"),
        (Just("33"), "612[0-9]{6}"),
        (Just("61"), "412[0-9]{6}"),
        (Just("81"), "9012[0-9]{6}"),
        (Just("234"), "8031[0-9]{6}"),
    ]
    .prop_map(|(country, number)| (country.to_owned(), number))
}

proptest! {
    #[test]
    fn no_bytes_make_the_gate_panic_and_only_e164_passes_j_09(
        bytes in proptest::collection::vec(any::<u8>(), 0..32),
    ) {
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(number) = PhoneNumber::parse(&text) {
            prop_assert_eq!(number.as_str(), text);
        }
    }

    #[test]
    fn what_nearly_is_a_number_never_reaches_the_library_j_09(text in nearly_numbers()) {
        let e164 = text.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && !digits.starts_with('0')
        });
        prop_assert_eq!(PhoneNumber::parse(&text).is_ok(), e164);
        destination(&text);
    }

    #[test]
    fn no_number_makes_the_library_panic_and_the_canonical_form_is_stable_j_09(
        digits in "[1-9][0-9]{6,14}",
    ) {
        if let Some(found) = destination(&format!("+{digits}")) {
            // The number that a message goes to is the one that is counted.
            prop_assert_eq!(destination(found.number().as_str()), Some(found));
        }
    }

    #[test]
    fn what_anybody_dials_anywhere_is_read_or_refused_and_found_again_j_09(
        plus: bool,
        digits in "[0-9]{0,20}",
        country in prop_oneof!["[A-Z]{2}", Just("US".to_owned()), Just("DE".to_owned()), Just("AR".to_owned())],
    ) {
        if let Ok(found) = number_plan::dialled(plus, &digits, &country) {
            prop_assert_eq!(destination(found.number().as_str()), Some(found));
        }
    }

    #[test]
    fn no_spelling_of_a_number_opens_a_second_bucket_b_07((country, number) in mobile_numbers()) {
        let plain = destination(&format!("+{country}{number}"));
        prop_assert!(plain.is_some(), "+{country}{number}");
        let at_home = destination(&format!("+{country}0{number}"));
        prop_assert!(at_home.is_none() || at_home == plain, "+{country}0{number}");
    }
}
