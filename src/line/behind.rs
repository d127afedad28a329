//! Removes what may come after a text: marks, remarks, separators and closing quotation marks.

use super::blank::trim;

/// Marks after a text: bars of a table, emphasis, marks for the end of a line.
const TRAILING_MARKS: [&str; 11] = ["|", "¦", "│", "┃", "║", "**", "\\", "↵", "¶", " ...", " …"];

/// Removes marks after a text, such as the bars of a table. No known message ends with one.
#[must_use]
pub(crate) fn without_trailing_marks(mut text: &[u8]) -> &[u8] {
    loop {
        text = trim(text);
        // This check alone excludes nearly all texts.
        if !matches!(text.last(), Some(b'|' | b'*' | b'\\' | b'>' | b'"' | b'\'' | b'.' | 0x80..)) {
            return text;
        }
        let tag = || {
            let start = text.strip_suffix(b">")?.iter().rposition(|byte| *byte == b'<')?;
            let is_tag =
                text[start + 1..].first().is_some_and(|byte| *byte == b'/' || byte.is_ascii_alphabetic());
            is_tag.then_some(&text[..start])
        };
        // A closing quotation mark whose opening one is before the line.
        let quote = || {
            let count = |mark: &str| text.windows(mark.len()).filter(|part| *part == mark.as_bytes()).count();
            let apostrophes = || {
                let is_apostrophe =
                    |behind: &u8| behind.is_ascii_alphabetic() || (0xc3..0xe0).contains(behind);
                let places = memchr::memmem::find_iter(text, "’").map(|place| place + "’".len());
                places.filter(|place| text.get(*place).is_some_and(is_apostrophe)).count()
            };
            let closes = |mark: &str| {
                let rest = text.strip_suffix(mark.as_bytes())?;
                let is_behind_text = rest.last().is_some_and(|byte| !byte.is_ascii_whitespace());
                let is_open = match mark {
                    "”" => count("“") < count("”"),
                    "’" => count("‘") + apostrophes() < count("’"),
                    "'" => rest.ends_with(b"\""),
                    _ => count(mark) % 2 == 1,
                };
                (is_behind_text && is_open).then_some(rest)
            };
            ["\"", "”", "’", "'"].into_iter().find_map(closes)
        };
        let mark = TRAILING_MARKS.iter().find_map(|mark| text.strip_suffix(mark.as_bytes()));
        match mark.or_else(tag).or_else(quote) {
            Some(rest) => text = rest,
            None => return text,
        }
    }
}

/// Removes a remark or a separator after the text: `… # here`, `… <---`, `…,`. None if there is none.
#[must_use]
pub(crate) fn without_remark(text: &[u8]) -> Option<&[u8]> {
    let remarks: [&[u8]; 4] = [b" #", b" <-", b" //", b" ("];
    let begins = |mark: &&[u8]| {
        let mut places = memchr::memrchr_iter(mark[1], text).filter_map(|place| place.checked_sub(1));
        places.find(|place| text[*place..].starts_with(mark))
    };
    // Few texts have one of these marks. Without this check, small logs take 4 % more instructions.
    let may_have = memchr::memchr3(b'#', b'<', b'(', text).or_else(|| memchr::memchr(b'/', text)).is_some();
    let remark = may_have.then(|| remarks.iter().filter_map(begins).min()).flatten();
    let rest = remark.map_or(text, |start| &text[..start]);
    let is_separator = |byte: &u8| b",;'`)\" \t".contains(byte);
    let end = rest.iter().rposition(|byte| !is_separator(byte)).map_or(0, |last| last + 1);
    // A quotation mark that closes a quotation in the text belongs to it.
    let is_open =
        |mark: &u8| b"\"'".contains(mark) && memchr::memchr_iter(*mark, &rest[..end]).count() % 2 == 1;
    let end = end + usize::from(rest.get(end).is_some_and(is_open));
    (end < text.len() && end > 0).then_some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_behind_a_text() {
        for (text, expected) in [
            ("results 0 # here", Some("results 0")),
            ("results 0 <---", Some("results 0")),
            ("results 0,", Some("results 0")),
            ("results 0';", Some("results 0")),
            ("results 0)", Some("results 0")),
            ("results 0", None),
            (",", None),
        ] {
            assert_eq!(without_remark(text.as_bytes()), expected.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn apostrophes_in_names_close_no_quotation() {
        for (text, expected) in [
            ("name ‘O’Neil’", "name ‘O’Neil’"),
            ("name ‘L’Été’", "name ‘L’Été’"),
            ("name ‘Neil’’", "name ‘Neil’"),
            ("name ‘O’Neil’’", "name ‘O’Neil’"),
            ("is not available’", "is not available"),
        ] {
            assert_eq!(without_trailing_marks(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }

    #[test]
    fn marks_behind_a_text() {
        for (text, expected) in [
            ("results 0 | |", "results 0"),
            ("results 0|", "results 0"),
            ("results 0 │", "results 0"),
            ("results 0**", "results 0"),
            ("results 0</td></tr>", "results 0"),
            ("results 0<br>", "results 0"),
            ("results 0 \\", "results 0"),
            ("results 0\"", "results 0"),
            ("results 0 ...", "results 0"),
            ("results 0...", "results 0..."),
            ("results 0”", "results 0"),
            ("common name \"a\"\"", "common name \"a\""),
            ("1 < 2 > 0", "1 < 2 > 0"),
            ("length 802", "length 802"),
            ("common name \"a\"", "common name \"a\""),
            ("|", ""),
        ] {
            assert_eq!(without_trailing_marks(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }
}
