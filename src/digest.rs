//! What is kept of one log: its known messages, and the few other lines that show boots, the clock and lost
//! events.
//!
//! A digest is the form in which a log waits for the phone's other logs, in this process or, as a
//! record, in another one. It keeps lines as they stand and decides nothing: boots, years and what a
//! message means in its context are decided by [`timeline`](crate::timeline), over all logs of a phone.

mod compact;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::line::{Level, lossy};
use crate::model::Mac;
use crate::stamp::Stamp;
use crate::window::Window;

/// Repeated failures are folded where a log has more entries than this.
pub const FOLD_ABOVE: usize = 1_024;

/// No log keeps more entries than this; the oldest are dropped.
pub const KEPT: usize = 8_192;

/// No text that is shown is longer, in bytes.
pub const LONGEST_TEXT: usize = 1_024;

/// At most this many different addresses are kept of one log.
const MOST_MACS: usize = 4;

/// The digest of one log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogDigest {
    /// What is kept of its lines, in their order.
    pub entries: Vec<Entry>,
    #[serde(with = "crate::model::bytes")]
    texts: Vec<u8>,
    /// What was counted of all lines.
    pub counts: Counts,
    /// The addresses of phones that its lines name, in the order in which they were met.
    pub macs: Vec<Mac>,
    /// What stands before the first line with a header: it can be the rest of another log's last message.
    pub head: Fragment,
    /// A last message that has no line end or may go on in another log.
    pub tail: Fragment,
    /// Eight or more different lines in a row stand twice each.
    pub is_doubled: bool,
    /// How many known messages were found and not kept, the oldest of all.
    pub dropped: u64,
}

/// Whole or cut lines at one end of a log, as they stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// The 1-based number of its first line.
    pub line: u64,
    /// How many lines it has, a cut one included.
    pub lines: u64,
    /// Its bytes, line feeds included.
    #[serde(with = "crate::model::bytes")]
    pub bytes: Vec<u8>,
}

impl Fragment {
    /// Whether its end is no end of a line.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.bytes.last().is_some_and(|byte| *byte != b'\n')
    }
}

/// A line that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// 1-based number of the line; of a wrapped message the header's.
    pub line: u64,
    /// The time stamp; none where the line has none.
    pub stamp: Option<Stamp>,
    /// Events lost since boot, as the header counts them.
    pub missed: Option<u64>,
    /// Identifies the line's content (header and text, without blanks at its ends).
    pub hash: u64,
    /// The same of the line before it; 0 where that is not known.
    pub hash_before: u64,
    /// The same of the line behind it, of known messages alone; 0 where that is not known.
    pub hash_after: u64,
    /// The known message; none for an ordinary line.
    pub event: Option<Event>,
    /// The component is `tls`: a log level named here decides whether the inventory is written.
    pub is_tls: bool,
    /// The line has no line feed: it may be cut.
    pub is_cut: bool,
    text: (u32, u32),
    /// What was folded into this entry: the same message, later.
    pub repeats: Option<Box<Repeats>>,
}

/// Later occurrences of a message, folded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Repeats {
    /// How many.
    pub count: u64,
    /// The lines shown: the first two of them and the last three, fewer where there are fewer.
    pub shown: Vec<Repeat>,
}

/// A line that was folded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// 1-based number of the line.
    pub line: u64,
    /// The time stamp.
    pub stamp: Option<Stamp>,
    /// The message, without its header.
    pub text: Box<str>,
}

/// What is counted of every line, kept or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Bytes.
    pub bytes: u64,
    /// All lines, the last one without a line feed too.
    pub lines: u64,
    /// Lines without a header, before the first message.
    pub unrecognized: u64,
    /// Lines without a header in which NUL bytes alternate with others: UTF-16 behind UTF-8.
    pub foreign: u64,
    /// Lines longer than the part of a line that is read.
    pub too_long: u64,
    /// Lines with a header, and known messages without one.
    pub messages: u64,
    /// Known messages.
    pub events: u64,
    /// What the ten-digit stamps are, taken together.
    pub digits: Digits,
    /// The lowest level of a line, `*` not counted.
    pub lowest_level: Option<u8>,
}

impl Counts {
    /// Adds what was counted of a later part of the same log.
    fn add(&mut self, later: &Self) {
        self.bytes += later.bytes;
        self.lines += later.lines;
        self.unrecognized += if self.messages == 0 { later.unrecognized } else { 0 };
        self.foreign += later.foreign;
        self.too_long += later.too_long;
        self.messages += later.messages;
        self.events += later.events;
        self.digits.add(&later.digits);
        self.lowest_level = self.lowest_level.into_iter().chain(later.lowest_level).min();
    }

