//! Reads the lines of one log into its digest.
//!
//! A reader takes a log in pieces of any size. It buffers at most the beginning of one line and one wrapped
//! message, both of bounded length.

pub(super) mod doubled;
mod wrapped;

use std::borrow::Cow;

use memchr::memchr;
use smallvec::SmallVec;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::Recorded;
use super::fast_path::FastPath;
use super::part_name::{MAX_LINES_CHECKED, part_of};
use crate::digest::{CLOCK_SET_BACK_S, Fragment, LineLength, LogDigest, LogEntry, OUT_OF_ORDER_MS};
use crate::event::{self, End, Event, ParsedText};
use crate::line::{
    Header, Line, PlainLines, characters, glued_line, has_odd_bytes, headers_behind, line, trim, without_hole,
};
use crate::stamp::Stamp;
use crate::window::Window;
use doubled::{DoubledLineDetector, from_stamp};
use wrapped::{BegunLine, Pending, WrappedLines};

/// The part of a line that is read, in bytes. The rest of a longer line is ignored.
pub const MAX_LINE_LENGTH: usize = 64 * 1024;

/// The longest kept fragment (a cut line, an open message) at either end of a log, in bytes.
const MAX_FRAGMENT_LENGTH: usize = 8 * 1024;

/// When there are more entries than this, their number is limited before more are added.
const LIMIT_ABOVE: usize = 4 * crate::digest::MAX_ENTRIES;

/// Reads one log, or a part of one that begins with a line.
#[derive(Default)]
pub(super) struct Reader {
    /// The previous line, to compare the next one with it.
    before: Vec<u8>,
    /// The number of the current line, and how many lines of other logs are before it in the file. Of a line that is
    /// wrapped within its header, those of its beginning.
    number: u64,
    skipped: u64,
    window: Window,
    digest: LogDigest,
    /// The known messages that were not taken yet; None if they are not wanted.
    recorded: Option<Vec<Recorded>>,
    /// The beginning of a line whose end has not been read yet (at most [`MAX_LINE_LENGTH`] bytes), and the
    /// length of all of it that was read.
    partial: Vec<u8>,
    partial_length: usize,
    /// The input so far ends with NUL bytes at the beginning of a line.
    ends_in_hole: bool,
    plain_lines: PlainLines,
    pub(super) fast_path: FastPath,
    /// A message, or a line that ends within its header, that the next line may continue.
    pending: Option<Pending>,
    begun: Option<BegunLine>,
    /// The number and the value of the last line that has only its own number.
    line_number: Option<(u64, u64)>,
    wrapped_lines: WrappedLines,
    /// The last line with a header.
    last: LastLine,
    /// The hash of the next line is to be stored as `hash_after` of the last event.
    wants_next: bool,
    doubled_lines: DoubledLineDetector,
    /// One of the first lines names its phone or sender.
    pub(super) names_parts: bool,
    /// How many of them can be of other devices, so that more are checked.
    of_others: u64,
}

/// The last line with a header. It becomes an entry if the next line shows that something ends with it, such
/// as a boot.
#[derive(Default)]
struct LastLine {
    /// Without an event. Its line number is 0 before the first such line.
    entry: LogEntry,
    text: Vec<u8>,
    /// It is already an entry of the digest.
    is_kept: bool,
    /// The uptime restarts with it. The next line shows whether that was a boot or a single line out of
    /// order.
    starts_over: bool,
    /// The uptime from which it fell by more than disorder explains. None from a banner or a date on, or once a line reaches
    /// it: then the lines between may only have been out of order. Until then, no line passes the fast path.
    to_reach: Option<u64>,
}

impl Reader {
    /// `records`: whether [`Self::take_recorded`] gives the known messages.
    pub(super) fn new(window: Window, records: bool) -> Self {
        Self { window, recorded: records.then(Vec::new), ..Self::default() }
    }

    /// The known messages since the last call.
    pub(super) fn take_recorded(&mut self) -> impl Iterator<Item = Recorded> {
        self.recorded.as_mut().into_iter().flat_map(|recorded| recorded.drain(..))
    }

