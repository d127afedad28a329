//! The grammar of a line: `TIMESTAMP|COMPONENT|LEVEL|MISSED|TEXT`.
//!
//! It works on bytes, since a text need not be UTF-8. Parsing never fails: a line without a valid header is a
//! value too, and the reader of the log decides whether it continues the message before.

mod blanks;
mod field;
mod header_words;
mod known_headers;
mod plain_lines;
mod prefix;
mod quotes;
mod search;
mod sender;
mod suffix;
mod tag;
mod terminal;
mod without_header;
mod wrapped_header;

use std::borrow::Cow;

use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::{map_opt, opt, rest, verify};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};
use serde::{Deserialize, Serialize};

pub use blanks::trim;
pub(crate) use blanks::{blank_length, trim_start, without_hole};
pub(crate) use field::{
    headers_behind, hosts_of_member, hosts_of_row, separator_behind, with_quoted_message,
};
pub(crate) use header_words::{canonical_host, is_address};
pub(crate) use known_headers::KnownHeaders;
pub(crate) use plain_lines::PlainLines;
pub(crate) use prefix::{ends_before_stamp, may_end_in_stamp, origin, without_end_of_header};
pub(crate) use quotes::{DOUBLE_QUOTES, SINGLE_QUOTES, in_plain_characters};
pub(crate) use search::{TextBounds, bounds_of_text, has_odd_bytes, split_end};
pub use sender::LineOrigin;
pub(crate) use suffix::{without_remark, without_separators, without_trailing_marks};
pub(crate) use tag::with_joined_tag;
pub(crate) use terminal::without_colours;
pub(crate) use without_header::possible_senders;
pub(crate) use wrapped_header::{completed_header, joined_header};

use crate::stamp::{Stamp, stamp};
use blanks::trim_end;
use search::range_in;

/// The level at which the phone logs a message.
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

/// The header of a line: everything before its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// When the phone wrote it; None if only the end of the header is left.
    pub stamp: Option<Stamp>,
    /// See [`Self::component`]; NUL bytes are after it.
    pub(crate) component: [u8; 5],
    /// Its level.
    pub level: Level,
    /// Number of events that the phone could not log since boot, for lack of time.
    pub missed: u64,
}

impl Header {
    /// The software component, 1 to 5 characters, without its padding. If only the end of the header is left, it may be
    /// cut or empty.
    pub fn component(&self) -> &[u8] {
        let length = self.component.iter().take_while(|byte| **byte != 0).count();
        &self.component[..length]
    }

    /// Whether the component is the one that logs TLS connections and certificates.
    pub fn is_tls(&self) -> bool {
        self.component == *b"tls\0\0"
    }
}

/// One line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line of a log. The text has no blanks at its ends. A header without a stamp is valid only before a
    /// known message.
    Message {
        /// The phone or the sender of the line, if what comes before it names one.
        origin: LineOrigin<'a>,
        /// The header.
        header: Header,
        /// The message.
        text: &'a [u8],
    },
    /// Anything else: the continuation of a text, the end of a cut line, or text that is not from a log.
    /// Without blanks at its ends, and without marks of quotations or lists.
    Headerless(&'a [u8]),
}

/// Parses one line, given without its line feed.
pub fn line(bytes: &[u8]) -> Line<'_> {
    line_with(bytes, origin)
}

/// The same, where `origin` parses what comes before the line.
fn line_with<'a>(bytes: &'a [u8], mut origin: impl FnMut(&'a [u8]) -> Option<LineOrigin<'a>>) -> Line<'a> {
    if let Some((header, text)) = in_columns(bytes) {
        return Line::Message { origin: LineOrigin::default(), header, text: trim(text) };
    }
    let trimmed = trim(bytes);
    for find in [find_header, find_end_of_header] {
        if let Some((before, header, text)) = find(trimmed) {
            let (own, behind) = text.split_at(field::field(before, text).len());
            let origin = origin(before)
                .or_else(|| (header.stamp.is_some() && field::is_member(before)).then(LineOrigin::default));
            if let Some(origin) = origin {
                return Line::Message { origin: origin.or_behind(before, behind), header, text: trim(own) };
            }
        }
    }
    Line::Headerless(prefix::unquoted(trimmed))
}

/// The most bars after which a header is searched for. Bars of an address and of a table may come before it.
const MAX_BARS: usize = 12;

/// Finds the first complete header. Returns what comes before it, the header, and the text.
fn find_header(line: &[u8]) -> Option<(&[u8], Header, &[u8])> {
    memchr::memchr_iter(b'|', line).take(MAX_BARS).find_map(|bar| {
        let (before, _) = split_end(trim_end(&line[..bar]), is_of_stamp);
        let is_apart = before.last().is_none_or(|byte| !byte.is_ascii_alphanumeric());
        let (_, (header, text)) = message(&line[before.len()..]).ok().filter(|_| is_apart)?;
        Some((before, header, text))
    })
}

