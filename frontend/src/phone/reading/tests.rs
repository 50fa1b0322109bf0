//! Numbers as people type them, in tables, and held to the full library for every country.

use proptest::prelude::*;
use rlibphonenumber::{
    PHONE_NUMBER_UTIL as LIBRARY, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region,
};

use super::*;

fn country(code: &str) -> Country {
    CountryCode::parse(code).and_then(find).unwrap()
}

fn read_as(text: &str, selected: &str) -> Result<String, Misread> {
    read(text, country(selected)).map(|reading| reading.number.as_str().to_owned())
}

#[test]
fn national_forms_are_understood_as_people_type_them() {
    for (selected, text, number) in [
        ("DE", "0151 23456789", "+4915123456789"),
        ("DE", "(0151) 2345-6789", "+4915123456789"),
        ("DE", "0151/23456789", "+4915123456789"),
        ("DE", "151.234.567.89", "+4915123456789"),
        ("DE", "٠١٥١ ٢٣٤٥٦٧٨٩", "+4915123456789"),
        ("DE", "０１５１－２３４５６７８９", "+4915123456789"),
        ("IR", "۰۹۱۲۳۴۵۶۷۸۹", "+989123456789"),
        ("IN", "०८१२३४ ५६७८९", "+918123456789"),
        (
            "DE",
            "\u{202d}0151\u{200b}23456789\u{202c}",
            "+4915123456789",
        ),
        ("GB", "07400 123456", "+447400123456"),
        ("FR", "06 12 34 56 78", "+33612345678"),
        ("US", "(212) 555-0142", "+12125550142"),
        ("US", "1-212-555-0142", "+12125550142"),
        ("US", "12125550142", "+12125550142"),
        ("RU", "8 (912) 345-67-89", "+79123456789"),
        ("RU", "912 345-67-89", "+79123456789"),
        ("RU", "800 555 35 35", "+78005553535"),
        ("HU", "06 20 123 4567", "+36201234567"),
        ("IT", "312 345 6789", "+393123456789"),
        ("IT", "06 1234 5678", "+390612345678"),
        ("JP", "090-1234-5678", "+819012345678"),
        ("BR", "(11) 96123-4567", "+5511961234567"),
        ("AG", "464-1234", "+12684641234"),
        ("DE", "tel:+49-151-23456789", "+4915123456789"),
    ] {
        assert_eq!(
            read_as(text, selected).as_deref(),
            Ok(number),
            "{selected} {text}"
        );
    }
}

#[test]
fn international_forms_do_not_care_which_country_is_selected() {
    for (selected, text, number, country) in [
        ("US", "+49 151 23456789", "+4915123456789", "DE"),
        ("US", "＋49 151 23456789", "+4915123456789", "DE"),
        ("US", "(+49) 151 23456789", "+4915123456789", "DE"),
        ("DE", "+49 (0) 151 23456789", "+4915123456789", "DE"),
        ("US", "+44 (0)20 7946 0018", "+442079460018", "GB"),
        ("FR", "0044 7400 123456", "+447400123456", "GB"),
        ("US", "011 44 7400 123456", "+447400123456", "GB"),
        ("AU", "0011 44 7400 123456", "+447400123456", "GB"),
        ("RU", "8~10 44 7400 123456", "+447400123456", "GB"),
        ("DE", "49 151 23456789", "+4915123456789", "DE"),
        ("DE", "+1 242 359 1234", "+12423591234", "BS"),
        ("US", "+1 416 555 0142", "+14165550142", "CA"),
        ("CA", "+1 212 555 0142", "+12125550142", "US"),
        ("DE", "+7 701 234 5678", "+77012345678", "KZ"),
        ("DE", "+39 06 1234 5678", "+390612345678", "IT"),
        ("US", "+44 7797 712345", "+447797712345", "JE"),
    ] {
        let reading = read(text, self::country(selected)).unwrap();
        assert_eq!(reading.number.as_str(), number, "{selected} {text}");
        assert_eq!(
            Some(reading.country),
            CountryCode::parse(country),
            "{selected} {text}"
        );
    }
}

#[test]
fn what_can_be_no_number_is_told_in_terms_of_the_country() {
    let code = |text| CountryCode::parse(text).unwrap();
    for (selected, text, misread) in [
        ("DE", "", Misread::Empty),
        ("DE", " \u{200e} ", Misread::Empty),
        ("DE", "+", Misread::NotANumber),
        ("DE", "()", Misread::NotANumber),
        ("US", "1-800-FLOWERS", Misread::NotANumber),
        ("US", "212 555 0142 x7", Misread::NotANumber),
        ("US", "212 555 0142;ext=7", Misread::NotANumber),
        ("US", "212+5550142", Misread::NotANumber),
        ("DE", "0151", Misread::TooShort(code("DE"))),
        ("DE", "0151 23", Misread::TooShort(code("DE"))),
        ("US", "555 0142", Misread::TooShort(code("US"))),
        ("US", "212 555 0142 5", Misread::TooLong(code("US"))),
        ("US", "+49 1", Misread::TooShort(code("DE"))),
        ("DE", "+1 212 555 01", Misread::TooShort(code("US"))),
        ("DE", "0151 2345678901234567", Misread::TooLong(code("DE"))),
        ("DE", "+999 123 456", Misread::UnknownCallingCode),
        ("DE", "+0 151 23456789", Misread::UnknownCallingCode),
    ] {
        assert_eq!(read_as(text, selected), Err(misread), "{selected} {text}");
    }
}

