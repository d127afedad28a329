//! Finds the sender in the header that a syslog server writes before a line.
//!
//! Servers, and the tables that they export, write dates, levels and the sender in any order and between any
//! separators:
//!
//! ```text
//! <131>Mar  9 19:06:50 192.0.2.7 …
//! <131>1 2013-03-09T19:06:50.003Z phone-7.example.com app 12 - - …
//! 2026-05-01 08:00:00<tab>Local0.Error<tab>192.0.2.7<tab>…
//! "2026-05-01T08:00:00.000Z","192.0.2.7","…
//! Mar 09 19:06:50 server phone-7[812]: …
//! ```
//!
//! So no form is expected: of the words, those that are dates, numbers or levels are left out. The sender is the
//! address nearest to the line, since each relay writes its own header before that of the sender; else the first name
//! after the date. A tag (`app[812]:`) names a program, which can be another one in each line.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of, space1};
use nom::combinator::{cond, opt, verify};
use nom::multi::many_m_n;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::blanks::trim_start;
use super::field::hosts;
use super::header_words::{address, canonical_host, is_address, is_level, word};
use crate::model::Mac;

/// The phone or the sender that the text before a line names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineOrigin<'a> {
    /// The phone's address: on its own, or in a file name from `grep`.
    pub mac: Option<Mac>,
    /// The sender in a syslog header: an address or a name.
    pub sender: Option<&'a [u8]>,
    /// The name of the file from which `grep` has the line.
    pub file: Option<&'a [u8]>,
}

impl<'a> LineOrigin<'a> {
    /// The same, or if it names nothing, the only address in the fields after the message. `before` is what comes before
    /// it, where a name can be the sender's, and the address that of a relay.
    pub(super) fn or_behind(self, before: &[u8], behind: &'a [u8]) -> Self {
        if behind.is_empty() || self != Self::default() || hosts(before).next().is_some() {
            return self;
        }
        let mut addresses = hosts(behind).filter(|host| is_address(host));
        let first = addresses.next();
        Self {
            sender: first
                .filter(|first| addresses.all(|other| canonical_host(other) == canonical_host(first))),
            ..self
        }
    }
}

/// What the headers before a line name.
#[derive(Default)]
pub(super) struct Headers<'a> {
    /// The words before the last date.
    outer: Names<'a>,
    /// The words after it.
    inner: Names<'a>,
    is_dated: bool,
    has_column: bool,
}

#[derive(Default)]
struct Names<'a> {
    address: Option<&'a [u8]>,
    name: Option<&'a [u8]>,
    /// The name can also be a tag.
    is_tag: bool,
    /// A phone can be named by its extension. Used if it is the only word.
    number: Option<&'a [u8]>,
}

impl<'a> Headers<'a> {
    /// Begins the header that follows a date.
    pub(super) fn begin(&mut self) {
        self.is_dated = true;
        let inner = std::mem::take(&mut self.inner);
        if inner.address.or(inner.name).is_some() {
            self.outer = inner;
        }
    }

    /// Whether a date was found. Any words may follow it.
    pub(super) const fn are_dated(&self) -> bool {
        self.is_dated
    }

    /// Takes the address at the beginning of the text, and returns what follows it.
    pub(super) fn address(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let word = word(text);
        self.inner.address = Some(address(word)?);
        Some(&text[word.len()..])
    }