/// Whether a line without header has one after a text that can't be before a line.
pub(crate) fn has_hidden_header(headerless: &[u8]) -> bool {
    find_header(headerless).is_some_and(|(_, header, _)| header.stamp.is_some_and(|stamp| stamp.is_time()))
}

/// Finds the end of a cut header, from the component on: `y |4|00|text`, `sip|4|00|text`, `|4|00|text`. The
/// last digits of a stamp may come before it; with a complete stamp, the text is not a cut header. After a sender, the
/// component may be missing: rsyslog takes it for a part of a program's name.
fn find_end_of_header(line: &[u8]) -> Option<(&[u8], Header, &[u8])> {
    memchr::memchr_iter(b'|', line).take(MAX_BARS).find_map(|bar| {
        let missed = verify(missed, |(_, digits)| *digits > 1);
        let mut behind = (terminated(level, bar_and_blanks), terminated(missed, char('|')));
        let (text, (level, (missed, _))) = behind.parse(trim_start(&line[bar + 1..])).ok()?;
        let padded = trim_end(&line[..bar]);
        let (before, component) = match split_end(padded, u8::is_ascii_alphanumeric) {
            (before, component) if ends_with_sender(padded, before) => {
                (padded, &component[component.len()..])
            }
            (before, b"") if !before.is_empty() => return None,
            parts => parts,
        };
        let component = padded_with_nul(component)?;
        let before = match trim_end(before) {
            [before @ .., b'|'] => {
                let before = trim_end(before);
                let (others, digits) = split_end(before, is_of_stamp);
                match others.last() {
                    // These digits are the end of an address.
                    Some(byte) if byte.is_ascii_alphanumeric() => before,
                    _ if digits.len() < STAMP_LENGTH => others,
                    _ => return None,
                }
            }
            _ => before,
        };
        Some((before, Header { stamp: None, component, level, missed }, text))
    })
}

/// Whether the text before the end of a header ends with the phone or its sender, so that the component is missing. `rest`
/// is the text without the letters and digits at its end. A short word alone after a date is a component.
fn ends_with_sender(text: &[u8], rest: &[u8]) -> bool {
    let names = |text| {
        let origin = origin(text).unwrap_or_default();
        (origin.mac, origin.sender)
    };
    let (found, before, nothing) = (names(text), names(rest), (None, None));
    let length = text.len() - rest.len();
    let is_word = rest.last().is_none_or(|byte| !b".:-_@/".contains(byte));
    let may_be_component = (1..=5).contains(&length) && is_word && before == nothing;
    found != nothing && (length == 0 || found != before && !may_be_component)
}

/// The offset in a text at which another line of the log begins because the line feed before it was lost.
/// That is at a complete header, unless a quotation mark or a bracket comes before it, as in a message that
/// cites a line.
#[inline]
pub(crate) fn glued_line(text: &[u8]) -> Option<usize> {
    if text.len() >= MIN_LINE_LENGTH && has_byte(b'|', text) { glued_at_bar(text) } else { None }
}

/// No line with a header is shorter, in bytes.
const MIN_LINE_LENGTH: usize = 16;

/// Whether a text contains this byte. For a byte that few texts contain, this is faster than `memchr`, with which a
/// log of 120 KB takes 10 % longer.
#[inline]
pub(crate) fn has_byte(byte: u8, text: &[u8]) -> bool {
    let is_in = |block: &[u8; 16]| block.iter().fold(false, |found, other| found | (*other == byte));
    let (blocks, rest) = text.as_chunks();
    blocks.iter().any(is_in) || text.last_chunk().map_or_else(|| rest.contains(&byte), is_in)
}

fn glued_at_bar(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'|', text).find_map(|bar| {
        let begin = bar.checked_sub(STAMP_LENGTH)?;
        // Nearly all bars in texts do not follow a time stamp.
        let may_be = text[begin..bar].iter().all(is_of_stamp);
        (may_be && is_glued(text, begin)).then_some(begin)
    })
}

/// Whether a time stamp can have this byte.
const fn is_of_stamp(byte: &u8) -> bool {
    byte.is_ascii_digit() || *byte == b'.'
}

/// The length of a time stamp, in bytes. One of type 0 is longer from 100 hours after boot on; fewer digits are the
/// end of a cut stamp.
const STAMP_LENGTH: usize = 10;

#[cold]
fn is_glued(text: &[u8], begin: usize) -> bool {
    let (before, line) = text.split_at(begin);
    // A mark that both opens and closes a quotation is open if its number is odd.
    let cites = |mark: &&str| {
        before.ends_with(mark.as_bytes())
            && (!["\"", "'", "`"].contains(mark) || memchr::memmem::find_iter(before, *mark).count() % 2 == 1)
    };
    let is_line = matches!(message(line), Ok((_, (Header { stamp: Some(stamp), .. }, _))) if stamp.is_time());
    is_line && !["\"", "'", "`", "(", "[", "<", "{", "“", "‘", "„", "«"].iter().any(cites)
}

