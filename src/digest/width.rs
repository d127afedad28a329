//! Logs of which a terminal or a table showed only the first columns, so the lines are cut off at one width.

use serde::{Deserialize, Serialize};

use crate::line::characters;

/// The longest lines of a log, and the known messages that end too early with them. Lengths are in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogWidth {
    longest: u64,
    /// How many lines are that long. A mark at the end of a cut line counts as one more, since it shows the same as
    /// another line that ends there.
    lines: u64,
    /// How many of these have only the beginning of a known message, which the next line does not continue.
    begun: u64,
}

impl LogWidth {
    /// Adds a line.
    #[inline]
    pub(crate) fn add_line(&mut self, line: &[u8]) {
        // A line has at least as many bytes.
        if line.len() as u64 >= self.longest {
            self.add(characters(line));
        }
    }

    /// Adds a line of this length.
    #[inline]
    pub const fn add(&mut self, length: usize) {
        if length as u64 >= self.longest {
            self.merge(Self { longest: length as u64, lines: 1, begun: 0 });
        }
    }

    /// A line of this length, which was added, has only the beginning of a known message. `is_marked`: it ends with a mark
    /// that shows where it was cut.
    pub const fn add_begun(&mut self, length: usize, is_marked: bool) {
        self.merge(Self { longest: length as u64, lines: is_marked as u64, begun: 1 });
    }

    pub(super) const fn merge(&mut self, other: Self) {
        if other.longest > self.longest {
            *self = other;
        } else if other.longest == self.longest {
            self.lines = self.lines.saturating_add(other.lines);
            self.begun = self.begun.saturating_add(other.begun);
        }
    }

    /// How many known messages are cut off at the width of the log. Other lines must end there too: a message that
    /// the phone itself left incomplete can be the longest line.
    pub const fn cut_off(&self) -> u64 {
        if self.lines > self.begun { self.begun } else { 0 }
    }
}
