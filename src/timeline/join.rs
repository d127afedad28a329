//! Joins the logs of one phone: a line that is in several logs counts once, and a message that is cut off at the
//! end of one log continues in the next.

use std::ops::Range;

use chrono::{Datelike, NaiveDateTime};

use super::dates::years_between;
use super::overlaps::{overlap, whole_lines};
use super::repeats::without_repeats;
use super::span::{End, LogDates, Span};
use super::{Calendar, Log};
use crate::digest::{Fragment, LogDigest, LogEntry};
use crate::line::{Header, ends_before_stamp, may_end_in_stamp};
use crate::log::read_split;
use crate::model::Mac;
use crate::stamp::Yearless;

/// The logs that are used, in order, with the messages that are split between them.
#[derive(Debug, Default)]
pub struct Joined {
    pub(super) logs: Vec<JoinedLog>,
    /// Message `n` lies between log `n` and the next one.
    split_messages: Vec<Option<SplitMessage>>,
    /// The logs that are not used.
    pub(super) left_out: Vec<LeftOut>,
}

/// A log that is not used, because its lines are in other logs of the phone.
#[derive(Debug)]
pub struct LeftOut {
    /// Its path, as reports show it.
    pub path: Box<str>,
    /// One of the other logs has the same lines and no more.
    pub is_equal: bool,
}

/// One log that is used.
#[derive(Debug)]
pub(super) struct JoinedLog {
    pub(super) log: Log,
    pub(super) calendar: Calendar,
    /// Lines up to this one are also in the log before.
    overlap: u64,
    /// Lines after this one are cut, and are whole in the next log.
    end: u64,
    /// Lines up to this one belong to a message that began in a log before.
    head_end: u64,
}

/// A message that begins in one log and ends in the next, or in a later one.
#[derive(Debug)]
struct SplitMessage {
    digest: LogDigest,
    /// The headers of known messages, by their lines in the message.
    headers: Vec<(u64, Header)>,
    pieces: Vec<SplitMessagePart>,
}

/// The part of a split message that is in one log.
#[derive(Clone, Copy, Debug)]
struct SplitMessagePart {
    file: usize,
    /// Where it begins in the log, and how many lines it has.
    line: u64,
    lines: u64,
    /// How many lines of other logs are before it in the file.
    skipped: u64,
    /// Whether its last line has no end; then the first line of the next log continues it.
    is_cut: bool,
}

impl SplitMessage {
    /// The location of a line of the message: the log, the line in it, and how many lines of other logs are before it in
    /// the file.
    fn location(&self, line: u64) -> (usize, u64, u64) {
        let mut before = 0;
        for piece in &self.pieces {
            if line <= before + piece.lines {
                return (piece.file, piece.line + line - before - 1, piece.skipped);
            }
            before += piece.lines - u64::from(piece.is_cut);
        }
        self.pieces.last().map_or((0, line, 0), |last| (last.file, last.line + last.lines - 1, last.skipped))
    }
}

/// One line of the joined logs: its location, and what was kept of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct JoinedLine<'a> {
    pub(super) file: usize,
    pub(super) line: u64,
    pub(super) skipped: u64,
    pub(super) digest: &'a LogDigest,
    pub(super) entry: &'a LogEntry,
}

impl Joined {
    /// Joins logs that are in order.
    pub(super) fn new(logs: Vec<(Log, Calendar)>) -> Self {
        let (logs, left_out) = if logs.len() > 1 { without_repeats(logs) } else { (logs, Vec::new()) };
        Self { left_out, ..Self::of(logs) }
    }

    /// Joins logs none of which repeats another.
    pub(super) fn of(logs: Vec<(Log, Calendar)>) -> Self {
        let mut logs: Vec<_> = logs
            .into_iter()
            .map(|(log, calendar)| JoinedLog { log, calendar, overlap: 0, end: u64::MAX, head_end: 0 })
            .collect();
        for at in 1..logs.len() {
            let [earlier, later] = &mut logs[at - 1..=at] else { continue };
            later.overlap = overlap(&earlier.log, &later.log);
            if later.overlap > 0 {
                earlier.end = whole_lines(&earlier.log.digest);
            }
        }
        let mut split_messages: Vec<Option<SplitMessage>> = Vec::new();
        for begin in 0..logs.len() {
            let message = find_split_message(&logs, begin);
            for piece in message.iter().flat_map(|message| &message.pieces).skip(1) {
                logs[piece.file].head_end = piece.lines;
            }
            split_messages.push(message);
        }
        if split_messages.iter().any(Option::is_some) {
            date_split_messages(&mut logs, &split_messages);
        }
        Self { logs, split_messages, left_out: Vec::new() }
    }