    /// Takes the next piece of the log.
    pub(super) fn feed(&mut self, piece: &[u8]) {
        self.digest.counts.bytes += piece.len() as u64;
        let mut rest = piece;
        if self.partial_length > 0 {
            let Some(end) = memchr(b'\n', rest) else { return self.keep(rest) };
            self.keep(&rest[..end]);
            rest = &rest[end + 1..];
            let (whole, length) = (std::mem::take(&mut self.partial), self.partial_length);
            self.partial_length = 0;
            self.doubled_lines.take(whole == self.before && !whole.is_empty());
            self.before.clone_from(&whole);
            self.line(&whole, length, End::Whole, None, true);
            self.partial = whole;
            self.partial.clear();
        }
        // Asked for each line instead, logs of 120 KB take 20 % more instructions.
        let may_be_odd = has_odd_bytes(rest);
        let before_piece = std::mem::take(&mut self.before);
        let (mut last_but_one, mut before): (&[u8], &[u8]) = (&[], &before_piece);
        loop {
            let mut passed = 0;
            while self.pending.is_none()
                && !self.wants_next
                && let Some(end) = self.fast_path.match_line(rest, may_be_odd, &mut self.digest.counts.digits)
            {
                let whole = &rest[..end];
                rest = &rest[end + 1..];
                self.doubled_lines.take(whole == before);
                self.digest.counts.width.add_message(whole);
                (last_but_one, before) = (before, whole);
                passed += 1;
            }
            self.add_passed(passed, last_but_one, before);
            let Some(end) = memchr(b'\n', rest) else { break };
            let whole = without_hole(&rest[..end]);
            rest = &rest[end + 1..];
            let read = &whole[..whole.len().min(MAX_LINE_LENGTH)];
            self.doubled_lines.take(read == before && !read.is_empty());
            before = read;
            self.line(whole, whole.len(), End::Whole, None, may_be_odd);
        }
        self.before = before.to_vec();
        self.keep(rest);
        if self.digest.entries.len() > LIMIT_ABOVE {
            self.digest.limit_size(&self.window);
        }
    }

    /// Takes one line, without its line feed, with its number in the file; or the rest of one. `parsed` is the whole
    /// line, if it was parsed already.
    pub(super) fn feed_line(&mut self, number: u64, whole: &[u8], parsed: Option<Line<'_>>) {
        self.digest.counts.bytes += whole.len() as u64 + 1;
        let before = (self.last.entry.line, self.last.entry.hash);
        let line_before = self.digest.counts.lines;
        let joined;
        let (mut whole, mut parsed) = (whole, parsed);
        if self.partial_length == 0 {
            self.skipped = number - (line_before + 1);
            whole = without_hole(whole);
        } else {
            self.partial_length = 0;
            joined = [std::mem::take(&mut self.partial).as_slice(), whole].concat();
            (whole, parsed) = (&joined, None);
        }
        self.line(whole, whole.len(), End::Whole, parsed, true);
        // Lines are compared by what the phone wrote, not by the time at which a server received them.
        let is_equal = self.last.entry.line == line_before + 1
            && before == (line_before, self.last.entry.hash)
            && from_stamp(whole) == from_stamp(&self.before);
        self.doubled_lines.take((is_equal || whole == self.before) && !whole.is_empty());
        self.before.clear();
        self.before.extend_from_slice(whole);
        if self.digest.entries.len() > LIMIT_ABOVE {
            self.digest.limit_size(&self.window);
        }
    }

    /// Takes the beginning of a line, with its number in the file. The next line is the rest of it.
    pub(super) fn feed_cut(&mut self, number: u64, cut: &[u8]) {
        self.digest.counts.bytes += cut.len() as u64;
        self.skipped = number - (self.digest.counts.lines + 1);
        self.keep(cut);
    }

