//! The time of each line: which dates are real, in which year, and which lines are within the window.

use chrono::{NaiveDateTime, TimeDelta};

use super::calendar::Calendar;
use super::dates::{self, WRONG_AT_START};
use super::unset::{
    ClockFailure, DEFAULT_GAP_DAYS, DateEvidence, JUMP_DAYS, LinesFromDate, MAX_FILE_DAY_LAG, UnsetClock,
    YEAR_TURNS, has_failed, is_before_file_time,
};
use super::{Joined, Record};
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
    let failure = clock_failure(boot, |record| record.entry.yearless());
    let mut is_first = true;
    let mut clock = UnsetClock::default();
    for at in 0..boot.len() {
        let (record, after) = (&boot[at], &boot[at + 1..]);
        let Some(stamp) = record.entry.stamp.filter(|_| record.entry.is_dated()) else { continue };
        if matches!(joined.logs[record.file].calendar, Calendar::WithYear) && !stamp.is_unset() {
            continue;
        }
        if stamp.is_unset() {
            boot[at].is_unset = true;
            clock.take_day_0();
            continue;
        }
        let Some(date) = stamp.yearless() else { continue };
        // All boots except the first begin with a start. For the first one, it is unlikely that a kept line was
        // really written in the first hour of a year.
        let is_after_start = std::mem::take(&mut is_first);
        let log = &joined.logs[record.file].log;
        let entries = &log.digest.entries;
        let later = &entries[entries.partition_point(|entry| entry.line <= record.line)..];
        let of_boot = after.iter().filter_map(|record| record.entry.yearless());
        let evidence = DateEvidence { last_real, modified: log.file_time(), later, of_boot };
        boot[at].is_unset = clock.take(date, is_after_start.then_some(failure), &evidence);
    }
}

/// The same for dates with their year (type 1). The default date has a year, too: it can be real only if the file was
/// changed about then, or the boot before was still writing less than a day earlier.
fn mark_unset_with_year(boot: &mut [Record<'_>], joined: &Joined, last_real: Option<NaiveDateTime>) {
    let time_of =
        |record: &Record<'_>| record.entry.stamp.filter(|_| !is_yearless(record, joined))?.with_year();
    let failure = clock_failure(boot, |record| Yearless::from_time(time_of(record)?));
    let mut is_after_start = true;
    let mut unset: Option<NaiveDateTime> = None;
    for record in boot {
        let Some(time) = time_of(record) else { continue };
        let passed = |before: NaiveDateTime| TimeDelta::zero() <= time - before;
        let can_be_real = || {
            joined.logs[record.file]
                .log
                .file_time()
                .is_some_and(|modified| is_before_file_time(MAX_FILE_DAY_LAG, modified, time))
                || last_real.is_some_and(|last| passed(last) && time - last < TimeDelta::days(JUMP_DAYS))
        };
        let is_unset = match unset {
            Some(before) => passed(before) && time - before <= TimeDelta::days(DEFAULT_GAP_DAYS),
            None => {
                is_after_start
                    && Yearless::from_time(time)
                        .is_some_and(|date| failure.explains(date, last_real.is_some(), can_be_real))
            }
        };
        (unset, is_after_start) = (is_unset.then_some(time), false);
        record.is_unset = is_unset;
    }
}

/// What a boot's lines say of a clock that failed.
fn clock_failure(
    boot: &[Record<'_>],
    date_of: impl Fn(&Record<'_>) -> Option<Yearless> + Clone,
) -> ClockFailure {
    let first = boot.iter().enumerate().find_map(|(at, record)| Some((at, date_of(record)?)));
    first.map_or_else(ClockFailure::default, |(at, date)| {
        let from = boot[at..].iter().map(|record| (record.entry, date_of(record)));
        let has_failed_before = boot[..at].iter().any(|record| has_failed(record.entry));
        ClockFailure::of(has_failed_before, (boot[at].entry, date), LinesFromDate::of(from))
    })
}

/// Whether the record has a correct date.
fn has_real_date(record: &Record<'_>) -> bool {
    record.entry.is_dated() && !record.is_unset && !record.is_wrong
}

/// Marks single dates that are far from those around them.
fn mark_bogus(boot: &mut [Record<'_>], joined: &Joined) {
    for at in 1..boot.len().saturating_sub(1) {
        let lines = [at - 1, at, at + 1].map(|at| boot[at].entry);
        boot[at].is_wrong = is_yearless(&boot[at], joined) && !boot[at].is_unset && dates::is_bogus(lines);
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
        let [before, after] = [pair[0], pair[1]].map(|at| boot[at].entry.yearless());
        let (Some(before), Some(after)) = (before, after) else { continue };
        if boot[pair[1]].elapsed - boot[dated[0]].elapsed > WRONG_AT_START.unsigned_abs() {
            return;
        }
        // A phone may write nothing for months, in which the year may change. So a jump proves a wrong date only if
        // the later date continues from the boot before.
        let continues_previous = last_real.is_some_and(|last| dates::continues_boot(last, before, after));
        let days = before.days_until(after);
        let is_back = days > -YEAR_TURNS && days <= -JUMP_DAYS;
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
        if let (Some(date), Some(after)) = (last.yearless(), after) {
            years_before += dates::years_between(date, after);
        }
        after = date.or(after);
        record.time = calendar.time(&stamp, years_before);
        record.last_time = calendar.time(&last, years_before);
    }
}

/// Which records are within the window. A line without a date is outside if the next dated line is before the window,
/// or the last one after it.
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
