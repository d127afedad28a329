//! Removes what may come after a text: marks, remarks, separators and closing quotation marks.

use super::blank::trim;
use super::quotes::{DOUBLE_QUOTES, SINGLE_QUOTES, without_closing};

/// Marks after a text: bars of a table, emphasis, marks for the end of a line. `cat -A` writes `^M$`, rsyslog `#015`.
const TRAILING_MARKS: [&str; 19] = [
    "|", "¦", "│", "┃", "║", "**", "``", "↵", "¶", "⏎", "␍", "␊", "␤", "^M", "$", "#015", "#012", " ...",
    " …",
];

/// The most letters of an escape sequence at the end of a line.
const MAX_ESCAPE: usize = 4;

/// Removes marks after a text, such as the bars of a table. No known message ends with one.
pub(crate) fn without_trailing_marks(mut text: &[u8]) -> &[u8] {
    loop {
        text = trim(text);
        // `\`, `\r`, `\n`, `\par`.
        let letters = text.iter().rev().take(MAX_ESCAPE).take_while(|byte| byte.is_ascii_lowercase()).count();
        let (before, _) = text.split_at(text.len() - letters);
        if let [rest @ .., b'\\'] = before {
            text = rest;
            continue;
        }
        // This check alone excludes nearly all texts.
        let may_be_mark = matches!(
            text,
            [.., b'|' | b'*' | b'>' | b'"' | b'\'' | b'`' | b'.' | b'$' | 0x80..]
                | [.., b'^', b'M']
                | [.., b'#', b'0', b'1', b'2' | b'5']
        );
        if !may_be_mark {
            return text;
        }
        // A tag of HTML, or a control character as Kiwi Syslog Server writes it: `<013>`.
        let tag = || {
            let start = text.strip_suffix(b">")?.iter().rposition(|byte| *byte == b'<')?;
            let is_tag = match &text[start + 1..text.len() - 1] {
                [b'/' | b'a'..=b'z' | b'A'..=b'Z', ..] => true,
                code => code.len() == 3 && code.iter().all(u8::is_ascii_digit),
            };
            is_tag.then_some(&text[..start])
        };
        let mark = TRAILING_MARKS.iter().find_map(|mark| text.strip_suffix(mark.as_bytes()));
        match mark.or_else(tag).or_else(|| without_closing(text)) {
            Some(rest) => text = rest,
            None => return text,
        }
    }
}

/// Removes a remark or a separator after the text: `… # here`, `… <---`, `…,`. None if there is none.
pub(crate) fn without_remark(text: &[u8]) -> Option<&[u8]> {
    let remarks: [&[u8]; 4] = [b" #", b" <-", b" //", b" ("];
    let begins = |mark: &&[u8]| {
        let mut places = memchr::memrchr_iter(mark[1], text).filter_map(|place| place.checked_sub(1));
        places.find(|place| text[*place..].starts_with(mark))
    };
    // Few texts have one of these marks: for the others, this avoids a search for each.
    let may_have = memchr::memchr3(b'#', b'<', b'(', text).or_else(|| memchr::memchr(b'/', text)).is_some();
    let remark = may_have.then(|| remarks.iter().filter_map(begins).min()).flatten();
    let rest = remark.map_or(text, |start| &text[..start]);
    let mut end = without_separators(rest).len();
    if end == rest.len() {
        let is_quote = |byte: &u8| b"'`\" \t".contains(byte);
        end = rest.iter().rposition(|byte| !is_quote(byte)).map_or(0, |last| last + 1);
    }
    // A mark that closes a quotation in the text belongs to it.
    let own = match &rest[end..] {
        [mark @ (b'"' | b'\'' | b'`'), ..] => memchr::memchr_iter(*mark, &rest[..end]).count() % 2,
        _ => 0,
    };
    let end = end + own;
    (end < text.len() && end > 0).then_some(&rest[..end])
}

/// Removes separators, emphasis and closing brackets after a text, and any signs that are not of ASCII but quotation
/// marks. A bracket that closes one of the text belongs to it.
pub(crate) fn without_separators(mut text: &[u8]) -> &[u8] {
    for _ in 0..MAX_SEPARATORS {
        let closes = |open, close| {
            let count = |mark| memchr::memchr_iter(mark, text).count();
            usize::from(count(open) < count(close))
        };
        let length = match text {
            [.., b',' | b';' | b'*' | b'_' | b'~' | b'=' | b'|' | b' ' | b'\t'] => 1,
            [.., b')'] => closes(b'(', b')'),
            [.., b']'] => closes(b'[', b']'),
            [.., b'}'] => closes(b'{', b'}'),
            [.., b'>'] => closes(b'<', b'>'),
            [.., 0xC2, 0x80..=0xBF] => 2,
            [.., 0xE2, 0x80..=0xBF, 0x80..=0xBF] if !text.ends_with("…".as_bytes()) => 3,
            _ => 0,
        };
        let is_quote =
            || DOUBLE_QUOTES.iter().chain(&SINGLE_QUOTES).any(|mark| text.ends_with(mark.as_bytes()));
        if length == 0 || is_quote() {
            break;
        }
        text = &text[..text.len() - length];
    }
    text
}

/// The most separators that are removed at once.
const MAX_SEPARATORS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_behind_a_text() {
        for (text, expected) in [
            ("results 0 # here", Some("results 0")),
            ("results 0 <---", Some("results 0")),
            ("results 0,", Some("results 0")),
            ("results 0';", Some("results 0'")),
            ("results 0'", Some("results 0")),
            ("results 0)", Some("results 0")),
            ("results 0]", Some("results 0")),
            ("results 0*", Some("results 0")),
            ("results 0~~", Some("results 0")),
            ("results 0\u{200f}", Some("results 0")),
            ("results 0...]", Some("results 0...")),
            ("results 0…]", Some("results 0…")),
            ("results 0\"}", Some("results 0\"")),
            ("results 0”;", Some("results 0”")),
            ("Exists [0]", None),
            ("Exists [0]]", Some("Exists [0]")),
            ("name \\\"a\\\"\"}", Some("name \\\"a\\\"\"")),
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
            ("results 0^M$", "results 0"),
            ("results 0$", "results 0"),
            ("results 0\\r\\n", "results 0"),
            ("results 0\\par", "results 0"),
            ("results\\results", "results\\results"),
            ("results 0#015#012", "results 0"),
            ("results 0<013><010>", "results 0"),
            ("results 0`", "results 0"),
            ("results 0```", "results 0"),
            ("results 0|^M", "results 0"),
            ("on M", "on M"),
            ("no 0015", "no 0015"),
            ("is <13>", "is <13>"),
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
