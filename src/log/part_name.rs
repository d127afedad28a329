//! Recognizes from which phone, sender or file a line is, by what comes before it.

use std::sync::Arc;

use super::MAX_LINE_LENGTH;
use crate::event::{self, End, Event, ParsedText};
use crate::input::{file_name, log_mac};
use crate::line::{
    COLUMNS, KnownHeaders, Line, LineOrigin, canonical_host, completed_header, has_hidden_header,
    hosts_of_row, line, lossy, origin, possible_senders, seems_in_columns, with_joined_tag, without_colours,
};
use crate::model::Mac;

/// What comes before the lines of a part of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PartName {
    /// The phone's address.
    Mac(Mac),
    /// The sender in the syslog header, in lower case, an address as the standard writes it.
    Sender(Box<str>),
}

/// The file and the name of a part.
pub(super) type PartKey = (Option<Arc<str>>, Option<PartName>);

/// The file and the phone of a part.
pub(super) type PhoneKey = (Option<Arc<str>>, Mac);

impl PartName {
    fn of(LineOrigin { mac, sender, .. }: LineOrigin<'_>) -> Option<Self> {
        mac.map(Self::Mac).or_else(|| sender.map(|sender| Self::Sender(canonical_host(sender).into())))
    }
}

/// How many first lines are checked to see whether a file names the phones or senders of its lines.
pub(super) const MAX_LINES_CHECKED: usize = 64;

/// What a line says about the part it belongs to.
pub(super) enum FoundPart {
    Line(PartName),
    /// The line is of the log with this name, from which `grep` has it.
    LineOf(Arc<str>),
    /// The name in `==> name <==`, which is not a line of a log itself.
    Heading(Arc<str>),
    /// The line is a row or an object of an export in which no sender is found. The row before it can be another phone's.
    RowWithoutSender,
    /// The line has no header of a phone, but was written by a server or a collector: its sender is one of these. If none
    /// of them is a phone's, it is the line of another device.
    Senders(Vec<PartName>),
}

pub(super) fn part_of(bytes: &[u8]) -> Option<FoundPart> {
    let joined = with_joined_tag(bytes);
    part_of_parsed(joined.as_deref().unwrap_or(bytes), &mut KnownHeaders::default()).0
}

/// What a line says about its part, and the line if it was parsed.
pub(super) fn part_of_parsed<'a>(
    bytes: &'a [u8],
    headers: &mut KnownHeaders,
) -> (Option<FoundPart>, Option<Line<'a>>) {
    // Most lines by far are in the phone's own columns and have nothing before them.
    if bytes.len() > COLUMNS && seems_in_columns(bytes) {
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
            (header.stamp.is_some() && hosts_of_row(bytes).is_some()).then_some(FoundPart::RowWithoutSender)
        }),
        Line::Headerless(_) => match completed_header(bytes) {
            Some(completed) => match line(&completed) {
                Line::Message { origin, .. } => FoundPart::of(origin),
                Line::Headerless(_) => None,
            },
            None => FoundPart::senders(bytes),
        },
    };
    (found, Some(parsed))
}

impl FoundPart {
    fn of(origin: LineOrigin<'_>) -> Option<Self> {
        // Only the names of logs distinguish the rotated logs of a phone.
        match origin.file.map(lossy).filter(|name| log_mac(file_name(name).as_bytes()).is_some()) {
            Some(name) => Some(Self::LineOf(name.into())),
            None => PartName::of(origin).map(Self::Line),
        }
    }

    /// The possible senders of a line without header.
    fn senders(bytes: &[u8]) -> Option<Self> {
        if has_hidden_header(bytes) {
            return None;
        }
        let is_message = |text: &[u8]| event::read(text, End::Whole) != ParsedText::Unknown;
        let senders = possible_senders(bytes, is_message).into_iter();
        let names: Vec<_> = senders.filter_map(PartName::of).collect();
        (!names.is_empty()).then_some(Self::Senders(names))
    }

    /// Whether the line names its phone, its sender or its file.
    pub(super) const fn is_named(&self) -> bool {
        !matches!(self, Self::Senders(_))
    }
}

/// Whether a line is cut after this sender, so that only what comes before the lines was read of it.
pub(super) fn ends_with_sender(cut: &[u8], name: Option<&PartName>) -> bool {
    matches!(name, Some(PartName::Sender(_))) && sender_at_end(cut).as_ref() == name
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

/// The first lines of a file, or of a chunk of it, with what they say about their parts. Those of other devices do not
/// count: a syslog server's own file can have any number of them.
fn first_lines(begin: &[u8]) -> impl Iterator<Item = (&[u8], Option<FoundPart>)> {
    let lines = begin.split(|byte| *byte == b'\n').map(|bytes| (bytes, part_of(bytes)));
    lines.filter(|(_, found)| !matches!(found, Some(FoundPart::Senders(_)))).take(MAX_LINES_CHECKED)
}

/// Whether one of the first lines of a file, or of a chunk of it, names its phone or sender.
pub(super) fn may_have_parts(begin: &[u8]) -> bool {
    first_lines(begin).any(|(_, found)| found.is_some())
}

/// The phone or sender of the first line of a file: a line without a name before the others is the rest of a line
/// that was cut. It is theirs if the others name only one. None if more lines have none, as in a log of another
/// phone, or if the first lines are those of files with `==> name <==`.
pub(super) fn name_of_all(begin: &[u8]) -> Option<PartName> {
    let mut only = None;
    for (number, (bytes, found)) in first_lines(begin).enumerate() {
        match found {
            Some(FoundPart::Line(name)) if only.as_ref().is_none_or(|only| *only == name) => {
                only = Some(name)
            }
            Some(_) => return None,
            None if number > 0 && only.is_none() && matches!(line(bytes), Line::Message { .. }) => {
                return None;
            }
            None => {}
        }
    }
    only
}
