//! A line of which a syslog server wrote the beginning in a field of its own: it took the text up to the first blank for a
//! program's name.
//!
//! ```text
//! "192.0.2.7","000015.876|tls","  |3|00|text"
//! {"message": "  |3|00|text", "host": "192.0.2.7", "syslogtag": "000015.876|tls"}
//! <td>192.0.2.7</td><td>1123095907|tickt|3|00|4</td><td> timers are due</td>
//! ```

use memchr::{memchr, memchr_iter};

use super::{MAX_BARS, STAMP_LENGTH, has_byte, is_of_stamp, seems_in_columns, split_end};

/// The longest tag, in bytes. rsyslog writes at most 32, other servers more.
const MAX_TAG: usize = 256;

/// The line with its tag at the beginning of its message, from where the server took it. None if the whole line is in one
/// field, as nearly all lines are.
pub(crate) fn with_joined_tag(line: &[u8]) -> Option<Vec<u8>> {
    // Nothing is before the line: only a tab can be between two fields.
    if seems_in_columns(line) && !has_byte(b'\t', line) {
        return None;
    }
    let (begin, end) = memchr_iter(b'|', line).take(MAX_BARS).find_map(|bar| {
        let (before, digits) = split_end(&line[..bar], is_of_stamp);
        let behind = &line[bar + 1..];
        let length = behind.iter().take(MAX_TAG).position(|byte| *byte <= b' ' || b"\"<".contains(byte));
        length.filter(|_| digits.len() >= STAMP_LENGTH).map(|length| (before.len(), bar + 1 + length))
    })?;
    let mark_before = line[..begin].last();
    let begins_message = |at: usize| matches!(line.get(at + 1), Some(b' ' | b'|'));
    let message = match (mark_before, line.get(end)?) {
        (Some(b'"'), b'"') => {
            let is_opening = |at: &usize| {
                begins_message(*at) && *at > 0 && b" \t,;:=".contains(&line[at - 1]) && *at + 1 != begin
            };
            let mut marks = memchr_iter(b'"', line).filter(is_opening);
            let first = marks.next();
            first.into_iter().chain(marks).find(|at| *at >= end).or(first)
        }
        (Some(b'>'), b'<') => {
            memchr_iter(b'>', &line[end..]).map(|at| end + at).find(|at| begins_message(*at))
        }
        (None | Some(b'\t'), b'\t') => {
            memchr(b'\t', &line[end..]).map(|at| end + at).filter(|at| begins_message(*at))
        }
        _ => None,
    }? + 1;
    let tag = &line[begin..end];
    Some(if message > end {
        [&line[..begin], &line[end..message], tag, &line[message..]].concat()
    } else {
        [&line[..message], tag, &line[message..begin], &line[end..]].concat()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_put_before_its_message() {
        for (line, expected) in [
            (
                r#""192.0.2.7","000015.876|tls","  |3|00|name ""a""""#,
                r#""192.0.2.7","","000015.876|tls  |3|00|name ""a""""#,
            ),
            (
                r#""192.0.2.7";"000015.876|tls";"";"Syslog";"  |3|00|text""#,
                r#""192.0.2.7";"";"";"Syslog";"000015.876|tls  |3|00|text""#,
            ),
            (
                r#"{"message": "  |3|00|text", "host": "192.0.2.7", "syslogtag": "000015.876|tls"}"#,
                r#"{"message": "000015.876|tls  |3|00|text", "host": "192.0.2.7", "syslogtag": ""}"#,
            ),
            (
                r#"{"tag":"1123095907|tickt|3|00|4","host":"192.0.2.7","msg":" timers are due"}"#,
                r#"{"tag":"","host":"192.0.2.7","msg":"1123095907|tickt|3|00|4 timers are due"}"#,
            ),
            (
                "<td>1123095907|tickt|3|00|4</td><td> timers are due</td>",
                "<td></td><td>1123095907|tickt|3|00|4 timers are due</td>",
            ),
            ("1123095907|tickt|3|00|4\t timers", "\t1123095907|tickt|3|00|4 timers"),
        ] {
            let joined = with_joined_tag(line.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(joined).unwrap(), expected);
        }
    }

    #[test]
    fn other_lines_have_no_tag() {
        for line in [
            "",
            "000015.876|tls  |3|00|text",
            "1123095907|tickt|3|00|4 timers are due",
            "1123095907|tickt|3|00|4",
            r#"{"host": "192.0.2.7", "message": "000015.876|tls  |3|00|text"}"#,
            r#"{"message":"1123095907|tickt|3|00|text","host":"192.0.2.7"}"#,
            r#"1123095907|tickt|3|00|"a", "b""#,
            "<td>1123095907|tickt|3|00|text</td><td>192.0.2.7</td>",
            "1123095907|tickt|3|00|text\t192.0.2.7",
        ] {
            assert_eq!(with_joined_tag(line.as_bytes()), None, "{line}");
        }
    }
}
