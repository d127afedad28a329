//! Lines as the phone wrote them, without what terminals, documents, mails and web pages make of them.

use super::before::without_colours;
use super::quotes::in_plain_signs;
use super::{Line, has_byte, line};

/// Makes lines plain: without escape sequences for colours, the encoding of mails, and the letters of documents; and if
/// they have no header, in the signs of plain text.
#[derive(Debug, Default)]
pub(crate) struct PlainLines {
    /// The lines are in the encoding `quoted-printable`, as the header of a mail says, or an encoded `=`.
    is_quoted_printable: bool,
}

impl PlainLines {
    /// The plain line. None if it is the same.
    pub(crate) fn plain(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut plain = None;
        if has_odd_bytes(bytes) {
            for change in [without_colours, with_plain_letters] {
                plain = change(plain.as_deref().unwrap_or(bytes)).or(plain);
            }
        }
        self.note_encoding(bytes);
        if self.is_quoted_printable {
            plain = without_quoted_printable(plain.as_deref().unwrap_or(bytes)).or(plain);
        }
        plain.or_else(|| {
            // By far the most lines are in the phone's own columns.
            let is_in_columns = bytes.get(10) == Some(&b'|') && bytes.get(16) == Some(&b'|');
            let may_be_odd = !is_in_columns && has_byte(b'&', bytes);
            let is_headerless = may_be_odd && matches!(line(bytes), Line::Headerless(_));
            if is_headerless { in_plain_signs(bytes) } else { None }
        })
    }

    fn note_encoding(&mut self, bytes: &[u8]) {
        const HEADER: &[u8] = b"content-transfer-encoding:";
        if let Some((begin, rest)) = bytes.split_at_checked(HEADER.len())
            && matches!(begin[0], b'C' | b'c')
            && begin.eq_ignore_ascii_case(HEADER)
        {
            self.is_quoted_printable = rest.trim_ascii().eq_ignore_ascii_case(b"quoted-printable");
        } else if bytes.len() <= MAX_QUOTED_PRINTABLE + 1 && has_byte(b'=', bytes) {
            let mut places = memchr::memchr_iter(b'=', bytes);
            self.is_quoted_printable |= places.any(|place| bytes[place + 1..].starts_with(b"3D"));
        }
    }
}

/// Whether a line has an escape character, or a byte that is not of ASCII: nearly all lines have none.
fn has_odd_bytes(line: &[u8]) -> bool {
    let is_odd = |found, byte: &u8| found | (*byte == 0x1b) | (*byte >= 0x80);
    let has_odd = |block: &[u8; 16]| block.iter().fold(false, is_odd);
    let (blocks, rest) = line.as_chunks();
    blocks.iter().any(has_odd) || line.last_chunk().map_or_else(|| rest.iter().fold(false, is_odd), has_odd)
}

/// A line without ligatures, and without characters that show only where a word may be broken: text that was copied from
/// a PDF or a web page. None if there are none.
#[must_use]
pub(super) fn with_plain_letters(line: &[u8]) -> Option<Vec<u8>> {
    if line.is_ascii() {
        return None;
    }
    let text = std::str::from_utf8(line).ok()?;
    let plain = |character: char| match character {
        'ﬀ' => Some("ff"),
        'ﬁ' => Some("fi"),
        'ﬂ' => Some("fl"),
        'ﬃ' => Some("ffi"),
        'ﬄ' => Some("ffl"),
        'ﬅ' | 'ﬆ' => Some("st"),
        '\u{2010}' | '\u{2011}' | '\u{2212}' => Some("-"),
        // The soft hyphen, and joiners without width.
        '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' => Some(""),
        _ => None,
    };
    text.contains(|character| plain(character).is_some()).then(|| {
        let mut line = String::with_capacity(text.len());
        for character in text.chars() {
            match plain(character) {
                Some(plain) => line.push_str(plain),
                None => line.push(character),
            }
        }
        line.into_bytes()
    })
}

/// The longest line of a mail in the encoding `quoted-printable`, in bytes (RFC 2045, 6.7).
const MAX_QUOTED_PRINTABLE: usize = 76;

/// The least length at which a mail program breaks such a line.
const MIN_BROKEN: usize = 68;

/// A line of a mail in the encoding `quoted-printable`, without the `=` at its end, which says that it goes on in the
/// next line, and with `=` for `=3D`. None for other lines.
#[must_use]
pub(super) fn without_quoted_printable(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let is_long = (MIN_BROKEN..=MAX_QUOTED_PRINTABLE).contains(&line.len());
    let broken = line.strip_suffix(b"=").filter(|_| is_long);
    let rest = broken.unwrap_or(line);
    let (mut plain, mut from) = (Vec::with_capacity(rest.len()), 0);
    for place in memchr::memmem::find_iter(rest, b"=3D") {
        plain.extend_from_slice(&rest[from..=place]);
        from = place + 3;
    }
    plain.extend_from_slice(&rest[from..]);
    (from > 0 || broken.is_some()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_a_document() {
        let plain =
            |line: &str| with_plain_letters(line.as_bytes()).map(|line| String::from_utf8(line).unwrap());
        assert_eq!(plain("certiﬁcate veriﬁca\u{ad}tion").as_deref(), Some("certificate verification"));
        assert_eq!(plain("error \u{2212}1").as_deref(), Some("error -1"));
        assert_eq!(plain("certificate"), None);
        assert_eq!(plain("„Café“"), None);
        assert_eq!(with_plain_letters(b"\xEF\xAC\x81\xFF"), None, "no UTF-8");
    }

    #[test]
    fn a_mail_tells_its_encoding() {
        let broken = format!("{}=", "x".repeat(75));
        let is_plain_behind = |before: &str| {
            let mut lines = PlainLines::default();
            before.lines().for_each(|line| _ = lines.plain(line.as_bytes()));
            lines.plain(broken.as_bytes()).is_some()
        };
        assert!(is_plain_behind("Content-Transfer-Encoding: quoted-printable"));
        assert!(is_plain_behind("content-transfer-encoding:Quoted-Printable\r\nMIME-Version: 1.0"));
        assert!(is_plain_behind("Model=3DVVX 500"));
        assert!(!is_plain_behind(""));
        assert!(!is_plain_behind("Model=VVX 500"));
        assert!(!is_plain_behind("Model=3DVVX 500\nContent-Transfer-Encoding: 8bit"));
    }

    #[test]
    fn lines_of_a_mail_go_on_behind_an_equals_sign() {
        let plain = |line: &str| {
            without_quoted_printable(line.as_bytes()).map(|line| String::from_utf8(line).unwrap())
        };
        let text = |length: usize| "x".repeat(length);
        for (length, is_broken) in [(66, false), (67, true), (75, true), (76, false)] {
            let line = text(length) + "=";
            assert_eq!(plain(&line).is_some(), is_broken, "{length}");
            assert_eq!(plain(&(line + "\r")).is_some(), is_broken, "{length}");
        }
        assert_eq!(plain("Model=3DVVX 500, Rev=3DA").as_deref(), Some("Model=VVX 500, Rev=A"));
        assert_eq!(plain("Model=VVX 500"), None);
        assert_eq!(plain(&(text(70) + "=3D")), Some(text(70) + "="));
    }
}