    /// Ends the log. The reader takes nothing after it.
    pub(super) fn finish(&mut self) -> LogDigest {
        let mut tail = self.tail();
        if self.partial_length > 0 {
            let (cut, length) = (std::mem::take(&mut self.partial), self.partial_length);
            let begin = (self.digest.counts.lines + 1, self.skipped);
            let has_header = matches!(line(&cut), Line::Message { .. }) && !self.completes_header(&cut);
            let before = tail.filter(|_| !has_header).unwrap_or((begin, Vec::new()));
            tail = Some((before.0, [before.1, cut.clone()].concat()));
            self.line(&cut, length, End::Cut, None, true);
        } else if self.ends_in_hole {
            self.digest.counts.lines += 1;
        }
        if let Some(begun) = self.plain_lines.rest() {
            self.digest.counts.lines -= 1;
            self.line(&begun, begun.len(), End::Cut, None, true);
        }
        self.flush();
        if let Some(((line, skipped), bytes)) = tail.filter(|(_, bytes)| bytes.len() <= MAX_FRAGMENT_LENGTH) {
            let lines = self.digest.counts.lines + 1 - line;
            self.digest.tail = Fragment { line, skipped, lines, bytes };
        }
        self.keep_last();
        self.digest.is_doubled = self.doubled_lines.is_doubled();
        if self.digest.is_doubled {
            // This must precede folding, so that each line is counted once.
            self.digest.drop_doubles();
        }
        self.digest.limit_size(&self.window);
        std::mem::take(&mut self.digest)
    }

