//! A number as people read it: `+49 1512 3456789`.

use shared::PhoneNumber;

use super::countries::{all, main_of};

/// The international form in the groups that are usual there, in one piece where none are known.
#[must_use]
pub fn international(number: &PhoneNumber) -> String {
    let digits = &number.as_str()[1..];
    let Some(dial) = all()
        .map(|country| country.dial)
        .find(|dial| digits.starts_with(dial))
    else {
        return number.as_str().to_owned();
    };
    let nsn = &digits[dial.len()..];
    let grouping = main_of(dial).and_then(|country| {
        country
            .groupings()
            .filter(|(prefix, groups)| nsn.starts_with(prefix) && digits_in(groups) == nsn.len())
            .max_by_key(|(prefix, _)| prefix.len())
    });
    match grouping {
        Some((_, groups)) => ["+", dial, " ", &grouped(nsn, groups)].concat(),
        None => ["+", dial, " ", nsn].concat(),
    }
}

/// `3-3-4` stands for ten digits.
fn digits_in(groups: &str) -> usize {
    groups
        .chars()
        .filter_map(|character| character.to_digit(10))
        .map(|digit| digit as usize)
        .sum()
}

fn grouped(nsn: &str, groups: &str) -> String {
    let mut rest = nsn;
    let mut written = String::new();
    for character in groups.chars() {
        match character
            .to_digit(10)
            .and_then(|length| rest.split_at_checked(length as usize))
        {
            Some((group, behind)) => {
                written.push_str(group);
                rest = behind;
            }
            None => written.push(character),
        }
    }
    written.push_str(rest);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_the_groups_of_their_country() {
        for (number, written) in [
            ("+4915123456789", "+49 1512 3456789"),
            ("+12125550142", "+1 212-555-0142"),
            ("+33612345678", "+33 6 12 34 56 78"),
            ("+447400123456", "+44 7400 123456"),
            ("+79123456789", "+7 912 345-67-89"),
            ("+5511961234567", "+55 11 96123-4567"),
            ("+12423591234", "+1 242-359-1234"),
            ("+6831234", "+683 1234"),
        ] {
            let number = PhoneNumber::parse(number).unwrap();
            assert_eq!(international(&number), written);
        }
    }
}
