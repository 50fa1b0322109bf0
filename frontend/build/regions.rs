//! What the page needs to know of each country, read from libphonenumber's metadata.

use std::collections::{BTreeMap, BTreeSet};

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL as LIBRARY, PhoneNumber, PhoneNumberFormat,
    PhoneNumberType, Region,
};

use crate::prefixes::{Depth, split};

/// One line per country, sorted by ISO code. Fields, separated by `|`:
///
/// 1. ISO 3166 alpha-2 code
/// 2. country calling code
/// 3. `1` when numbers of this calling code belong to this country unless another one claims them
/// 4. trunk prefix
/// 5. prefix for calls abroad
/// 6. possible lengths of mobile numbers, a hexadecimal bit mask
/// 7. possible lengths of mobile and of not much shorter fixed numbers, likewise
/// 8. area code that is left out in local calls
/// 9. `1` when the national form is rearranged in ways that only the full library knows
/// 10. beginnings of national numbers that belong to this country, separated by `,`
/// 11. groupings of mobile numbers, `beginning=groups` separated by `,`; an empty beginning is
///     for all numbers of that length
pub(crate) fn table() -> Result<String, String> {
    let regions: BTreeSet<Region> = LIBRARY.get_supported_regions().collect();
    let mut lines = BTreeMap::new();
    for region in regions {
        lines.insert(region.to_string(), line(region)?);
    }
    Ok(lines.into_values().collect::<Vec<_>>().join("\n"))
}

fn line(region: Region) -> Result<String, String> {
    let dial = LIBRARY
        .get_country_code_for_region(region)
        .ok_or_else(|| format!("no calling code for {region}"))?;
    let mobile = lengths(dial, PhoneNumberType::Mobile);
    let either = mobile | lengths(dial, PhoneNumberType::FixedLine);
    let mobile = if mobile == 0 { either } else { mobile };
    // Much shorter than a mobile number is an unfinished one: few short fixed lines take messages.
    let shortest = mobile.trailing_zeros().saturating_sub(2);
    let either = either & !((1 << shortest) - 1);
    let main = LIBRARY.get_region_for_country_code(dial) == Some(region);
    let examples = examples(region);
    let trunk = trunk_prefix(region, dial, &examples);
    let rearranged = examples.iter().any(|nsn| is_rearranged(dial, nsn, &trunk));
    Ok([
        region.to_string(),
        dial.to_string(),
        flag(main),
        trunk,
        exit_code(region, dial),
        format!("{mobile:x}"),
        format!("{either:x}"),
        area_code(region, dial, &examples),
        flag(rearranged),
        own_prefixes(region, dial, either).join(","),
        if main {
            groupings(dial, mobile).join(",")
        } else {
            String::new()
        },
    ]
    .join("|"))
}

fn flag(value: bool) -> String {
    if value { "1".to_owned() } else { String::new() }
}

/// Bit n stands for numbers of n digits.
fn lengths(dial: i32, kind: PhoneNumberType) -> u32 {
    let possible = |length: &u32| {
        let number = PhoneNumber {
            country_code: dial,
            national_number: 10_u64.pow(length - 1),
            ..PhoneNumber::default()
        };
        let verdict = LIBRARY.is_possible_number_for_type_with_reason(&number, kind);
        verdict == Ok(NumberLengthType::IsPossible)
    };
    (2..=17)
        .filter(possible)
        .fold(0, |mask, length| mask | 1 << length)
}

/// The library tells it only through what it understands: the shortest digits that may stand
/// before a national number without changing it.
fn trunk_prefix(region: Region, dial: i32, examples: &[String]) -> String {
    // The calling code without its plus is understood too; only in North America is it also the
    // trunk prefix.
    let taken = if dial == 1 {
        String::new()
    } else {
        dial.to_string()
    };
    let ignored = |prefix: &String| {
        *prefix != taken
            && !examples.is_empty()
            && examples.iter().all(|nsn| {
                understood(region, dial, &format!("{prefix}{nsn}")).as_ref() == Some(nsn)
            })
    };
    let short = (0..=9).map(|digit| digit.to_string());
    let long = (0..=99).map(|digits| format!("{digits:02}"));
    short.chain(long).find(ignored).unwrap_or_default()
}

/// Likewise the digits that start a call abroad.
fn exit_code(region: Region, dial: i32) -> String {
    let (abroad_dial, abroad) = if dial == 44 {
        (1, "2015550123")
    } else {
        (44, "7400123456")
    };
    [
        "00", "011", "0011", "010", "810", "001", "000", "009", "119",
    ]
    .into_iter()
    .find(|code| {
        let typed = format!("{code}{abroad_dial}{abroad}");
        understood(region, abroad_dial, &typed).as_deref() == Some(abroad)
    })
    .unwrap_or("00")
    .to_owned()
}

/// Likewise the area code that is left out in local calls, where a country has only one.
fn area_code(region: Region, dial: i32, examples: &[String]) -> String {
    let left_out = |cut: &usize| {
        examples.iter().all(|nsn| {
            nsn.get(*cut..)
                .and_then(|local| understood(region, dial, local))
                .as_ref()
                == Some(nsn)
        })
    };
    let Some(example) = examples.first() else {
        return String::new();
    };
    (3..=4)
        .find(left_out)
        .and_then(|cut| example.get(..cut))
        .unwrap_or_default()
        .to_owned()
}

