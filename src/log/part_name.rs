//! Recognizes from which phone, sender or file a line is, by what comes before it.

use std::sync::Arc;

use memchr::memmem;

use super::MAX_LINE_LENGTH;
use crate::event::{self, End, Event, ParsedText};
use crate::input::log_mac;
use crate::line::{
    COLUMNS, KnownHeaders, Line, Origin, canonical_host, completed_header, dated, hosts_of_row, line, lossy,
    origin, without_colours,
};
use crate::model::Mac;

/// What stands before the lines of a part of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PartName {
    /// The phone's address.
    Mac(Mac),
    /// The sender in the syslog header, see [`canonical_host`].
    Sender(Box<str>),
}

/// The file and the name of a part.
pub(super) type PartKey = (Option<Arc<str>>, Option<PartName>);

/// The file and the phone of a part.
pub(super) type PhoneKey = (Option<Arc<str>>, Mac);

impl PartName {
    fn of(Origin { mac, sender, .. }: Origin<'_>) -> Option<Self> {
        mac.map(Self::Mac).or_else(|| sender.map(|sender| Self::Sender(canonical_host(sender).into())))
    }
}

/// How many first lines are checked to see whether a file names the phones or senders of its lines.
pub(super) const MAX_LINES_CHECKED: usize = 64;

/// A server writes the sender at most this many words behind the date.
const MAX_WORDS_TO_SENDER: usize = 3;

/// What a line says about the part it belongs to.
pub(super) enum FoundPart {
    Line(PartName),
    /// The line is of the log with this name, from which `grep` has it.
    LineOf(Arc<str>),
    /// The name in `==> name <==`, which is not a line of a log itself.
    Heading(Arc<str>),
    /// The line is a row or an object of an export in which no sender is found. The row before it can be another phone's.
    Nobody,
}

pub(super) fn part_of(bytes: &[u8]) -> Option<FoundPart> {
    part_of_parsed(bytes, &mut KnownHeaders::default()).0
}

/// What a line says about its part, and the line if it was parsed.
pub(super) fn part_of_parsed<'a>(
    bytes: &'a [u8],
    headers: &mut KnownHeaders,
) -> (Option<FoundPart>, Option<Line<'a>>) {
    // By far the most lines are in the phone's own columns and have nothing before them.
    if bytes.len() > COLUMNS && bytes[10] == b'|' && bytes[16] == b'|' {
        return (None, None);
    }
    if let Some(name) = bytes.trim_ascii().strip_prefix(b"==> ").and_then(|rest| rest.strip_suffix(b" <==")) {
        return (Some(FoundPart::Heading(lossy(name).into())), None);
    }
    let bytes = &bytes[..bytes.len().min(MAX_LINE_LENGTH)];
    if let Some(plain) = without_colours(bytes) {
        return (part_of(&plain), None);
    }
    let parsed = headers.line(bytes);
    let found = match parsed {
        Line::Message { origin, header, .. } => FoundPart::of(origin).or_else(|| {
            (header.stamp.is_some() && hosts_of_row(bytes).is_some()).then_some(FoundPart::Nobody)
        }),
        Line::Headerless(_) => completed_header(bytes).and_then(|completed| match line(&completed) {
            Line::Message { origin, .. } => FoundPart::of(origin),
            Line::Headerless(_) => None,
        }),
    };
    (found, Some(parsed))
}

impl FoundPart {
    fn of(origin: Origin<'_>) -> Option<Self> {
        // Only the names of logs tell the rotated ones of a phone apart.
        match origin.file.map(lossy).filter(|name| log_mac(file_name(name).as_bytes()).is_some()) {
            Some(name) => Some(Self::LineOf(name.into())),
            None => PartName::of(origin).map(Self::Line),
        }
    }
}

/// The last name of a path, of any system.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether a line is cut behind this sender, so that only what stands before the lines was read of it.
pub(super) fn ends_with_sender(cut: &[u8], name: Option<&PartName>) -> bool {
    matches!(name, Some(PartName::Sender(_))) && sender_at_end(cut).as_ref() == name
}

/// Whether a line begins with the header of a syslog server that names another sender than this one: another machine,
/// such as a firewall, wrote it. A date alone can also be the rest of a wrapped message.
pub(super) fn is_of_other_sender(bytes: &[u8], own: &PartName) -> bool {
    let PartName::Sender(sender) = own else { return false };
    let Some(rest) = dated(bytes) else { return false };
    let words = rest.split(|byte| b" \t,;|\"'".contains(byte)).filter(|word| !word.is_empty());
    let mut words = words.take(MAX_WORDS_TO_SENDER).peekable();
    let is_name = |word: &&[u8]| word.iter().any(|byte| byte.is_ascii_alphabetic() || b".:".contains(byte));
    let is_own = |word: &[u8]| {
        memmem::find(&word.to_ascii_lowercase(), sender.as_bytes()).is_some()
            || origin(word).and_then(PartName::of).as_ref() == Some(own)
    };
    words.peek().is_some_and(is_name) && !words.any(is_own)
}

/// The sender at the end of a line that has only what a syslog server writes before a line.
pub(super) fn sender_at_end(bytes: &[u8]) -> Option<PartName> {
    let origin = origin(bytes)?;
    let length = bytes.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let is_last = origin.sender.is_some_and(|last| bytes[..length].ends_with(last));
    PartName::of(origin).filter(|_| is_last)
}

/// Whether a text is the banner of a boot.
pub(super) fn is_banner(text: &[u8]) -> bool {
    let is_one = |reading| matches!(reading, ParsedText::Known(Event::LogStart { banner: true, .. }));
    text.starts_with(b"-") && is_one(event::read(text, End::Whole))
}

/// The phone that a text says it is of.
pub(super) fn named_phone(text: &[u8]) -> Option<Mac> {
    let reading = text.starts_with(b"Platform").then(|| event::read(text, End::Whole))?;
    match reading {
        ParsedText::Known(Event::Platform { mac, .. }) | ParsedText::Open(Event::Platform { mac, .. }) => mac,
        _ => None,
    }
}