    fn keep(&mut self, piece: &[u8]) {
        let has_bytes = !piece.is_empty();
        let piece = if self.partial.is_empty() { without_hole(piece) } else { piece };
        self.ends_in_hole = has_bytes && piece.is_empty();
        self.partial_length += piece.len();
        let room = MAX_LINE_LENGTH.saturating_sub(self.partial.len());
        self.partial.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    /// Counts lines in a row that passed the fast path, and stores the last one in `last`: it may turn out to be
    /// the last line of a boot. The one before it gives the hash that is before it.
    fn add_passed(&mut self, passed: u64, last_but_one: &[u8], last: &[u8]) {
        self.digest.counts.lines += passed;
        self.digest.counts.messages += passed;
        for (whole, back) in [(last_but_one, 1), (last, 0)] {
            if passed <= back {
                continue;
            }
            let plain = self.plain_lines.plain(whole);
            if let Line::Message { header, text, .. } = line(plain.as_deref().unwrap_or(whole)) {
                let hash = hash_of(&header, text);
                self.set_last(self.digest.counts.lines - back, &header, text, hash);
            }
        }
    }

    fn set_last(&mut self, line: u64, header: &Header, text: &[u8], hash: u64) {
        let last = &mut self.last;
        let hash_before = if last.entry.line + 1 == line { last.entry.hash } else { 0 };
        let (stamp, missed) = (header.stamp, Some(header.missed));
        last.entry =
            LogEntry { line, skipped: self.skipped, stamp, missed, hash, hash_before, ..LogEntry::default() };
        last.is_kept = false;
        last.text.clear();
        last.text.extend_from_slice(&text[..text.len().min(crate::digest::MAX_TEXT_LENGTH)]);
    }

    fn line(&mut self, whole: &[u8], length: usize, end: End, parsed: Option<Line<'_>>, may_be_odd: bool) {
        self.digest.counts.lines += 1;
        self.digest.counts.too_long += u64::from(length > MAX_LINE_LENGTH);
        let looked_at = &whole[..whole.len().min(MAX_LINE_LENGTH)];
        let Some((plain, before)) = self.plain_lines.join(looked_at, may_be_odd) else { return };
        // Where a mail program broke a line, nothing is cut off.
        let (bytes, shown) = if before > 0 { (plain.len(), &*plain) } else { (length, whole) };
        // Counted for each line, logs of 120 KB take 3 % more instructions.
        let is_ascii = before == 0 && !may_be_odd;
        let characters = if is_ascii { bytes } else { bytes - shown.len() + characters(shown) };
        let looked_at = &*plain;
        self.number = self.digest.counts.lines - before;
        let joined = self.join_header(looked_at);
        let (looked_at, raw) = joined.as_ref().map_or((looked_at, looked_at), |(line, raw)| (line, raw));
        let as_parsed = parsed.filter(|_| matches!(plain, Cow::Borrowed(_)) && joined.is_none());
        let mut rest = as_parsed.unwrap_or_else(|| line(looked_at));
        let is_message = matches!(rest, Line::Message { .. });
        let length = LineLength { is_message, characters, bytes };
        self.digest.counts.width.add(length);
        self.note_names(whole);
        loop {
            let (Line::Message { text, .. } | Line::Headerless(text)) = rest;
            let glued = self.glued_line(&rest, text);
            let (own, end_of_own) = glued.map_or((text, end), |at| (trim(&text[..at]), End::Whole));
            match rest {
                // A header of which only the end is left is valid only before a known message.
                Line::Message { header, .. }
                    if header.stamp.is_some() || event::read(own, end_of_own) != ParsedText::Unknown =>
                {
                    self.fast_path.learn(whole, &header, &self.window);
                    self.digest.counts.in_further_fields += headers_behind(looked_at, &header, text);
                    self.message(&header, own, raw, end_of_own);
                }
                Line::Message { .. } => {
                    // The end of a header begins another message: nothing continues a complete one.
                    if self.pending.as_ref().is_some_and(Pending::is_complete) {
                        self.flush();
                    }
                    self.headerless(own, raw, end_of_own);
                }
                Line::Headerless(_) => {
                    self.headerless(own, raw, end_of_own);
                }
            }
            let Some(at) = glued else { break };
            self.fast_path.reset();
            rest = line(&text[at..]);
        }
        if let Some(pending) = &mut self.pending {
            pending.length = length;
        }
    }

    /// Notes whether one of the first lines names its phone or sender.
    fn note_names(&mut self, whole: &[u8]) {
        if self.digest.counts.lines <= MAX_LINES_CHECKED as u64 + self.of_others
            && let Some(found) = part_of(whole)
        {
            self.names_parts |= found.is_named();
            self.of_others += u64::from(!found.is_named());
        }
    }

    /// Where another line begins within the text of a line.
    fn glued_line(&self, line: &Line<'_>, text: &[u8]) -> Option<usize> {
        glued_line(text).filter(|at| match line {
            Line::Message { .. } => true,
            // Prose may cite a line of a log. A line is split off here only if a message is open or no
            // blank is before it, since that does not occur in prose.
            Line::Headerless(_) => {
                self.pending.is_some() || text[..*at].last().is_some_and(|byte| *byte > b' ')
            }
        })
    }

    fn message(&mut self, header: &Header, text: &[u8], raw: &[u8], end: End) {
        self.flush();
        let number = self.number;
        // A part of what comes before the first stamp can be at the end of another log.
        let has_before = |stamp: Stamp| number == 1 && !raw.starts_with(stamp.as_str().as_bytes());
        if self.last.entry.line == 0
            && number == self.digest.counts.lines
            && header.stamp.is_none_or(has_before)
        {
            self.keep_head(raw, end);
        }
        self.digest.counts.messages += 1;
        // Lines that pass the fast path need not be counted here: their component has had their level before.
        self.digest.counts.add_level(header.level, header.is_tls());
        if let Some(digits) = header.stamp.as_ref().and_then(Stamp::digits) {
            self.digest.counts.digits.add(digits);
        }
        let news = self.news(header);
        let is_banner = event::may_be_banner(text);
        // The line before a banner shows how long the boot before lasted.
        if news == LinesToKeep::OfBoth || is_banner {
            self.keep_last();
        }
        let hash = hash_of(header, text);
        if std::mem::take(&mut self.wants_next)
            && let Some(entry) = self.digest.entries.iter_mut().rev().find(|entry| entry.event.is_some())
        {
            entry.hash_after = hash;
        }
        let starts_over = news == LinesToKeep::OfBoth && header.stamp.is_some_and(|stamp| stamp.is_uptime());
        self.set_uptime_to_reach(header.stamp.and_then(|stamp| stamp.uptime()).filter(|_| !is_banner));
        self.set_last(number, header, text, hash);
        let started_over = std::mem::replace(&mut self.last.starts_over, starts_over);
        if starts_over || started_over || self.last.to_reach.is_some() {
            self.fast_path.reset();
        }
        let reading = match event::read(text, end) {
            // The message begins in the next line.
            ParsedText::Unknown if text.is_empty() => ParsedText::Cut,
            reading => reading,
        };
        let entry = LogEntry { is_tls: header.is_tls(), ..self.last.entry.clone() };
        match reading {
            ParsedText::Known(event) if !event::may_go_on(text) => {
                self.add_event(entry, Some(header), text, event, end);
            }
            ParsedText::Unknown if news != LinesToKeep::None => self.keep_last(),
            ParsedText::Unknown => {}
            reading => {
                let is_news = news != LinesToKeep::None;
                self.pending = Some(Pending::new(entry, Some(*header), (text, raw), reading, end, is_news));
            }
        }
    }

    /// Which lines must be kept because of a change from the last header to this one.
    fn news(&self, header: &Header) -> LinesToKeep {
        if self.last.entry.line == 0 {
            return LinesToKeep::OfThis;
        }
        let stamps = match (&self.last.entry.stamp, &header.stamp) {
            (Some(before), Some(stamp)) => {
                let is_reached =
                    self.last.to_reach.zip(stamp.uptime()).is_some_and(|(to_reach, now)| to_reach <= now);
                are_apart(before, stamp)
                    || is_reached
                    || self.window.bound_bits(before) != self.window.bound_bits(stamp)
            }
            (before, stamp) => before.is_some() != stamp.is_some(),
        };
        let is_missed = Some(header.missed) != self.last.entry.missed;
        match (stamps, is_missed || self.last.starts_over) {
            (true, _) => LinesToKeep::OfBoth,
            (false, true) => LinesToKeep::OfThis,
            (false, false) => LinesToKeep::None,
        }
    }

    /// Takes the uptime of the next line; None if it is a banner or has none. See [`LastLine::to_reach`].
    fn set_uptime_to_reach(&mut self, now: Option<u64>) {
        let before = self.last.entry.stamp.and_then(|stamp| stamp.uptime());
        self.last.to_reach = now.and_then(|now| match self.last.to_reach {
            Some(to_reach) => Some(to_reach).filter(|to_reach| *to_reach > now),
            None => before.filter(|before| *before > now + OUT_OF_ORDER_MS),
        });
    }

    /// Adds the last line with a header to the digest.
    fn keep_last(&mut self) {
        if self.last.entry.line > 0 && !std::mem::replace(&mut self.last.is_kept, true) {
            self.digest.push(self.last.entry.clone(), &self.last.text);
        }
    }

    /// Adds a known message. `entry` is its line.
    fn add_event(&mut self, entry: LogEntry, header: Option<&Header>, text: &[u8], event: Event, end: End) {
        self.digest.counts.events += 1;
        let LogEntry { line, skipped, .. } = entry;
        if let Some(recorded) = &mut self.recorded {
            recorded.push(Recorded { line, skipped, header: header.copied(), event: event.clone() });
        }
        self.last.is_kept |= self.last.entry.line == line;
        self.wants_next = true;
        self.digest.push(LogEntry { event: Some(event), is_cut: end == End::Cut, ..entry }, text);
    }
}

/// Which lines must be kept because of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LinesToKeep {
    None,
    OfThis,
    /// This line and the one before it, since something ends there.
    OfBoth,
}

