//! The prefix of a line, which other programs write before it: marks of a quotation or a list, prefixes by `grep` and
//! syslog servers, the phone's address, a prompt. This parses it, removes it from a line without a header, and tells
//! whether a cut line ends within it.

use super::blanks::{blank_length, trim_end, trim_start};
use super::header_words::{is_address, word};
use super::sender::{Headers, LineOrigin, date};
use super::{is_of_stamp, split_end};
use crate::model::Mac;

/// A longer text, in bytes, is not looked at: the time for it grows with the square of its length.
const MAX_LENGTH: usize = 8 * 1024;

const BACKSPACE: u8 = 8;

/// Parses the text before a line. None if such a text can't come before a line: then what follows is not a
/// line but part of a text.
pub(crate) fn origin(mut before: &[u8]) -> Option<LineOrigin<'_>> {
    let (mut mac, mut file, mut headers) = (None::<Mac>, None, Headers::default());
    if before.len() > MAX_LENGTH {
        return None;
    }
    // On the screen, the line was written over this text, such as the prompt of a pager.
    if let Some(at) = memchr::memrchr2(b'\r', BACKSPACE, before) {
        before = &before[at + 1..];
    }
    loop {
        before = without_marks(before);
        before = if let Some(rest) = date(before) {
            headers.begin();
            rest
        } else if let Some(rest) = headers.address(before) {
            // Before the sender's address, one of another vendor can be a router's, or a number that only looks like one.
            mac = mac.filter(|mac| mac.is_vendors() || file.is_some());
            rest
        } else if before.is_empty() || (!headers.are_dated() && is_prompt(before)) {
            return headers.origin(mac, file);
        } else if let Some((name, rest)) = file_name(before).filter(|_| !headers.are_dated()) {
            mac = mac.or_else(|| mac_within(name));
            file = file.or(Some(name));
            rest
        } else if let Some((own, rest)) = self::mac(before) {
            mac = Some(nearer(mac, own));
            rest
        } else {
            if headers.are_dated()
                && let Some(own) = mac_within(word(before))
            {
                mac = Some(nearer(mac, own));
            }
            headers.word(before)?
        };
    }
}

/// What follows the date, if the text begins with one. What [`origin`] finds depends on that alone.
pub(super) fn dated(before: &[u8]) -> Option<&[u8]> {
    date(without_marks(before)).filter(|_| before.len() <= MAX_LENGTH)
}

/// Whether a cut line may end within its stamp: what is before the digits at its end is whole. If not, it ends within
/// what is before the stamp.
pub(crate) fn may_end_in_stamp(cut: &[u8]) -> bool {
    let (before, digits) = split_end(cut, is_of_stamp);
    let names_sender =
        || origin(before).is_some_and(|origin| origin.mac.is_some() || origin.sender.is_some());
    !digits.is_empty() && !before.ends_with(b"<") && (without_marks(before).is_empty() || names_sender())
}

/// Whether nothing of a cut line was read but what is before its stamp.
pub(crate) fn ends_before_stamp(cut: &[u8]) -> bool {
    origin(cut).is_some() && !may_end_in_stamp(cut)
}

/// Removes marks of quotations and lists from a headerless line, and the file name and line number from
/// `grep`.
pub(super) fn unquoted(mut text: &[u8]) -> &[u8] {
    const MARKS: [&str; 6] = [">", "| ", "- ", "* ", "• ", "– "];
    while let Some(rest) = MARKS.iter().find_map(|mark| text.strip_prefix(mark.as_bytes())) {
        text = trim_start(rest);
    }
    let word = up_to_blank(text);
    numbered_name(word).map_or(text, |(_, rest)| trim_start(&text[word.len() - rest.len()..]))
}

