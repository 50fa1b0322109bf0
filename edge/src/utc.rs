//! Instants as text, in UTC.

use std::time::Duration;

/// `2027-01-15T08:00:00Z` (RFC 3339).
#[must_use]
pub fn for_programs(unix_secs: i64) -> String {
    let (year, month, day, hour, minute, second) = parts(unix_secs);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `2027-01-15T08:00:00.042Z` (RFC 3339) of the time since 1970.
pub(crate) fn for_logs(since_1970: Duration) -> String {
    let secs = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
    let (year, month, day, hour, minute, second) = parts(secs);
    let mut text = String::with_capacity(24);
    // Every line of the log has one, and formatting by placeholders takes longer than all the rest of its fields.
    for (before, number, digits) in [
        ("", year, 4),
        ("-", month, 2),
        ("-", day, 2),
        ("T", hour, 2),
        (":", minute, 2),
        (":", second, 2),
        (".", i64::from(since_1970.subsec_millis()), 3),
    ] {
        text.push_str(before);
        push_digits(&mut text, number, digits);
    }
    text.push('Z');
    text
}

/// The last so many decimal digits of a number that is not negative.
fn push_digits(text: &mut String, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number / 10_i64.pow(place) % 10;
        text.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
    }
}

/// `2027-01-15 08:00 UTC`: the time zone of a browser without JavaScript is not known.
#[must_use]
pub fn for_people(unix_secs: i64) -> String {
    let (year, month, day, hour, minute, _) = parts(unix_secs);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// Howard Hinnant's `civil_from_days`, by eras of 400 years.
fn parts(unix_secs: i64) -> (i64, i64, i64, i64, i64, i64) {
    let (days, secs) = (unix_secs.div_euclid(86_400), unix_secs.rem_euclid(86_400));
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day, secs / 3600, secs / 60 % 60, secs % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc() {
        for (secs, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_800_000_000, "2027-01-15T08:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(for_programs(secs), text);
        }
        assert_eq!(for_people(1_800_000_059), "2027-01-15 08:00 UTC");
        let instant = Duration::from_millis(1_800_000_000_042);
        assert_eq!(for_logs(instant), "2027-01-15T08:00:00.042Z");
    }
}
