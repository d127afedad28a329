//! Makes lines plain: removes what terminals, documents, mails and web pages add to them, replaces their encodings and
//! characters, and joins lines that a mail program broke.

use std::borrow::Cow;

use super::quotes::in_plain_characters;
use super::search::has_odd_bytes;
use super::tag::with_joined_tag;
use super::terminal::{without_colours, without_prompt};
use super::{Line, has_byte, seems_in_columns};
use crate::model::hex_byte;

/// Makes lines plain: without escape sequences for colours, the encoding of mails, and the letters of documents; and if
/// they have no header, in plain characters.
#[derive(Debug, Default)]
pub(crate) struct PlainLines {
    /// The lines are in the encoding `quoted-printable`, as the header of a mail says, or `Model=3DVVX 500`.
    is_quoted_printable: bool,
    /// A line that goes on in the next one, as that encoding says, and of how many lines it is.
    begun: Option<(Vec<u8>, u64)>,
}

impl PlainLines {
    /// The plain line, and how many lines before this one it begins. None if it goes on in the next line. `may_be_odd` says
    /// whether the line can have odd bytes.
    pub(crate) fn join<'a>(&mut self, bytes: &'a [u8], may_be_odd: bool) -> Option<(Cow<'a, [u8]>, u64)> {
        self.note_encoding(bytes);
        let is_broken = self.is_broken(bytes);
        let decoded = self.decoded(bytes).map_or(Cow::Borrowed(bytes), Cow::Owned);
        let (joined, lines) = match self.begun.take() {
            None => (decoded, 0),
            Some((begun, lines)) => (Cow::Owned([&begun, &*decoded].concat()), lines),
        };
        if is_broken && joined.len() < MAX_JOINED {
            self.begun = Some((joined.into_owned(), lines + 1));
            return None;
        }
        // The encoding writes odd bytes in plain ones, and the lines before can have some.
        let may_be_odd = may_be_odd || matches!(joined, Cow::Owned(_));
        // A line can be broken within an entity or a tag.
        Some((without_additions(&joined, may_be_odd).map_or(joined, Cow::Owned), lines))
    }

    /// The last line, if it goes on but no line follows.
    pub(crate) fn rest(&mut self) -> Option<Vec<u8>> {
        self.begun.take().map(|(begun, _)| begun)
    }

    /// The plain line. None if it is the same.
    pub(crate) fn plain(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.note_encoding(bytes);
        let decoded = self.decoded(bytes);
        without_additions(decoded.as_deref().unwrap_or(bytes), true).or(decoded)
    }

    /// The line without the encoding of a mail. None if it is the same.
    fn decoded(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        if self.is_quoted_printable { without_quoted_printable(bytes) } else { None }
    }

    /// Whether a mail program broke a line here.
    fn is_broken(&self, bytes: &[u8]) -> bool {
        let line = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let is_long = (MIN_BROKEN..=MAX_QUOTED_PRINTABLE).contains(&line.len());
        self.is_quoted_printable && is_long && line.ends_with(b"=")
    }

    fn note_encoding(&mut self, bytes: &[u8]) {
        const HEADER: &[u8] = b"content-transfer-encoding:";
        if let Some((begin, rest)) = bytes.split_at_checked(HEADER.len())
            && matches!(begin[0], b'C' | b'c')
            && begin.eq_ignore_ascii_case(HEADER)
        {
            self.is_quoted_printable = rest.trim_ascii().eq_ignore_ascii_case(b"quoted-printable");
        } else if bytes.len() <= MAX_QUOTED_PRINTABLE + 1 && has_byte(b'=', bytes) {
            // No model and no program is called so.
            self.is_quoted_printable |= memchr::memchr_iter(b'=', bytes).any(|at| {
                let (before, behind) = bytes.split_at(at);
                behind.starts_with(b"=3D") && (before.ends_with(b"Model") || before.ends_with(b"Label"))
            });
        }
    }
}

