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

/// The lines of evidence, those with equal texts in a row as one with their number. Where a text returns after another
/// one, as a fingerprint can, it is shown again: their order is what the lines show. Lines of configuration files, which have
/// no stamp, are one only within a file: each file with a faulty value must be mended.
pub fn folded(evidence: &[Evidence]) -> Vec<(&Evidence, usize)> {
    let are_one = |a: &Evidence, b: &Evidence| a.text == b.text && (a.stamp.is_some() || a.file == b.file);
    evidence.chunk_by(are_one).map(|equal| (&equal[0], equal.len())).collect()
}

/// `A, B and C`.
pub fn and(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        Some((last, others @ [_, ..])) => format!("{} and {last}", others.join(", ")),
        _ => words.concat(),
    }
}

/// The text with a capital as its first letter.
pub fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::repeat_mark;

    #[test]
    fn equal_lines_in_a_row_are_one() {
        let line = |(file, text): (&str, &str)| Evidence {
            file: file.to_owned(),
            line: 1,
            stamp: None,
            time: None,
            uptime: None,
            text: text.to_owned(),
        };
        let evidence = [("a", "x"), ("a", "x"), ("a", "y"), ("a", "x"), ("b", "x")].map(line);
        let lines: Vec<_> =
            folded(&evidence).iter().map(|(line, n)| (line.text.clone(), repeat_mark(*n))).collect();
        assert_eq!(
            lines,
            [("x", " ×2"), ("y", ""), ("x", ""), ("x", "")]
                .map(|(text, times)| (text.to_owned(), times.to_owned()))
        );
    }
}
