//! A line of a log that is kept, and what its event and its stamp show.

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::stamp::{Stamp, Yearless};

/// A line that is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    /// 1-based number of the line among those of this log; of a wrapped message the header's.
    pub line: u64,
    /// How many lines of other logs are before it, in a file with the lines of several phones: `line + skipped` is
    /// the number of the line in the file.
    pub skipped: u64,
    /// The time stamp; None if the line has none.
    pub stamp: Option<Stamp>,
    /// Events lost since boot, as the header counts them.
    pub missed: Option<u64>,
    /// A hash of the line's content (header and text, without padding).
    pub hash: u64,
    /// The hash of the line before it; 0 if unknown.
    pub hash_before: u64,
    /// The hash of the line after it; only for known messages. 0 if unknown.
    pub hash_after: u64,
    /// The known message; None for another line.
    pub event: Option<Event>,
    /// The component is `tls`. Its log level determines whether the phone logs its certificates.
    pub is_tls: bool,
    /// The line has no line feed: it may be cut.
    pub is_cut: bool,
    /// Where its text begins and ends; see [`LogDigest::text`](super::LogDigest::text).
    pub(crate) text: (u32, u32),
    /// Later occurrences of the same message that were folded into this entry.
    pub repeats: Option<Box<Repeats>>,
    /// For a failed connection among entries that were folded: whether the refusal of a server's certificate
    /// explains it. The entries that are left do not show that.
    pub is_explained: Option<bool>,
}

/// Later occurrences of a message, folded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Repeats {
    /// How many.
    pub count: u64,
    /// The lines that are kept to be shown: the first two and the last three, or all if there are fewer.
    pub shown: Vec<Repeat>,
}

/// A line that was folded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// 1-based number of the line in the file.
    pub line: u64,
    /// The time stamp.
    pub stamp: Option<Stamp>,
    /// The message, without its header.
    pub text: Box<str>,
}

impl LogEntry {
    /// Whether the lines before both are known, and equal.
    pub(crate) fn has_same_line_before(&self, other: &Self) -> bool {
        self.hash_before != 0 && self.hash_before == other.hash_before
    }

    /// Whether the lines after both are known, and equal.
    pub(crate) fn has_same_line_after(&self, other: &Self) -> bool {
        self.hash_after != 0 && self.hash_after == other.hash_after
    }

    /// Whether it is the banner of a boot.
    pub const fn is_banner(&self) -> bool {
        matches!(self.event, Some(Event::LogStart { banner: true, .. }))
    }

    /// Whether it is the line with which a phone closes a log.
    pub const fn is_log_end(&self) -> bool {
        matches!(self.event, Some(Event::LogEnd))
    }

    /// Whether a phone writes such a line when it starts.
    pub fn is_of_start(&self) -> bool {
        self.event.as_ref().is_some_and(|event| {
            event.is_inventory() || matches!(event, Event::Platform { .. } | Event::Software { .. })
        })
    }

    /// The date of its stamp, as type 2; see [`Stamp::yearless`].
    pub fn yearless(&self) -> Option<Yearless> {
        self.stamp?.yearless()
    }

    /// The milliseconds since boot of its stamp; see [`Stamp::uptime`].
    pub fn uptime(&self) -> Option<u64> {
        self.stamp?.uptime()
    }

    /// Whether the stamp is a date, not a time since boot.
    pub fn is_dated(&self) -> bool {
        self.stamp.is_some_and(|stamp| stamp.digits().is_some())
    }

    /// The number of occurrences: this one and the folded ones.
    pub fn count(&self) -> u64 {
        1 + self.repeats.as_ref().map_or(0, |repeats| repeats.count)
    }

    /// 1-based number of the line in the file.
    pub const fn line_in_file(&self) -> u64 {
        self.line + self.skipped
    }

    /// Number in the file, and stamp, of its last line.
    pub fn last_line(&self) -> (u64, Option<Stamp>) {
        let last = self.repeats.as_ref().and_then(|repeats| repeats.shown.last());
        last.map_or((self.line_in_file(), self.stamp), |last| (last.line, last.stamp))
    }
}
