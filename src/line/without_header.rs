//! Finds what sender a line names that has no header of the phone: the rest of a message, or the line of another device.

use super::field::values_of_row;
use super::header_words::{address, is_address, is_level, word};
use super::prefix::{file_name, mac_within, without_marks};
use super::sender::date;
use super::{LineOrigin, trim};

/// A server writes the sender among this many words before a date, or after it.
const MAX_WORDS: usize = 3;

/// The possible senders of a line without header, if a syslog server or a collector wrote it: the sender is among them. Empty
/// for other lines. `is_message` recognizes a text that is not a name.
pub(crate) fn possible_senders(line: &[u8], is_message: impl Fn(&[u8]) -> bool) -> Vec<LineOrigin<'_>> {
    let line = trim(line);
    let words = values_of_row(line).unwrap_or_else(|| words_at_date(line, is_message));
    let origins = words.into_iter().map(|word| {
        let name = || word.split(|byte| *byte == b':').next().unwrap_or(word);
        LineOrigin { mac: mac_within(word), sender: Some(address(word).unwrap_or_else(name)), file: None }
    });
    origins.collect()
}

/// The words around the dates at the beginning of a line that can be its sender.
fn words_at_date(line: &[u8], is_message: impl Fn(&[u8]) -> bool) -> Vec<&[u8]> {
    let mut words: Vec<&[u8]> = Vec::new();
    let (mut is_dated, mut left) = (false, MAX_WORDS);
    let mut rest = without_marks(line);
    loop {
        if let Some(behind) = date(rest) {
            (is_dated, left) = (true, MAX_WORDS);
            rest = without_marks(behind);
            continue;
        }
        let word = word(rest);
        if left == 0 || word.is_empty() {
            return if is_dated { words } else { Vec::new() };
        }
        if !is_dated && let Some((_, behind)) = file_name(rest) {
            rest = without_marks(behind);
            continue;
        }
        let behind = &rest[word.len()..];
        let is_number = !word.iter().any(|byte| byte.is_ascii_alphabetic() || b".:".contains(byte));
        // A date alone can also be the rest of a wrapped message: `May 31 08:00:00 2026 GMT`.
        if is_dated && words.is_empty() && (is_number || is_message(rest)) {
            return words;
        }
        // Without a date before it, only an address or a column of a table is accepted: other words can be a sentence.
        let is_column =
            is_number || is_address(word) || matches!(behind, [b'\t' | b',' | b';' | b'"' | b'=', ..]);
        if !is_dated && !is_column {
            return Vec::new();
        }
        if is_address(word) || !is_number && !is_level(word) && !behind.starts_with(b"=") {
            words.push(word);
            // After a date, only another date follows the sender's address.
            left = if is_dated && is_address(word) { 0 } else { left - 1 };
        }
        rest = without_marks(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn senders(line: &str) -> Vec<&str> {
        let is_message = |text: &[u8]| text.starts_with(b"Server certificate");
        let senders = possible_senders(line.as_bytes(), is_message).into_iter();
        senders.map(|origin| std::str::from_utf8(origin.sender.unwrap()).unwrap()).collect()
    }

    #[test]
    fn long_lines_take_linear_time() {
        for word in ["=4", "3D=", "a:", "1-"] {
            assert!(senders(&word.repeat(50_000)).is_empty(), "{word}");
        }
    }

    #[test]
    fn lines_of_servers_name_a_sender() {
        for (line, expected) in [
            ("Nov 23 09:30:01 loghost svn[88]: Server certificate", &["loghost", "svn", "Server"][..]),
            ("<13>Nov 23 09:30:01 192.0.2.7 Server certificate", &["192.0.2.7"]),
            ("> Nov 23 09:30:01 phone-7: Server certificate", &["phone-7", "Server", "certificate"]),
            ("2026-11-23 09:30:01\tLocal7.Info\t192.0.2.7\tServer", &["192.0.2.7"]),
            ("192.0.2.7\tNov 23 09:30:01\tlocal0\terr\tServer", &["192.0.2.7", "Server"]),
            ("192.0.2.7,user,err,2026-11-23,09:30:01,Server", &["192.0.2.7", "Server"]),
            ("Nov 23 09:30:01 192.0.2.1 Nov 23 09:30:00 192.0.2.7 text", &["192.0.2.1", "192.0.2.7"]),
            ("Nov 23 09:30:01 server app[8]: 192.0.2.7 text", &["server", "app", "192.0.2.7"]),
            ("polycom.log:12:Nov 23 09:30:01 192.0.2.7 text", &["192.0.2.7"]),
            ("<tr><td>2026-11-23 09:30:01</td><td>192.0.2.7</td><td>text</td></tr>", &["192.0.2.7"]),
            (
                r#"{"time":"2026-11-23","host":"phone-7","message":"text at 192.0.2.1"}"#,
                &["2026-11-23", "phone-7", "text at 192.0.2.1"],
            ),
            (r#"{"message":"text","from":"192.0.2.7"}"#, &["text", "192.0.2.7"]),
            (r#""text","2026-11-23T09:30:01Z","192.0.2.7""#, &["text", "2026-11-23T09", "192.0.2.7"]),
        ] {
            assert_eq!(senders(line), expected, "{line}");
        }
    }

    #[test]
    fn the_rest_of_a_message_names_no_sender() {
        for line in [
            "",
            "text at 192.0.2.7",
            "May 31 08:00:00 2026 GMT, text",
            "chain, results 0",
            "May 31 08:00:00 GMT",
            "2026-11-23 09:30:01 err Server certificate verification failed",
            "\"phone.example.com\"",
            "\"phone.example.com\", Fingerprint",
            "Name: phone.example.com",
            r#"{"message":"text"}"#,
        ] {
            assert!(senders(line).is_empty(), "{line}");
        }
    }
}
