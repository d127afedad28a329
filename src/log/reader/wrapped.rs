//! Lines without a header, and messages that are wrapped over several lines. Such a message is pending until
//! the next line shows whether it continues it.

use xxhash_rust::xxh3::xxh3_64;

use super::{MAX_FRAGMENT_LENGTH, Reader};
use crate::digest::{LineLength, LogEntry};
use crate::event::{self, End, Event, ParsedText, WrappedText};
use crate::line::{Header, characters, completed_header, has_hidden_header, joined_header, trim, value};

/// No line number is longer, in digits.
const MAX_LINE_NUMBER: usize = 9;

/// A known message that the next line may continue.
pub(super) struct Pending {
    /// Its first line.
    entry: LogEntry,
    header: Option<Header>,
    text: WrappedText,
    /// Its lines, byte for byte; empty if its first line was a complete message.
    raw: Vec<u8>,
    /// The length of its last line, in characters, and those of the lines before.
    columns: usize,
    /// The length of its last line as it is in the file.
    pub(super) length: LineLength,
    wrapped_lines: WrappedLines,
    /// Its header has something new, so its line is kept whatever the text is.
    is_news: bool,
    end: End,
}

/// The lines of a log, or of a message, that the next line continues.
#[derive(Clone, Copy)]
pub(super) struct WrappedLines {
    /// Their lengths, in characters.
    shortest: usize,
    longest: usize,
    /// A word was broken.
    break_words: bool,
}

impl Default for WrappedLines {
    fn default() -> Self {
        Self { shortest: usize::MAX, longest: 0, break_words: false }
    }
}

impl WrappedLines {
    fn add(&mut self, other: Self) {
        self.shortest = self.shortest.min(other.shortest);
        self.longest = self.longest.max(other.longest);
        self.break_words |= other.break_words;
    }

    /// Whether the log is wrapped at blanks: the lines are not broken at one column, even if the blank before some
    /// breaks was dropped.
    const fn are_at_blanks(&self) -> bool {
        self.longest > self.shortest.saturating_add(1) && !self.break_words
    }
}

/// A line that ends within its header. The next line may continue it.
pub(super) struct BegunLine {
    line: u64,
    skipped: u64,
    bytes: Vec<u8>,
}

impl Reader {
    /// Takes a line without a header: a message of its own, or the continuation of the one before.
    pub(super) fn headerless(&mut self, text: &[u8], raw: &[u8], end: End) {
        // Lines that continue a cut first line belong to the head too.
        self.keep_head(raw, end);
        self.digest.counts.hidden += u64::from(has_hidden_header(raw));
        let number = self.digest.counts.lines;
        if completed_header(raw).is_some() {
            self.flush();
            self.begun = Some(BegunLine { line: number, skipped: self.skipped, bytes: raw.to_vec() });
        } else if let Some(found) = event::find(text) {
            // If only a function's name came before the wrap, this line is the text of that message.
            if self.completes_pending(text, found, raw, end) {
                return;
            }
            let text = found;
            self.flush();
            // Entries must be in the order of their lines.
            self.keep_last();
            self.digest.counts.messages += 1;
            let hash_before = if self.last.entry.line + 1 == number { self.last.entry.hash } else { 0 };
            let (skipped, hash) = (self.skipped, xxh3_64(text));
            let entry = LogEntry { line: number, skipped, hash, hash_before, ..LogEntry::default() };
            match event::read(text, end) {
                ParsedText::Known(event) if !event::may_go_on(text) => {
                    self.add_event(entry, None, text, event, end);
                }
                reading => {
                    self.pending = Some(Pending::new(entry, None, (text, raw), reading, end, false));
                }
            }
            return;
        }
        self.digest.counts.unrecognized += u64::from(self.digest.counts.messages == 0);
        if self.is_next_line_number(text) {
            return self.flush();
        }
        self.digest.counts.foreign += u64::from(is_utf_16(text) || is_read_as_utf_16(text));
        if !self.continues_pending(text, raw, end) {
            self.flush();
            self.digest.note_macs_beside(text);
        }
    }

