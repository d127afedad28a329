//! The parts of a file: from each line whose date is before that of the line before.

use super::super::dates::{WRONG_AT_START, goes_back, is_over_new_year};
use super::super::runs::begin_between;
use super::super::unset::{self, AHEAD_MS, can_be_unset, has_set_date, is_day_before, is_default, set_date};
use super::starts::continues_start;
use crate::digest::LogEntry;
use crate::stamp::{MILLISECONDS_PER_MINUTE, Yearless};

/// Dates that go back by less are of lines out of order, in milliseconds.
pub(in super::super) const SHORTEST_STEP: i64 = MILLISECONDS_PER_MINUTE.cast_signed();

/// A part of a file, from the first line whose date is before that of the line before.
pub(super) struct PastedPart<'a> {
    /// The index of its first entry.
    pub(super) begin: usize,
    pub(super) entries: &'a [LogEntry],
    /// Its first and its last date.
    span: (Yearless, Yearless),
}

impl PastedPart<'_> {
    /// Its first date.
    pub(super) fn first(&self) -> Yearless {
        self.span.0
    }

    /// Its last date.
    pub(super) fn last(&self) -> Yearless {
        self.span.1
    }

    /// Whether the clock can have been set to its time zone between this part and the next one.
    pub(super) fn can_be_zone_before(&self, next: &Self) -> bool {
        (-AHEAD_MS..0).contains(&self.last().milliseconds_until(next.first()))
    }

    pub(super) fn is_boot(&self) -> bool {
        self.entries.iter().take_while(|entry| !has_set_date(entry)).any(LogEntry::is_banner)
    }

    /// Whether it begins with a dated line within a boot, also if the banner of a start was lost.
    pub(super) fn begins_within_boot(&self) -> bool {
        let is_within = |entry: &LogEntry| has_set_date(entry) && !entry.is_banner() && !entry.is_of_start();
        self.entries.first().is_some_and(is_within)
    }

    /// Whether no dates of the same boot can follow that go back: the log ends, or its clock was set long before.
    pub(super) fn is_settled(&self) -> bool {
        self.entries.last().is_some_and(LogEntry::is_log_end) || self.is_long() && !self.ends_after_start()
    }

    /// Whether its dates cover more time than a clock with a wrong date takes to be set after a start.
    pub(super) fn is_long(&self) -> bool {
        let (first, last) = self.span;
        first.milliseconds_until(last) > WRONG_AT_START || is_over_new_year(first, last)
    }

    /// Whether its last line was written so soon after a start of the phone that the clock can have been set next.
    pub(super) fn ends_after_start(&self) -> bool {
        let banner = self.entries.iter().rposition(LogEntry::is_banner);
        let begins_in_start = self.entries.first().is_some_and(|entry| !entry.is_dated());
        let Some(start) = banner.or(begins_in_start.then_some(0)) else { return false };
        let mut dates = self.entries[start..].iter().filter_map(set_date);
        let first = dates.next();
        let soon = first.zip(dates.next_back().or(first));
        soon.is_none_or(|(first, last)| first.milliseconds_until(last) <= WRONG_AT_START)
    }
}

/// A date of a file in the order of time: those of the first half of a year follow those of the second half if the file
/// goes on over New Year.
pub(super) type Key = (bool, Yearless);

/// What the dates of a file are.
pub(super) struct Dates {
    /// The file has lines of December and of January.
    has_new_year: bool,
    /// Its dates of January are those of a clock that was never set: no other date is of the weeks around New Year.
    has_unset: bool,
    /// Some of its dates are of the days after January 1 that a clock which was never set can show.
    has_doubtful: bool,
}

impl Dates {
    pub(super) fn of(entries: &[LogEntry]) -> Self {
        let dates = || entries.iter().filter_map(set_date);
        let has = |month| dates().any(|date| date.month() == month);
        let is_unset = |date: Yearless| date.month() != 1 || can_be_unset(date);
        let has_other = dates().any(|date| date.month() != 1);
        let has_unset = !has(12) && has_other && dates().all(is_unset);
        Self { has_new_year: has(12) && has(1), has_unset, has_doubtful: dates().any(can_be_unset) }
    }

    pub(super) fn key(&self, date: Yearless) -> Key {
        (self.has_new_year && date.month() <= 6, date)
    }

    /// The date of a line, if it is not that of a clock that was never set.
    pub(super) fn of_entry(&self, entry: &LogEntry) -> Option<Yearless> {
        set_date(entry).filter(|date| !self.has_unset || date.month() != 1)
    }

