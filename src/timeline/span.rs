//! The dates of one log before its position among the phone's logs is known: the first and the last real one.

use std::borrow::Cow;

use chrono::NaiveDateTime;

use super::Log;
use super::dates::{WRONG_AT_START, continues_boot, is_bogus, is_leap_year, years_between};
use super::passed::milliseconds_since_new_year;
use super::unset::{
    ClockFailure, DateEvidence, JUMP_DAYS, LinesFromDate, OUT_OF_ORDER_MS, UnsetClock, can_be_unset,
    default_date, falls_back, has_failed, is_default,
};
use crate::digest::{Fragment, LogDigest, LogEntry};
use crate::log::read_split;
use crate::model::widened;
use crate::stamp::{Stamp, Yearless};

/// The last dates of a log, for the next one of its chain.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct End {
    /// The clock, if it was not set.
    pub(super) unset: UnsetClock,
    /// Lines after the last date say that the clock failed.
    pub(super) has_failed: bool,
    /// The last real date.
    pub(super) last: Option<Yearless>,
}

/// The lowest and the highest of some dates.
pub(super) type DateRange = Option<(Stamp, Stamp)>;

/// The first and the last real date of one log, as far as the log alone shows them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first: Stamp,
    pub(super) last: Stamp,
    /// How many years lie between them.
    pub(super) years: i32,
    /// How many of them had passed at the last February 29.
    leap_day: Option<i32>,
}

/// The dates of one of several logs.
pub(super) struct LogDates {
    pub(super) span: Option<Span>,
    /// The lowest and the highest of the dates that can be a clock's default.
    pub(super) unset: DateRange,
    /// The end of the log before.
    pub(super) before: End,
}

impl Span {
    /// Leaves out dates that can be a clock's default, and dates after a start that a later date shows to be wrong.
    /// `modified` is when the file was last changed, if that is known. `before` is the end of the log before; it is
    /// updated to the end of this log.
    pub(super) fn of(digest: &LogDigest, modified: Option<NaiveDateTime>, before: &mut End) -> Option<Self> {
        DateReader::new(&digest.entries, &[], modified, before).read().0
    }

    /// The same for the lines of a log and those of the logs after it.
    pub(super) fn of_lines<'a>(
        lines: &'a [LogEntry],
        later: impl IntoIterator<Item = &'a [LogEntry]>,
        modified: Option<NaiveDateTime>,
        before: &mut End,
    ) -> Option<Self> {
        let later: Vec<Lines<'_>> = later.into_iter().map(Cow::Borrowed).collect();
        DateReader::new(lines, &later, modified, before).read().0
    }

    /// The dates of logs in order.
    pub(super) fn of_all<'a>(logs: impl IntoIterator<Item = &'a Log>) -> Vec<LogDates> {
        let logs: Vec<&Log> = logs.into_iter().collect();
        let lines = with_split_messages(&logs);
        let mut end = End::default();
        let of = |(at, log): (usize, &&Log)| {
            let before = end;
            let (span, unset) =
                DateReader::new(&lines[at], &lines[at + 1..], log.file_time(), &mut end).read();
            LogDates { span, unset, before }
        };
        logs.iter().enumerate().map(of).collect()
    }

    fn with(span: Option<Self>, stamp: Stamp, last: Stamp) -> Self {
        let known = span.unwrap_or(Self { first: stamp, last: stamp, years: 0, leap_day: None });
        let turns = known.last.yearless().zip(stamp.yearless());
        let years = known.years + turns.map_or(0, |(before, date)| years_between(before, date));
        let is_leap_day = |date: Yearless| (date.month(), date.day()) == (2, 29);
        let has_leap_day = [stamp, last].iter().any(|stamp| stamp.yearless().is_some_and(is_leap_day));
        Self { last, years, leap_day: if has_leap_day { Some(years) } else { known.leap_day }, ..known }
    }

    /// Whether the log's last February 29 is a date, if the newest line is of this year.
    pub(super) fn fits(&self, year: i32) -> bool {
        self.leap_day.is_none_or(|leap_day| is_leap_year(year - (self.years - leap_day)))
    }

    /// The first and the last date, where all are of one January.
    pub(super) fn dates_of_january(&self) -> Option<(Yearless, Yearless)> {
        let dates = self.first.yearless().zip(self.last.yearless());
        dates.filter(|(first, last)| self.years == 0 && first.month() == 1 && last.month() == 1)
    }
}

/// Whether the first range is within the second one.
pub(super) fn is_range_within<T: Ord>((first, last): (T, T), (from, to): (T, T)) -> bool {
    from <= first && last <= to
}

/// The kept lines of one log. A message about the clock that is cut at its end and goes on in the next log is whole: a
/// banner, or that the clock failed.
type Lines<'a> = Cow<'a, [LogEntry]>;

