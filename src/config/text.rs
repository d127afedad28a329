//! Decodes a file's bytes to text: UTF-8, UTF-16, and the encoding of an XML declaration.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The decoded content of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DecodedContent<'b> {
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
pub(super) fn decode(bytes: &[u8]) -> DecodedContent<'_> {
    match content(bytes) {
        DecodedContent::Text(text) => DecodedContent::Text(with_line_feeds(text)),
        DecodedContent::Broken(text, byte, why) => DecodedContent::Broken(with_line_feeds(text), byte, why),
        DecodedContent::Binary => DecodedContent::Binary,
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

fn content(bytes: &[u8]) -> DecodedContent<'_> {
    if let Some(text) = utf32(bytes) {
        return DecodedContent::Broken(text.into(), 0, "the file is in UTF-32, not in UTF-8 or UTF-16");
    }
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None => (without_mark(bytes), bytes),
    };
    let content = decoded(bytes, encoding);
    let DecodedContent::Text(text) = content else { return content };
    let Some((name, at)) = declared(text.as_bytes()) else { return DecodedContent::Text(text) };
    if Encoding::for_label(name).is_some_and(|named| is_utf16(named) != is_utf16(encoding)) {
        return DecodedContent::Broken(
            text,
            at,
            "the file is not in the encoding that its XML declaration names",
        );
    }
    // Other parsers take the name for that of a larger encoding.
    let other = text.find(|character: char| !character.is_ascii());
    match other.filter(|_| name.eq_ignore_ascii_case(b"US-ASCII")) {
        Some(at) => DecodedContent::Broken(
            text,
            at,
            "a character is not ASCII, which the XML declaration names as the encoding",
        ),
        None => DecodedContent::Text(text),
    }
}

/// The text of XML in UTF-32.
fn utf32(bytes: &[u8]) -> Option<String> {
    let number = match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [b'<', 0, 0, 0, ..] => u32::from_le_bytes,
        [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, b'<', ..] => u32::from_be_bytes,
        _ => return None,
    };
    let characters = bytes.as_chunks().0.iter().map(|unit| char::from_u32(number(*unit)));
    let text: String = characters.collect::<Option<_>>()?;
    let text = text.trim_start_matches('\u{feff}');
    (begins_like_xml(text.as_bytes()) && !is_binary(text)).then(|| text.to_owned())
}

fn is_utf16(encoding: &Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

fn decoded<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> DecodedContent<'b> {
    if encoding == UTF_8 {
        return match std::str::from_utf8(bytes) {
            Ok(text) if is_binary(text) => DecodedContent::Binary,
            Ok(text) => DecodedContent::Text(Cow::Borrowed(text)),
            // Encrypted files are random from their beginning on, and the first byte may be `<`; a text has only a few
            // invalid bytes.
            Err(error) if begins_like_xml(&bytes[..error.valid_up_to()]) && !is_random(bytes) => {
                let why = "a character is not UTF-8, and no other encoding is declared";
                DecodedContent::Broken(String::from_utf8_lossy(bytes), error.valid_up_to(), why)
            }
            Err(_) => DecodedContent::Binary,
        };
    }
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if is_binary(&text) => DecodedContent::Binary,
        Some(text) => DecodedContent::Text(text),
        None => {
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            // Random bytes can begin like XML in UTF-16; then few of the other characters are those of names.
            let (start, is_utf16) = (text.chars().take(1024), is_utf16(encoding));
            let is_random = is_utf16 && start.clone().filter(char::is_ascii).count() * 2 < start.count();
            if is_random || is_binary(&text) || !begins_like_xml(text.as_bytes()) {
                return DecodedContent::Binary;
            }
            let byte = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(text.len());
            DecodedContent::Broken(
                text,
                byte,
                "a character is not valid in the file's encoding, or is cut off",
            )
        }
    }
}

fn begins_like_xml(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"<")
}

/// A text has at most a few control characters and no NUL. If it begins like XML, these are faults with a line and
/// column.
fn is_binary(text: &str) -> bool {
    let (has_nul, has_many) = controls(text.as_bytes());
    has_many || has_nul && !begins_like_xml(text.as_bytes())
}

/// Whether bytes that are not UTF-8 are no text in another encoding either.
fn is_random(bytes: &[u8]) -> bool {
    let (has_nul, has_many) = controls(bytes);
    has_nul || has_many
}

/// Whether the beginning has a NUL, and whether it has more than a few control characters.
fn controls(bytes: &[u8]) -> (bool, bool) {
    let start = &bytes[..bytes.len().min(1024)];
    let is_control =
        |byte: u8| (byte < b' ') & (byte != b'\t') & (byte != b'\n') & (byte != b'\r') & (byte != b'\x0c');
    let controls = start.iter().filter(|byte| is_control(**byte)).count();
    (start.contains(&0), controls * 16 > start.len())
}

/// The encoding of a file without a byte order mark.
fn without_mark(bytes: &[u8]) -> &'static Encoding {
    match bytes {
        [b'<', 0, ..] => UTF_16LE,
        [0, b'<', ..] => UTF_16BE,
        // A declaration that is readable as bytes is not in UTF-16, even if it says so.
        _ => {
            let named = declared(bytes).and_then(|(name, _)| Encoding::for_label(name));
            named.filter(|named| !is_utf16(named)).unwrap_or(UTF_8)
        }
    }
}