    /// The lines that were kept, in order.
    pub(super) fn lines(&self) -> impl Iterator<Item = JoinedLine<'_>> {
        self.logs.iter().enumerate().flat_map(move |(file, joined)| {
            let digest = &joined.log.digest;
            let message = self.split_messages[file].as_ref();
            let tail_begin = if message.is_some() { digest.tail.line } else { u64::MAX };
            let is_own = move |entry: &&LogEntry| self.counts(file, entry.line) && entry.line < tail_begin;
            let own = digest.entries.iter().filter(is_own);
            let own = own.map(move |entry| JoinedLine {
                file,
                line: entry.line,
                skipped: entry.skipped,
                digest,
                entry,
            });
            let across = message.into_iter().flat_map(|message| {
                message.digest.entries.iter().map(|entry| {
                    let (file, line, skipped) = message.location(entry.line);
                    JoinedLine { file, line, skipped, digest: &message.digest, entry }
                })
            });
            own.chain(across)
        })
    }

    /// Whether this log continues where the one before it ended, judged by their numbers and ends: no log of the
    /// chain is missing between them, and no message remains cut.
    pub(super) fn continues_previous(&self, file: usize) -> bool {
        let Some(before) = file.checked_sub(1) else { return false };
        self.logs[before].log.is_directly_before(&self.logs[file].log) && self.cut_line(before).is_none()
    }

    /// The number of a log's last line if it is cut and does not go on in the next log.
    pub(super) fn cut_line(&self, file: usize) -> Option<u64> {
        let digest = &self.logs[file].log.digest;
        let goes_on = self.logs.get(file + 1).is_some_and(|next| next.head_end > 0 || next.overlap > 0);
        let is_begun = digest.tail.lines > 1 || !ends_before_stamp(&digest.tail.bytes);
        (digest.tail.is_cut() && is_begun && !goes_on).then_some(digest.counts.lines)
    }

    /// The indexes of the logs that are used, in order of time.
    pub const fn files(&self) -> Range<usize> {
        0..self.logs.len()
    }

    /// The addresses that a log names, also in a line that goes on in the next log.
    pub(super) fn macs(&self, file: usize) -> &[Mac] {
        let macs = &self.logs[file].log.digest.macs;
        let message = self.split_messages[file].as_ref().filter(|_| macs.is_empty());
        message.map_or(macs, |message| &message.digest.macs)
    }

    /// The number of the log with this index.
    pub fn number(&self, file: usize) -> usize {
        self.logs[file].log.number
    }

    /// The path of the log with this index.
    pub fn path(&self, file: usize) -> &str {
        &self.logs[file].log.path
    }

    /// Whether repeated failures of this log were folded, or old entries dropped.
    pub(super) fn is_folded(&self, file: usize) -> bool {
        self.logs[file].log.digest.is_folded()
    }

    /// Whether the log of this number contains a part of a message that is split between logs.
    pub fn is_piece(&self, number: usize) -> bool {
        let pieces = self.split_messages.iter().flatten().flat_map(|message| &message.pieces);
        pieces.into_iter().any(|piece| self.number(piece.file) == number)
    }

    /// The header of the known message in this line of a log, if it is split between logs.
    pub(crate) fn header_of_split(&self, file: usize, line: u64) -> Option<&Header> {
        self.split_messages.iter().flatten().find_map(|message| {
            let mut headers = message.headers.iter();
            headers
                .find(|(own, _)| matches!(message.location(*own), (f, l, _) if (f, l) == (file, line)))
                .map(|(_, header)| header)
        })
    }

    /// How many known messages the logs have, if `kept` are the entries that are used of them. Those that are not
    /// used are in another log too, or are pieces of a message that counts once.
    pub(super) fn count_events<'e>(&self, kept: impl Iterator<Item = &'e LogEntry>) -> u64 {
        let count = |entries: &mut dyn Iterator<Item = &LogEntry>| {
            entries.filter(|entry| entry.event.is_some()).count() as u64
        };
        let digests = || self.logs.iter().map(|joined| &joined.log.digest);
        let all: u64 = digests().map(|digest| digest.counts.events).sum();
        let of_entries = count(&mut digests().flat_map(|digest| &digest.entries));
        (all + count(&mut { kept })).saturating_sub(of_entries)
    }

    /// Whether a line of this log counts here and not in another one.
    pub(super) fn counts(&self, file: usize, line: u64) -> bool {
        let JoinedLog { overlap, end, head_end, .. } = self.logs[file];
        line > overlap.max(head_end) && line <= end
    }
}

/// Gives a year to dates that are whole only in a split message: in the logs whose newest dates they are.
fn date_split_messages(logs: &mut [JoinedLog], split_messages: &[Option<SplitMessage>]) {
    // For each log: the end of the one before it, and its first and last time.
    let dates = Span::of_all(logs.iter().map(|joined| &joined.log));
    let known = logs.iter().zip(dates).map(|(joined, LogDates { span, before, .. })| {
        let times = span.and_then(|span| joined.calendar.times(&span));
        (before, times.map(|(first, last)| ((joined.calendar, first), (joined.calendar, last))))
    });
    let known: Vec<_> = known.collect();
    let mut later = vec![None; logs.len() + 1];
    for (file, (_, times)) in known.iter().enumerate().rev() {
        later[file] = times.map(|(first, _)| first).or(later[file + 1]);
    }
    let has_years = logs.iter().any(|joined| joined.calendar == Calendar::WithYear);
    let mut earlier = None;
    for (begin, message) in split_messages.iter().enumerate() {
        earlier = known[begin].1.map(|(_, last)| last).or(earlier);
        let Some(message) = message else { continue };
        if has_years && !logs[begin].log.digest.entries.iter().any(LogEntry::is_dated) {
            logs[begin].calendar = Calendar::WithYear;
        }
        for &SplitMessagePart { file, .. } in &message.pieces {
            let (before, _) = known[file.min(begin + 1)];
            let logs_from = &logs[file..];
            if let Some(calendar) =
                calendar_with(logs_from, (file, message), before, earlier, later[file + 1])
            {
                logs[file].calendar = calendar;
            }
        }
    }
}

