//! Detects logs in which each line is written twice, as a server can write them.

use crate::line::{Header, Line, line};

/// A log is taken for one written twice if this many different lines in a row occur twice each.
pub(in crate::log) const DOUBLED_LINES: u32 = 8;

/// Detects a log in which each line is written twice.
#[derive(Default)]
pub(super) struct DoubledLineDetector {
    /// How many different lines in a row occurred twice each.
    run: u32,
    /// The line before was the second of a pair.
    is_second: bool,
}

impl DoubledLineDetector {
    /// Takes a line; `is_equal` says whether it equals the line before.
    #[inline]
    pub(super) fn take(&mut self, is_equal: bool) {
        match (is_equal, self.is_second) {
            (true, false) => {
                self.run += 1;
                self.is_second = true;
            }
            (false, true) => self.is_second = false,
            // A third equal line, or a line that occurs once.
            _ => *self = Self { run: if self.run >= DOUBLED_LINES { self.run } else { 0 }, is_second: false },
        }
    }

    /// Whether enough lines in a row occurred twice each.
    pub(super) const fn is_doubled(&self) -> bool {
        self.run >= DOUBLED_LINES
    }
}

/// A line without what comes before its stamp.
pub(super) fn from_stamp(bytes: &[u8]) -> &[u8] {
    let Line::Message { header: Header { stamp: Some(stamp), .. }, .. } = line(bytes) else { return bytes };
    memchr::memmem::find(bytes, stamp.as_str().as_bytes()).map_or(bytes, |at| &bytes[at..])
}
