//! Headers that a program wrapped, so that they go on in the next line. Mail programs wrap at the blank after the
//! component if the word after it is long.

use super::blanks::{trim, trim_end};
use super::{Header, Line, line, prefix};

/// The most bytes after the last bar of a header that is not complete: those of a component, or of a count.
const MAX_AFTER_BAR: usize = 5;

/// A line that ends within its header, after the stamp and its bar, with any rest of a header added. None for other
/// lines.
pub(crate) fn completed_header(cut: &[u8]) -> Option<Vec<u8>> {
    const RESTS: [&str; 7] = ["x|0|00|", "|0|00|", "0|00|", "|00|", "00|", "0|", "|"];
    let cut = trim(cut);
    memchr::memrchr(b'|', cut).filter(|bar| cut.len() - bar - 1 <= MAX_AFTER_BAR)?;
    let completed = RESTS.into_iter().map(|rest| [cut, rest.as_bytes()].concat());
    completed.into_iter().find(|completed| matches!(stamped(completed), Some(b"")))
}

/// The line that the beginning of a header and the line after it make together, if they are one line of a log.
pub(crate) fn joined_header(begin: &[u8], rest: &[u8]) -> Option<Vec<u8>> {
    if stamped(rest).is_some() {
        return None;
    }
    let joined = [trim_end(begin), prefix::unquoted(trim(rest))].concat();
    stamped(&joined).is_some().then_some(joined)
}

/// The text of a line that has a whole header.
fn stamped(bytes: &[u8]) -> Option<&[u8]> {
    match line(bytes) {
        Line::Message { header: Header { stamp: Some(_), .. }, text, .. } => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_goes_on_in_the_next_line() {
        let whole = "0501080001|hw   |4|00|text";
        for prefix in ["", "> ", "> May  1 08:00:00 192.0.2.7 ", "0004f2000001-app.log:12:", "  "] {
            for at in 11..="0501080001|hw   |4|00".len() {
                let (begin, rest) = whole.split_at(at);
                let begin = format!("{prefix}{begin}");
                assert!(completed_header(begin.as_bytes()).is_some(), "{begin}");
                for mark in ["", "> "] {
                    let joined = joined_header(begin.as_bytes(), format!("{mark}{rest}").as_bytes());
                    assert_eq!(joined.as_deref().and_then(stamped), Some(&b"text"[..]), "{begin} {rest}");
                }
            }
        }
    }

    #[test]
    fn other_lines_do_not_end_in_a_header() {
        for text in [
            "",
            "|",
            "text",
            "0501080001",
            "0501080001|hw   |4|00|",
            "0501080001|hw   |4|00|text",
            "0501080001|hw   |4|00|a|b",
            "0501080001|twowords",
            "1501080001x|hw",
            "he said 0501080001|hw",
            "Prov|Inval",
        ] {
            assert_eq!(completed_header(text.as_bytes()), None, "{text}");
        }
        let whole = b"0501080001|so   |4|00|text";
        assert_eq!(joined_header(b"0501080001|hw", whole), None);
        assert_eq!(joined_header(b"0501080001|hw", b"goes on"), None);
    }
}