/// The lines of logs in order.
fn with_split_messages<'a>(logs: &[&'a Log]) -> Vec<Lines<'a>> {
    let mut all: Vec<Lines<'a>> = logs.iter().map(|log| Cow::Borrowed(&*log.digest.entries)).collect();
    for (at, pair) in logs.windows(2).enumerate() {
        let (tail, head) = (&pair[0].digest.tail, &pair[1].digest.head);
        let Some(message) = split_message(tail, head) else { continue };
        let own = all[at].iter().filter(|entry| entry.line < tail.line).cloned();
        all[at] = own.chain(message.entries).collect();
        all[at + 1] =
            pair[1].digest.entries.iter().filter(|entry| entry.line > head.lines).cloned().collect();
    }
    all
}

/// The message about the clock that begins in the first fragment and ends in the second one.
fn split_message(tail: &Fragment, head: &Fragment) -> Option<LogDigest> {
    if !tail.is_cut() || head.bytes.is_empty() {
        return None;
    }
    let text = [tail.bytes.as_slice(), &head.bytes].concat();
    let contains = |words: &[u8]| memchr::memmem::find(&text, words).is_some();
    if !contains(b"Initial log entry") && !contains(b"Could not load time") {
        return None;
    }
    let (joined, _) = read_split(&text);
    joined.entries.iter().any(|entry| entry.is_banner() || has_failed(entry)).then_some(joined)
}

/// Reads the dates of one log, line by line.
struct DateReader<'a> {
    entries: &'a [LogEntry],
    /// The logs after it: a boot can begin in one log, and have its banner in the next.
    next: &'a [Lines<'a>],
    /// When the file was last changed, if that is known.
    modified: Option<NaiveDateTime>,
    /// The end of the log before; its clock is that of this log's boot.
    end: &'a mut End,
    /// What was read so far.
    span: Option<Span>,
    /// The dates that can be a clock's default.
    unset: DateRange,
    /// The boot so far.
    boot: BootStart,
    /// The last stamped line is the end of a log.
    has_ended: bool,
    /// The last dated line, and how far after it the banner of its default dates is.
    banner: Option<(usize, Option<usize>)>,
    /// The last line before its boot's banner with a default date, and what the lines from it on say.
    from: Option<(usize, LinesFromDate)>,
}

/// What is known of a boot's start, by the lines of one log.
#[derive(Default)]
struct BootStart {
    /// The boot has shown no date.
    is_new: bool,
    /// The log has a line with uptime: it shows the start of a boot.
    is_read: bool,
    /// How many lines with uptime are directly before this line, which is one of them.
    uptimes: usize,
    /// The highest uptime.
    uptime: Option<u64>,
    /// The dates from the first one, until they are known to be right.
    dates: Option<(Stamp, Stamp)>,
    /// It began with a default date, and no banner and no other date has followed: the next banner is its own.
    awaits_banner: bool,
}

impl BootStart {
    /// Takes a line. Returns whether a boot begins with it, as it does if the clock `falls_back` there. `unset` is what a clock
    /// that is not set has shown last.
    fn take(&mut self, entry: &LogEntry, stamp: &Stamp, falls_back: bool, unset: Option<Yearless>) -> bool {
        self.uptimes = if entry.is_dated() { 0 } else { self.uptimes + 1 };
        self.is_read |= self.uptimes > 0;
        // A single line with uptime is from another process, and so are several where uptime continues.
        let continues =
            stamp.uptime().zip(self.uptime).is_some_and(|(now, highest)| now + OUT_OF_ORDER_MS >= highest);
        let begins =
            falls_back || entry.is_banner() || (self.uptimes > 1 && (!continues || entry.is_of_start()));
        if begins {
            (self.is_new, self.uptime) = (true, None);
        }
        self.uptime = self.uptime.max(stamp.uptime());
        let is_own_banner = entry.is_banner()
            && std::mem::take(&mut self.awaits_banner)
            && default_date(entry).is_some_and(|date| unset <= Some(date));
        self.awaits_banner |= falls_back && !entry.is_banner();
        begins && !is_own_banner
    }
}