/// Removes quotation marks, brackets, bars, bullets, blanks, HTML tags and the fields of RFC 5424 at the beginning.
pub(super) fn without_marks(mut before: &[u8]) -> &[u8] {
    loop {
        let length = match before {
            // An address such as `::ffff:192.0.2.7`.
            [b':', b':', digit, ..] if digit.is_ascii_hexdigit() && is_address(word(before)) => 0,
            [b'<', b'0'..=b'9', ..] => priority_length(before).unwrap_or(1),
            [b'<', b'/' | b'a'..=b'z' | b'A'..=b'Z', ..] => length_up_to(b'>', before, |_| true).unwrap_or(1),
            // `[meta sequenceId="29"]`
            [b'[', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                let has_fields = |inside: &[u8]| memchr::memmem::find(inside, b"=\"").is_some();
                length_up_to(b']', before, has_fields).unwrap_or(1)
            }
            // `&quot;`
            [b'&', b'#' | b'a'..=b'z' | b'A'..=b'Z', ..] => {
                let is_name = |name: &[u8]| name.len() < 8 && !name.contains(&b' ');
                length_up_to(b';', before, is_name).unwrap_or(1)
            }
            [byte, ..] if byte.is_ascii() && !byte.is_ascii_alphanumeric() => 1,
            // U+0080 to U+00BF and U+2000 to U+2FFF: punctuation, arrows, lines of boxes.
            [0xC2, _, ..] => 2,
            [0xE2, _, _, ..] => 3,
            _ => blank_length(before),
        };
        if length == 0 {
            return before;
        }
        before = &before[length..];
    }
}

/// The length of the priority `<131>` of a syslog message, with the version of RFC 5424 after it.
fn priority_length(before: &[u8]) -> Option<usize> {
    let length = length_up_to(b'>', before, |inside| inside[1..].iter().all(u8::is_ascii_digit))?;
    Some(length + if before[length..].starts_with(b"1 ") { 2 } else { 0 })
}

/// The length of a text up to and including this byte, if what is before it is so.
fn length_up_to(last: u8, text: &[u8], is_allowed: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let end = memchr::memchr(last, text)?;
    is_allowed(&text[..end]).then_some(end + 1)
}

/// Whether this is a prompt: `user@host:~$`, `C:\logs>`, `[root@host ~]#`; that of a pager, without the marks before
/// it: `--More--(71%)`, `-- More (71%) --`, `(END)`; or an HTML tag.
fn is_prompt(before: &[u8]) -> bool {
    let before = trim_end(before);
    let is_more = |rest: &[u8]| {
        memchr::memmem::find(rest, b"--").is_some() && !rest.iter().any(u8::is_ascii_alphabetic)
    };
    matches!(before, [.., b'$' | b'#' | b'%' | b'>'] | b"END)")
        || before.strip_prefix(b"More").is_some_and(is_more)
}

fn up_to_blank(text: &[u8]) -> &[u8] {
    &text[..text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len())]
}

/// The longest file name that is looked for, in bytes.
const MAX_NAME: usize = 1024;

/// A file name before a line, and what follows its separator, as `grep` writes it: `name:12:`, `name-12-` for context
/// lines, or without line numbers `name:` and `name-` (then the name must not contain blanks).
pub(super) fn file_name(before: &[u8]) -> Option<(&[u8], &[u8])> {
    numbered_name(before).or_else(|| {
        // A text of many words is searched from each of them on.
        let word = up_to_blank(&before[..before.len().min(MAX_NAME)]);
        let at = word.iter().rposition(|byte| *byte == b':').or_else(|| {
            // Names have hyphens in them.
            (word.len() == before.len()).then(|| word.strip_suffix(b"-").map(<[u8]>::len))?
        })?;
        is_file_name(&word[..at]).then(|| (&word[..at], &before[at + 1..]))
    })
}

fn numbered_name(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let begin = &text[..text.len().min(MAX_NAME)];
    let mut separators = memchr::memchr2_iter(b':', b'-', begin);
    separators.find_map(|at| {
        let behind = &begin[at + 1..];
        let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_numbered = digits > 0 && behind.get(digits) == Some(&begin[at]);
        // Eight digits with a number or nothing after them are the date of a rotated log.
        let is_date_of_name =
            digits == 8 && is_numbered && behind[9..].first().is_none_or(u8::is_ascii_digit);
        // A date before these digits is not a name.
        let name = &begin[..at];
        let last = name.rsplit(|byte| b" \t,;".contains(byte)).next().unwrap_or(name);
        let is_date = last.iter().all(|byte| byte.is_ascii_digit() || b".:-".contains(byte));
        (is_numbered && !is_date && !is_date_of_name && is_file_name(name))
            .then(|| (name, &text[at + digits + 2..]))
    })
}