/// Whether both lines must be kept because of their stamps: the type of stamp or the day differs, the uptime
/// restarts, the clock was set, or only one of them is a date.
fn are_apart(before: &Stamp, stamp: &Stamp) -> bool {
    let (Some(earlier), Some(later)) = (before.digits(), stamp.digits()) else {
        return match (before.uptime(), stamp.uptime()) {
            (Some(before), Some(uptime)) => uptime < before,
            _ => true,
        };
    };
    // The order within a minute is ignored, since the fast path does not check it either.
    let is_back = later[..8] < earlier[..8]
        && before
            .yearless()
            .zip(stamp.yearless())
            .is_none_or(|(before, date)| before.milliseconds_until(date) < -1_000 * CLOCK_SET_BACK_S);
    earlier[..4] != later[..4] || is_back || before.is_date() != stamp.is_date()
}

/// A hash of what the phone wrote in a line: stamp, component and text, without padding, and without quotation marks and
/// backslashes: exports double or escape them.
fn hash_of(header: &Header, text: &[u8]) -> u64 {
    let mut key = [0; 18];
    if let (Some(stamp), Some(part)) = (&header.stamp, key.first_chunk_mut()) {
        *part = *stamp.padded();
    }
    key[13..].copy_from_slice(&header.component);
    let seed = xxh3_64(&key);
    if memchr::memchr2(b'"', b'\\', text).is_none() {
        return xxh3_64_with_seed(text, seed);
    }
    let plain: SmallVec<[u8; 256]> =
        text.iter().copied().filter(|byte| !matches!(byte, b'"' | b'\\')).collect();
    xxh3_64_with_seed(&plain, seed)
}