/// The name of the encoding in the XML declaration, and its offset.
fn declared(text: &[u8]) -> Option<(&[u8], usize)> {
    let declaration = text[..text.len().min(256)].strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memchr::memmem::find(declaration, b"?>")?];
    let after = &declaration[memchr::memmem::find(declaration, b"encoding")? + b"encoding".len()..];
    let after = after.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = after.split_first()?;
    let name = &rest[..memchr::memchr(*quote, rest)?];
    let offset = b"<?xml".len() + declaration.len() - rest.len();
    Some((name, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Option<String> {
        match decode(bytes) {
            DecodedContent::Text(text) => Some(text.into_owned()),
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
    }

    #[test]
    fn utf_32_is_no_encryption() {
        for unit in [u32::to_le_bytes, u32::to_be_bytes] {
            for text in ["<a b=\"ä\"/>", "\u{feff}<a/>"] {
                let bytes: Vec<u8> = text.chars().flat_map(|one| unit(u32::from(one))).collect();
                assert!(
                    matches!(decode(&bytes), DecodedContent::Broken(text, 0, _) if text.starts_with("<a"))
                );
            }
            let bytes: Vec<u8> =
                ['<', '\u{2}', '\u{3}'].into_iter().flat_map(|one| unit(u32::from(one))).collect();
            assert_eq!(decode(&bytes), DecodedContent::Binary);
        }
    }

    #[test]
    fn ascii_has_no_other_characters() {
        let of = |name: &str, text: &str| {
            format!("<?xml version=\"1.0\" encoding=\"{name}\"?>{text}").into_bytes()
        };
        assert!(matches!(decode(&of("us-ascii", "<a b=\"ä\"/>")), DecodedContent::Broken(_, 47, _)));
        assert!(text(&of("US-ASCII", "<a b=\"a\"/>")).is_some());
        assert!(text(&of("ISO-8859-1", "<a b=\"ä\"/>")).is_some());
    }

    #[test]
    fn a_declaration_that_names_another_encoding() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let of = |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?><a/>");
        let with_mark = |text: &str| [b"\xff\xfe", &*utf16(text)].concat();
        for name in ["UTF-16", "utf-16le", "UTF-16BE", "iso-10646-ucs-2"] {
            for bytes in [of(name).into_bytes(), format!("\u{feff}{}", of(name)).into_bytes()] {
                assert!(matches!(decode(&bytes), DecodedContent::Broken(_, 30, _)), "{name}");
            }
        }
        for name in ["utf-8", "ISO-8859-1", "windows-1252"] {
            for bytes in [utf16(&of(name)), with_mark(&of(name))] {
                assert!(matches!(decode(&bytes), DecodedContent::Broken(_, 30, _)), "{name}");
            }
            assert!(text(of(name).as_bytes()).is_some(), "{name}");
        }
        for bytes in
            [utf16(&of("utf-16")), with_mark(&of("UTF-16LE")), with_mark("<a/>"), utf16(&of("unknown"))]
        {
            assert!(text(&bytes).is_some());
        }
        assert!(text(of("unknown").as_bytes()).is_some());
        assert!(text(b"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a/>").is_some());
    }

    #[test]
    fn lines_end_in_any_way() {
        assert_eq!(text(b"<a>\r<b/>\r\n\n\r</a>\r").unwrap(), "<a>\n<b/>\r\n\n\n</a>\n");
        assert!(
            matches!(decode(b"<a>\r\xe4\r"), DecodedContent::Broken(text, 4, _) if text.starts_with("<a>\n"))
        );
    }

    #[test]
    fn what_is_no_text() {
        assert!(matches!(decode(b"<a b=\"\xe4\"/>"), DecodedContent::Broken(_, 6, _)));
        assert!(matches!(decode(b"\xff\xfe<\0a\0/\0>\0\n"), DecodedContent::Broken(_, 4, _)));
        assert_eq!(decode(b"\xff\xfe\x00\xd8\x01"), DecodedContent::Binary);
        assert_eq!(decode(b"\x8f\x02\xc3\x99\x10"), DecodedContent::Binary);
        let random: Vec<u8> = [0xd8, 0x8f, 0x4e, 0xdc].into_iter().cycle().take(400).collect();
        assert_eq!(decode(&[b"<\0", &*random].concat()), DecodedContent::Binary);
        assert_eq!(decode(b"<a\0\0/>"), DecodedContent::Binary);
        assert_eq!(decode(b"<\x8f\x02\xc3\x99\x10\x7f\xe0"), DecodedContent::Binary);
        assert_eq!(decode(b"<a b=\"in Latin-1 \xe4 and a NUL \0 in it\"/>"), DecodedContent::Binary);
        assert_eq!(decode(b"no XML, and a NUL \0 in it"), DecodedContent::Binary);
        assert!(matches!(decode(b"<a b=\"one NUL \0 in XML\"/>"), DecodedContent::Text(_)));
        assert_eq!(decode(b"\x01\x02\x03\x04"), DecodedContent::Binary);
    }
}