    /// Takes another word, and returns what follows it. None if it can't be before a line.
    pub(super) fn word(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let word = word(text);
        let behind = &text[word.len()..];
        let is_number =
            word.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b':' | b'-' | b'/' | b'+'));
        if word.is_empty() {
            return None;
        }
        if is_number && let Some(behind) = behind_component(word, behind) {
            return self.is_dated.then_some(behind);
        }
        if is_number {
            let is_first = self.is_dated && self.inner.name.or(self.inner.address).is_none();
            let may_be_name = is_first && word.iter().all(u8::is_ascii_digit);
            self.inner.number = self.inner.number.or(may_be_name.then_some(word));
            return Some(behind);
        }
        // Without a date, only a column of a table is accepted: other words can be a sentence.
        if !self.is_dated {
            let is_column = matches!(behind, [b'\t' | b',' | b';' | b'"' | b'=', ..])
                || trim_start(behind).starts_with(b"|");
            if !is_level(word) && !is_column {
                return None;
            }
            self.has_column = true;
        }
        // The name of a field: `host=`, `"host":`.
        let is_key = behind.starts_with(b"=") || behind.starts_with(b"\":");
        if !is_key && !is_level(word) && !word.iter().any(|byte| b"/\\".contains(byte)) {
            self.name(word, behind);
        }
        Some(behind)
    }

    fn name(&mut self, word: &'a [u8], behind: &[u8]) {
        let name = word.split(|byte| *byte == b':').next().unwrap_or(word);
        // A program's name has its process' number after it, or in RFC 5424 a hyphen if there is none.
        let is_tag = word.ends_with(b":") || matches!(behind, [b'[', ..] | [b' ', b'-' | b'0'..=b'9', ..]);
        let names = &mut self.inner;
        if names.name.is_none() {
            (names.name, names.is_tag) = (Some(name), is_tag);
        }
    }

    /// The origin of the line, with the phone's address and the file's name before it. None if the text can't be before
    /// a line.
    pub(super) fn origin(self, mac: Option<Mac>, file: Option<&'a [u8]>) -> Option<LineOrigin<'a>> {
        let Self { outer, inner, is_dated, has_column } = self;
        let address = inner.address.or(outer.address);
        if has_column && !is_dated && mac.is_none() && address.is_none() {
            return None;
        }
        let name = inner.name.or(inner.number.filter(|_| address.is_none()));
        let sender = match (inner.address, outer.address) {
            (Some(address), _) => Some(address),
            (None, Some(address)) => name.filter(|_| !inner.is_tag).or(Some(address)),
            (None, None) => name.or(outer.name),
        };
        Some(LineOrigin { mac, sender, file })
    }
}

/// What follows a component after its stamp: the phone's own line has begun. But rsyslog takes its beginning, such as
/// `0501080000|so`, for a program's name, and can write that before the line.
fn behind_component<'a>(stamp: &[u8], behind: &'a [u8]) -> Option<&'a [u8]> {
    let rest = behind.strip_prefix(b"|").filter(|_| stamp.len() >= super::STAMP_LENGTH)?;
    let (component, rest) = rest.split_at(word(rest).len());
    (component.len() <= 5 && matches!(rest, [] | [b' ' | b'|', ..])).then_some(rest)
}

/// A date with a time of day, as servers of any country write it; what follows is not a letter or digit. Returns the
/// rest.
pub(super) fn date(text: &[u8]) -> Option<&[u8]> {
    let (rest, ()) = alt((date_and_time, basic_date_and_time)).parse(text).ok()?;
    rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric()).then_some(rest)
}

fn date_and_time(input: &[u8]) -> IResult<&[u8], ()> {
    let weekday = (letters, opt(char(',')), space1);
    let (input, has_weekday) =
        alt((preceded(weekday, day).map(|()| true), day.map(|()| false))).parse(input)?;
    let (input, _) = take_while1(|byte: u8| b"T \t,;:\"'@".contains(&byte)).parse(input)?;
    let seconds = (char(':'), digits(2, 2));
    let (input, _) = (digits(1, 2), char(':'), digits(2, 2), opt(seconds), opt(fraction)).parse(input)?;
    let (input, _) = many_m_n(0, 2, zone).parse(input)?;
    // `Mon Mar  9 19:06:50 2026`.
    let year = cond(has_weekday, opt(preceded(char(' '), digits(4, 4))));
    year.map(|_| ()).parse(input)
}

/// `20130309T190650.003Z`.
fn basic_date_and_time(input: &[u8]) -> IResult<&[u8], ()> {
    (digits(8, 8), char('T'), digits(6, 6), opt(fraction), opt(zone)).map(|_| ()).parse(input)
}

