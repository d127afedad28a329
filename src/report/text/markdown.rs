//! Writes texts from logs, files and certificates into Markdown, so that mark-up in them has no effect.

use crate::report::shape::Evidence;

use super::visible::visible;
use crate::quantity::repeat_mark;
use crate::report::text::folded;

/// Escapes a text so that it contains no mark-up, no HTML, no link and no end of a table cell.
pub fn escaped(text: &str) -> String {
    let shown = visible(text);
    let mut safe = String::with_capacity(shown.len() + 8);
    for (at, character) in shown.char_indices() {
        let acts = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '@' => true,
            // Markdown turns `https://…` and `www.…` into links.
            ':' => shown[at..].starts_with("://"),
            '.' => shown[..at].to_ascii_lowercase().ends_with("www"),
            // Marks of headings, lists and quotes at the beginning of a text.
            '#' | '-' | '+' | '=' => at == 0,
            _ => false,
        };
        if acts {
            safe.push('\\');
        }
        safe.push(character);
    }
    safe
}

/// The evidence as a code block: file and line, stamp, text. The fence is longer than any run of backticks in it.
/// Lines with the same text in a row are written once, with their number.
pub fn evidence_lines(evidence: &[Evidence]) -> String {
    let lines: Vec<String> = folded(evidence)
        .into_iter()
        .map(|(line, number)| {
            let stamp =
                line.stamp.as_deref().map(|stamp| format!("  {}", visible(stamp))).unwrap_or_default();
            let times = repeat_mark(number);
            format!("{}:{}{stamp}  {}{times}\n", visible(&line.file), line.line, visible(&line.text))
        })
        .collect();
    let longest = lines.iter().map(|line| backticks(line)).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{}{fence}\n", lines.concat())
}

fn backticks(line: &str) -> usize {
    line.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mark_up_stays_text() {
        for (text, safe) in [
            ("a|b", "a\\|b"),
            ("a\\|b", "a\\\\\\|b"),
            ("<img src=x>", "\\<img src=x\\>"),
            ("`code`", "\\`code\\`"),
            ("[x](http://e.example)", "\\[x\\](http\\://e.example)"),
            ("WWW.example.com", "WWW\\.example.com"),
            ("# not a heading", "\\# not a heading"),
            ("a\nb", "a\\\\nb"),
        ] {
            assert_eq!(escaped(text), safe);
        }
        assert_eq!(backticks("a``b```c`"), 3);
    }
}