/// Whether people write a number in a way that is more than trunk prefix and number.
fn is_rearranged(dial: i32, nsn: &str, trunk: &str) -> bool {
    let Some(number) = parse(dial, nsn) else {
        return false;
    };
    let written = LIBRARY.format(&number, PhoneNumberFormat::National);
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    digits != nsn && digits.strip_prefix(trunk) != Some(nsn)
}

/// The national number that the library makes of it, if it takes it for one of this calling code.
fn understood(region: Region, dial: i32, typed: &str) -> Option<String> {
    let number = LIBRARY.parse(typed, Some(region)).ok()?;
    (number.country_code == dial)
        .then(|| rlibphonenumber::get_national_significant_number_owned(&number))
}

/// Nothing for a calling code that one country has for itself.
fn own_prefixes(region: Region, dial: i32, mask: u32) -> Vec<String> {
    let sharing: Vec<Region> = LIBRARY
        .get_regions_for_country_calling_code(dial)
        .into_iter()
        .flatten()
        .collect();
    if sharing.len() < 2 || LIBRARY.get_region_for_country_code(dial) == Some(region) {
        return Vec::new();
    }
    let seeds: Vec<String> = sharing
        .iter()
        .flat_map(|region| examples(*region))
        .collect();
    let wanted = region.to_string();
    let region_of = |national: &str| {
        let number = parse(dial, national)?;
        let ordinary = matches!(
            LIBRARY.get_number_type(&number),
            PhoneNumberType::FixedLine
                | PhoneNumberType::Mobile
                | PhoneNumberType::FixedLineOrMobile
        );
        let found = LIBRARY
            .get_region_for_number(&number)
            .filter(|_| ordinary)?;
        Some(found.to_string())
    };
    let found: BTreeSet<String> = each_length(mask)
        .flat_map(|length| split(length, Depth { sure: 3, most: 5 }, &seeds, &region_of))
        .filter(|(_, region)| *region == wanted)
        .map(|(prefix, _)| prefix)
        .collect();
    let covered = |prefix: &String| (1..prefix.len()).any(|end| found.contains(&prefix[..end]));
    found
        .iter()
        .filter(|prefix| !covered(prefix))
        .cloned()
        .collect()
}

/// The commonest grouping of each length stands alone, the others with their beginnings.
fn groupings(dial: i32, mask: u32) -> Vec<String> {
    let seeds: Vec<String> = LIBRARY
        .get_regions_for_country_calling_code(dial)
        .into_iter()
        .flatten()
        .flat_map(examples)
        .collect();
    let grouping_of = |national: &str| {
        let number = parse(dial, national)?;
        let kind = LIBRARY.get_number_type(&number);
        let mobile = matches!(
            kind,
            PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile
        );
        mobile.then(|| grouping(&number, dial)).flatten()
    };
    let mut entries = Vec::new();
    for length in each_length(mask) {
        let leaves = split(length, Depth { sure: 2, most: 4 }, &seeds, &grouping_of);
        let mut times = BTreeMap::new();
        for (prefix, grouping) in &leaves {
            *times.entry(grouping.clone()).or_insert(0.0) +=
                10_f64.powi(-(i32::try_from(prefix.len()).unwrap_or(9)));
        }
        let commonest = times
            .into_iter()
            .max_by(|one, other| one.1.total_cmp(&other.1));
        let Some((commonest, _)) = commonest else {
            continue;
        };
        entries.push(format!("={commonest}"));
        entries.extend(
            leaves
                .into_iter()
                .filter(|(_, grouping)| *grouping != commonest)
                .map(|(prefix, grouping)| format!("{prefix}={grouping}")),
        );
    }
    entries
}

/// `+49 1512 3456789` gives `4 7`, `+1 212-555-0142` gives `3-3-4`.
fn grouping(number: &PhoneNumber, dial: i32) -> Option<String> {
    let written = LIBRARY.format(number, PhoneNumberFormat::International);
    let national = written.strip_prefix(&format!("+{dial}"))?.trim_start();
    let mut groups = String::new();
    for group in national.split_inclusive([' ', '-']) {
        let digits = group.trim_end_matches([' ', '-']);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        groups.push_str(&digits.len().to_string());
        groups.push_str(&group[digits.len()..]);
    }
    Some(groups)
}

fn each_length(mask: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |length| mask >> length & 1 == 1)
}

/// Only numbers that the library leaves as they are: it would strip a trunk prefix here too.
fn parse(dial: i32, national: &str) -> Option<PhoneNumber> {
    let number = LIBRARY.parse(format!("+{dial}{national}"), None).ok()?;
    let kept = rlibphonenumber::get_national_significant_number_owned(&number) == national;
    kept.then_some(number)
}

fn examples(region: Region) -> Vec<String> {
    [PhoneNumberType::Mobile, PhoneNumberType::FixedLine]
        .into_iter()
        .filter_map(|kind| {
            LIBRARY
                .get_example_number_for_type_and_region(region, kind)
                .ok()
        })
        .map(|number| rlibphonenumber::get_national_significant_number_owned(&number))
        .collect()
}