impl<'a> DateReader<'a> {
    fn new(
        entries: &'a [LogEntry],
        next: &'a [Lines<'a>],
        modified: Option<NaiveDateTime>,
        end: &'a mut End,
    ) -> Self {
        // The start can be in the log before.
        let boot = BootStart { is_new: true, ..BootStart::default() };
        Self {
            entries,
            next,
            modified,
            end,
            span: None,
            unset: None,
            boot,
            has_ended: false,
            banner: None,
            from: None,
        }
    }

    /// Reads all lines. Returns the span, and the lowest and the highest of the dates that can be a clock's default.
    fn read(mut self) -> (Option<Span>, DateRange) {
        for (at, entry) in self.entries.iter().enumerate() {
            let Some(stamp) = entry.stamp else { continue };
            let falls_back = self.falls_back(at);
            if self.boot.take(entry, &stamp, falls_back, self.end.unset.last()) {
                (self.end.unset, self.end.has_failed) = (UnsetClock::default(), false);
                self.end_boot();
            }
            if stamp.is_unset() {
                self.end.unset.take_day_0();
            }
            if !self.is_bogus(at) {
                self.take(at, stamp);
            }
        }
        self.end_boot();
        self.end.last = self.last().or(self.end.last);
        self.end.has_failed = self.has_failed_before(self.entries.len());
        (self.span, self.unset)
    }

    fn take(&mut self, at: usize, stamp: Stamp) {
        // A line after the end of a log can be the next start.
        let is_behind_end = std::mem::replace(&mut self.has_ended, self.entries[at].is_log_end());
        let Some(date) = stamp.yearless() else { return };
        let banner = self.banner_of(at);
        let after_start = std::mem::take(&mut self.boot.is_new) || banner.is_some();
        if self.is_unset(at, date, banner, after_start || is_behind_end) {
            self.unset = widened(self.unset, Some((stamp, stamp)));
        } else {
            let last = self.entries[at].last_line().1.unwrap_or(stamp);
            self.take_real((stamp, last), date, after_start);
        }
    }

    /// The last real date of this log.
    fn last(&self) -> Option<Yearless> {
        self.span.and_then(|span| span.last.yearless())
    }

    /// The dates of the boot so far are right.
    fn end_boot(&mut self) {
        if let Some((first, last)) = self.boot.dates.take() {
            self.span = Some(Span::with(self.span, first, last));
        }
    }

    /// Whether the clock shows its default date again, see [`falls_back`].
    fn falls_back(&self, at: usize) -> bool {
        let of_boot = self.boot.dates.and_then(|(_, last)| last.yearless());
        let has_date = self.unset.is_some() || self.span.is_some();
        // Two logs can have the same default dates.
        let unset = self.end.unset.last().filter(|last| has_date || !is_default(*last));
        let last = unset.or(of_boot).or(self.last()).or(self.end.last);
        last.is_some_and(|last| falls_back(last, self.lines_from(at), self.modified))
    }

    /// Whether the lines before this one, back to the last valid date, say that the clock failed.
    fn has_failed_before(&self, at: usize) -> bool {
        let last_date = self.entries[..at].iter().rposition(|entry| entry.yearless().is_some());
        let undated = last_date.map_or(0, |last| last + 1)..at;
        self.entries[undated].iter().any(has_failed) || last_date.is_none() && self.end.has_failed
    }

    fn is_bogus(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.entries.get(before));
        let around = before.zip(self.entries.get(at + 1));
        around.is_some_and(|(before, after)| is_bogus([before, &self.entries[at], after]))
    }

    /// This line and those after it, also in the next logs.
    fn lines_from(&self, at: usize) -> impl Iterator<Item = &'a LogEntry> + Clone + use<'a> {
        self.entries[at..].iter().chain(self.next.iter().flat_map(|lines| &**lines))
    }

    /// How far after this dated line the banner of its default dates is, see [`banner_of`]. Looking for it anew at each
    /// of 8,000 failures in the first hour doubles the time of such a log.
    fn banner_of(&mut self, at: usize) -> Option<usize> {
        let banner = match self.banner {
            Some((line, Some(distance))) if line + 1 == at && distance > 0 => Some(distance - 1),
            Some((line, None)) if line + 1 == at && are_default(&self.entries[line], &self.entries[at]) => {
                None
            }
            _ => banner_of(self.lines_from(at)),
        };
        self.banner = Some((at, banner));
        banner
    }

    /// Whether the date of a line can be of a clock that was not set.
    fn is_unset(&mut self, at: usize, date: Yearless, banner: Option<usize>, can_begin: bool) -> bool {
        let lines = self.lines_from(at);
        let boot = lines_of_boot(lines.clone(), banner);
        // A log without a start can go on from one of another directory.
        let is_state_known = self.boot.is_read || banner.is_some() || self.end.unset.last().is_some();
        let evidence = DateEvidence {
            last_real: self.last().or(self.end.last),
            modified: self.modified.filter(|_| is_state_known),
            later: &self.entries[at + 1..],
            of_boot: boot.clone().skip(1).filter_map(LogEntry::yearless),
        };
        let entry = &self.entries[at];
        let failure = can_begin.then(|| {
            // As for the banner.
            let from = match self.from {
                Some((line, from)) if line + 1 == at && !entry.is_banner() => from.next(),
                // No failure explains such a date. To look through the boot at the first date of each log that it
                // goes through takes ten seconds for 20,000 uploads.
                _ if !can_be_unset(date) => LinesFromDate::default(),
                _ => LinesFromDate::of(up_to_last_date(lines, boot).map(|entry| (entry, entry.yearless()))),
            };
            self.from = banner.is_some_and(|distance| distance > 0).then_some((at, from));
            ClockFailure::of(self.has_failed_before(at), (entry, date), from)
        });
        self.end.unset.take(date, failure, &evidence)
    }

    /// Takes the date of a line that is not of a clock that was not set, and that of its last repeat.
    fn take_real(&mut self, (stamp, last): (Stamp, Stamp), date: Yearless, after_start: bool) {
        self.boot.awaits_banner = false;
        if let Some((first, known_last)) = self.boot.dates {
            if is_soon_after(&first, date) {
                self.boot.dates = Some((first, last));
                return;
            }
            // A single wrong first date does not change the year of a log, whatever the end of the log before.
            let boot_before = self.last().or(self.end.last.filter(|_| first != known_last));
            if is_corrected(boot_before, (&first, &known_last), date) {
                self.boot.dates = None;
            }
            self.end_boot();
        }
        if after_start && self.boot.is_read {
            self.boot.dates = Some((stamp, last));
        } else {
            self.span = Some(Span::with(self.span, stamp, last));
        }
    }
}