/// The calendar of the first log, whose newest date was cut: its year is that of the next date in later logs, else of the
/// last date before. None if the log's own lines show the year. `before`: the end of the log before.
fn calendar_with(
    logs: &[JoinedLog],
    (file, message): (usize, &SplitMessage),
    mut before: End,
    earlier: Option<(Calendar, NaiveDateTime)>,
    later: Option<(Calendar, NaiveDateTime)>,
) -> Option<Calendar> {
    let (JoinedLog { log, .. }, next) = logs.split_first()?;
    let digest = &log.digest;
    let in_file = || message.digest.entries.iter().filter(|entry| message.location(entry.line).0 == file);
    let newest = in_file().rfind(|entry| entry.is_dated())?.stamp?;
    if digest.entries.iter().any(|entry| entry.line >= digest.tail.line && entry.stamp == Some(newest)) {
        return None;
    }
    let own = digest.entries.iter().filter(|entry| entry.line < digest.tail.line);
    let whole: Vec<LogEntry> = own.chain(in_file()).cloned().collect();
    // A banner can be cut, too.
    let next = next.iter().map(|JoinedLog { log, head_end, .. }| {
        let entries = &*log.digest.entries;
        let of_head = entries.iter().take_while(|entry| entry.line <= *head_end).count();
        &entries[of_head..]
    });
    // A default date of a clock that was not set belongs to no year.
    let span = Span::of_lines(&whole, next, log.file_time(), &mut before);
    let date = span.filter(|span| span.last == newest)?.last.yearless()?;
    let (calendar, known) = later.or(earlier)?;
    if calendar == Calendar::WithYear {
        return Some(calendar);
    }
    let other = Yearless::from_time(known)?;
    let year = match later {
        Some(_) => known.year() - years_between(date, other),
        None => known.year() + years_between(other, date),
    };
    Some(Calendar::Newest(year))
}

/// The most logs over which a message is split; it has at most 4 KiB.
const MAX_PIECES: usize = 8;

/// The message that begins at the end of this log and continues in the next ones, if their parts join to a complete
/// message. Logs in the middle contain nothing else.
fn find_split_message(logs: &[JoinedLog], begin: usize) -> Option<SplitMessage> {
    let events = |digest: &LogDigest, is_part: &dyn Fn(&LogEntry) -> bool| {
        digest.entries.iter().filter(|entry| entry.event.is_some() && is_part(entry)).count()
    };
    let first = &logs[begin];
    let tail = &first.log.digest.tail;
    if tail.bytes.is_empty() || tail.line <= first.head_end {
        return None;
    }
    let mut text = tail.bytes.clone();
    let Fragment { line, lines, skipped, .. } = *tail;
    let mut pieces = vec![SplitMessagePart { file: begin, line, lines, skipped, is_cut: tail.is_cut() }];
    let mut apart = events(&first.log.digest, &|entry| entry.line >= line);
    let mut best: Option<(usize, SplitMessage)> = None;
    for (file, next) in logs.iter().enumerate().skip(begin + 1).take(MAX_PIECES - 1) {
        let digest = &next.log.digest;
        let Fragment { lines, skipped, bytes, .. } = &digest.head;
        if bytes.is_empty() || next.overlap > 0 || !logs[file - 1].log.is_directly_before(&next.log) {
            break;
        }
        let cut = text.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let is_cut_in_stamp = may_end_in_stamp(cut);
        let line_of_head = text.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        text.extend_from_slice(bytes);
        let (lines, skipped) = (*lines, *skipped);
        pieces.push(SplitMessagePart { file, line: 1, lines, skipped, is_cut: digest.head.is_cut() });
        apart += events(digest, &|entry| entry.line <= lines);
        let (joined, headers) = read_split(&text);
        let found = events(&joined, &|_| true);
        // The messages that each log shows alone are not replaced by a text without any.
        let mut of_line = joined.entries.iter().filter(|entry| entry.line == line_of_head);
        let is_whole = !joined.entries.is_empty()
            && found >= apart
            && digest.whole_head().is_none_or(|head| {
                !is_cut_in_stamp
                    && of_line.next().is_some_and(|entry| entry.hash == head.hash)
                    && of_line.next().is_none()
            });
        if is_whole && best.as_ref().is_none_or(|(most, _)| found >= *most) {
            best = Some((found, SplitMessage { digest: joined, headers, pieces: pieces.clone() }));
        }
        if bytes.len() as u64 != digest.counts.bytes {
            break;
        }
    }
    best.map(|(_, message)| message)
}
