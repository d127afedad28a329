//! Suggests names in the tables that are similar to a word that is not in them.

use std::collections::BTreeSet;

use crate::reference::{Model, ZtpRow, menu_texts, part_rows, ztp_rows};

pub(crate) const MAX_NAMES: usize = 5;

/// Only the beginning of longer words is compared, since the time grows with the square of the length.
const MAX_COMPARED: usize = 64;

/// A word with at least this many digits is taken for a part number.
const PART_NUMBER_DIGITS: usize = 5;

/// How much less similar than the best one a suggestion may be.
const MAX_SIMILARITY_DROP: f64 = 0.2;

/// At most five names, the most similar first.
pub(super) fn names(query: &str) -> Vec<String> {
    let query: String = compact(query).chars().take(MAX_COMPARED).collect();
    let digits: String = query.chars().filter(char::is_ascii_digit).collect();
    let scored: Vec<(f64, String)> = if digits.len() >= PART_NUMBER_DIGITS {
        part_numbers().map(|(name, key)| (likeness(&digits, &key), name)).collect()
    } else {
        spellings().map(|(name, keys)| (best_likeness(&query, &digits, &keys), name)).collect()
    };
    most_similar(scored, 0.0, MAX_SIMILARITY_DROP)
}

/// At most five of these with their similarity, the most similar first: those with at least the similarity `least` that
/// are at most by `drop` less similar than the best one. Equally similar ones keep their order.
pub(crate) fn most_similar<T>(mut scored: Vec<(f64, T)>, least: f64, drop: f64) -> Vec<T> {
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    let floor = scored.first().map_or(least, |(best, _)| least.max(best - drop));
    let near = scored.into_iter().take_while(|(score, _)| *score >= floor);
    near.map(|(_, name)| name).take(MAX_NAMES).collect()
}

fn part_numbers() -> impl Iterator<Item = (String, String)> {
    let numbers: BTreeSet<_> = part_rows().iter().map(|row| row.part_number).collect();
    numbers.into_iter().map(|number| (number.to_string(), number.digits()))
}

/// Each model and menu text with its spellings in compact form.
fn spellings() -> impl Iterator<Item = (String, Vec<String>)> {
    let models: BTreeSet<Model> =
        part_rows().iter().map(|row| row.model).chain(ztp_rows().iter().flat_map(ZtpRow::models)).collect();
    let models = models.into_iter().map(|model| {
        let full = compact(&model.to_string());
        // SOUNDPOINTIP335 is also compared as IP335 and 335, since people rarely type the whole name.
        let short = full.find("IP").map(|start| full[start..].to_owned());
        let number = full.find(|c: char| c.is_ascii_digit()).map(|start| full[start..].to_owned());
        let last_word = model.to_string().rsplit(' ').next().map(compact);
        (model.to_string(), [Some(full), short, number, last_word].into_iter().flatten().collect())
    });
    let texts =
        menu_texts().iter().map(|text| (text.text.clone(), vec![compact(&text.text), compact(text.state())]));
    models.chain(texts)
}

fn best_likeness(query: &str, digits: &str, keys: &[String]) -> f64 {
    // The right number with a wrong family is more similar than another number.
    let same_number = if keys.iter().any(|key| key == digits) { 1.0 } else { 0.0 };
    keys.iter().map(|key| likeness(query, key)).fold(same_number, f64::max)
}

/// Similarity from 0 to slightly more than 1: highest for a part of a name, then by the number of edits; an
/// equal beginning adds a little.
fn likeness(query: &str, key: &str) -> f64 {
    let alike = strsim::normalized_damerau_levenshtein(query, key) + 0.1 * strsim::jaro_winkler(query, key);
    match query.len() >= 3 && key.contains(query) {
        true => alike.max(0.9),
        false => alike,
    }
}

fn compact(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_is_found() {
        for (query, wanted) in [
            ("VVX 510", "VVX 500"),
            ("VXX 500", "VVX 500"),
            ("IP 336", "SoundPoint IP 335"),
            ("SoundStation IP 700", "SoundStation IP 7000"),
            ("Du0", "SoundStation Duo"),
            ("SpectraLnk 8440", "SpectraLink 8440"),
            ("self sined", "Device Certificate: Self-signed"),
            ("2201-12360-002", "2201-12360-001"),
            ("2201-12360", "2201-12360-001"),
            ("12360", "2201-12360-001"),
            ("2200-19000-122", "2200-19000-102"),
        ] {
            let names = names(query);
            assert!(names.iter().any(|name| name == wanted), "{query}: {names:?}");
        }
    }

    #[test]
    fn one_to_five_names_are_suggested() {
        for query in ["", "VVX", "¿", "zzzzzz", &"9".repeat(100_000), &"é".repeat(100_000)] {
            assert!((1..=MAX_NAMES).contains(&names(query).len()));
        }
    }
}
