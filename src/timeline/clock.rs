//! The time of each line: which dates are real, in which year, and which lines are within the window.

use chrono::{NaiveDateTime, TimeDelta};

use super::calendar::{self, Calendar, JUMP_DAYS, WRONG_AT_START};
use super::order::file_time;
use super::{Joined, Record, unset};
use crate::stamp::Yearless;
use crate::window::Window;

/// Sets the time of each record whose date is real.
pub(super) fn date(records: &mut [Record<'_>], joined: &Joined) {
    let mut last_real: Option<Yearless> = None;
    let mut last_with_year: Option<NaiveDateTime> = None;
    for boot in records.chunk_by_mut(|a, b| a.boot == b.boot) {
        mark_unset(boot, joined, last_real);
        mark_unset_with_year(boot, joined, last_with_year);
        mark_bogus(boot, joined);
        mark_wrong_start(boot, joined, last_real);
        let last = boot.iter().rev().find(|record| has_real_date(record));
        let Some((record, stamp)) = last.and_then(|record| Some((record, record.entry.last_line().1?)))
        else {
            continue;
        };
        if is_yearless(record, joined) {
            last_real = stamp.yearless().or(last_real);
        } else {
            last_with_year = stamp.with_year().or(last_with_year);
        }
    }
    for log in records.chunk_by_mut(|a, b| a.file == b.file) {
        let calendar = joined.logs[log[0].file].calendar;
        set_times(log, calendar);
    }
}

/// Marks the default dates of a boot whose clock was not set.
fn mark_unset(boot: &mut [Record<'_>], joined: &Joined, last_real: Option<Yearless>) {
    let failure = ClockFailure::of(boot, |record| record.entry.stamp?.yearless());
    let mut is_first = true;
    let mut unset: Option<Yearless> = None;
    for record in boot {
        let Some(stamp) = record.entry.stamp.filter(|_| record.entry.is_dated()) else { continue };
        if matches!(joined.logs[record.file].calendar, Calendar::WithYear) && !stamp.is_unset() {
            continue;
        }
        if stamp.is_unset() {
            record.is_unset = true;
            (unset, is_first) = (Some(Yearless::new_year()), false);
            continue;
        }
        let Some(date) = stamp.yearless() else { continue };
        // All boots except the first begin with a start. For the first one, it is unlikely that a kept line was
        // really written in the first hour of a year.
        let is_after_start = std::mem::take(&mut is_first);
        let can_be_real = || {
            is_files_own(record, joined, date, unset::day_lag(unset, failure.is_logged))
                || last_real.is_some_and(|last| unset::is_day_before(last, date))
        };
        let is_unset = match unset {
            Some(before) => {
                unset::stays_unset(before, date) && (before.days_until(date) < JUMP_DAYS || !can_be_real())
            }
            None => is_after_start && failure.is_default(date, can_be_real),
        };
        unset = is_unset.then_some(date);
        record.is_unset = is_unset;
    }
}

/// The same for dates with their year (type 1). The default date has a year, too: it can be real only if the file was
/// changed about then, or the boot before was still writing less than a day earlier.
fn mark_unset_with_year(boot: &mut [Record<'_>], joined: &Joined, last_real: Option<NaiveDateTime>) {
    let time_of =
        |record: &Record<'_>| record.entry.stamp.filter(|_| !is_yearless(record, joined))?.with_year();
    let failure = ClockFailure::of(boot, |record| Yearless::of(time_of(record)?));
    let mut is_after_start = true;
    let mut unset: Option<NaiveDateTime> = None;
    for record in boot {
        let Some(time) = time_of(record) else { continue };
        let passed = |before: NaiveDateTime| TimeDelta::zero() <= time - before;
        let can_be_real = || {
            file_time(&joined.logs[record.file].log)
                .is_some_and(|modified| unset::is_files_time(modified, time))
                || last_real.is_some_and(|last| passed(last) && time - last < TimeDelta::days(JUMP_DAYS))
        };
        let is_unset = match unset {
            Some(before) => passed(before) && time - before <= TimeDelta::days(unset::DEFAULT_GAP_DAYS),
            None => {
                is_after_start && Yearless::of(time).is_some_and(|date| failure.is_default(date, can_be_real))
            }
        };
        (unset, is_after_start) = (is_unset.then_some(time), false);
        record.is_unset = is_unset;
    }
}

/// What a boot's lines say of a clock that failed.
struct ClockFailure {
    /// It failed before the first date or, as a phone writes the default date before it gives up, at a default date.
    is_logged: bool,
    /// The first date can be the default date although nothing was written for an hour or more.
    was_quiet: bool,
}

impl ClockFailure {
    fn of(boot: &[Record<'_>], date_of: impl Fn(&Record<'_>) -> Option<Yearless>) -> Self {
        let is_logged = boot
            .iter()
            .any(|record| unset::has_failed(record.entry) && date_of(record).is_none_or(unset::is_default));
        let first = boot.iter().enumerate().find_map(|(at, record)| Some((at, date_of(record)?)));
        let was_quiet = first.is_some_and(|(at, date)| {
            let before = boot[..=at].iter().map(|record| record.entry);
            unset::can_be_failed_clocks(before, date, boot[at..].iter().map(|record| record.entry))
        });
        Self { is_logged, was_quiet }
    }

    /// Whether the first date of the boot is the default date.
    fn is_default(&self, date: Yearless, can_be_real: impl FnOnce() -> bool) -> bool {
        let is_default = unset::is_default(date);
        (is_default || self.was_quiet) && (is_default && self.is_logged || !can_be_real())
    }
}

/// Whether the record has a correct date.
fn has_real_date(record: &Record<'_>) -> bool {
    record.entry.is_dated() && !record.is_unset && !record.is_wrong
}

/// Whether the log's file was last changed at most `lag` days after that day of some year, and its later dates are
/// also about that day.
fn is_files_own(record: &Record<'_>, joined: &Joined, date: Yearless, lag: i64) -> bool {
    let log = &joined.logs[record.file].log;
    let entries = &log.digest.entries;
    let later = &entries[entries.partition_point(|entry| entry.line <= record.line)..];
    unset::is_files_own(file_time(log), date, later, lag)
}

/// Marks single dates that are far from those around them.
fn mark_bogus(boot: &mut [Record<'_>], joined: &Joined) {
    for at in 1..boot.len().saturating_sub(1) {
        let lines = [at - 1, at, at + 1].map(|at| boot[at].entry);
        boot[at].is_wrong = is_yearless(&boot[at], joined) && !boot[at].is_unset && calendar::is_bogus(lines);
    }
}

/// Marks the dates at the start of a boot that were wrong until the time server answered, as a jump shows.
fn mark_wrong_start(boot: &mut [Record<'_>], joined: &Joined, last_real: Option<Yearless>) {
    if boot[0].entry.is_dated() {
        return;
    }
    let dated: Vec<usize> =
        (0..boot.len()).filter(|&at| has_real_date(&boot[at]) && is_yearless(&boot[at], joined)).collect();
    for (number, pair) in dated.windows(2).enumerate() {
        let [before, after] =
            [pair[0], pair[1]].map(|at| boot[at].entry.stamp.and_then(|stamp| stamp.yearless()));
        let (Some(before), Some(after)) = (before, after) else { continue };
        if boot[pair[1]].elapsed() - boot[dated[0]].elapsed() > WRONG_AT_START.unsigned_abs() {
            return;
        }
        // A phone may write nothing for months, in which the year may change. So a jump proves a wrong date only if
        // the later date continues from the boot before.
        let continues_previous = last_real.is_some_and(|last| calendar::continues_boot(last, before, after));
        let days = before.days_until(after);
        let is_back = days > -calendar::YEAR_TURNS && days <= -JUMP_DAYS;
        let is_apart = days.abs() >= JUMP_DAYS
            && last_real.is_some_and(|last| last.days_until(before).abs() >= JUMP_DAYS);
        if is_back || (continues_previous && is_apart) {
            dated[..=number].iter().for_each(|&at| boot[at].is_wrong = true);
            return;
        }
    }
}

fn is_yearless(record: &Record<'_>, joined: &Joined) -> bool {
    matches!(joined.logs[record.file].calendar, Calendar::Newest(_))
}

/// Sets the times of one log's lines, from the newest back: the year decreases where it changes.
fn set_times(log: &mut [Record<'_>], calendar: Calendar) {
    let mut years_before = 0;
    let mut after: Option<Yearless> = None;
    for record in log.iter_mut().rev().filter(|record| has_real_date(record)) {
        let Some(stamp) = record.entry.stamp else { continue };
        let last = record.entry.last_line().1.unwrap_or(stamp);
        let date = stamp.yearless();
        let last_date = if last == stamp { date } else { last.yearless() };
        if let (Some(date), Some(after)) = (last_date, after) {
            years_before += calendar::years_between(date, after);
        }
        after = date.or(after);
        record.time = calendar.time(&stamp, years_before);
        record.last_time = if last == stamp { record.time } else { calendar.time(&last, years_before) };
    }
}

/// Removes records outside the window. A line without a date is outside if the next dated line is before the
/// window, or the last one after it.
pub(super) fn keep_within(records: &mut Vec<Record<'_>>, window: &Window) {
    let mut keep = are_within(records, window).into_iter();
    records.retain(|_| keep.next().unwrap_or(true));
}

/// Which records are within the window.
pub(super) fn are_within(records: &[Record<'_>], window: &Window) -> Vec<bool> {
    let mut keep: Vec<bool> = vec![true; records.len()];
    let is_early = |time: NaiveDateTime| window.since.is_some_and(|since| time < since);
    let is_late = |time: NaiveDateTime| window.until.is_some_and(|until| time > until);
    let mut before = None;
    for (record, keep) in records.iter().zip(&mut keep) {
        before = record.time.or(before);
        *keep &= !before.is_some_and(is_late);
    }
    let mut after = None;
    for (record, keep) in records.iter().zip(&mut keep).rev() {
        after = record.time.or(after);
        *keep &= !after.is_some_and(is_early);
    }
    keep
}