    /// Takes the level of one line into account.
    pub fn see_level(&mut self, level: Level) {
        if let Level::Number(level) = level {
            self.lowest_level = Some(self.lowest_level.map_or(level, |lowest| lowest.min(level)));
        }
    }
}

/// What tells stamps of type 1 (`YYMMDDhhmm`) from type 2 (`MMDDhhmmss`): both are ten digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digits {
    /// Some stamp is a date as type 1.
    pub dated_as_1: bool,
    /// Some stamp is a date as type 2 alone.
    pub only_2: bool,
    /// Some stamp is a date as type 1 alone.
    pub only_1: bool,
    /// Which values the third pair has: hours of type 2, days of type 1.
    pub third_pair: u128,
}

impl Digits {
    const fn add(&mut self, other: &Self) {
        self.dated_as_1 |= other.dated_as_1;
        self.only_2 |= other.only_2;
        self.only_1 |= other.only_1;
        self.third_pair |= other.third_pair;
    }

    /// Takes the ten digits of one stamp into account.
    pub fn see(&mut self, digits: &[u8; 10]) {
        let pair = |place: usize| (digits[place] & 15) * 10 + (digits[place + 1] & 15);
        let [first, second, third, fourth, fifth] = [pair(0), pair(2), pair(4), pair(6), pair(8)];
        let is_day = |month: u8, day: u8| (1..=12).contains(&month) && (1..=31).contains(&day);
        let as_2 = is_day(first, second) && third < 24 && fourth < 60 && fifth < 60;
        let as_1 = is_day(second, third) && fourth < 24 && fifth < 60;
        self.dated_as_1 |= as_1;
        self.only_2 |= as_2 && !as_1;
        self.only_1 |= as_1 && !as_2;
        if as_1 || as_2 {
            self.third_pair |= 1 << third;
        }
    }
}

/// A line as it is added to a digest.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// See [`Entry::line`].
    pub line: u64,
    /// See [`Entry::stamp`].
    pub stamp: Option<Stamp>,
    /// See [`Entry::missed`].
    pub missed: Option<u64>,
    /// See [`Entry::hash`].
    pub hash: u64,
    /// See [`Entry::hash_before`].
    pub hash_before: u64,
    /// See [`Entry::event`].
    pub event: Option<Event>,
    /// See [`Entry::is_tls`].
    pub is_tls: bool,
    /// See [`Entry::is_cut`].
    pub is_cut: bool,
    /// The message, without its header; a wrapped one joined with a blank.
    pub text: &'a [u8],
}

impl LogDigest {
    /// Makes room for what is mostly kept of a log of so many bytes: it grows no step by step.
    pub fn reserve(&mut self, bytes: usize) {
        self.entries.reserve((bytes / 64).min(32));
        self.texts.reserve(bytes.min(2048));
    }

    /// Adds a line behind all others.
    pub fn push(&mut self, new: NewEntry<'_>) {
        let NewEntry { line, stamp, missed, hash, hash_before, event, is_tls, is_cut, text } = new;
        if let Some(Event::Platform { mac: Some(mac), .. }) = &event {
            self.note_mac(*mac);
        }
        let begin = self.texts.len() as u32;
        self.texts.extend_from_slice(&text[..text.len().min(LONGEST_TEXT)]);
        let text = (begin, self.texts.len() as u32);
        self.entries.push(Entry {
            line,
            stamp,
            missed,
            hash,
            hash_before,
            hash_after: 0,
            event,
            is_tls,
            is_cut,
            text,
            repeats: None,
        });
    }

    fn note_mac(&mut self, mac: Mac) {
        if self.macs.len() < MOST_MACS && !self.macs.contains(&mac) {
            self.macs.push(mac);
        }
    }

    /// Drops the second of two equal lines in a row.
    pub fn drop_doubles(&mut self) {
        let mut before: Option<(u64, u64)> = None;
        self.entries.retain(|entry| {
            let is_second = before == Some((entry.hash, entry.line - 1));
            before = if is_second { None } else { Some((entry.hash, entry.line)) };
            !is_second
        });
    }

    /// Keeps the digest within its bounds: repeated failures are folded, and the oldest entries are
    /// dropped where more than [`KEPT`] remain. Lines on different sides of the window stay apart.
    pub fn bound(&mut self, window: &Window) {
        if self.entries.len() > FOLD_ABOVE {
            compact::fold(self, window);
        }
        if self.entries.len() > KEPT {
            let surplus = self.entries.len() - KEPT;
            let dropped = self.entries.drain(..surplus).filter_map(|entry| {
                entry.event.as_ref().map(|_| 1 + entry.repeats.as_ref().map_or(0, |repeats| repeats.count))
            });
            self.dropped += dropped.sum::<u64>();
        }
        self.drop_unused_texts();
    }

