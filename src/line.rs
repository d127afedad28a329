//! The grammar of a line: `TIMESTAMP|COMPONENT|LEVEL|MISSED|TEXT`.
//!
//! Works on bytes, since a text need not be UTF-8. Parsing never fails: a line without a valid header
//! is a value too, and whoever reads the log decides whether it goes on with the message before.

use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of, space0};
use nom::combinator::{map_opt, recognize, rest, verify};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};
use serde::{Deserialize, Serialize};

use crate::stamp::{Stamp, stamp};

/// How important the phone holds a message to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Level {
    /// `0` debug to `6` fatal.
    Number(u8),
    /// `*`: written whatever the logging level.
    Always,
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Always => f.write_str("*"),
        }
    }
}

/// What stands before a line's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// When the phone wrote it.
    pub stamp: Stamp,
    /// The part of the software, 1 to 5 characters, without its padding.
    pub component: &'a [u8],
    /// How important it is.
    pub level: Level,
    /// Events lost since boot for want of time.
    pub missed: u64,
}

/// One line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line of a log. The text has no blanks at its ends.
    Message {
        /// What stands before the text.
        header: Header<'a>,
        /// The message.
        text: &'a [u8],
    },
    /// Anything else: a text that goes on, the tail of a cut line, or no log at all.
    /// Without blanks at its ends.
    Headerless(&'a [u8]),
}

/// Reads one line, given without its line feed.
#[must_use]
pub fn line(bytes: &[u8]) -> Line<'_> {
    if let Some((header, text)) = in_columns(bytes) {
        return Line::Message { header, text: trim(text) };
    }
    let trimmed = trim(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes));
    if trimmed.len() < SHORTEST_HEADER {
        return Line::Headerless(trimmed);
    }
    // What a server puts before a line never looks like a stamp and a bar.
    match alt((in_any_columns, preceded(syslog_header, message))).parse(trimmed) {
        Ok((_, (header, text))) => Line::Message { header, text: trim(text) },
        Err(_) => Line::Headerless(trimmed),
    }
}

/// `0531131822|c|4|0|`, in bytes.
const SHORTEST_HEADER: usize = 17;

/// Bytes of a line as text. What is not UTF-8 becomes the replacement character.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // Much faster where all is well than looking for what is not.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// An editor puts it before the first line, and joining files can put that anywhere.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Takes away blanks, carriage returns, and the NUL bytes that a file system can leave where a write
/// was lost.
#[must_use]
pub fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_padding(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && is_padding(*last)
    {
        bytes = rest;
    }
    bytes
}

fn is_padding(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0
}

fn message(input: &[u8]) -> IResult<&[u8], (Header<'_>, &[u8])> {
    match in_columns(input) {
        Some(message) => Ok((b"", message)),
        None => in_any_columns(input),
    }
}

/// What the grammar below makes of a line in the phone's own columns, with the least that it takes.
///
/// ```text
/// 0531131822|sip  |4|03|text
/// 000005.930|tls  |3|00|text
/// ```
fn in_columns(input: &[u8]) -> Option<(Header<'_>, &[u8])> {
    let (head, text) = input.split_first_chunk::<22>()?;
    let [columns @ .., b'|', c1, c2, c3, c4, c5, b'|', level, b'|', tens, ones, b'|'] = head else {
        return None;
    };
    let stamp = Stamp::in_columns(columns)?;
    let padded = [*c1, *c2, *c3, *c4, *c5];
    let blanks = padded.iter().rev().take_while(|byte| **byte == b' ').count();
    let (component, _) = head[11..16].split_at(5 - blanks);
    let level = match level {
        b'*' => Level::Always,
        b'0'..=b'6' => Level::Number(level & 15),
        _ => return None,
    };
    let is_valid = !component.is_empty()
        && component.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'|')
        && tens.is_ascii_digit()
        && ones.is_ascii_digit();
    let missed = u64::from(tens & 15) * 10 + u64::from(ones & 15);
    is_valid.then_some((Header { stamp, component, level, missed }, text))
}

fn in_any_columns(input: &[u8]) -> IResult<&[u8], (Header<'_>, &[u8])> {
    let (input, stamp) = terminated(stamp, bar).parse(input)?;
    let (input, component) = terminated(component, bar).parse(input)?;
    let (input, level) = terminated(level, bar).parse(input)?;
    let (input, missed) = terminated(missed, char('|')).parse(input)?;
    let (input, text) = rest(input)?;
    Ok((input, (Header { stamp, component, level, missed }, text)))
}

/// The separator. The phone pads components alone; what went through a mail can have other blanks.
fn bar(input: &[u8]) -> IResult<&[u8], char> {
    delimited(space0, char('|'), space0).parse(input)
}

/// One to five characters, followed by the padding to five, or none, or what an editor made of it.
fn component(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while_m_n(1, 5, |byte: u8| byte.is_ascii_graphic() && byte != b'|').parse(input)
}

fn level(input: &[u8]) -> IResult<&[u8], Level> {
    map_opt(one_of("0123456*"), |symbol| match symbol {
        '*' => Some(Level::Always),
        digit => digit.to_digit(10).map(|number| Level::Number(number as u8)),
    })
    .parse(input)
}

/// What these digits come to. A number that is beyond all measure is the greatest there is: its message
/// is not to be passed over.
pub(crate) fn value(digits: &[u8]) -> u64 {
    let add = |sum: u64, digit: &u8| sum.saturating_mul(10).saturating_add(u64::from(digit & 15));
    digits.iter().fold(0, add)
}

