//! The digest of one log: its known messages, and the few other lines that show boots, changes of the clock,
//! and lost events.
//!
//! A log is kept as its digest until all logs of its phone are read, in this process or, as a record, in
//! another one. A digest has lines as they are and interprets nothing: [`timeline`](crate::timeline)
//! determines boots, years and the meaning of messages in context from all logs of a phone.

mod conceal;
mod entry;
mod fold;
mod phones;
mod width;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::line::{Level, MAX_MISSED, lossy};
use crate::model::Mac;
use crate::window::Window;

pub use entry::{LogEntry, Repeat, Repeats};
pub(crate) use fold::{MAX_EXPLAINED_DELAY, explains};
pub(crate) use width::LineLength;
pub use width::LogWidth;

/// Dates that go back by at most this many seconds are not taken for a clock that was set, so their lines are not kept.
pub(crate) const CLOCK_SET_BACK_S: i64 = 5;

/// Lines of one boot are out of order by at most this much, in milliseconds.
pub(crate) const OUT_OF_ORDER_MS: u64 = 2_000;

/// The most entries of a digest. If a log has more, repeated failures among the older ones are folded; if there are
/// still more, the oldest are dropped.
pub const MAX_ENTRIES: usize = 8_192;

/// How many of the newest entries are never folded: their order and their repeats in other logs remain exact.
pub const MAX_UNFOLDED: usize = MAX_ENTRIES / 2;

/// The longest text that is kept of a line, in bytes.
pub const MAX_TEXT_LENGTH: usize = 1_024;

/// How many lines after other text are taken for lines that can't be read. A text can cite fewer lines of logs.
const MIN_HIDDEN: u64 = 8;

/// The most different addresses that are kept of one log.
const MAX_MACS: usize = 64;

/// The digest of one log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogDigest {
    /// The kept lines, in their order.
    pub entries: Vec<LogEntry>,
    #[serde(with = "crate::model::bytes")]
    texts: Vec<u8>,
    /// Counts over all lines.
    pub counts: Counts,
    /// The addresses of phones in its messages, in order of first appearance.
    pub macs: Vec<Mac>,
    /// The addresses of phones in lines that are not from a phone, such as those of a mail, in the same order.
    pub macs_beside: Vec<Mac>,
    /// The lines before the first one that begins with a stamp: they may be the rest of another log's last message.
    pub head: Fragment,
    /// A last message that has no line end or may go on in another log.
    pub tail: Fragment,
    /// Eight or more different lines in a row occur twice each: the log was written twice.
    pub is_doubled: bool,
    /// The number of known messages that were dropped, the oldest ones.
    pub dropped: u64,
}

/// Whole or cut lines at one end of a log, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// The 1-based number of its first line among those of this log.
    pub line: u64,
    /// How many lines of other logs are before that line in the file; see [`LogEntry::skipped`].
    pub skipped: u64,
    /// How many lines it has, a cut one included.
    pub lines: u64,
    /// Its bytes, line feeds included.
    #[serde(with = "crate::model::bytes")]
    pub bytes: Vec<u8>,
}

impl Fragment {
    /// Whether it ends within a line.
    pub fn is_cut(&self) -> bool {
        self.bytes.last().is_some_and(|byte| *byte != b'\n')
    }
}

/// Counts over all lines, kept or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Bytes.
    pub bytes: u64,
    /// All lines, including a last one without a line feed.
    pub lines: u64,
    /// Lines without a header before the first message.
    pub unrecognized: u64,
    /// Lines without a header in another encoding: UTF-16 appended to UTF-8, or the reverse.
    pub foreign: u64,
    /// Lines with a header of the phone after a text that can't be before a line.
    pub hidden: u64,
    /// Messages in further fields of a line of JSON or CSV, of which only the first one is read.
    pub in_further_fields: u64,
    /// Known messages of the same file that can be of this phone or of another one: rows of an export without the host
    /// that the other rows have.
    pub unassigned: u64,
    /// Lines longer than the part of a line that is read.
    pub too_long: u64,
    /// The width at which the lines may be cut off.
    pub width: LogWidth,
    /// Lines with a header, and known messages without one.
    pub messages: u64,
    /// Known messages.
    pub events: u64,
    /// What the ten-digit stamps together show about their type.
    pub digits: Digits,
    /// The lowest level of a line, ignoring `*`.
    pub lowest_level: Option<u8>,
    /// The lowest level of a line of `tls`, ignoring `*`.
    pub lowest_tls_level: Option<u8>,
}