    /// Whether a line has only the number of the next line, as text has that was copied from a page with line numbers. The
    /// first one is known by this: it continues no message.
    fn is_next_line_number(&mut self, text: &[u8]) -> bool {
        if text.len() > MAX_LINE_NUMBER || text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
            return false;
        }
        let (line, number) = (self.digest.counts.lines, value(text));
        let is_next = self.line_number.is_some_and(|(before, last)| {
            // The line before may be wrapped.
            number == last + 1 && (2..=4).contains(&(line - before))
        });
        if is_next || self.pending.is_none() {
            self.line_number = Some((line, number));
        }
        is_next
    }

    /// Joins a line to the pending message, if it can continue it.
    fn continues_pending(&mut self, text: &[u8], raw: &[u8], end: End) -> bool {
        let Some(pending) = &mut self.pending else { return false };
        let is_begun = pending.text.is_begun();
        // Where the headers were taken off, the next line is more likely another message than the rest of a free text.
        let is_apart = pending.header.is_none() && pending.text.is_open();
        let fits = !is_apart && pending.text.join(text, end);
        if fits {
            pending.add(raw, end, is_begun);
        }
        fits
    }

    /// Joins a line with a message of its own to the beginning of one, if both together are one message. A complete
    /// message remains what it is.
    fn completes_pending(&mut self, text: &[u8], own: &[u8], raw: &[u8], end: End) -> bool {
        let Some(pending) = self.pending.as_mut().filter(|pending| pending.text.is_begun()) else {
            return false;
        };
        let says_same = |joined: &WrappedText| match (event::read(own, end), joined.event(false)) {
            // Without its hyphens, a banner reads like the first line of a component.
            (ParsedText::Open(Event::LogStart { .. }), Some((Event::LogStart { .. }, _))) => true,
            (ParsedText::Known(own) | ParsedText::Open(own), joined) => {
                joined.is_some_and(|(joined, _)| joined == own)
            }
            (ParsedText::Cut | ParsedText::Unknown, _) => true,
        };
        let join = |line| {
            let mut joined = pending.text.clone();
            let fits = joined.join(line, end)
                && (pending.text.is_empty() || (!joined.is_open() && says_same(&joined)));
            fits.then_some(joined)
        };
        let Some(joined) = join(own).or_else(|| join(text)) else { return false };
        pending.text = joined;
        pending.add(raw, end, true);
        true
    }

    /// Ends the pending message.
    pub(in crate::log) fn flush(&mut self) {
        let Some(pending) = self.pending.take() else { return };
        // The last line of a file that is cut off at a size has a length of its own.
        if pending.end == End::Whole && pending.text.begins_certificate_message() {
            self.digest.counts.width.add_begun(pending.length, pending.text.is_marked_as_cut());
        }
        let before = self.wrapped_lines;
        self.wrapped_lines.add(pending.wrapped_lines);
        self.wrapped_lines.break_words |= pending.text.is_broken_within_words();
        // One message alone shows nothing: a terminal breaks its first line at a column of its own.
        let is_first = before.longest == 0;
        let are_at_blanks = before.are_at_blanks() || !is_first && self.wrapped_lines.are_at_blanks();
        let event = pending.text.event(are_at_blanks);
        match event {
            Some((event, text)) => {
                let Pending { entry, header, end, .. } = pending;
                self.add_event(entry, header.as_ref(), text, event, end);
            }
            None if pending.is_news => self.keep_last(),
            None => {}
        }
    }

    /// The line of which this one is the end, if the line before ended within its header, and both lines with the line
    /// feeds.
    pub(super) fn join_header(&mut self, bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let begun = self.begun.take().filter(|begun| begun.line + 1 == self.digest.counts.lines)?;
        let joined = joined_header(&begun.bytes, bytes)?;
        let columns = columns(&begun.bytes);
        self.wrapped_lines.add(WrappedLines { shortest: columns, longest: columns, break_words: false });
        (self.number, self.skipped) = (begun.line, begun.skipped);
        self.digest.counts.unrecognized -= u64::from(self.digest.counts.messages == 0);
        Some((joined, [&begun.bytes, bytes].join(&b'\n')))
    }

    /// The last line, if it ends within its header.
    fn begun(&self) -> Option<&BegunLine> {
        self.begun.as_ref().filter(|begun| begun.line == self.digest.counts.lines)
    }

    /// Whether the last line ended within its header, and this is the rest of it.
    pub(super) fn completes_header(&self, bytes: &[u8]) -> bool {
        self.begun().is_some_and(|begun| joined_header(&begun.bytes, bytes).is_some())
    }

    /// Adds a line to the digest's head if all lines before it are there.
    pub(super) fn keep_head(&mut self, raw: &[u8], end: End) {
        let head = &mut self.digest.head;
        if head.bytes.len() + raw.len() < MAX_FRAGMENT_LENGTH && head.lines + 1 == self.digest.counts.lines {
            if head.lines == 0 {
                (head.line, head.skipped) = (1, self.skipped);
            }
            head.lines += 1;
            head.bytes.extend_from_slice(raw);
            if end == End::Whole {
                head.bytes.push(b'\n');
            }
        }
    }

    /// What the end of the log leaves open, with its line and the number of lines skipped before it.
    pub(super) fn tail(&self) -> Option<((u64, u64), Vec<u8>)> {
        let begun =
            self.begun().map(|begun| ((begun.line, begun.skipped), [&begun.bytes[..], b"\n"].concat()));
        let is_open = |text: &WrappedText| text.is_begun() || text.is_open();
        let pending =
            self.pending.as_ref().filter(|pending| is_open(&pending.text) && !pending.raw.is_empty());
        begun.or_else(|| {
            pending.map(|pending| ((pending.entry.line, pending.entry.skipped), pending.raw.clone()))
        })
    }
}

