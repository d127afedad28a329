//! The texts of the phone's menu about its built-in certificate, their meaning, and when they mislead.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};

use super::cell::rows;

const TEXTS: &str = include_str!("menu_texts.csv");
const TRAPS: &str = include_str!("menu_traps.csv");

/// A text of the menu `Status > Platform > Phone` (Feature Profile 37148, "Determining Type of Device
/// Certificates on Polycom Phones"), as `lookup --format json` has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct MenuText {
    /// The text as the phone shows it: `Device Certificate: Self-signed`.
    pub text: String,
    /// What it means.
    pub meaning: String,
    /// When it misleads: a sentence or more each.
    #[serde(deserialize_with = "traps")]
    pub traps: Vec<String>,
    /// The document and the section.
    pub source: String,
}

impl MenuText {
    /// Whether `query` means this text. Case, blanks, punctuation and the words `Device Certificate` before
    /// it are ignored.
    pub fn matches(&self, query: &str) -> bool {
        let words = letters(query);
        !words.is_empty() && (words == letters(&self.text) || words == letters(self.state()))
    }

    /// The text after the colon: `Self-signed`.
    pub fn state(&self) -> &str {
        self.text.split_once(": ").map_or(self.text.as_str(), |(_, state)| state)
    }
}

/// The five texts, in the guide's order.
pub fn menu_texts() -> &'static [MenuText] {
    static ROWS: LazyLock<Vec<MenuText>> = LazyLock::new(|| rows(TEXTS));
    &ROWS
}

/// The traps of which the cell has the names.
fn traps<'de, D: Deserializer<'de>>(cell: D) -> Result<Vec<String>, D::Error> {
    static BY_NAME: LazyLock<HashMap<String, String>> = LazyLock::new(|| rows(TRAPS).into_iter().collect());
    let names = String::deserialize(cell)?;
    Ok(names.split(' ').filter_map(|name| BY_NAME.get(name).cloned()).collect())
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(query: &str) -> Option<&'static str> {
        let mut texts = menu_texts().iter().filter(|row| row.matches(query));
        let found = texts.next().map(MenuText::state);
        assert_eq!(texts.next(), None, "{query}");
        found
    }

    #[test]
    fn all_five_texts_are_read() {
        assert_eq!(menu_texts().len(), TEXTS.lines().count() - 1);
        let states: Vec<&str> = menu_texts().iter().map(MenuText::state).collect();
        assert_eq!(states, ["Factory Installed", "Installed", "Not Installed", "Self-signed", "Invalid"]);
    }

    #[test]
    fn forms_of_one_text() {
        for query in [
            "Device Certificate: Self-signed",
            "self signed",
            "SELF-SIGNED",
            "'Device Certificate: Self-Signed'",
        ] {
            assert_eq!(meant(query), Some("Self-signed"), "{query}");
        }
        assert_eq!(meant("… Installed"), Some("Installed"));
        assert_eq!(meant("device certificate not installed"), Some("Not Installed"));
        for query in ["", "…", "signed", "Device Certificate", "Installed twice"] {
            assert_eq!(meant(query), None, "{query}");
        }
    }

    #[test]
    fn traps_are_with_their_texts() {
        for row in menu_texts() {
            let count = if matches!(row.state(), "Not Installed" | "Invalid") { 0 } else { 2 };
            assert_eq!(row.traps.len(), count, "{}", row.text);
        }
        let traps = menu_texts()[3].traps.concat();
        for fact in ["December 2011", "77793", "3.3.x"] {
            assert!(traps.contains(fact), "{fact}");
        }
    }
}
