//! Suggests diagnoses for a code or name that does not exist.

use crate::check::{CATALOGUE, Rule};
use crate::lookup::{MAX_NAMES, most_similar};

/// Only the beginning of longer words is compared, since the time grows with the square of the length.
const MAX_COMPARED: usize = 32;

/// The least similarity (0 to 1) for a suggestion.
const MIN_SIMILARITY: f64 = 0.5;

/// How much less similar than the best one a suggestion may be.
const MAX_SIMILARITY_DROP: f64 = 0.1;

/// The codes most similar to `wanted`, a code or name that does not exist: at most five, the most similar
/// first. If some codes begin with it, only these. Empty if nothing is similar.
pub fn nearest(wanted: &str) -> Vec<&'static str> {
    let wanted: String = wanted.trim().chars().take(MAX_COMPARED).collect::<String>().to_ascii_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let begun = CATALOGUE.iter().filter(|rule| {
        rule.code.to_ascii_lowercase().starts_with(&wanted) || rule.name.contains(wanted.as_str())
    });
    let begun: Vec<_> = begun.map(|rule| rule.code).take(MAX_NAMES).collect();
    if !begun.is_empty() {
        return begun;
    }
    // Those about logs come first.
    let scored = super::of_families(|rule| (likeness(&wanted, rule), rule.code));
    most_similar(scored, MIN_SIMILARITY, MAX_SIMILARITY_DROP)
}

fn likeness(wanted: &str, rule: &Rule) -> f64 {
    let by = |name: &str| strsim::normalized_damerau_levenshtein(wanted, name);
    by(&rule.code.to_ascii_lowercase()).max(by(rule.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_codes_are_understood() {
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