/// The length of a line in characters; of the last one if there are several.
fn columns(lines: &[u8]) -> usize {
    characters(&lines[memchr::memrchr(b'\n', lines).map_or(0, |feed| feed + 1)..])
}

impl Pending {
    pub(super) fn new(
        entry: LogEntry,
        header: Option<Header>,
        (text, raw): (&[u8], &[u8]),
        reading: ParsedText,
        end: End,
        is_news: bool,
    ) -> Self {
        let columns = columns(raw);
        let raw = if matches!(reading, ParsedText::Known(_)) { Vec::new() } else { [raw, b"\n"].concat() };
        let text = WrappedText::new(text, reading);
        let wrapped_lines = WrappedLines::default();
        Self { entry, header, text, raw, columns, length: LineLength::default(), wrapped_lines, is_news, end }
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.text.is_begun()
    }

    /// Adds a line that was joined. `is_needed`: the message was not complete without it.
    fn add(&mut self, raw: &[u8], end: End, is_needed: bool) {
        self.end = end;
        if !self.raw.is_empty() {
            self.raw.extend_from_slice(raw);
            self.raw.push(b'\n');
        }
        // A mail may have an empty line after each line.
        if !trim(raw).is_empty() {
            let columns = std::mem::replace(&mut self.columns, columns(raw));
            if is_needed {
                self.wrapped_lines.add(WrappedLines {
                    shortest: columns,
                    longest: columns,
                    break_words: false,
                });
            }
        }
    }
}

/// Whether nearly all characters are two bytes of ASCII that were read as one unit of UTF-16: lines that were appended to
/// a UTF-16 file. Real text in such characters has others between them.
fn is_read_as_utf_16(text: &[u8]) -> bool {
    let is_ascii = |byte: u32| matches!(byte, 0x09 | 0x0a | 0x0d | 0x20..=0x7e);
    let is_pair = |unit: &char| is_ascii(u32::from(*unit) >> 8) && is_ascii(u32::from(*unit) & 0xff);
    let (units, pairs) = String::from_utf8_lossy(text)
        .chars()
        .fold((0, 0), |(units, pairs), unit| (units + 1, pairs + usize::from(is_pair(&unit))));
    pairs >= 16 && pairs * 10 >= units * 9
}

/// Whether NUL bytes alternate with other bytes, as in UTF-16 text.
fn is_utf_16(text: &[u8]) -> bool {
    let zeros = |from: usize| text.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    text.len() >= 8 && (zeros(0) > text.len() / 4) != (zeros(1) > text.len() / 4)
}
