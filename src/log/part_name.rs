//! Recognizes from which phone or sender a line is, by what comes before it.

use super::MAX_LINE_LENGTH;
use crate::line::{Line, line, lossy};
use crate::model::Mac;

/// What identifies a part of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PartName {
    /// The address before its lines, or in the name of `==> name <==`.
    Mac(Mac),
    /// The sender in the syslog header, or the name of `==> name <==`.
    Sender(Box<str>),
}

/// How many first lines are checked to see whether a file names the phones or senders of its lines.
pub(super) const MAX_LINES_CHECKED: usize = 64;

/// What a line says about the part it belongs to.
pub(super) enum FoundPart {
    Line(PartName),
    /// `==> name <==`, which is not a line of a log itself.
    Heading(PartName),
}

pub(super) fn part_of(bytes: &[u8]) -> Option<FoundPart> {
    // By far the most lines are in the phone's own columns and have nothing before them.
    if bytes.len() > 22 && bytes[10] == b'|' && bytes[16] == b'|' {
        return None;
    }
    if let Some(name) = bytes.trim_ascii().strip_prefix(b"==> ").and_then(|rest| rest.strip_suffix(b" <==")) {
        let name = match crate::input::mac_in_name(name) {
            Some(mac) => PartName::Mac(mac),
            None => PartName::Sender(lossy(name).into()),
        };
        return Some(FoundPart::Heading(name));
    }
    let Line::Message { origin, .. } = line(&bytes[..bytes.len().min(MAX_LINE_LENGTH)]) else { return None };
    let name = match (origin.mac, origin.sender) {
        (Some(mac), _) => PartName::Mac(mac),
        (None, Some(sender)) => PartName::Sender(lossy(sender).into()),
        (None, None) => return None,
    };
    Some(FoundPart::Line(name))
}