/// `Mar  9`, `Mar 9 2013`, `Mar 9, 2013`, `March 9th 2013`, `09/Mar/2013`, `2013-03-09`, `9.3.2013`.
fn day(input: &[u8]) -> IResult<&[u8], ()> {
    let sign = || one_of("-/. ");
    let year = (opt(char(',')), space1, digits(4, 4));
    let ordinal = opt(alt((tag("st"), tag("nd"), tag("rd"), tag("th"))));
    let month_first = (letters, space1, digits(1, 2), ordinal, opt(year)).map(|_| ());
    let day_first = (digits(1, 2), sign(), letters, sign(), digits(2, 4)).map(|_| ());
    let sign = || one_of("-/.");
    let numbers = (digits(1, 4), sign(), digits(1, 2), sign(), digits(1, 4)).map(|_| ());
    alt((month_first, day_first, numbers)).parse(input)
}

/// The fraction of a second. A column with an address can follow a comma.
fn fraction(input: &[u8]) -> IResult<&[u8], ()> {
    let (rest, sign) = one_of(".,")(input)?;
    let (rest, _) = digits(1, 9).parse(rest)?;
    let is_column = |next: &u8| sign == ',' && (next.is_ascii_alphanumeric() || b".:".contains(next));
    if rest.first().is_some_and(is_column) {
        return Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Verify)));
    }
    Ok((rest, ()))
}

/// `Z`, `+01:00`, ` PM`, ` UTC`, ` CEST`.
fn zone(input: &[u8]) -> IResult<&[u8], ()> {
    let offset = (opt(char(' ')), one_of("+-"), digits(2, 2), opt(char(':')), opt(digits(2, 2))).map(|_| ());
    let name = take_while_m_n(2, 4, |byte: u8| byte.is_ascii_uppercase());
    let is_zone = |name: &&[u8]| matches!(*name, b"AM" | b"PM" | b"UTC" | [_, .., _, b'T']);
    let name = preceded(opt(char(' ')), verify(name, move |name: &[u8]| is_zone(&name))).map(|_| ());
    let (rest, ()) = alt((tag("Z").map(|_| ()), offset, name)).parse(input)?;
    if rest.first().is_some_and(|next| next.is_ascii_alphanumeric() || b"._-".contains(next)) {
        return Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Verify)));
    }
    Ok((rest, ()))
}

fn letters(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while_m_n(3, 9, |byte: u8| byte.is_ascii_alphabetic()).parse(input)
}

