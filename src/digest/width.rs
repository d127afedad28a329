//! Logs of which a terminal or a table showed only the first columns, so the lines are cut off at one width.

use serde::{Deserialize, Serialize};

use crate::line::characters;

/// The longest lines of a log, and the known messages that end too early with them. Programs cut lines by characters or
/// by bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogWidth {
    /// Lines with a header: in characters, and in bytes.
    of_messages: [Longest; 2],
    /// Other lines, in the same way. Where there are lines with a header, these are text around the log, such as a mail's.
    of_others: [Longest; 2],
}

/// The longest lines by one measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Longest {
    length: u64,
    /// How many lines are that long. A mark at the end of a cut line counts as one more, since it shows the same as
    /// another line that ends there.
    lines: u64,
    /// How many of these have only the beginning of a known message, which the next line does not continue.
    begun: u64,
}

/// The length of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineLength {
    /// The line has a header.
    pub(crate) is_message: bool,
    pub(crate) characters: usize,
    pub(crate) bytes: usize,
}

impl LogWidth {
    /// Adds a line with a header.
    #[inline]
    pub(crate) fn add_message(&mut self, line: &[u8]) {
        // A line has at least as many bytes as characters.
        let [by_characters, by_bytes] = &self.of_messages;
        if line.len() as u64 >= by_characters.length.min(by_bytes.length) {
            self.add(LineLength { is_message: true, characters: characters(line), bytes: line.len() });
        }
    }

    /// Adds a line.
    pub(crate) const fn add(&mut self, line: LineLength) {
        self.count(line, 1, 0);
    }

    /// A line of this length, which was added, has only the beginning of a known message. `is_marked`: it ends with a mark
    /// that shows where it was cut.
    pub(crate) const fn add_begun(&mut self, line: LineLength, is_marked: bool) {
        self.count(line, is_marked as u64, 1);
    }

    const fn count(&mut self, line: LineLength, lines: u64, begun: u64) {
        let [by_characters, by_bytes] =
            if line.is_message { &mut self.of_messages } else { &mut self.of_others };
        by_characters.merge(Longest { length: line.characters as u64, lines, begun });
        by_bytes.merge(Longest { length: line.bytes as u64, lines, begun });
    }

    pub(super) fn merge(&mut self, other: Self) {
        let others = other.of_messages.into_iter().chain(other.of_others);
        let all = self.of_messages.iter_mut().chain(&mut self.of_others);
        all.zip(others).for_each(|(longest, other)| longest.merge(other));
    }

    /// How many known messages are cut off at the width of the log. Other lines must end there too: a message that
    /// the phone itself left incomplete can be the longest line.
    pub fn cut_off(&self) -> u64 {
        let has_messages = self.of_messages[0].lines > 0;
        let longest = if has_messages { &self.of_messages } else { &self.of_others };
        longest
            .iter()
            .filter(|longest| longest.lines > longest.begun)
            .map(|longest| longest.begun)
            .max()
            .unwrap_or(0)
    }
}

impl Longest {
    const fn merge(&mut self, other: Self) {
        if other.length > self.length {
            *self = other;
        } else if other.length == self.length {
            self.lines = self.lines.saturating_add(other.lines);
            self.begun = self.begun.saturating_add(other.begun);
        }
    }
}
