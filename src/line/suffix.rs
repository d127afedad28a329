//! The suffix of a text, which other programs write after it: marks, control characters, tags, remarks, separators and
//! closing quotation marks. This removes it.

use super::blanks::trim;
use super::field::is_pair;
use super::quotes::{DOUBLE_QUOTES, SINGLE_QUOTES, without_closing};
use super::split_end;

/// Marks after a text: bars of a table, emphasis, marks for the end of a line, for which `cat -A` writes `$`.
const TRAILING_MARKS: [&str; 16] =
    ["|", "¦", "│", "┃", "║", "**", "``", "↵", "¶", "⏎", "␍", "␊", "␤", "$", " ...", " …"];

/// The most letters of an escape sequence at the end of a line.
const MAX_ESCAPE: usize = 4;

/// Removes marks after a text, such as the bars of a table. No known message ends with one.
pub(crate) fn without_trailing_marks(mut text: &[u8]) -> &[u8] {
    loop {
        text = trim(text);
        // `\`, `\r`, `\n`, `\par`.
        if let ([rest @ .., b'\\'], letters) = split_end(text, u8::is_ascii_lowercase)
            && letters.len() <= MAX_ESCAPE
        {
            text = rest;
            continue;
        }
        if let Some(rest) = without_control_character(text) {
            text = rest;
            continue;
        }
        // This check alone excludes nearly all texts.
        let may_be_mark =
            matches!(text, [.., b'|' | b'*' | b'>' | b'"' | b'\'' | b'`' | b'.' | b'$' | 0x80..]);
        if !may_be_mark {
            return text;
        }
        // A tag of HTML, or a control character as Kiwi Syslog Server (`<013>`) and editors (`<0x00>`) write it.
        let tag = || {
            let start = text.strip_suffix(b">")?.iter().rposition(|byte| *byte == b'<')?;
            let is_tag = match &text[start + 1..text.len() - 1] {
                [b'/' | b'a'..=b'z' | b'A'..=b'Z', ..] => true,
                [b'0', b'x', code @ ..] => code.len() == 2 && code.iter().all(u8::is_ascii_hexdigit),
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

/// Removes the control character at the end, which devices write after a message, as other systems show it. rsyslog writes
/// `#000`; `cat -v` and editors `^@`; JSON `\u0000`; others `\x00`, `\000`, `\0`. None if there is none.
fn without_control_character(text: &[u8]) -> Option<&[u8]> {
    match text {
        [rest @ .., 0..=0x1f | 0x7f] | [rest @ .., b'^', b'@'..=b'_'] => Some(rest),
        [rest @ .., b'#' | b'\\', b'0', b'0'..=b'3', b'0'..=b'7'] => Some(rest),
        [rest @ .., b'\\', b'x', b'0' | b'1', low] if low.is_ascii_hexdigit() => Some(rest),
        [rest @ .., b'\\', b'u', b'0', b'0', b'0' | b'1', low] if low.is_ascii_hexdigit() => Some(rest),
        [rest @ .., b'\\', b'0'] => Some(rest),
        _ => None,
    }
}

/// Removes the last remark, further field or separator after the text: `… # here`, `… <---`, `… [x2]`, `… severity=3`,
/// `…|err`, `…,`. None if there is none.
pub(crate) fn without_remark(text: &[u8]) -> Option<&[u8]> {
    // The encoding `quoted-printable` of mails writes a blank at the end of a line so.
    let whole = text.strip_suffix(b"=20").unwrap_or(text);
    let last_blank = memchr::memrchr(b' ', whole);
    let is_remark = |start: &usize| match &whole[*start..] {
        [b' ', b'#' | b'(', ..] | [b'\t', ..] => true,
        // A separator in a text has a blank after it.
        [b',' | b';', next, ..] => !next.is_ascii_whitespace(),
        // Of two closing brackets, the second one closes a quotation around the text.
        [b' ', b'[', rest @ ..] => rest.ends_with(b"]") && !rest.ends_with(b"]]"),
        [b' ', b'{', rest @ ..] => rest.ends_with(b"}"),
        // Texts contain bars too, before words.
        [b'|', ..] => last_blank < Some(*start),
        behind => {
            [" <-", " //", " -- ", " ×"].iter().any(|mark| behind.starts_with(mark.as_bytes()))
                // A number with an equals sign after it is not a pair: mails break lines so.
                || is_pair(behind) && !behind.ends_with(b"=")
        }
    };
    let remark = (0..whole.len()).rev().find(is_remark);
    let rest = remark.map_or(whole, |start| &whole[..start]);
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

/// Removes separators, emphasis and closing brackets after a text, and all characters that are not of ASCII, except
/// quotation marks. A bracket that closes one of the text belongs to it.
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
            [.., 0xEF, 0xBF, 0xBD] => 3,
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
            ("results 0 [x2]", Some("results 0")),
            ("results 0 [10.20.9.9]", Some("results 0")),
            ("results 0 -- 10.20.9.9", Some("results 0")),
            ("results 0 {\"level\":3}", Some("results 0")),
            ("results 0|err|local0", Some("results 0|err")),
            ("results 0\tlocal0\terr", Some("results 0\tlocal0")),
            ("results 0;192.0.2.7;09.03.2026 10:00:05", Some("results 0;192.0.2.7")),
            ("results 0,192.0.2.7", Some("results 0")),
            ("chain, results", None),
            ("results 0 severity=3", Some("results 0")),
            ("results 0 severity=\"not 3\"", Some("results 0")),
            ("results 0 ×3", Some("results 0")),
            ("maximum 4096=", Some("maximum 4096")),
            ("results 0=20", Some("results 0")),
            ("results 0\u{fffd}", Some("results 0")),
            ("Exists [0] # here", Some("Exists [0]")),
            ("Exists [0] here", None),
            ("results = 3", None),
            ("results -1", None),
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
            ("results 0#000", "results 0"),
            ("results 0\\u0000", "results 0"),
            ("results 0\\u000d\\u0000", "results 0"),
            ("results 0\\x00", "results 0"),
            ("results 0\\000", "results 0"),
            ("results 0\\0", "results 0"),
            ("results 0^@", "results 0"),
            ("results 0\x1a", "results 0"),
            ("results 0<0x00>", "results 0"),
            ("no #777", "no #777"),
            ("no \\u0041", "no \\u0041"),
            ("no ^2", "no ^2"),
            ("is <0xcafe>", "is <0xcafe>"),
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