fn digits<'a>(
    least: usize,
    most: usize,
) -> impl Parser<&'a [u8], Output = &'a [u8], Error = nom::error::Error<&'a [u8]>> {
    take_while_m_n(least, most, |byte: u8| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::Line;
    use super::super::prefix::origin;

    fn sender(before: &str) -> Option<String> {
        let origin = origin(before.as_bytes())?;
        assert_eq!(origin.mac, None, "{before}");
        Some(String::from_utf8(origin.sender.unwrap_or_default().to_vec()).unwrap())
    }

    #[test]
    fn headers_of_syslog_servers() {
        for (before, expected) in [
            ("Mar  9 19:06:50 192.0.2.7 ", "192.0.2.7"),
            ("<131>Mar  9 19:06:50 phone-7 ", "phone-7"),
            ("<131>Mar  9 19:06:50 phone-7.example.com ", "phone-7.example.com"),
            ("2013-03-09T19:06:50.123456+01:00 2001:db8::7 ", "2001:db8::7"),
            ("\"Mar 9, 2013 @ 19:06:50.003\",\"192.0.2.7\",\"", "192.0.2.7"),
            ("March 9th 2013, 19:06:50.003 phone-7 ", "phone-7"),
            ("2013-03-09T19:06:50Z ::ffff:192.0.2.7 ", "::ffff:192.0.2.7"),
            ("1 2013-03-09T19:06:50Z phone-7 - - - - ", "phone-7"),
            ("<131>1 2013-03-09T19:06:50Z phone-7 app 12 ID47 [a@1 ip=\"192.0.2.1\"] ", "phone-7"),
            ("2026-05-01 08:00:00\tLocal0.Error\t192.0.2.7\t", "192.0.2.7"),
            ("2026-05-01\t08:00:00\tLocal0.Error\tphone-7\t", "phone-7"),
            ("05-01-2026 8:00:00 PM\tLocal0.Error\t192.0.2.7\t<131>", "192.0.2.7"),
            ("2026-05-01 08:00:00,Local0.Error,192.0.2.7,", "192.0.2.7"),
            ("2026-05-01 08:00:00,192.0.2.7,", "192.0.2.7"),
            ("2026-05-01 08:00:00,123,192.0.2.7,", "192.0.2.7"),
            ("2026-05-01 08:00:00,2001:db8::7,", "2001:db8::7"),
            ("01.05.2026 08:00:00;192.0.2.7;", "192.0.2.7"),
            ("\"2026-05-01T08:00:00.000Z\",\"phone-7\",\"", "phone-7"),
            ("0,\"2026-05-01 08:00:00.000 UTC\",udp:514,syslog,phone-7,main,server,\"", "phone-7"),
            ("0,\"2026-05-01\",udp:514,syslog,192.0.2.7,main,server,\"May  1 08:00:00 phone-7 ", "phone-7"),
            ("\"phone-7\",\"2026-05-01 08:00:00\",\"", "phone-7"),
            ("phone-7\t2026-05-01 08:00:00\t", "phone-7"),
            ("192.0.2.7 2026-05-01 08:00:00 Local0.Error ", "192.0.2.7"),
            (
                "{\"time\":\"2026-05-01T08:00:00Z\",\"level\":\"err\",\"host\":\"phone-7\",\"message\":\"",
                "phone-7",
            ),
            ("1746086400|192.0.2.7|", "192.0.2.7"),
            ("Mar  9 19:06:50 phone-7 0501080000|so ", "phone-7"),
            ("{\"host\":\"192.0.2.7\",\"message\":\"", "192.0.2.7"),
            ("time=2026-05-01T08:00:00Z host=phone-7 msg=\"", "phone-7"),
            ("<tr><td>2026-05-01 08:00:00</td><td>Local0.Error</td><td>192.0.2.7</td><td>", "192.0.2.7"),
            ("<td>192.0.2.7</td><td>", "192.0.2.7"),
            ("[192.0.2.7] ", "192.0.2.7"),
            ("192.0.2.7: ", "192.0.2.7"),
            ("192.0.2.7:49152 ", "192.0.2.7"),
            ("[2001:db8::7]:514 ", "2001:db8::7"),
            ("fe80::7%eth0: ", "fe80::7"),
            ("192.0.2.7 <131>", "192.0.2.7"),
            ("2001:0db8:1234:5678::7 ", "2001:0db8:1234:5678::7"),
            ("Mar 09 19:06:50 server phone-7[812]: ", "server"),
            ("Mar 09 19:06:50 phone-7 polycom[812]: ", "phone-7"),
            ("Mon 2013-03-09 19:06:50 CET phone-7 polycom: ", "phone-7"),
            ("Sat Mar  9 19:06:50 2013 phone-7 ", "phone-7"),
            ("20130309T190650.123Z phone-7 ", "phone-7"),
            ("phone-7 | 2026-05-01T08:00:00Z ", "phone-7"),
            ("syslog-1  | Nov 26 09:00:00 192.0.2.7 ", "192.0.2.7"),
            ("syslog.1.abc@node1    | <131>Nov 26 09:00:00 phone-7 ", "phone-7"),
            ("phone-7.example.com,2026-05-01 08:00:00,", "phone-7.example.com"),
            ("local0.err 192.0.2.7 2026-05-01 08:00:00 ", "192.0.2.7"),
            ("09/Mar/2013:19:06:50 +0100 phone-7 ", "phone-7"),
            ("Mar  9 19:06:50 7001 ", "7001"),
            ("Mar  9 19:06:50 2001 ", "2001"),
            // A relay writes its own header before that of the sender.
            ("<131>Mar  9 19:06:51 192.0.2.1 <131>Mar  9 19:06:50 192.0.2.7 ", "192.0.2.7"),
            ("Mar  9 19:06:51 server <131>Mar  9 19:06:50 ", "server"),
            ("2026-05-01 08:00:00\tLocal0.Error\t192.0.2.1\tOriginal Address=192.0.2.7 ", "192.0.2.7"),
            ("192.0.2.7 Mar  9 19:06:50 polycom: ", "192.0.2.7"),
        ] {
            assert_eq!(sender(before).as_deref(), Some(expected), "{before}");
        }
    }

    #[test]
    fn words_that_are_no_sender() {
        for before in [
            "2026-05-01 08:00:00 ",
            "2026-05-01 08:00:00\tLocal0.Error\t",
            "<131>1 2013-03-09T19:06:50+01:00 - - - - - ",
            "2026-05-01 08:00:00 err 0501080000|so ",
            "2026-05-01 08:00:00,123 ",
            "2026-05-01 08:00:00 08:00:01.123 ",
            "2026-05-01,12,err,",
            "08:00:00 12 ",
            "May  1 8:00:00 AM UTC ",
        ] {
            let expected = if before.contains("err,") { None } else { Some("") };
            assert_eq!(sender(before).as_deref(), expected, "{before}");
        }
    }

    #[test]
    fn senders_behind_the_message() {
        for (before, behind, expected) in [
            (r#"{"message":""#, r#"","host":"192.0.2.7","n":1}"#, Some("192.0.2.7")),
            (r#"{"a":false,"b":{"_raw": "<131>"#, r#"","host":"192.0.2.7:514"}}"#, Some("192.0.2.7")),
            (r#"{"host":"192.0.2.7","message":""#, r#"","agent":"192.0.2.8"}"#, Some("192.0.2.7")),
            (r#"{"message":""#, r#"","a":"192.0.2.7","b":"192.0.2.7"}"#, Some("192.0.2.7")),
            (r#"{"message":""#, r#"","a":"192.0.2.7","b":"192.0.2.8"}"#, Some("")),
            (r#"{"message":""#, r#"","a":"at 192.0.2.7"}"#, Some("")),
            (r#"{"message":""#, r#"","version":"9.1.2"}"#, Some("")),
            ("\"", "\",\"2026-05-01T08:00:00Z\",192.0.2.7", Some("192.0.2.7")),
            ("2026-05-01 08:00:00;\"", "\";192.0.2.7;", Some("192.0.2.7")),
            ("1\t", "\t192.0.2.7", Some("192.0.2.7")),
            ("he said \"", "\",192.0.2.7", None),
            ("> ", ",192.0.2.7", Some("")),
        ] {
            let whole = format!("{before}0501080000|so   |4|00|text{behind}");
            let sender = match super::super::line(whole.as_bytes()) {
                Line::Message { origin, .. } => {
                    Some(String::from_utf8_lossy(origin.sender.unwrap_or_default()))
                }
                Line::Headerless(_) => None,
            };
            assert_eq!(sender.as_deref(), expected, "{whole}");
        }
    }

    #[test]
    fn sentences_with_commas_are_no_tables() {
        for before in
            ["note, ", "Error: ", "\"he\", ", "the phone 192.0.2.7 ", "192.0.2.7 said ", "a, b, 12, "]
        {
            assert_eq!(sender(before), None, "{before}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_too_odd_before_a_line(before in r"([ -~]{0,9}|[\x80-\xFF]{1,2}|Mar  9 19:06:50 |<|\[|&|::|1){0,12}") {
            let _ = origin(before.as_bytes());
            let _ = origin(&before.bytes().rev().collect::<Vec<_>>());
        }
    }
}
