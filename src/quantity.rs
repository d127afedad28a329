//! Formats numbers for people.

use indicatif::HumanCount;

/// A number in groups of three: `12,345`.
pub fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

/// A number with its noun, `1 phone` or `2 phones`; nouns whose plural takes no `s` are given whole.
pub fn counted(number: u64, noun: &str) -> String {
    let noun = match (number, noun) {
        (1, noun) => noun.to_owned(),
        (_, "diagnosis") => "diagnoses".to_owned(),
        (_, noun) => format!("{noun}s"),
    };
    format!("{} {noun}", count(number))
}