/// A line, decoded, without what else was added to it or replaced in it. None if it is the same.
fn without_additions(bytes: &[u8], may_be_odd: bool) -> Option<Vec<u8>> {
    let mut plain = None;
    if may_be_odd && has_odd_bytes(bytes) {
        for change in [without_colours, without_prompt, with_plain_letters] {
            plain = change(plain.as_deref().unwrap_or(bytes)).or(plain);
        }
    }
    plain = without_pasted_colours(plain.as_deref().unwrap_or(bytes)).or(plain);
    // Most lines by far are in the phone's own columns.
    if seems_in_columns(bytes) {
        return plain;
    }
    for change in [with_joined_tag, without_highlights, with_plain_characters] {
        plain = change(plain.as_deref().unwrap_or(bytes)).or(plain);
    }
    plain
}

/// A line without header in plain characters. None if it has a header or no entities.
fn with_plain_characters(line: &[u8]) -> Option<Vec<u8>> {
    let may_be_odd = has_byte(b'&', line) && matches!(super::line(line), Line::Headerless(_));
    if may_be_odd { in_plain_characters(line) } else { None }
}

/// Removes escape sequences for colours at both ends of a line whose escape characters were lost, as in a web form:
/// `[32m` and `[0m`, `[m`, `[K`. None if there are none.
fn without_pasted_colours(line: &[u8]) -> Option<Vec<u8>> {
    let whole = line.strip_suffix(b"\r").unwrap_or(line);
    // Nearly all lines have neither.
    if !matches!(whole, [b'[', ..] | [.., b'm' | b'K']) {
        return None;
    }
    let is_argument = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
    let mut rest = whole;
    while let [b'[', behind @ ..] = rest
        && let Some(end) = behind.iter().position(|byte| !is_argument(byte))
        // `[meta]` and `[Kernel]` are words.
        && (behind[end] == b'm' && end > 0 || behind[end] == b'K' && rest.len() < whole.len())
    {
        rest = &behind[end + 1..];
    }
    while let [before @ .., b'm' | b'K'] = rest
        && let Some(begin) = before.iter().rposition(|byte| !is_argument(byte))
        && before[begin] == b'['
    {
        rest = &before[..begin];
        rest = rest.strip_suffix(b"(B").unwrap_or(rest);
    }
    (rest.len() < whole.len()).then(|| rest.to_vec())
}

/// A line of UTF-8 without ligatures, and without characters that show only where a word may be broken: text that was
/// copied from a PDF or a web page. None if it is that already.
fn with_plain_letters(line: &[u8]) -> Option<Vec<u8>> {
    if line.is_ascii() {
        return None;
    }
    let text =
        std::str::from_utf8(line).map_or_else(|_| from_windows_1252(line), |text| Some(text.into()))?;
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
    if !text.contains(|character| plain(character).is_some()) {
        return match text {
            Cow::Owned(text) => Some(text.into_bytes()),
            Cow::Borrowed(_) => None,
        };
    }
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match plain(character) {
            Some(plain) => line.push_str(plain),
            None => line.push(character),
        }
    }
    Some(line.into_bytes())
}

/// The text of a line that is not of UTF-8, as a program on Windows saves it: quotation marks and blanks are read
/// then. None if it has a whole character of UTF-8: the line is damaged or cut within a character.
fn from_windows_1252(line: &[u8]) -> Option<Cow<'_, str>> {
    let has_utf8 = line.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    (!has_utf8).then(|| encoding_rs::WINDOWS_1252.decode_without_bom_handling(line).0)
}

/// The longest tag that is looked for, in bytes.
const MAX_TAG: usize = 128;

