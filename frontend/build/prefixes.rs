//! Finds out by trying which beginnings of a number share a property, such as the region or the
//! grouping, and says it in as few beginnings as possible.

use std::collections::{BTreeMap, BTreeSet};

/// How deep to look: always down to `sure` digits, further only where the answers differ.
#[derive(Clone, Copy)]
pub(crate) struct Depth {
    pub(crate) sure: usize,
    pub(crate) most: usize,
}

/// Tells the property of a whole number, or `None` when the number does not exist.
pub(crate) trait Classify {
    fn classify(&self, national: &str) -> Option<String>;
}

impl<F: Fn(&str) -> Option<String>> Classify for F {
    fn classify(&self, national: &str) -> Option<String> {
        self(national)
    }
}

/// Beginnings with their property; no beginning starts another one. `seeds` are numbers known to
/// exist, so that narrow ranges are not missed.
pub(crate) fn split(
    length: usize,
    depth: Depth,
    seeds: &[String],
    classify: &impl Classify,
) -> Vec<(String, String)> {
    let mut draws = Draws(0x9e37_79b9_7f4a_7c15);
    descend(
        &mut String::new(),
        length,
        depth,
        seeds,
        classify,
        &mut draws,
    )
}

fn descend(
    prefix: &mut String,
    length: usize,
    depth: Depth,
    seeds: &[String],
    classify: &impl Classify,
    draws: &mut Draws,
) -> Vec<(String, String)> {
    let at_least_sure = prefix.len() >= depth.sure.min(length);
    if at_least_sure {
        let seen = sample(prefix, length, seeds, classify, draws);
        if seen.len() <= 1 || prefix.len() >= depth.most.min(length) {
            let commonest = seen.into_iter().max_by_key(|(_, times)| *times);
            return commonest
                .map(|(value, _)| vec![(prefix.clone(), value)])
                .unwrap_or_default();
        }
    }
    let mut leaves = Vec::new();
    for digit in '0'..='9' {
        prefix.push(digit);
        leaves.extend(descend(prefix, length, depth, seeds, classify, draws));
        prefix.pop();
    }
    let values: BTreeSet<&String> = leaves.iter().map(|(_, value)| value).collect();
    match values.into_iter().collect::<Vec<_>>()[..] {
        [only] if !prefix.is_empty() => vec![(prefix.clone(), only.clone())],
        _ => leaves,
    }
}

fn sample(
    prefix: &str,
    length: usize,
    seeds: &[String],
    classify: &impl Classify,
    draws: &mut Draws,
) -> BTreeMap<String, usize> {
    let known = seeds
        .iter()
        .filter(|seed| seed.len() == length && seed.starts_with(prefix));
    let drawn = (0..6).map(|_| draws.number(prefix, length));
    let mut seen = BTreeMap::new();
    for national in known.cloned().chain(drawn) {
        if let Some(value) = classify.classify(&national) {
            *seen.entry(value).or_insert(0) += 1;
        }
    }
    seen
}

/// The same digits on every machine and in every build.
struct Draws(u64);

impl Draws {
    fn number(&mut self, prefix: &str, length: usize) -> String {
        let mut national = prefix.to_owned();
        while national.len() < length {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            national.push(char::from(
                b'0' + u8::try_from((self.0 >> 33) % 10).unwrap_or(0),
            ));
        }
        national
    }
}