impl Counts {
    /// Adds the counts of a later part of the same log.
    fn add(&mut self, later: &Self) {
        self.bytes += later.bytes;
        self.lines += later.lines;
        self.unrecognized += if self.messages == 0 { later.unrecognized } else { 0 };
        self.foreign += later.foreign;
        self.hidden += later.hidden;
        self.in_further_fields += later.in_further_fields;
        self.unassigned += later.unassigned;
        self.too_long += later.too_long;
        self.width.merge(later.width);
        self.messages += later.messages;
        self.events += later.events;
        self.digits.merge(&later.digits);
        self.lowest_level = self.lowest_level.into_iter().chain(later.lowest_level).min();
        self.lowest_tls_level = self.lowest_tls_level.into_iter().chain(later.lowest_tls_level).min();
    }

    /// Whether lines come after other text and can't be read.
    pub const fn has_hidden_lines(&self) -> bool {
        self.hidden >= MIN_HIDDEN
    }

    /// Whether some lines could not be read, or not whole, so that failures may be unknown.
    pub fn has_unread_lines(&self) -> bool {
        self.foreign > 0
            || self.has_hidden_lines()
            || self.in_further_fields > 0
            || self.unassigned > 0
            || self.width.cut_off() > 0
    }

    /// Adds the level of one line; `is_tls` says that its component is `tls`.
    pub fn add_level(&mut self, level: Level, is_tls: bool) {
        let Level::Number(level) = level else { return };
        let lower = |lowest: Option<u8>| Some(lowest.map_or(level, |lowest| lowest.min(level)));
        self.lowest_level = lower(self.lowest_level);
        if is_tls {
            self.lowest_tls_level = lower(self.lowest_tls_level);
        }
    }
}

/// What distinguishes stamps of type 1 (`YYMMDDhhmm`) and type 2 (`MMDDhhmmss`), both of which have ten
/// digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digits {
    /// Some stamp is a valid date as type 1.
    pub dated_as_1: bool,
    /// Some stamp is a valid date only as type 2.
    pub only_2: bool,
    /// Some stamp is a valid date only as type 1.
    pub only_1: bool,
    /// The values of the third pair of digits, one bit each: hours of type 2, days of type 1.
    pub third_pair: u128,
}

impl Digits {
    pub(crate) const fn merge(&mut self, other: &Self) {
        self.dated_as_1 |= other.dated_as_1;
        self.only_2 |= other.only_2;
        self.only_1 |= other.only_1;
        self.third_pair |= other.third_pair;
    }

    /// Adds the ten digits of one stamp. Returns whether they can be a date.
    pub fn add(&mut self, digits: &[u8; 10]) -> bool {
        let pair = |index: usize| (digits[index] & 15) * 10 + (digits[index + 1] & 15);
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
        as_1 || as_2
    }
}

fn note(macs: &mut Vec<Mac>, mac: Mac) {
    if macs.len() < MAX_MACS && !macs.contains(&mac) {
        macs.push(mac);
    }
}

impl LogDigest {
    /// Appends a line; `text` is the message, without its header; a wrapped one joined with a blank, or directly within
    /// a word.
    pub fn push(&mut self, mut entry: LogEntry, text: &[u8]) {
        if let Some(Event::Platform { mac: Some(mac), .. }) = &entry.event {
            note(&mut self.macs, *mac);
        }
        let begin = self.texts.len() as u32;
        self.texts.extend_from_slice(&text[..text.len().min(MAX_TEXT_LENGTH)]);
        entry.text = (begin, self.texts.len() as u32);
        self.entries.push(entry);
    }

    /// Takes the addresses of phones in a line that is not from a phone.
    pub fn note_macs_beside(&mut self, line: &[u8]) {
        Mac::vendors_in(line).for_each(|mac| note(&mut self.macs_beside, mac));
    }

