//! How a line tells where it is from: by what stands before it.

use super::LONGEST_LINE;
use crate::line::{Line, line, lossy};
use crate::model::Mac;

/// How a part of a file is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PartName {
    /// The address before its lines, or in the name of `==> name <==`.
    Mac(Mac),
    /// The sender in the syslog header, or the name of `==> name <==`.
    Sender(Box<str>),
}

/// So many lines tell whether a file names where its lines are from.
pub(super) const LOOKED_AT: usize = 64;

/// What a line tells of where it is from.
pub(super) enum FoundPart {
    Line(PartName),
    /// `==> name <==` is no line of a log.
    Heading(PartName),
}

pub(super) fn part_of(bytes: &[u8]) -> Option<FoundPart> {
    // The phone's own lines begin with a digit and are by far the most.
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
    let Line::Message { origin, .. } = line(&bytes[..bytes.len().min(LONGEST_LINE)]) else { return None };
    let name = match (origin.mac, origin.sender) {
        (Some(mac), _) => PartName::Mac(mac),
        (None, Some(sender)) => PartName::Sender(lossy(sender).into()),
        (None, None) => return None,
    };
    Some(FoundPart::Line(name))
}
