//! Saved mails that contain a log twice: as plain text and again as HTML (`multipart/alternative` of RFC 2046,
//! 5.1.4). Only one of them is read, because lines in HTML are broken at other offsets, so that they are not recognized
//! as the same.

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;

use memchr::memmem;

use crate::input::FilePart;
use crate::line::{Header, Line, PlainLines, line};

const ALTERNATIVE: &[u8] = b"multipart/alternative";

/// How many bytes are searched for the name of the first header of a mail, and for the boundary after the type.
const SEARCHED: usize = 256;

/// The largest file that is read into memory because it is a mail, in bytes: mail servers accept no larger ones.
const MAX_MAIL: u64 = 64 * 1024 * 1024;

/// The most alternatives that are looked at: each is searched up to its end, which can be missing.
const MAX_ALTERNATIVES: usize = 64;

/// The mail in a large file, as [`with_one_alternative`] gives it.
pub(super) fn read(file: &File, size: u64) -> Option<Vec<u8>> {
    let mut begin = [0; SEARCHED];
    let length = FilePart::new(file, 0..size).read(&mut begin).ok()?;
    if size > MAX_MAIL || !begins_like_mail(&begin[..length]) {
        return None;
    }
    let mut mail = Vec::new();
    FilePart::new(file, 0..size).read_to_end(&mut mail).ok()?;
    with_one_alternative(&mail)
}

/// A mail in which the bodies of all alternatives but the one with the most lines of a log are blank, so that the other
/// lines keep their numbers. None if it has no alternatives with such lines.
pub(super) fn with_one_alternative(mail: &[u8]) -> Option<Vec<u8>> {
    if !begins_like_mail(mail) {
        return None;
    }
    let mut plain = None;
    let mut from = 0;
    for _ in 0..MAX_ALTERNATIVES {
        let Some(at) = memmem::find(&mail[from..], ALTERNATIVE).map(|at| from + at) else { break };
        from = at + ALTERNATIVE.len();
        let Some(boundary) = boundary(&mail[from..]) else { continue };
        let bodies = bodies(mail, at, boundary);
        from = bodies.last().map_or(from, |last| last.end);
        let bodies = bodies.into_iter().map(|body| (log_lines(&mail[body.clone()]), body));
        let bodies: Vec<_> = bodies.filter(|(lines, _)| *lines > 0).collect();
        // The first one if they have as many: mail programs write the plain text first.
        let most = bodies.iter().map(|(lines, _)| *lines).max();
        let read = bodies.iter().position(|(lines, _)| Some(*lines) == most);
        for (index, (_, body)) in bodies.into_iter().enumerate() {
            if Some(index) != read {
                let plain = plain.get_or_insert_with(|| mail.to_vec());
                plain[body].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
            }
        }
    }
    plain
}

/// Whether a text begins with a header of a mail, such as `MIME-Version: 1.0`, or as a mail in a mailbox.
fn begins_like_mail(text: &[u8]) -> bool {
    let begin = &text[..text.len().min(SEARCHED)];
    let is_name = |name: &[u8]| name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let colon = memchr::memchr(b':', begin).filter(|_| begin.first().is_some_and(u8::is_ascii_alphabetic));
    begin.starts_with(b"From ") || colon.is_some_and(|colon| is_name(&begin[..colon]))
}

/// The boundary of the parts, in the rest of the header that tells the type.
fn boundary(rest: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"boundary=";
    let rest = &rest[..rest.len().min(SEARCHED)];
    let value = &rest[memmem::find(rest, NAME)? + NAME.len()..];
    let (value, ends): (_, &[u8]) = match value.strip_prefix(b"\"") {
        Some(quoted) => (quoted, b"\""),
        None => (value, b";\r\n \t"),
    };
    let boundary = &value[..value.iter().position(|byte| ends.contains(byte))?];
    (!boundary.is_empty()).then_some(boundary)
}

