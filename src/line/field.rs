//! The fields of JSON, CSV, logfmt and tables of HTML, as log collectors export lines: where the field with a message ends,
//! which other fields name a host, and how many more messages with headers a line has.

use memchr::{memchr, memchr_iter, memmem};

use super::header_words::{address, is_level};
use super::quotes::in_plain_characters;
use super::{Header, has_byte, range_in};

/// The part of `text` that is in the same field as its beginning. `before` is what comes before the message in its line.
pub(super) fn field<'a>(before: &[u8], text: &'a [u8]) -> &'a [u8] {
    let end = match before.last() {
        None => None,
        _ if is_quoted(before) => closing_quote(text),
        Some(b'\t') => memchr(b'\t', text),
        // A separator in a text has a blank after it, or the field is quoted.
        Some(separator @ (b',' | b';')) => memchr_iter(*separator, text)
            .find(|at| text.get(at + 1).is_some_and(|behind| !behind.is_ascii_whitespace())),
        _ if has_tag(before) => closing_tag(text),
        _ => None,
    };
    end.map_or(text, |end| &text[..end])
}

/// The hosts in the fields beside a message, if it is in a field after a quotation mark, a separator or a tag, as in a row
/// of CSV or an object of JSON. The same message again, or another one, is not a field with a host.
pub(crate) fn hosts_of_row(line: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let (before, _, text) = super::find_header(line)?;
    let own = without_priority(before);
    if !is_quoted(own) && !matches!(own, [.., b',' | b';' | b'\t']) && !has_tag(own) {
        return None;
    }
    let behind = &text[field(before, text).len()..];
    let behind = super::find_header(behind).map_or(behind, |(behind, ..)| behind);
    Some(hosts(before).chain(hosts(behind)))
}

/// The separator after a message in quotation marks that is the first field of a row of CSV.
pub(crate) fn separator_behind(line: &[u8]) -> Option<u8> {
    // This check alone excludes nearly all lines.
    let whole = line.starts_with(b"\"").then_some(line)?;
    let (before, _, text) = super::find_header(whole).filter(|(before, ..)| *before == b"\"")?;
    match &text[field(before, text).len()..] {
        [b'"', separator @ (b',' | b';' | b'\t'), ..] => Some(*separator),
        _ => None,
    }
}

/// A row of CSV whose first field is a message without quotation marks, with them. None for other lines.
///
/// Many programs write these marks only around a text that has a separator or a mark in it. A line alone does not show
/// where such a text ends, so the separator must be known from another row.
pub(crate) fn with_quoted_message(line: &[u8], separator: u8) -> Option<Vec<u8>> {
    super::find_header(line).filter(|(before, ..)| before.is_empty())?;
    let (message, behind) = line.split_at(memchr(separator, line)?);
    let message = message.split(|byte| *byte == b'"').collect::<Vec<_>>().join(&b"\"\""[..]);
    Some([b"\"", message.as_slice(), b"\"", behind].concat())
}

/// The values in a line that is an object of JSON, or a row of CSV that begins with a quoted field, if hosts are among them.
/// Empty if none are; None for other lines.
pub(super) fn values_of_row(line: &[u8]) -> Option<Vec<&[u8]>> {
    let is_behind = |at| line.get(at + 2).is_some_and(|next: &u8| *next > b' ');
    let is_row = match line {
        [b'{', rest @ ..] => rest.trim_ascii_start().starts_with(b"\""),
        [b'"', ..] => memmem::find_iter(line, "\",").any(is_behind),
        _ => false,
    };
    let values = || values(line).filter_map(|(value, is_key)| (!is_key).then_some(value));
    is_row.then(|| hosts(line).next().into_iter().flat_map(|_| values()).collect())
}

/// The hosts in a line that has one member of a JSON object.
pub(crate) fn hosts_of_member(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let line = line.trim_ascii();
    let is_member = line.starts_with(b"\"") && memmem::find(line, b"\":").is_some();
    hosts(if is_member { line } else { b"" })
}

/// The addresses in fields, the names with a domain, and the other names in fields for a host.
pub(super) fn hosts(fields: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut is_of_host = false;
    values(fields).filter_map(move |(value, is_key)| {
        let is_named = is_of_host;
        is_of_host = is_key && (is_key_of_host(value) || is_named && value == b"name");
        let is_host = !is_key && (is_named && is_name(value) || is_domain_name(value));
        address(value).or_else(|| is_host.then_some(value))
    })
}

/// What is between the separators of fields, and whether it is the key of a value.
fn values(fields: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    // In logfmt, blanks are separators.
    let has_blanks = is_pair(fields.strip_prefix(b"\"").unwrap_or(fields));
    let is_separator = move |byte: &u8| b"\",;\t<>=".contains(byte) || has_blanks && *byte == b' ';
    let words = fields.split(is_separator).filter(|word| word.iter().any(u8::is_ascii_alphanumeric));
    words.map(move |word| {
        let behind = range_in(fields, word).map_or(&b""[..], |range| &fields[range.end..]);
        (
            word,
            behind.starts_with(b"=")
                || behind.starts_with(b"\"") && behind[1..].trim_ascii_start().starts_with(b":"),
        )
    })
}