/// Whether the name has an ending such as `.log`.
fn is_file_name(name: &[u8]) -> bool {
    name.windows(2).any(|pair| pair[0] == b'.' && pair[1].is_ascii_alphabetic())
}

/// The phone's address, of one before the line and a later one: the later one, unless only the first one is of the vendor.
/// A capture of packets has those of routers, too.
fn nearer(mac: Option<Mac>, later: Mac) -> Mac {
    mac.filter(|mac| mac.is_vendors() && !later.is_vendors()).unwrap_or(later)
}

/// A phone's address at the beginning, and what follows. Twelve digits without a letter may be a date or a time, so they
/// are accepted only with colons or hyphens between all bytes, or with the vendor's prefix 482567.
fn mac(text: &[u8]) -> Option<(Mac, &[u8])> {
    let (mac, rest) = Mac::prefix(text)?;
    let written = &text[..text.len() - rest.len()];
    let is_whole = rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let has_letter = written.iter().any(u8::is_ascii_alphabetic);
    let is_plausible = mac.is_vendors()
        || is_grouped(written, b':')
        || is_grouped(written, b'-')
        || has_letter && (is_grouped(written, b'.') || written.len() == 12);
    (is_whole && is_plausible && mac.bytes() != [0; 6]).then_some((mac, rest))
}

/// Whether an address is written in groups of two or of four digits, with this character between them.
fn is_grouped(address: &[u8], sign: u8) -> bool {
    let lengths = || address.split(|byte| *byte == sign).map(<[u8]>::len);
    lengths().eq([2; 6]) || lengths().eq([4; 3])
}

/// The last address in a name. A part of a UUID is not an address.
pub(super) fn mac_within(name: &[u8]) -> Option<Mac> {
    let begins = |at: &usize| *at == 0 || !name[at - 1].is_ascii_alphanumeric();
    (0..name.len()).rev().filter(begins).find_map(|at| {
        let (mac, rest) = mac(&name[at..])?;
        (mac.is_vendors() || !Mac::is_in_uuid(&name[..at], rest)).then_some(mac)
    })
}