/// The bodies of the parts with this boundary after an offset: what follows the first empty line of each.
fn bodies(mail: &[u8], at: usize, boundary: &[u8]) -> Vec<Range<usize>> {
    let (mut bodies, mut body, mut is_part) = (Vec::new(), None, false);
    let mut begin = at;
    for line in mail[at..].split_inclusive(|byte| *byte == b'\n') {
        let end = begin + line.len();
        let mark = line.trim_ascii_end().strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary));
        if let Some(rest @ (b"" | b"--")) = mark {
            bodies.extend(body.take().map(|start| start..begin));
            is_part = rest.is_empty();
            if !is_part {
                break;
            }
        } else if is_part && body.is_none() && line.trim_ascii().is_empty() {
            body = Some(end);
        }
        begin = end;
    }
    bodies.extend(body.map(|start| start..mail.len()));
    bodies
}

/// How many lines of a log there are.
fn log_lines(body: &[u8]) -> usize {
    let mut lines = PlainLines::default();
    let is_log_line = |bytes: &&[u8]| {
        let plain = lines.join(bytes, true);
        plain.is_some_and(|(plain, _)| {
            matches!(line(&plain), Line::Message { header: Header { stamp: Some(_), .. }, .. })
        })
    };
    body.split(|byte| *byte == b'\n').filter(is_log_line).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_alternatives_without_parts_take_linear_time() {
        let one = "Content-Type: multipart/alternative; boundary=none\n";
        assert!(with_one_alternative(one.repeat(20_000).as_bytes()).is_none());
        let parts = mail(["text/plain", "text/html"], [LINES, LINES]);
        let behind = |others: usize| with_one_alternative((one.repeat(others) + &parts).as_bytes());
        assert!(behind(MAX_ALTERNATIVES - 1).is_some());
        assert!(behind(MAX_ALTERNATIVES).is_none());
    }

    const LINES: &str = "0501080000|sip  |4|00|a\n0501080001|sip  |4|00|b\n";

    fn mail(types: [&str; 2], bodies: [&str; 2]) -> String {
        let [first, second] = [0, 1].map(|part| {
            let encoding = "Content-Transfer-Encoding: 8bit";
            format!("--b\nContent-Type: {}\n{encoding}\n\n{}", types[part], bodies[part])
        });
        format!(
            "From: a@example.com\nContent-Type: multipart/alternative;\n boundary=\"b\"\n\n{first}\n{second}\n--b--\n--c\n{LINES}"
        )
    }

    fn read(mail: &str) -> Option<String> {
        with_one_alternative(mail.as_bytes()).map(|mail| String::from_utf8(mail).unwrap())
    }

    #[test]
    fn the_alternative_with_the_most_lines_is_read() {
        let html = LINES.replace("0501", "<div>0501").replace('\n', "</div>\n");
        let types = ["text/plain", "text/html"];
        let blank = |text: &str| text.replace(|character| character != '\n', " ");
        assert_eq!(read(&mail(types, [LINES, &html])), Some(mail(types, [LINES, &blank(&html)])));
        let one = &LINES[..LINES.len() / 2];
        assert_eq!(read(&mail(types, [one, &html])), Some(mail(types, [&blank(one), &html])));
        assert_eq!(read(&mail(types, ["See below.\n", &html])), None);
        assert_eq!(read(&mail(types, ["", ""])), None);
    }

    #[test]
    fn the_parts_of_other_texts_are_all_read() {
        let types = ["text/plain", "text/plain"];
        let mixed = mail(types, [LINES, LINES]).replace("alternative", "mixed");
        assert_eq!(read(&mixed), None);
        let no_mail = format!("0501080000|sip  |4|00|a\n{}", mail(types, [LINES, LINES]));
        assert_eq!(read(&no_mail), None);
        assert_eq!(read(&mail(types, [LINES, LINES]).replace("boundary", "border")), None);
        for begin in ["", ": ", "May  1 08:00:00 phone", "<131>May", "0501080000|a:", "sip  |4|00|a: b"] {
            assert!(!begins_like_mail(begin.as_bytes()), "{begin}");
        }
        for begin in ["MIME-Version: 1.0", "From a@example.com", "Return-Path: <a>"] {
            assert!(begins_like_mail(begin.as_bytes()), "{begin}");
        }
    }
}