    /// Drops the second of two equal lines in a row. Doing it again changes nothing. At the end of the log it can be cut.
    pub fn drop_doubles(&mut self) {
        let mut before: Option<(u64, u64)> = None;
        self.entries.retain(|entry| {
            let is_second = before == Some((entry.hash, entry.line - 1));
            before = if is_second { None } else { Some((entry.hash, entry.line)) };
            !is_second
        });
        if let [.., whole, cut] = self.entries.as_slice()
            && cut.is_cut
            && (cut.line, cut.stamp) == (whole.line + 1, whole.stamp)
            && self.text(whole).starts_with(self.text(cut))
        {
            self.entries.pop();
        }
    }

    /// Takes out entries that do not count.
    pub fn remove(&mut self, entries: Range<usize>) {
        let removed = self.entries.drain(entries).filter(|entry| entry.event.is_some()).count() as u64;
        self.counts.events = self.counts.events.saturating_sub(removed);
    }

    /// Bounds the size of the digest: of more than [`MAX_ENTRIES`] entries, folded ones counted in full, repeated
    /// failures are folded except among the newest [`MAX_UNFOLDED`]; if there are still more, the oldest are
    /// dropped. Lines on different sides of a bound of the window are not folded together.
    pub fn limit_size(&mut self, window: &Window) {
        if self.entries.iter().map(LogEntry::count).sum::<u64>() > MAX_ENTRIES as u64 {
            fold::fold(self, window);
        }
        if self.entries.len() > MAX_ENTRIES {
            let surplus = self.entries.len() - MAX_ENTRIES;
            let dropped = self.entries.drain(..surplus).filter(|entry| entry.event.is_some());
            self.dropped += dropped.map(|entry| entry.count()).sum::<u64>();
        }
        self.drop_unused_texts();
    }

    fn drop_unused_texts(&mut self) {
        let used: usize = self.entries.iter().map(|entry| (entry.text.1 - entry.text.0) as usize).sum();
        if self.texts.len() < 2 * used + (1 << 16) {
            return;
        }
        self.replace_texts(|_, _| None);
    }

    /// Replaces the texts for which `replacement` returns one, and drops those that no entry has.
    fn replace_texts(&mut self, replacement: impl Fn(&LogEntry, &[u8]) -> Option<String>) {
        let mut texts = Vec::new();
        for entry in &mut self.entries {
            let text = self.texts.get(entry.text.0 as usize..entry.text.1 as usize).unwrap_or_default();
            let begin = texts.len() as u32;
            texts.extend_from_slice(replacement(entry, text).as_deref().map_or(text, str::as_bytes));
            entry.text = (begin, texts.len() as u32);
        }
        self.texts = texts;
    }

    /// The text of an entry of this digest, as in the log, without its header.
    pub fn text(&self, entry: &LogEntry) -> &[u8] {
        self.texts.get(entry.text.0 as usize..entry.text.1 as usize).unwrap_or_default()
    }

    /// Appends the digest of a later part of the same log, which must begin with a line with a header.
    pub fn append(&mut self, later: Self, window: &Window) {
        let Self { counts, entries, texts, macs, macs_beside, head, tail, is_doubled, dropped } = later;
        let lines = self.counts.lines;
        let moved = self.texts.len() as u32;
        self.texts.extend_from_slice(&texts);
        self.entries.extend(entries.into_iter().map(|mut entry| {
            entry.line += lines;
            entry.text = (entry.text.0 + moved, entry.text.1 + moved);
            if let Some(repeats) = &mut entry.repeats {
                repeats.shown.iter_mut().for_each(|repeat| repeat.line += lines);
            }
            entry
        }));
        if self.counts.messages == 0 {
            // A longer head is not the rest of a message.
            self.head.bytes.extend_from_slice(&head.bytes);
            self.head.lines += head.lines;
        }
        self.counts.add(&counts);
        macs.into_iter().for_each(|mac| note(&mut self.macs, mac));
        macs_beside.into_iter().for_each(|mac| note(&mut self.macs_beside, mac));
        self.tail = tail;
        self.tail.line += lines;
        self.is_doubled |= is_doubled;
        if self.is_doubled {
            // Two equal lines can be in two parts, and a short part does not show that the log was written twice.
            self.drop_doubles();
        }
        self.dropped += dropped;
        self.limit_size(window);
    }

