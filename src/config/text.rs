//! Decodes a file's bytes to text: UTF-8, UTF-16, and the encoding of an XML declaration.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The decoded content of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content<'b> {
    /// A text.
    Text(Cow<'b, str>),
    /// A text with bytes that are invalid in its encoding: the readable part, the offset of the first invalid byte,
    /// and the reason.
    Broken(Cow<'b, str>, usize, &'static str),
    /// Not text: encrypted, or a program.
    Binary,
}

/// The text of these bytes, without a byte order mark, and with a line feed for each single carriage return: for
/// XML both are line ends.
pub(super) fn decode(bytes: &[u8]) -> Content<'_> {
    match content(bytes) {
        Content::Text(text) => Content::Text(with_line_feeds(text)),
        Content::Broken(text, byte, why) => Content::Broken(with_line_feeds(text), byte, why),
        Content::Binary => Content::Binary,
    }
}

fn with_line_feeds(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_alone = |bytes: &[u8], at: usize| bytes.get(at + 1) != Some(&b'\n');
    let mut returns = memchr::memchr_iter(b'\r', text.as_bytes());
    if !returns.any(|at| is_alone(text.as_bytes(), at)) {
        return text;
    }
    let mut bytes = text.into_owned().into_bytes();
    for at in 0..bytes.len() {
        if bytes[at] == b'\r' && is_alone(&bytes, at) {
            bytes[at] = b'\n';
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn content(bytes: &[u8]) -> Content<'_> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None => (declared(bytes), bytes),
    };
    if encoding == UTF_8 {
        return match std::str::from_utf8(bytes) {
            Ok(text) if is_binary(text) => Content::Binary,
            Ok(text) => Content::Text(Cow::Borrowed(text)),
            // Encrypted files are random from their beginning on; a text has only a few invalid bytes.
            Err(error) if begins_like_xml(&bytes[..error.valid_up_to()]) => {
                let why = "a character is not UTF-8, and no other encoding is declared";
                Content::Broken(String::from_utf8_lossy(bytes), error.valid_up_to(), why)
            }
            Err(_) => Content::Binary,
        };
    }
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if is_binary(&text) => Content::Binary,
        Some(text) => Content::Text(text),
        None => {
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            if is_binary(&text) || !begins_like_xml(text.as_bytes()) {
                return Content::Binary;
            }
            let byte = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(text.len());
            Content::Broken(text, byte, "a character is not valid in the file's encoding, or is cut off")
        }
    }
}

fn begins_like_xml(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"<")
}

/// A text has at most a few control characters and no NUL. If it begins like XML, these are faults with a line and
/// column.
fn is_binary(text: &str) -> bool {
    let start = &text.as_bytes()[..text.len().min(1024)];
    let is_control =
        |byte: u8| (byte < b' ') & (byte != b'\t') & (byte != b'\n') & (byte != b'\r') & (byte != b'\x0c');
    // Nearly no file has one. A search that does not stop early handles many bytes at a time: 2 µs less for the two
    // files of a phone.
    if !start.iter().fold(false, |found, byte| found | is_control(*byte)) {
        return false;
    }
    let controls = start.iter().filter(|byte| is_control(**byte)).count();
    controls * 16 > start.len() || start.contains(&0) && !begins_like_xml(start)
}

/// The encoding that the XML declaration names; UTF-8 if it names none.
fn declared(bytes: &[u8]) -> &'static Encoding {
    match bytes {
        [b'<', 0, ..] => return UTF_16LE,
        [0, b'<', ..] => return UTF_16BE,
        _ => {}
    }
    let head = &bytes[..bytes.len().min(256)];
    let named = || {
        let declaration = head.strip_prefix(b"<?xml")?;
        let end = memchr::memmem::find(declaration, b"?>")?;
        let declaration = &declaration[..end];
        let after = &declaration[memchr::memmem::find(declaration, b"encoding")? + b"encoding".len()..];
        let after = after.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let (quote, rest) = after.split_first()?;
        Encoding::for_label(&rest[..memchr::memchr(*quote, rest)?])
    };
    // A declaration that is readable as bytes is not in UTF-16, even if it says so.
    named().filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE).unwrap_or(UTF_8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Option<String> {
        match decode(bytes) {
            Content::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    #[test]
    fn encodings() {
        assert_eq!(text(b"<a/>").unwrap(), "<a/>");
        assert_eq!(text(b"\xef\xbb\xbf<a/>").unwrap(), "<a/>");
        assert_eq!(text(b"\xff\xfe<\0a\0").unwrap(), "<a");
        assert_eq!(text(b"<\0a\0").unwrap(), "<a");
        assert_eq!(text(b"\xfe\xff\0<\0a").unwrap(), "<a");
        let latin = b"<?xml version=\"1.0\" encoding='ISO-8859-1'?><a b=\"\xe4\"/>";
        assert!(text(latin).unwrap().ends_with("<a b=\"ä\"/>"));
        assert!(text(b"<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>").is_some());
    }

    #[test]
    fn lines_end_in_any_way() {
        assert_eq!(text(b"<a>\r<b/>\r\n\n\r</a>\r").unwrap(), "<a>\n<b/>\r\n\n\n</a>\n");
        assert!(matches!(decode(b"<a>\r\xe4\r"), Content::Broken(text, 4, _) if text.starts_with("<a>\n")));
    }

    #[test]
    fn what_is_no_text() {
        assert!(matches!(decode(b"<a b=\"\xe4\"/>"), Content::Broken(_, 6, _)));
        assert!(matches!(decode(b"\xff\xfe<\0a\0/\0>\0\n"), Content::Broken(_, 4, _)));
        assert_eq!(decode(b"\xff\xfe\x00\xd8\x01"), Content::Binary);
        assert_eq!(decode(b"\x8f\x02\xc3\x99\x10"), Content::Binary);
        assert_eq!(decode(b"<a\0\0/>"), Content::Binary);
        assert_eq!(decode(b"no XML, and a NUL \0 in it"), Content::Binary);
        assert!(matches!(decode(b"<a b=\"one NUL \0 in XML\"/>"), Content::Text(_)));
        assert_eq!(decode(b"\x01\x02\x03\x04"), Content::Binary);
    }
}