fn is_key_of_host(key: &[u8]) -> bool {
    [&b"host"[..], b"hostname", b"host.name", b"_HOSTNAME"].iter().any(|name| key.eq_ignore_ascii_case(name))
}

fn is_name(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// Whether a word is a name with a domain, such as `phone-7.example.com`; a version, a date and a level are not names.
fn is_domain_name(word: &[u8]) -> bool {
    let Some(dot) = word.iter().rposition(|byte| *byte == b'.') else { return false };
    let domain = &word[dot + 1..];
    is_name(word)
        && !is_level(word)
        && dot > 0
        && domain.len() > 1
        && domain.iter().all(u8::is_ascii_alphabetic)
}

/// What comes before the priority of a syslog message at the end.
fn without_priority(before: &[u8]) -> &[u8] {
    let before = before.strip_suffix(b" ").unwrap_or(before);
    let begin = before.iter().rposition(|byte| *byte == b'<').filter(|_| before.ends_with(b">"));
    begin.map_or(before, |begin| &before[..begin])
}

/// Whether a text of a JSON object begins at the end, such as `"message": "`, also with the priority of a syslog message.
pub(super) fn is_member(before: &[u8]) -> bool {
    let value = without_priority(before.trim_ascii_end()).trim_ascii_end().strip_suffix(b"\"");
    let key = value.and_then(|value| value.trim_ascii_end().strip_suffix(b":"));
    key.is_some_and(|key| key.trim_ascii_end().ends_with(b"\""))
}

/// Whether a double quotation mark is open at the end.
fn is_quoted(before: &[u8]) -> bool {
    memchr_iter(b'"', before).filter(|at| !is_escaped(before, *at)).count() % 2 == 1
}

/// Whether a backslash that is not itself escaped comes before this byte.
fn is_escaped(text: &[u8], at: usize) -> bool {
    text[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// The mark that closes the field: another field, or the end of the object or list, follows it. CSV writes a mark of the
/// text twice, JSON writes a backslash before it.
fn closing_quote(text: &[u8]) -> Option<usize> {
    let (mut second, mut has_escaped) = (None, false);
    memchr_iter(b'"', text).find(|at| {
        let escaped = is_escaped(text, *at);
        has_escaped |= escaped;
        if second == Some(*at) || escaped {
            return false;
        }
        let rest = &text[at + 1..];
        if rest.first() == Some(&b'"') {
            second = Some(at + 1);
            return false;
        }
        match rest.trim_ascii_start() {
            [b',' | b';' | b'}' | b']', ..] => true,
            // After a blank, where marks of the text are written so, the last one closes the field.
            [] => (second.is_some() || has_escaped) && text[..*at].last().is_some_and(|byte| *byte <= b' '),
            _ => rest.first() == Some(&b'\t') || is_pair(rest),
        }
    })
}

/// Whether ` name=` of logfmt follows.
pub(super) fn is_pair(rest: &[u8]) -> bool {
    let Some(rest) = rest.strip_prefix(b" ") else { return false };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.@-".contains(byte);
    let length = rest.iter().take_while(|byte| is_name(byte)).count();
    length > 0 && rest.get(length) == Some(&b'=')
}

/// Whether this text has an HTML tag; the priority `<131>` of syslog and a prompt are not tags.
fn has_tag(before: &[u8]) -> bool {
    memchr_iter(b'<', before).any(|at| before.get(at + 1).is_some_and(u8::is_ascii_alphabetic))
}

fn closing_tag(text: &[u8]) -> Option<usize> {
    memmem::find_iter(text, "</").find(|at| text.get(at + 2).is_some_and(u8::is_ascii_alphabetic))
}

/// How many messages with headers are in further fields of a line, after the field with this message. The same message
/// again, as collectors keep it beside its parts, does not count.
pub(crate) fn headers_behind(line: &[u8], header: &Header, text: &[u8]) -> u64 {
    let rest = range_in(line, text).map_or(&b""[..], |range| &line[range.end..]);
    // A web page can keep the blanks of components as `&nbsp;`.
    let plain = if has_byte(b'&', rest) { in_plain_characters(rest) } else { None };
    let plain_text = plain.as_ref().and_then(|_| in_plain_characters(text));
    let (mut rest, text) = (plain.as_deref().unwrap_or(rest), plain_text.as_deref().unwrap_or(text));
    let mut headers = 0;
    while let Some((_, other, behind)) = super::find_header(rest) {
        let is_same = other == *header && behind.starts_with(text);
        headers += u64::from(!is_same && other.stamp.is_some_and(|stamp| stamp.is_time()));
        rest = behind;
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_in_further_fields() {
        for (line, expected) in [
            (r#"["0531082901|hw   |4|00|one","0531082902|hw   |4|00|two","x|y"]"#, 1),
            (r#"["0531082901|hw   |4|00|one","x|y"]"#, 0),
            ("0531082901|hw   |4|00|one,\"0531082902|hw   |4|00|two", 0),
            ("<td>0531082901|hw   |4|00|one</td><td>0531082902|hw&nbsp;&nbsp; |4|00|two</td>", 1),
            ("<td>0531082901|hw   |4|00|a&nbsp;b</td><td>0531082901|hw&nbsp;&nbsp; |4|00|a&nbsp;b</td>", 0),
            (r#"{"m":"0531082901|hw   |4|00|one","raw":"<131>0531082901|hw   |4|00|one"}"#, 0),
            (r#"{"m":"0531082901|hw   |4|00|one","raw":"<131>0531082902|hw   |4|00|one"}"#, 1),
        ] {
            let super::super::Line::Message { header, text, .. } = super::super::line(line.as_bytes()) else {
                panic!("{line}")
            };
            assert_eq!(headers_behind(line.as_bytes(), &header, text), expected, "{line}");
        }
    }

    #[test]
    fn messages_without_quotation_marks_get_them() {
        for (line, expected) in [
            ("\"0531082901|hw   |4|00|one, two\",h,3", Some(b',')),
            ("\"0531082901|hw   |4|00|name \"\"a\"\"\";h;3", Some(b';')),
            ("\"0531082901|hw   |4|00|one\"", None),
            ("h,\"0531082901|hw   |4|00|one\",3", None),
            ("0531082901|hw   |4|00|one,h", None),
        ] {
            assert_eq!(separator_behind(line.as_bytes()), expected, "{line}");
        }
        for (line, expected) in [
            ("0531082901|hw   |4|00|one,h,3", Some("\"0531082901|hw   |4|00|one\",h,3")),
            ("0531082901|hw   |4|00|a \"b\",h", Some("\"0531082901|hw   |4|00|a \"\"b\"\"\",h")),
            ("0531082901|hw   |4|00|one", None),
            ("\"0531082901|hw   |4|00|one\",h", None),
            ("h,0531082901|hw   |4|00|one,3", None),
            ("one,h,3", None),
        ] {
            let quoted = with_quoted_message(line.as_bytes(), b',');
            assert_eq!(quoted.as_deref(), expected.map(str::as_bytes), "{line}");
        }
    }

    #[test]
    fn the_end_of_a_field() {
        for (before, text, expected) in [
            (r#"{"message":""#, r#"results 0","host":"a"}"#, "results 0"),
            (
                r#"{"a": "b", "message": "<13>May 31 08:00:00 h "#,
                r#"results 0", "tags": ["x"]}"#,
                "results 0",
            ),
            (r#"{"message":""#, r#"name \"a\"","b":1}"#, r#"name \"a\""#),
            (r#"{"message":""#, r#"name \\","b":1}"#, r"name \\"),
            (r#"""#, r#"name ""a""","3""#, r#"name ""a"""#),
            ("1,\"", "a, b;c\",3", "a, b;c"),
            (r#"1;""#, r#"results 0";local0;Error"#, "results 0"),
            (r#"msg=""#, r#"results 0" level=error"#, "results 0"),
            (r#"msg=""#, r#"name "a b" is=0"#, r#"name "a b"#),
            ("1\t", "results 0\tlocal0\tError", "results 0"),
            ("1\t\"", "results 0\"\tlocal0", "results 0"),
            ("1,h,", "results 0,3,local0", "results 0"),
            ("1,h,", "Model=VVX 500, Assembly=1,3", "Model=VVX 500, Assembly=1"),
            ("1,h,", "results 0,", "results 0,"),
            ("1;", "a,b;c", "a,b"),
            ("<td>", "results 0</td><td>Error</td>", "results 0"),
            ("<13>", "1 </ 2", "1 </ 2"),
            ("<0>Oct  5 16:59:41 a ", "results 0</a", "results 0</a"),
            ("> ", "results 0</a", "results 0</a"),
            ("<13>1 <td class=\"a\">", "results 0</td>", "results 0"),
            ("h: ", "results 0, \"a\",\"b\"\tc</td>", "results 0, \"a\",\"b\"\tc</td>"),
            ("", "a\",b", "a\",b"),
            ("\"", "common name \"a\"\"", "common name \"a\"\""),
            ("\"", "common name \"\"a\"\" \"", "common name \"\"a\"\" "),
            ("\"", "common name \"\"a\"\"\0\"", "common name \"\"a\"\"\0"),
            ("\"", "common name \\\"a\\\"\t\"", "common name \\\"a\\\"\t"),
            ("\"", "common name \"a\" \"", "common name \"a\" \""),
            ("\"", "common name \"", "common name \""),
        ] {
            let expected = expected.as_bytes();
            assert_eq!(field(before.as_bytes(), text.as_bytes()), expected, "{before} {text}");
        }
    }
}