/// Removes the rest of a cut header, after the component, at the end of `before`: `4|00|`, `0|`, `|`.
pub(crate) fn without_end_of_header(before: &[u8]) -> &[u8] {
    let without_bar = |text| trim_end(trim_end(text).strip_suffix(b"|").unwrap_or(text));
    let text = without_bar(before);
    let (others, digits) = split_end(text, u8::is_ascii_digit);
    let (text, is_count) = match others.last() {
        Some(byte) if byte.is_ascii_alphanumeric() => (text, false),
        _ => (others, !digits.is_empty()),
    };
    let text = if is_count { without_bar(text) } else { text };
    match text {
        [rest @ .., b'0'..=b'6' | b'*']
            if is_count && rest.last().is_none_or(|byte| !byte.is_ascii_alphanumeric()) =>
        {
            without_bar(rest)
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(before: &str) -> Option<(Option<String>, Option<String>)> {
        let origin = origin(before.as_bytes())?;
        let sender = origin.sender.map(|sender| String::from_utf8_lossy(sender).into_owned());
        Some((origin.mac.map(|mac| mac.to_string()), sender))
    }

    #[test]
    fn lines_that_end_within_a_stamp() {
        for cut in
            ["0", "000015.8", "  0000", "> 0429", "<131>Mar  9 19:06:50 192.0.2.7 04", "0004f2a0e001 0429"]
        {
            assert!(may_end_in_stamp(cut.as_bytes()), "{cut:?}");
            assert!(!ends_before_stamp(cut.as_bytes()), "{cut:?}");
        }
        for cut in [
            "",
            "  ",
            "> ",
            "<13",
            "<131>M",
            "<131>Mar  9 19:0",
            "<131>Mar  9 19:06:50 192.0",
            "<131>Mar  9 19:06:50 192.0.2.7 ",
            "app.log:1",
        ] {
            assert!(!may_end_in_stamp(cut.as_bytes()), "{cut:?}");
        }
        for cut in ["> ", "app.log:12:", "<131>Mar  9 19:06:50 192.0.2.7 "] {
            assert!(ends_before_stamp(cut.as_bytes()), "{cut:?}");
        }
        assert!(!ends_before_stamp(b"> 000015.871|tls  |3|00|Custom"));
    }

    #[test]
    fn numbers_that_are_no_address_of_a_phone() {
        for (before, mac) in [
            ("001b2a112233 ", Some("001B2A112233")),
            ("00:1b:2a:11:22:33 ", Some("001B2A112233")),
            ("00-04-f2-a1-b2-c3 ", Some("0004F2A1B2C3")),
            ("0004.f2a1.b2c3 ", Some("0004F2A1B2C3")),
            ("Mar  9 10:00:05 001b2a112233 ", Some("001B2A112233")),
            ("482567010203 ", Some("482567010203")),
            ("10:00:05.123456 ", None),
            ("100800.207468 ", None),
            ("202603091000 ", None),
            ("2026.0309.1000 ", None),
            ("Mar  9 10:00:05 28ce6f24-1064-5d51-c6f8-da3eabe19f58 ", None),
            ("Mar  9 10:00:05 site-0004-0004f2a1b2c3 ", Some("0004F2A1B2C3")),
            // Beside the sender's address.
            ("001b2a112233 192.0.2.7 ", None),
            ("0004f2a1b2c3 192.0.2.7 ", Some("0004F2A1B2C3")),
            ("0004f2a1b2c3 192.0.2.7 001b2a112233 ", Some("0004F2A1B2C3")),
            // After the address of a relay.
            ("192.0.2.7 001b2a112233 ", Some("001B2A112233")),
            ("Mar  9 10:00:05 192.0.2.7 00:1b:2a:11:22:33 ", Some("001B2A112233")),
        ] {
            let found = parsed(before).and_then(|(mac, _)| mac);
            assert_eq!(found.as_deref(), mac, "{before}");
        }
    }

    #[test]
    fn prefixes_that_name_no_sender() {
        for before in [
            "",
            "  ",
            "> ",
            ">> ",
            "> > ",
            "- ",
            "* ",
            "**",
            "• ",
            "12:",
            "12. ",
            "  12\t",
            "| ",
            "\"",
            "“",
            "[16:59:47] ",
            "<131>",
            "user@host:~$ ",
            "C:\\>",
            "C:\\logs> ",
            "[root@host ~]# ",
            "<td>",
            "app.log:",
            "app.log:12:",
            "logs/app.log-12-",
            "my logs (1).log:12:",
            "C:\\logs\\app.log:12:",
            "2021-10-05 16:59:47,123 ",
            "&gt; 12",
            "&#8222;",
            "<td class=\"a\"><b>",
            "<b>Log: <br>",
            "--More--(71%)\r",
            "--More--\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\x08\x08\x08\x08",
            "-- Fortsetzung (6%) --\r                   \r",
            "--More--(6%)              ",
            "-- More (6%) -- ",
            "(END)",
        ] {
            assert_eq!(parsed(before), Some((None, None)), "{before:?}");
        }
    }

    #[test]
    fn prefixes_that_name_the_sender() {
        let mac = "0004F2A0E001";
        for (before, expected, sender) in [
            ("<131>Mar  9 19:06:50 192.0.2.7 ", None, Some("192.0.2.7")),
            ("> <131>Mar 9 2013 19:06:50.123: phone-7: ", None, Some("phone-7")),
            ("2013-03-09T19:06:50+01:00 phone ", None, Some("phone")),
            ("<131>1 2013-03-09T19:06:50.003Z 2001:db8::7 app - - - ", None, Some("2001:db8::7")),
            ("192.0.2.7 ", None, Some("192.0.2.7")),
            ("2001:db8::7 ", None, Some("2001:db8::7")),
            ("<134>Oct  5 16:59:41 192.0.2.11 0004f2a0e001 ", Some(mac), Some("192.0.2.11")),
            ("<134>Oct  5 16:59:41 Polycom_0004f2a0e001 ", Some(mac), Some("Polycom_0004f2a0e001")),
            ("<134>Oct  5 16:59:41 192.0.2.11 0004f2a0e001|", Some(mac), Some("192.0.2.11")),
            ("<134>Oct  5 16:59:41 192.0.2.11 00:04:f2:a0:e0:01: ", Some(mac), Some("192.0.2.11")),
            ("0004f2a0e001|", Some(mac), None),
            ("0004f2a0e001:", Some(mac), None),
            ("00:04:F2:A0:E0:01 ", Some(mac), None),
            ("[0004.f2a0.e001] ", Some(mac), None),
            ("> 00-04-f2-a0-e0-01, ", Some(mac), None),
            ("0004f2a0e001-app.log:12:", Some(mac), None),
            ("logs/0004f2a0e001-app.log:", Some(mac), None),
            ("a.d/0004F2A0E002/0004F2A0E001-app.log-7-", Some(mac), None),
        ] {
            let expected = Some((expected.map(str::to_owned), sender.map(str::to_owned)));
            assert_eq!(parsed(before), expected, "{before:?}");
        }
    }

    #[test]
    fn names_of_files_from_grep() {
        let file = |before: &str| {
            let origin = origin(before.as_bytes())?;
            origin.file.map(|name| String::from_utf8_lossy(name).into_owned())
        };
        for (before, expected) in [
            ("0004f2a0e001-app.log:", "0004f2a0e001-app.log"),
            ("0004f2a0e001-app.log-", "0004f2a0e001-app.log"),
            ("0004f2a0e001-app.log:12:", "0004f2a0e001-app.log"),
            ("logs/0004f2a0e001-app.log.1-12-", "logs/0004f2a0e001-app.log.1"),
            ("0004f2a0e001-app.log-20130531:", "0004f2a0e001-app.log-20130531"),
            ("0004f2a0e001-app.log-20130531-12-", "0004f2a0e001-app.log-20130531"),
            ("0004f2a0e001-app.log-20130531-", "0004f2a0e001-app.log-20130531"),
            ("C:\\logs\\0004f2a0e001-app.log:12:", "C:\\logs\\0004f2a0e001-app.log"),
            ("polycom.log:May  1 08:00:00 192.0.2.7 ", "polycom.log"),
        ] {
            assert_eq!(file(before).as_deref(), Some(expected), "{before}");
        }
        for before in ["", "0004f2a0e001:", "May  1 08:00:00 192.0.2.7 ", "00:04:F2:A0:E0:01 ", "192.0.2.7: "]
        {
            assert_eq!(file(before), None, "{before}");
        }
    }

    #[test]
    fn words_and_other_numbers() {
        for before in ["he said ", "he said: ", "note:", "0004f2a0e001x ", "the phone 0004f2a0e001 ", "a-12-"]
        {
            assert_eq!(parsed(before), None, "{before:?}");
        }
        assert_eq!(parsed("202110051659 "), Some((None, None)), "a date without separators is no address");
        assert_eq!(parsed("482567000001 ").unwrap().0.as_deref(), Some("482567000001"));
        assert_eq!(parsed("000000000000 "), Some((None, None)));
    }

    #[test]
    fn marks_around_a_headerless_line() {
        for (line, expected) in [
            ("> fingerprint: CA", "fingerprint: CA"),
            (">>> > text", "text"),
            ("- text", "text"),
            ("| text", "text"),
            ("a-app.log:12:fingerprint: CA:70", "fingerprint: CA:70"),
            ("a-app.log-12-text", "text"),
            ("70:8B:85", "70:8B:85"),
            ("---------- Final", "---------- Final"),
            ("fingerprint: 12: a", "fingerprint: 12: a"),
        ] {
            assert_eq!(unquoted(line.as_bytes()), expected.as_bytes(), "{line}");
        }
    }
}