    /// What is kept of a log of several phones: the counts, and the addresses of the phones, all of them in
    /// `macs_beside`.
    pub fn of_several_phones(mut self) -> Self {
        self.macs.into_iter().for_each(|mac| note(&mut self.macs_beside, mac));
        let counts = Counts { width: LogWidth::default(), ..self.counts };
        Self { counts, macs_beside: self.macs_beside, ..Self::default() }
    }

    /// Whether a message is about certificates, or a failure.
    pub fn is_about_certificates(&self) -> bool {
        let mut events = self.entries.iter().filter_map(|entry| entry.event.as_ref());
        events.any(|event| event.is_inventory() || event.is_installation() || event.is_failure())
    }

    /// Whether an unpacked digest is valid: counts can be added without overflow, lines are in order, and
    /// texts are present. Records are untrusted input.
    pub fn is_sound(&self) -> bool {
        const MOST: u64 = 1 << 48;
        let Counts {
            bytes,
            lines,
            unrecognized,
            foreign,
            hidden,
            in_further_fields,
            unassigned,
            too_long,
            messages,
            events,
            // These are not added, or by rules of their own.
            width: _,
            digits: _,
            lowest_level: _,
            lowest_tls_level: _,
        } = self.counts;
        let of_lines =
            [lines, unrecognized, foreign, hidden, in_further_fields, unassigned, too_long, messages];
        let counts = of_lines.into_iter().chain([bytes, events, self.dropped]);
        let [head, tail] = [&self.head, &self.tail];
        let fragments = [head.line, head.lines, head.skipped, tail.line, tail.lines, tail.skipped];
        let is_entry = |entry: &LogEntry| {
            let repeats = entry.repeats.as_deref();
            let shown = repeats.into_iter().flat_map(|repeats| &repeats.shown);
            entry.line < MOST
                && entry.skipped < MOST
                && entry.text.0 <= entry.text.1
                && entry.text.1 as usize <= self.texts.len()
                && entry.missed.is_none_or(|missed| missed <= MAX_MISSED)
                && repeats.is_none_or(|repeats| repeats.count < MOST)
                && shown.map(|repeat| repeat.line).all(|line| line < MOST)
        };
        counts.chain(fragments).all(|count| count < MOST)
            && self.entries.len() <= MAX_ENTRIES
            && self.entries.is_sorted_by_key(|entry| entry.line)
            && self.entries.iter().all(is_entry)
    }

    /// The entries in the order of their lines: where lines of one second are out of order, or whole logs, the entries
    /// are in the order of time.
    pub fn by_line(&self) -> EntriesByLine<'_> {
        let mut entries: Vec<&LogEntry> = self.entries.iter().collect();
        entries.sort_by_key(|entry| entry.line);
        EntriesByLine(entries)
    }

    /// Whether repeated failures were folded, or old entries dropped.
    pub fn is_folded(&self) -> bool {
        self.dropped > 0 || self.entries.iter().any(|entry| entry.repeats.is_some())
    }

    /// The first line if it has a stamp and is in the head: something comes before the stamp, and only the beginning
    /// of that can be in another log.
    pub fn whole_head(&self) -> Option<&LogEntry> {
        let first = self.entries.first().filter(|_| !self.head.bytes.is_empty())?;
        (first.line == 1 && first.stamp.is_some()).then_some(first)
    }

    /// Whether it has no line of a phone's log.
    pub const fn is_empty(&self) -> bool {
        self.counts.messages == 0
    }
}

/// The entries of a log by their lines.
#[derive(Clone, Debug)]
pub struct EntriesByLine<'a>(Vec<&'a LogEntry>);

impl<'a> EntriesByLine<'a> {
    /// The entries of this line.
    pub fn of_line(&self, line: u64) -> impl Iterator<Item = &'a LogEntry> {
        let begin = self.0.partition_point(|entry| entry.line < line);
        self.0[begin..].iter().copied().take_while(move |entry| entry.line == line)
    }

    /// The entries up to this line.
    pub fn up_to(&self, line: u64) -> impl Iterator<Item = &'a LogEntry> {
        self.0.iter().copied().take_while(move |entry| entry.line <= line)
    }
}

/// A text of a log in the form that is kept to be shown.
pub(crate) fn shown_text(text: &[u8]) -> Box<str> {
    lossy(&text[..text.len().min(MAX_TEXT_LENGTH)]).into()
}