/// A line of a web page without the tags by which a search highlights words. Before the first bar, they may keep an
/// address and a stamp apart. None if there are none.
fn without_highlights(line: &[u8]) -> Option<Vec<u8>> {
    const NAMES: [&[u8]; 4] = [b"mark", b"em", b"strong", b"b"];
    let bar = memchr::memchr(b'|', line)?;
    let (mut plain, mut rest) = (Vec::new(), line);
    for start in memchr::memchr_iter(b'<', &line[bar..]).map(|at| bar + at) {
        let tag = &line[start + 1..];
        let Some(end) = memchr::memchr(b'>', &tag[..tag.len().min(MAX_TAG)]) else { continue };
        let name = tag[..end].split(|byte| *byte == b' ').next().unwrap_or_default();
        // None if it is within the tag before.
        let before = rest.len().checked_sub(line.len() - start);
        if let Some(before) = before.filter(|_| NAMES.contains(&name.strip_prefix(b"/").unwrap_or(name))) {
            plain.extend_from_slice(&rest[..before]);
            rest = &tag[end + 1..];
        }
    }
    (rest.len() < line.len()).then(|| [plain.as_slice(), rest].concat())
}

/// The longest line of a mail in the encoding `quoted-printable`, in bytes: 76 by RFC 2045, 6.7, but Python's own library
/// writes up to 79.
const MAX_QUOTED_PRINTABLE: usize = 79;

/// The least length at which a mail program breaks such a line.
const MIN_BROKEN: usize = 68;

/// No line is joined beyond this length, in bytes.
const MAX_JOINED: usize = 64 * 1024;

