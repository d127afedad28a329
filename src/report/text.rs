//! Text for people: visible forms of hidden characters, widths, colours, equal lines.

pub mod elide;
pub mod manual;
pub mod markdown;
pub mod paint;
pub mod prose;
pub mod table;
pub mod time;
pub mod visible;
pub mod width;

use crate::report::shape::Evidence;

/// The lines of evidence with different texts, each with the number of lines that have it.
pub fn distinct(evidence: &[Evidence]) -> Vec<(&Evidence, usize)> {
    let mut lines: Vec<(&Evidence, usize)> = Vec::new();
    for line in evidence {
        match lines.iter_mut().find(|(known, _)| known.text == line.text) {
            Some((_, number)) => *number += 1,
            None => lines.push((line, 1)),
        }
    }
    lines
}

/// The text with a capital as its first letter.
pub fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::times;

    #[test]
    fn equal_lines_are_one() {
        let line = |text: &str| Evidence {
            file: "a".to_owned(),
            line: 1,
            stamp: None,
            time: None,
            uptime: None,
            text: text.to_owned(),
        };
        let evidence = ["x", "y", "x", "x"].map(line);
        let lines: Vec<_> =
            distinct(&evidence).iter().map(|(line, n)| (line.text.clone(), times(*n))).collect();
        assert_eq!(lines, [("x".to_owned(), " ×3".to_owned()), ("y".to_owned(), String::new())]);
    }
}