/// Two digits, or more when many were lost.
fn missed(input: &[u8]) -> IResult<&[u8], u64> {
    let digits = take_while1(|byte: u8| byte.is_ascii_digit());
    terminated(digits.map(value), space0).parse(input)
}

/// What a syslog server puts before the phone's own line: `<131>Mar  9 19:06:50 192.0.2.7 `. Servers
/// that drop the priority when they store the line leave the date, in the old or in the ISO form.
fn syslog_header(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let (_, before) = take_while(|byte: u8| byte != b'|').parse(input)?;
    let (_, recognized) = alt((priority, old_date, iso_date)).parse(before)?;
    let own_line = before.iter().rposition(|&byte| byte == b' ' || byte == b'>').map_or(0, |blank| blank + 1);
    verify(rest, |_: &[u8]| own_line >= recognized.len()).parse(&before[..own_line])?;
    Ok((&input[own_line..], &input[..own_line]))
}

fn priority(input: &[u8]) -> IResult<&[u8], &[u8]> {
    recognize((char('<'), take_while_m_n(1, 3, |byte: u8| byte.is_ascii_digit()), char('>'))).parse(input)
}

fn old_date(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let month = take_while_m_n(3, 3, |byte: u8| byte.is_ascii_alphabetic());
    let day = take_while_m_n(1, 2, |byte: u8| byte.is_ascii_digit());
    let clock = take_while1(|byte: u8| byte.is_ascii_digit() || byte == b':');
    recognize((month, space0, day, char(' '), clock, char(' '))).parse(input)
}

fn iso_date(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let digits = |count| take_while_m_n(count, count, |byte: u8| byte.is_ascii_digit());
    recognize((digits(4), tag("-"), digits(2), tag("-"), digits(2), one_of("T "), digits(2))).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(String, String, String, u64, String)> {
        match line(text.as_bytes()) {
            Line::Message { header, text } => Some((
                header.stamp.to_string(),
                String::from_utf8_lossy(header.component).into_owned(),
                header.level.to_string(),
                header.missed,
                String::from_utf8_lossy(text).into_owned(),
            )),
            Line::Headerless(_) => None,
        }
    }

    fn expect(input: &str, stamp: &str, component: &str, level: &str, missed: u64, text: &str) {
        let expected = (stamp.into(), component.into(), level.into(), missed, text.into());
        assert_eq!(parts(input), Some(expected), "{input:?}");
    }

    proptest::proptest! {
        #[test]
        fn columns_are_read_as_the_grammar_reads_them(
            line in r"([0-9]{10}|[0-9]{6}[.][0-9]{3}|[0-9.]{10})[|][ -~\t]{5}[|][0-8*][|][0-9 ]{2}[|][ -~]{0,5}"
        ) {
            if let Some(message) = in_columns(line.as_bytes()) {
                let (rest, expected) = in_any_columns(line.as_bytes()).unwrap();
                proptest::prop_assert_eq!((message, rest), (expected, &b""[..]), "{}", line);
            }
        }
    }

    #[test]
    fn usual_lines_are_in_columns() {
        for line in ["0531131822|sip  |4|03|text", "000005.930|AuthS|*|00|", "1231235959|hw   |6|99| a|b"] {
            assert!(in_columns(line.as_bytes()).is_some(), "{line}");
        }
        for line in ["0531131822|     |4|03|text", "0531131822| sip |4|03|text", "05311318.2|sip  |4|03|text"]
        {
            assert!(in_columns(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn all_forms_of_a_header() {
        expect("0531131822|hw   |4|03|text", "0531131822", "hw", "4", 3, "text");
        expect("000005.930|tls  |*|12345|a|b|c", "000005.930", "tls", "*", 12345, "a|b|c");
        expect("0531131822|hw |4|03|text", "0531131822", "hw", "4", 3, "text");
        expect("0531131822|sip|4|03|text", "0531131822", "sip", "4", 3, "text");
        expect("0531131822|dectU|0|00|", "0531131822", "dectU", "0", 0, "");
        expect("  0531131822|AuthS|6|00| text \t\r", "0531131822", "AuthS", "6", 0, "text");
        expect("\u{feff}0531131822|so   |4|00|first", "0531131822", "so", "4", 0, "first");
    }

    #[test]
    fn a_syslog_header_is_skipped() {
        let own = "0100000000|so   |4|00|text";
        for before in [
            "<131>Mar  9 19:06:50 192.0.2.7 ",
            "<131>",
            "Mar  9 19:06:50 phone ",
            "2013-03-09T19:06:50+01:00 h ",
        ] {
            expect(&format!("{before}{own}"), "0100000000", "so", "4", 0, "text");
        }
    }

    #[test]
    fn no_header() {
        for text in [
            "",
            "y |4|00|tail of a cut line",
            "text that goes on",
            "he said 0531131822|so   |4|00|text",
            "053113182|so   |4|00|nine digits",
            "0531131822|so   |7|00|no such level",
            "0531131822|so   |4||no count",
            "0531131822|     |4|00|no component",
            "0531131822|toolong|4|00|text",
            "0531131822|so   |4|00",
        ] {
            assert_eq!(parts(text), None, "{text:?}");
        }
    }

    #[test]
    fn text_need_not_be_utf8() {
        let Line::Message { text, .. } = line(b"0531131822|so   |4|00|caf\xE9|\xFF") else {
            panic!("a message")
        };
        assert_eq!(text, b"caf\xE9|\xFF");
    }
}
