//! Recognizes from which phone, sender or file a line is, by what comes before it.

use std::sync::Arc;

use super::MAX_LINE_LENGTH;
use crate::line::{Line, line, lossy, origin};
use crate::model::Mac;

/// What stands before the lines of a part of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PartName {
    /// The phone's address.
    Mac(Mac),
    /// The sender in the syslog header.
    Sender(Box<str>),
}

/// How many first lines are checked to see whether a file names the phones or senders of its lines.
pub(super) const MAX_LINES_CHECKED: usize = 64;

/// What a line says about the part it belongs to.
pub(super) enum FoundPart {
    Line(PartName),
    /// The name in `==> name <==`, which is not a line of a log itself.
    Heading(Arc<str>),
}

pub(super) fn part_of(bytes: &[u8]) -> Option<FoundPart> {
    // By far the most lines are in the phone's own columns and have nothing before them.
    if bytes.len() > 22 && bytes[10] == b'|' && bytes[16] == b'|' {
        return None;
    }
    if let Some(name) = bytes.trim_ascii().strip_prefix(b"==> ").and_then(|rest| rest.strip_suffix(b" <==")) {
        return Some(FoundPart::Heading(lossy(name).into()));
    }
    let Line::Message { origin, .. } = line(&bytes[..bytes.len().min(MAX_LINE_LENGTH)]) else { return None };
    let name = match (origin.mac, origin.sender) {
        (Some(mac), _) => PartName::Mac(mac),
        (None, Some(sender)) => PartName::Sender(lossy(sender).into()),
        (None, None) => return None,
    };
    Some(FoundPart::Line(name))
}

/// Whether a line is cut behind this sender, so that only what stands before the lines was read of it.
pub(super) fn ends_with_sender(cut: &[u8], name: Option<&PartName>) -> bool {
    let Some(PartName::Sender(sender)) = name else { return false };
    cut.trim_ascii_end().ends_with(sender.as_bytes())
        && origin(cut).is_some_and(|origin| origin.sender.is_some())
}