    fn drop_unused_texts(&mut self) {
        let used: usize = self.entries.iter().map(|entry| (entry.text.1 - entry.text.0) as usize).sum();
        if self.texts.len() < 2 * used + (1 << 16) {
            return;
        }
        let mut texts = Vec::with_capacity(used);
        for entry in &mut self.entries {
            let begin = texts.len() as u32;
            texts.extend_from_slice(&self.texts[entry.text.0 as usize..entry.text.1 as usize]);
            entry.text = (begin, texts.len() as u32);
        }
        self.texts = texts;
    }

    /// The message of an entry of this digest, without its header, as the log has it.
    #[must_use]
    pub fn text(&self, entry: &Entry) -> &[u8] {
        self.texts.get(entry.text.0 as usize..entry.text.1 as usize).unwrap_or_default()
    }

    /// The digest of this log with a later part of it, which begins with a line of its own.
    pub fn append(&mut self, later: Self, window: &Window) {
        let lines = self.counts.lines;
        let moved = self.texts.len() as u32;
        self.texts.extend_from_slice(&later.texts);
        self.entries.extend(later.entries.into_iter().map(|mut entry| {
            entry.line += lines;
            entry.text = (entry.text.0 + moved, entry.text.1 + moved);
            if let Some(repeats) = &mut entry.repeats {
                repeats.shown.iter_mut().for_each(|repeat| repeat.line += lines);
            }
            entry
        }));
        if self.counts.messages == 0 {
            // A head that is longer is not the rest of a message.
            self.head.bytes.extend_from_slice(&later.head.bytes);
            self.head.lines += later.head.lines;
        }
        self.counts.add(&later.counts);
        later.macs.into_iter().for_each(|mac| self.note_mac(mac));
        self.tail = later.tail;
        self.tail.line += lines;
        self.is_doubled |= later.is_doubled;
        self.dropped += later.dropped;
        self.bound(window);
    }

    /// A digest of which nothing but the counts is left.
    #[must_use]
    pub fn counts_alone(&self) -> Self {
        Self { counts: self.counts, ..Self::default() }
    }

    /// Whether a digest that was unpacked keeps its bounds: numbers that can be added, lines in their order,
    /// texts that are there.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        const MOST: u64 = 1 << 48;
        let Counts { bytes, lines, unrecognized, foreign, too_long, messages, events, .. } = self.counts;
        let counts = [bytes, lines, unrecognized, foreign, too_long, messages, events, self.dropped];
        let fragments = [self.head.line, self.head.lines, self.tail.line, self.tail.lines];
        let is_entry = |entry: &Entry| {
            let repeats = entry.repeats.as_deref();
            let shown = repeats.into_iter().flat_map(|repeats| &repeats.shown);
            entry.line < MOST
                && entry.text.0 <= entry.text.1
                && entry.text.1 as usize <= self.texts.len()
                && entry.missed.is_none_or(|missed| missed < MOST)
                && repeats.is_none_or(|repeats| repeats.count < MOST)
                && shown.map(|repeat| repeat.line).all(|line| line < MOST)
        };
        counts.into_iter().chain(fragments).all(|count| count < MOST)
            && self.entries.len() <= KEPT
            && self.entries.is_sorted_by_key(|entry| entry.line)
            && self.entries.iter().all(is_entry)
    }

    /// Whether nothing in it is a line of a phone's log.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.counts.messages == 0
    }
}

impl Entry {
    /// Whether it is a date, not a time since boot.
    #[must_use]
    pub fn is_dated(&self) -> bool {
        self.stamp.is_some_and(|stamp| stamp.digits().is_some())
    }

    /// How often the message stands here: once, and the folded ones.
    #[must_use]
    pub fn count(&self) -> u64 {
        1 + self.repeats.as_ref().map_or(0, |repeats| repeats.count)
    }

    /// The last of its lines: number and stamp.
    #[must_use]
    pub fn last_line(&self) -> (u64, Option<Stamp>) {
        let last = self.repeats.as_ref().and_then(|repeats| repeats.shown.last());
        last.map_or((self.line, self.stamp), |last| (last.line, last.stamp))
    }
}

/// A text of a log as it is kept to be shown.
pub(crate) fn shown_text(text: &[u8]) -> Box<str> {
    lossy(&text[..text.len().min(LONGEST_TEXT)]).into()
}
