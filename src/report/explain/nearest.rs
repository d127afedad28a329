//! Which diagnosis was meant by a code or name that is none.

use crate::check::{CATALOGUE, Rule};

const SHOWN_MAX: usize = 5;

/// Longer words are compared by their beginning: comparing costs time by length times length.
const COMPARED_MAX: usize = 32;

/// Words less alike than this are not taken for a typing error.
const ALIKE: f64 = 0.5;

/// How far a code may fall behind the best one and still be worth showing.
const FALL: f64 = 0.1;

/// The codes that are most like `wanted`, a code or a name that is none: at most five, the nearest first.
/// Those that begin with it, where there are such. None if nothing is like it.
#[must_use]
pub fn nearest(wanted: &str) -> Vec<&'static str> {
    let wanted: String = wanted.trim().chars().take(COMPARED_MAX).collect::<String>().to_ascii_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let begun = CATALOGUE.iter().filter(|rule| {
        rule.code.to_ascii_lowercase().starts_with(&wanted) || rule.name.contains(wanted.as_str())
    });
    let begun: Vec<_> = begun.map(|rule| rule.code).take(SHOWN_MAX).collect();
    if !begun.is_empty() {
        return begun;
    }
    // A stable sort: of codes that are equally near, those of logs come first, in the catalogue's order.
    let mut scored: Vec<_> = super::of_families(|rule| (likeness(&wanted, rule), rule.code));
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    let floor = scored.first().map_or(ALIKE, |(best, _)| (best - FALL).max(ALIKE));
    let near = scored.into_iter().take_while(|(score, _)| *score >= floor);
    near.map(|(_, code)| code).take(SHOWN_MAX).collect()
}

fn likeness(wanted: &str, rule: &Rule) -> f64 {
    let by = |name: &str| strsim::normalized_damerau_levenshtein(wanted, name);
    by(&rule.code.to_ascii_lowercase()).max(by(rule.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood() {
        for (wanted, code) in [
            ("INS01", "INS001"),
            ("isn001", "INS001"),
            ("LOG03", "LOG003"),
            ("key-to-large", "INS001"),
            ("chain_not_decodable", "INS003"),
            ("clock", "LOG003"),
            ("ZTP", "ZTP001"),
        ] {
            assert_eq!(nearest(wanted).first(), Some(&code), "{wanted}: {:?}", nearest(wanted));
        }
        assert_eq!(nearest("ztp"), ["ZTP001", "ZTP002"]);
        assert_eq!(nearest(""), [""; 0]);
        assert_eq!(nearest("what is this"), [""; 0]);
        assert!(nearest(&"é".repeat(100_000)).is_empty());
    }
}