#[test]
fn a_number_too_short_for_a_mobile_phone_is_sent_but_doubted() {
    let reading = read("0151 12345", country("DE")).unwrap();
    assert_eq!(
        reading.doubt,
        CountryCode::parse("DE").map(Misread::TooShort)
    );
    assert_eq!(read("0151 23456789", country("DE")).unwrap().doubt, None);
}

#[test]
fn the_picker_moves_as_soon_as_the_text_names_a_country() {
    for (selected, text, moved) in [
        ("DE", "0151", None),
        ("DE", "+", None),
        ("DE", "+4", None),
        ("DE", "+44", Some("GB")),
        ("DE", "+1", Some("US")),
        ("CA", "+1", Some("CA")),
        ("CA", "+1 212", Some("US")),
        ("US", "+1 242", Some("BS")),
        ("DE", "0044 7", Some("GB")),
        ("DE", "+49 151 letters", None),
    ] {
        let found = country_of(text, country(selected));
        assert_eq!(
            found,
            moved.and_then(CountryCode::parse),
            "{selected} {text}"
        );
    }
}

/// The same number as people type and paste it, and as browsers fill it in.
fn spellings(home: Country, example: &PhoneNumber) -> Vec<String> {
    let format = |format| LIBRARY.format(example, format).into_owned();
    let national = format(PhoneNumberFormat::National);
    let abroad = format(PhoneNumberFormat::International);
    let bare = national.replace([' ', '-', '(', ')', '/'], "");
    let in_digits_from = |zero: char| -> String {
        let digit = |digit: char| digit.to_digit(10).map(|digit| zero as u32 + digit);
        bare.chars()
            .map(|character| {
                digit(character)
                    .and_then(char::from_u32)
                    .unwrap_or(character)
            })
            .collect()
    };
    let first_group_in_brackets = match national.split_once([' ', '-']) {
        Some((first, rest)) => format!("({}) {rest}", first.trim_matches(['(', ')'])),
        None => national.clone(),
    };
    vec![
        national.replace(' ', "."),
        national.replace([' ', '-'], " - "),
        national.replace(' ', "\u{a0}"),
        national.replace(' ', "/"),
        first_group_in_brackets,
        in_digits_from('٠'),
        in_digits_from('۰'),
        in_digits_from('０'),
        bare,
        national,
        abroad.replace('+', "00"),
        abroad.replace('+', "＋"),
        abroad.replace('+', home.exit),
        abroad.replace([' ', '-'], "."),
        format!("tel:{}", abroad.replace(' ', "-")),
        abroad,
        format(PhoneNumberFormat::E164),
    ]
}

/// Rearranged forms are left to the server: there the reading and its library must agree.
#[test]
fn every_countrys_numbers_are_understood_in_every_form() {
    let (mut countries, mut checked) = (0, 0);
    for home in all() {
        let region: Region = home.code.as_str().parse().unwrap();
        let example = |kind| LIBRARY.get_example_number_for_type_and_region(region, kind);
        let Ok(mobile) = example(PhoneNumberType::Mobile) else {
            continue;
        };
        let digits = |number: &PhoneNumber| number.national_number.to_string().len();
        // Much shorter ones are taken for unfinished mobile numbers, and told so.
        let fixed = example(PhoneNumberType::FixedLine)
            .ok()
            .filter(|fixed| digits(fixed) + 2 >= digits(&mobile));
        for example in std::iter::once(mobile).chain(fixed) {
            let e164 = LIBRARY
                .format(&example, PhoneNumberFormat::E164)
                .into_owned();
            for text in spellings(home, &example) {
                let read = read_as(&text, home.code.as_str());
                let understood = read.map(|number| {
                    let number = LIBRARY.parse(&number, None).unwrap();
                    LIBRARY
                        .format(&number, PhoneNumberFormat::E164)
                        .into_owned()
                });
                assert_eq!(understood.as_ref(), Ok(&e164), "{:?} {text}", home.code);
                checked += 1;
            }
        }
        countries += 1;
    }
    assert!(countries > 230, "{countries}");
    assert!(checked > 7000, "{checked}");
}

proptest! {
    #[test]
    fn no_text_makes_the_reading_panic(text in "\\PC{0,40}", index in 0_usize..240) {
        let selected = all().nth(index).unwrap();
        let _ = country_of(&text, selected);
        if let Ok(reading) = read(&text, selected) {
            prop_assert!(reading.number.as_str().is_ascii());
        }
    }

    #[test]
    fn no_digits_make_the_reading_panic(text in "[+0-9 ()٠-٩]{0,24}", index in 0_usize..240) {
        let selected = all().nth(index).unwrap();
        let _ = country_of(&text, selected);
        let _ = read(&text, selected);
    }
}
