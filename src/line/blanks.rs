//! Blanks: those of ASCII, those by which word processors, web pages and mail programs replace them, and the NUL bytes
//! that file systems leave where a write was lost.

/// The length in bytes of the blank at the beginning of `bytes`; 0 if there is none. A line feed is not a
/// blank. NUL bytes are, since file systems leave them where a write was lost.
pub(crate) fn blank_length(bytes: &[u8]) -> usize {
    match bytes {
        [b' ' | b'\t' | b'\r' | 0x0B | 0x0C | 0, ..] => 1,
        // No-break space, in UTF-8 and as the single byte of Windows-1252.
        [0xC2, 0xA0, ..] => 2,
        [0xA0, ..] => 1,
        // U+2000 to U+200B, U+202F, U+205F, U+3000, and the byte order mark.
        [0xE2, 0x80, 0x80..=0x8B | 0xAF, ..] | [0xE2, 0x81, 0x9F, ..] => 3,
        [0xE3, 0x80, 0x80, ..] | [0xEF, 0xBB, 0xBF, ..] => 3,
        _ => 0,
    }
}

/// The length in bytes of the blank at the end of `bytes`; 0 if there is none.
fn blank_length_at_end(bytes: &[u8]) -> usize {
    let is_blank = |length: usize| {
        bytes.len().checked_sub(length).is_some_and(|start| blank_length(&bytes[start..]) == length)
    };
    match bytes {
        // The byte A0 is also the last byte of letters in UTF-8, such as `à`.
        [.., before, 0xA0] if before.is_ascii() => 1,
        [.., last] if last.is_ascii() => usize::from(is_blank(1)),
        _ => [2, 3].into_iter().find(|length| is_blank(*length)).unwrap_or(0),
    }
}

/// Removes NUL bytes at the beginning of a line. File systems leave them where a write was lost.
pub(crate) fn without_hole(line: &[u8]) -> &[u8] {
    match line.first() {
        Some(0) => &line[line.iter().position(|byte| *byte != 0).unwrap_or(line.len())..],
        _ => line,
    }
}

/// Removes blanks at the beginning.
pub(crate) fn trim_start(mut bytes: &[u8]) -> &[u8] {
    if bytes.first().is_some_and(u8::is_ascii_graphic) {
        return bytes;
    }
    while let length @ 1.. = blank_length(bytes) {
        bytes = &bytes[length..];
    }
    bytes
}

/// Removes blanks at the end.
pub(crate) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    if bytes.last().is_some_and(u8::is_ascii_graphic) {
        return bytes;
    }
    while let length @ 1.. = blank_length_at_end(bytes) {
        bytes = &bytes[..bytes.len() - length];
    }
    bytes
}

/// Removes blanks at both ends.
pub fn trim(bytes: &[u8]) -> &[u8] {
    trim_end(trim_start(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_of_all_kinds_go() {
        for blank in
            [" ", "\t", "\r", "\0", "\u{a0}", "\u{2007}", "\u{200b}", "\u{202f}", "\u{3000}", "\u{feff}"]
        {
            let padded = format!("{blank}{blank}a{blank}b{blank}");
            assert_eq!(trim(padded.as_bytes()), format!("a{blank}b").as_bytes(), "{blank:?}");
        }
        assert_eq!(trim(b"\xA0\xA0a\xA0"), b"a");
        assert_eq!(trim(b" \xA0 "), b"");
    }

    #[test]
    fn letters_stay() {
        for text in ["voilà", "à", "é", "…", "a\n", "¦", "“", "a\u{2014}"] {
            assert_eq!(trim(text.as_bytes()), text.as_bytes(), "{text}");
        }
        assert_eq!(trim(b"caf\xE9"), b"caf\xE9");
    }
}