/// Whether a date of a boot can be as wrong as the boot's first one: it is less than an hour later.
fn is_soon_after(first: &Stamp, date: Yearless) -> bool {
    let passed = first.yearless().map(|first| first.milliseconds_until(date));
    passed.is_some_and(|passed| (0..WRONG_AT_START).contains(&passed))
}

/// Whether a later date of a boot shows that its dates so far, from the first to the last, were wrong. The boot
/// before ended at `known`.
fn is_corrected(known: Option<Yearless>, (first, last): (&Stamp, &Stamp), date: Yearless) -> bool {
    let Some(wrong) = last.yearless() else { return false };
    if wrong.days_until(date).abs() < JUMP_DAYS {
        return false;
    }
    let Some(known) = known else { return first == last };
    continues_boot(known, wrong, date) && known.days_until(wrong).abs() >= JUMP_DAYS
}

/// How many lines with default dates are before the banner of their boot. None if these lines do not begin so, or with
/// the banner. The banner itself can have an uptime.
fn banner_of<'a>(lines: impl Iterator<Item = &'a LogEntry> + Clone) -> Option<usize> {
    if lines.clone().next()?.is_banner() {
        return Some(0);
    }
    let pairs = lines.clone().zip(lines.skip(1));
    let mut pairs = pairs.take_while(|(before, after)| are_default(before, after));
    Some(pairs.position(|(_, after)| after.is_banner())? + 1)
}

/// The date of a line, if it is a default date. The day 00, which old software writes before it, is not one.
fn shown_default(entry: &LogEntry) -> Option<Yearless> {
    entry.yearless().filter(|date| is_default(*date))
}

/// Whether two lines have default dates in order, or the second one is the banner with an uptime that the first date
/// allows: the clock counts from the start.
fn are_default(before: &LogEntry, after: &LogEntry) -> bool {
    let Some(first) = shown_default(before) else { return false };
    let uptime = after.uptime().filter(|_| after.is_banner());
    let is_undated_banner =
        uptime.is_some_and(|uptime| milliseconds_since_new_year(first) <= uptime + OUT_OF_ORDER_MS);
    is_undated_banner || Some(first) <= shown_default(after)
}

/// The lines up to the next start, of the boot whose first date is that of the first line. Its own `banner` can follow,
/// with lines of the start that have uptimes.
fn lines_of_boot<'a>(
    lines: impl Iterator<Item = &'a LogEntry> + Clone,
    banner: Option<usize>,
) -> impl Iterator<Item = &'a LogEntry> + Clone {
    let mut own = banner;
    let lines = lines.enumerate().take_while(move |(at, entry)| {
        let is_of_start = entry.uptime().is_some() && entry.is_of_start();
        match own {
            Some(banner) if *at > banner && !is_of_start => own = None,
            _ => {}
        }
        own.is_some() || !entry.is_banner() && !is_of_start
    });
    lines.map(|(_, entry)| entry)
}

/// The lines of a boot, without those directly before the next start that have no date: they are of that start. The boot is
/// the first of these `lines`.
fn up_to_last_date<'a>(
    mut lines: impl Iterator<Item = &'a LogEntry>,
    boot: impl Iterator<Item = &'a LogEntry> + Clone,
) -> impl Iterator<Item = &'a LogEntry> + Clone {
    let length = boot.clone().count();
    let last = boot.clone().enumerate().filter(|(_, entry)| entry.is_dated()).last();
    let last = last.filter(|_| lines.nth(length).is_some());
    boot.take(last.map_or(length, |(last, _)| last + 1))
}