/// A line of a mail in the encoding `quoted-printable`, without the `=` at its end, and without encoded characters. None
/// if it has no `=`.
fn without_quoted_printable(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > MAX_QUOTED_PRINTABLE || !has_byte(b'=', line) {
        return None;
    }
    let mut parts = line.split(|byte| *byte == b'=');
    let mut plain = parts.next().unwrap_or_default().to_vec();
    for part in parts {
        match part {
            [high, low, rest @ ..] if let Some(byte) = hex_byte(*high, *low) => {
                plain.push(byte);
                plain.extend_from_slice(rest);
            }
            [] => {}
            other => {
                plain.push(b'=');
                plain.extend_from_slice(other);
            }
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_without_their_escape_characters_are_left_out_at_the_ends() {
        let plain = |line: &str| {
            without_pasted_colours(line.as_bytes()).map(|plain| String::from_utf8(plain).unwrap())
        };
        for line in ["[32mcert[0m", "[01;31m[Kcert[m[K", "cert[0m\r", "[32mcert", "cert[K", "[32mcert(B[m"] {
            assert_eq!(plain(line).as_deref(), Some("cert"), "{line}");
        }
        for line in [
            "",
            "m",
            "K",
            "[",
            "0m",
            "[meta] cert",
            "[Kernel] cert",
            "[3] cert",
            "cert[0]",
            "cert 32m",
            "cert [a0m",
        ] {
            assert_eq!(plain(line), None, "{line}");
        }
        assert_eq!(plain("[m").as_deref(), Some(""));
    }

    #[test]
    fn letters_of_a_document() {
        let plain =
            |line: &str| with_plain_letters(line.as_bytes()).map(|line| String::from_utf8(line).unwrap());
        assert_eq!(plain("certiﬁcate veriﬁca\u{ad}tion").as_deref(), Some("certificate verification"));
        assert_eq!(plain("error \u{2212}1").as_deref(), Some("error -1"));
        assert_eq!(plain("certificate"), None);
        assert_eq!(plain("„Café“"), None);
        assert_eq!(with_plain_letters(b"\xEF\xAC\x81\xFF"), None, "damaged UTF-8");
        assert_eq!(
            with_plain_letters(b"name \x93a\x94\xa0\xc9").as_deref(),
            Some("name “a”\u{a0}É".as_bytes())
        );
    }

    #[test]
    fn words_that_a_search_highlights() {
        let plain =
            |line: &str| without_highlights(line.as_bytes()).map(|line| String::from_utf8(line).unwrap());
        for (open, close) in [
            ("<mark>", "</mark>"),
            ("<em class=\"hit\">", "</em>"),
            ("<b>", "</b>"),
            ("<strong>", "</strong>"),
        ] {
            let text =
                |open: &str, close: &str| format!("<td>0|tls|3|00|a {open}key{close} of {open}b{close}</td>");
            assert_eq!(plain(&text(open, close)), Some(text("", "")), "{open}");
        }
        assert_eq!(
            plain("<b>192.0.2.7</b>0|tls|3|00|a <b>b</b>").as_deref(),
            Some("<b>192.0.2.7</b>0|tls|3|00|a b")
        );
        assert_eq!(plain("0|a|3|00|<b <b>c").as_deref(), Some("0|a|3|00|c"));
        for line in ["0|a|3|00|<sip:a@b>", "0|a|3|00|<body>", "0|a|3|00|1 < 2", "<b>a</b>", "0|a|3|00|<b"] {
            assert_eq!(plain(line), None, "{line}");
        }
    }

    #[test]
    fn a_mail_tells_its_encoding() {
        let broken = format!("{}=", "x".repeat(75));
        let goes_on_behind = |before: &str| {
            let mut lines = PlainLines::default();
            before.lines().for_each(|line| _ = lines.join(line.as_bytes(), false));
            lines.join(broken.as_bytes(), false).is_none()
        };
        assert!(goes_on_behind("Content-Transfer-Encoding: quoted-printable"));
        assert!(goes_on_behind("content-transfer-encoding:Quoted-Printable\r\nMIME-Version: 1.0"));
        assert!(!goes_on_behind(""));
        assert!(goes_on_behind("Model=3DVVX 500"));
        assert!(goes_on_behind("Label=3DSIP"));
        assert!(!goes_on_behind("Model=VVX 500, Rev=3D"));
        let both = "Content-Transfer-Encoding: quoted-printable\nContent-Transfer-Encoding: 8bit";
        assert!(!goes_on_behind(both));
    }

    #[test]
    fn lines_of_a_mail_go_on_behind_an_equals_sign() {
        let mut lines = PlainLines { is_quoted_printable: true, begun: None };
        let text = |length: usize| "x".repeat(length);
        for (length, goes_on) in [(66, false), (67, true), (78, true), (79, false)] {
            for end in ["=", "=\r"] {
                assert_eq!(lines.join((text(length) + end).as_bytes(), false).is_none(), goes_on, "{length}");
                assert_eq!(lines.rest(), goes_on.then(|| text(length).into_bytes()));
            }
        }
        assert!(lines.join((text(75) + "=").as_bytes(), false).is_none());
        assert!(lines.join((text(74) + "y=").as_bytes(), false).is_none());
        let (joined, before) = lines.join(b"z=3D=C3=A9", false).unwrap();
        assert_eq!(*joined, *format!("{}yz=é", text(149)).as_bytes());
        assert_eq!(before, 2);
        assert_eq!(lines.join(b"next", false).unwrap(), (Cow::Borrowed(&b"next"[..]), 0));
    }

    #[test]
    fn a_mail_can_be_broken_within_an_entity() {
        let mut lines = PlainLines { is_quoted_printable: true, begun: None };
        let begin = format!("<p class=3DMsoNormal>{}&nbs=", "x".repeat(50));
        assert!(lines.join(begin.as_bytes(), false).is_none());
        let (joined, _) = lines.join(b"p; a</p>", false).unwrap();
        assert_eq!(*joined, *format!("<p class=MsoNormal>{}  a</p>", "x".repeat(50)).as_bytes());
    }

    #[test]
    fn encoded_characters() {
        let plain = |line: &str| {
            without_quoted_printable(line.as_bytes()).map(|line| String::from_utf8_lossy(&line).into_owned())
        };
        assert_eq!(plain("Model=3DVVX 500, Rev=3DA").as_deref(), Some("Model=VVX 500, Rev=A"));
        assert_eq!(plain("=E2=80=9Cname=E2=80=9D=20").as_deref(), Some("“name” "));
        assert_eq!(plain("a=zz=").as_deref(), Some("a=zz"));
        assert_eq!(plain("length 802"), None);
    }
}