    /// The first and the last date of a part.
    fn keys(&self, part: &PastedPart<'_>) -> [Key; 2] {
        [part.first(), part.last()].map(|date| self.key(date))
    }

    /// The parts of a file: a new one begins where the dates go back by more than `step` milliseconds. None if the dates of one can be those of a clock that was never set.
    pub(super) fn split<'a>(&self, entries: &'a [LogEntry], step: i64) -> Option<Vec<PastedPart<'a>>> {
        let mut begins = vec![0];
        let mut last: Option<(usize, Yearless)> = None;
        for (at, entry) in entries.iter().enumerate() {
            let Some(date) = self.of_entry(entry) else { continue };
            if let Some((before, last)) = last
                && goes_back(last, date, step)
            {
                // With the newest part first, a start at the end of a part goes on in the part before.
                let newer =
                    begins.len().checked_sub(2).map(|newer| &entries[begins[newer]..begins[newer + 1]]);
                let goes_on = newer.is_some_and(|newer| continues_start(&entries[before + 1..at], newer));
                begins.push(if goes_on { at } else { begin_between(entries, before, at) });
            }
            last = Some((at, date));
        }
        self.parts_from(entries, begins)
    }

    /// The parts, each split where all dates of another part lie between two dates of it: a log in the order of its names
    /// can have a newer one before an older one.
    pub(super) fn split_at_gaps<'a>(
        &self,
        entries: &'a [LogEntry],
        parts: Vec<PastedPart<'a>>,
    ) -> Option<Vec<PastedPart<'a>>> {
        let can_be_zone = parts.windows(2).any(|pair| pair[0].can_be_zone_before(&pair[1]));
        let mut spans: Vec<_> = parts.iter().map(|part| self.keys(part)).collect();
        spans.sort_unstable();
        let mut begins = Vec::new();
        for part in &parts {
            begins.push(part.begin);
            let end = part.begin + part.entries.len();
            let dated: Vec<_> = (part.begin..end)
                .filter_map(|at| Some((at, self.key(self.of_entry(&entries[at])?))))
                .collect();
            for pair in dated.windows(2) {
                let [(before, from), (at, to)] = [pair[0], pair[1]];
                let is_between =
                    |span: &[Key; 2]| from <= span[0] && span[1] <= to && *span != self.keys(part);
                let next = spans.partition_point(|span| span[0] < from);
                // Ordinary lines that were not kept can be between.
                let has_all = entries[at].line == entries[before].line + (at - before) as u64;
                if (has_all || !can_be_zone) && spans.get(next).is_some_and(is_between) {
                    begins.push(begin_between(entries, before, at));
                }
            }
        }
        self.parts_from(entries, begins)
    }

    fn parts_from<'a>(&self, entries: &'a [LogEntry], begins: Vec<usize>) -> Option<Vec<PastedPart<'a>>> {
        let ends = begins.iter().skip(1).copied().chain([entries.len()]);
        let part = |(begin, end): (&usize, usize)| {
            let entries = &entries[*begin..end];
            let dated = || entries.iter().filter_map(|entry| self.of_entry(entry));
            let span = match self.has_doubtful && !self.has_unset {
                true => span(entries),
                false => dated().next().zip(dated().next_back()),
            };
            Some(PastedPart { begin: *begin, entries, span: span? })
        };
        begins.iter().zip(ends).map(part).collect()
    }
}

/// The first and the last date. None if there is none, or if they can be those of a clock that was never set: a January
/// 1 is real if it goes on from December, in its first hour within a day and if the clock did not fail. A clock that
/// failed can show a later day first.
fn span(entries: &[LogEntry]) -> Option<(Yearless, Yearless)> {
    let mut span: Option<(Yearless, Yearless)> = None;
    // The clock failed after the last date.
    let mut has_failed = false;
    for entry in entries {
        let fails = unset::has_failed(entry);
        if !entry.is_dated() {
            has_failed |= fails;
            continue;
        }
        let date = entry.yearless()?;
        let last = span.map(|(_, last)| last);
        let goes_on = |last| match is_default(date) {
            true => is_day_before(last, date) && !has_failed && !fails,
            false => is_over_new_year(last, date) || last.days_until(date) == 0,
        };
        let is_of_failed = has_failed && last.is_none() && can_be_unset(date);
        if (is_of_failed || !has_set_date(entry)) && !last.is_some_and(goes_on) {
            return None;
        }
        span = Some((span.map_or(date, |(first, _)| first), date));
        has_failed = false;
    }
    span
}