/// Bytes of a line as text. Invalid UTF-8 becomes the replacement character.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // For valid UTF-8, the usual case, this check is much faster than `from_utf8_lossy`.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn message(input: &[u8]) -> IResult<&[u8], (Header, &[u8])> {
    match in_columns(input) {
        Some(message) => Ok((b"", message)),
        None => in_any_columns(input),
    }
}

/// The length of a header in the phone's own columns, in bytes.
pub(crate) const COLUMNS: usize = 22;

/// Whether a line has its first two bars where the phone writes them: nothing is before the line.
#[inline]
pub(crate) fn seems_in_columns(line: &[u8]) -> bool {
    line.get(10) == Some(&b'|') && line.get(16) == Some(&b'|')
}

/// Parses a line in the phone's own columns. The result is that of the grammar below, but this is faster.
///
/// ```text
/// 0531131822|sip  |4|03|text
/// 000005.930|tls  |3|00|text
/// ```
pub(crate) fn in_columns(input: &[u8]) -> Option<(Header, &[u8])> {
    let (head, text) = input.split_first_chunk::<COLUMNS>()?;
    let [columns @ .., b'|', c1, c2, c3, c4, c5, b'|', level, b'|', tens, ones, b'|'] = head else {
        return None;
    };
    let stamp = Stamp::in_columns(columns)?;
    let padded = [*c1, *c2, *c3, *c4, *c5];
    let blanks = padded.iter().rev().take_while(|byte| **byte == b' ').count();
    let component = &padded[..5 - blanks];
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
    let component = padded_with_nul(component).filter(|_| is_valid)?;
    Some((Header { stamp: Some(stamp), component, level, missed }, text))
}

fn in_any_columns(input: &[u8]) -> IResult<&[u8], (Header, &[u8])> {
    let (input, stamp) = terminated(stamp, bar_and_blanks).parse(input)?;
    // rsyslog takes the text up to the first blank for a program's name, and writes the fields of RFC 5424 after it.
    let component = terminated(component, opt(tag(" - - -")));
    let (input, component) = terminated(component, bar_and_blanks).parse(input)?;
    let (input, level) = opt(preceded(opt(char('\\')), level)).parse(input)?;
    let (input, _) = bar_and_blanks(input)?;
    let missed = verify(missed, |(_, digits)| level.is_some() || *digits == 2);
    let (input, (missed, _)) = terminated(missed, char('|')).parse(input)?;
    let (input, text) = rest(input)?;
    // Markdown takes the stars of two lines for marks of emphasis; its source has `\*`. All else of the header is there.
    let level = level.unwrap_or(Level::Always);
    Ok((input, (Header { stamp: Some(stamp), component, level, missed }, text)))
}

/// The separator. The phone pads only components, but logs from mails may have other blanks.
fn bar_and_blanks(input: &[u8]) -> IResult<&[u8], char> {
    delimited(blanks, char('|'), blanks).parse(input)
}

fn blanks(input: &[u8]) -> IResult<&[u8], ()> {
    Ok((trim_start(input), ()))
}

/// One to five characters. The padding that follows may be missing or consist of other blanks.
fn component(input: &[u8]) -> IResult<&[u8], [u8; 5]> {
    let name = take_while_m_n(1, 5, |byte: u8| byte.is_ascii_graphic() && byte != b'|');
    map_opt(name, padded_with_nul).parse(input)
}

/// A component with NUL bytes after it; None if it is too long.
fn padded_with_nul(component: &[u8]) -> Option<[u8; 5]> {
    let mut padded = [0; 5];
    padded.get_mut(..component.len())?.copy_from_slice(component);
    Some(padded)
}

fn level(input: &[u8]) -> IResult<&[u8], Level> {
    map_opt(one_of("0123456*"), |symbol| match symbol {
        '*' => Some(Level::Always),
        digit => digit.to_digit(10).map(|number| Level::Number(number as u8)),
    })
    .parse(input)
}

/// The value of decimal digits. A number that is too large saturates, so that its message is still
/// recognized.
pub(crate) fn value(digits: &[u8]) -> u64 {
    let add = |sum: u64, digit: &u8| sum.saturating_mul(10).saturating_add(u64::from(digit & 15));
    digits.iter().fold(0, add)
}

/// The highest count of lost events; a higher one is taken for this. So the counts of all boots can be added.
pub(crate) const MAX_MISSED: u64 = u32::MAX as u64;

/// Two digits, or more if many events were lost. Returns their value and their number.
fn missed(input: &[u8]) -> IResult<&[u8], (u64, usize)> {
    let digits = take_while1(|byte: u8| byte.is_ascii_digit());
    let count = digits.map(|digits: &[u8]| (value(digits).min(MAX_MISSED), digits.len()));
    terminated(count, blanks).parse(input)
}

/// The length of a line in characters, without the mark of its encoding. Bytes within a character do not count.
pub(crate) fn characters(line: &[u8]) -> usize {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    line.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests;
