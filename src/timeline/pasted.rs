//! Logs whose lines are not in the order of time: to which several logs of one phone were joined, such as by
//! `cat 0004f2a1b2c3-app.log*` (their names are lost, and a shell sorts the newest log first), or that a log collector
//! exported with the newest line first.


use chrono::NaiveDateTime;

use super::calendar::{WRONG_AT_START, YEAR_TURNS, is_over_new_year};
use super::disorder::{self, SECOND};
use super::unset::{
    self, AHEAD_HOURS, can_be_silence, has_set_date, is_day_before, is_default, is_files_day,
};
use crate::digest::LogEntry;
use crate::stamp::Yearless;

/// The end of a rotated log and the beginning of the next one are at most this many days apart, if the time of the file
/// shows that the first part is the newest. Else a boot with a wrong clock looks the same.
const MAX_DAYS_BETWEEN: i64 = 31;

/// The same if it does not: a phone writes each day.
const MAX_DAYS_IF_UNSURE: i64 = 1;

/// A clock that is set to its time zone goes back by no more, in milliseconds.
const MOST_BACK: i64 = AHEAD_HOURS * 3_600_000;

/// This many lines that are each earlier than the line before are no single lines out of order, or starts of the phone.
const MIN_BACKWARD: usize = 4;

/// Of the lines of an export with the newest line first, at most one in this many is later than the line before: the
/// first line of each boot, or lines of several processes.
const BACKWARD_PER_FORWARD: usize = 4;

/// Dates without a year go back by this at New Year.
const DAYS_OF_YEAR: i64 = 365;

/// Puts the entries of a log in the order of time. `modified` is when its file was
/// last changed, if that is known.
pub(super) fn put_in_order(entries: &mut Vec<LogEntry>, modified: Option<NaiveDateTime>) {
    match newest_first(entries) {
        NewestFirst::No => {}
        NewestFirst::Lines => entries.reverse(),
        NewestFirst::Seconds => {
            entries.reverse();
            entries.chunk_by_mut(|a, b| a.stamp == b.stamp).for_each(<[_]>::reverse);
        }
    }
    disorder::mend(entries);
    put_oldest_first(entries, modified);
}

/// Whether a log collector exported the log with the newest line first.
enum NewestFirst {
    No,
    Lines,
    /// Lines of the same second are in the order in which the phone wrote them.
    Seconds,
}

/// Whether the dates, and nearly all uptimes, go back from each line to the next one.
fn newest_first(entries: &[LogEntry]) -> NewestFirst {
    let (mut dates_back, mut dates_forward, mut back, mut forward) = (0, 0, 0, 0);
    let (mut back_within, mut forward_within) = (0, 0);
    let mut date: Option<Yearless> = None;
    for (at, entry) in entries.iter().enumerate() {
        let Some(stamp) = entry.stamp else { continue };
        if let Some(next) = stamp.yearless() {
            if let Some(before) = date.replace(next) {
                let turns = is_over_new_year(before, next) || is_over_new_year(next, before);
                let order = if turns { next.cmp(&before) } else { before.cmp(&next) };
                dates_back += usize::from(order.is_gt());
                dates_forward += usize::from(order.is_lt());
            }
        } else if let Some(uptime) = stamp.uptime()
            && let Some(before) = at.checked_sub(1).and_then(|before| entries[before].stamp?.uptime())
        {
            let is_within = before.abs_diff(uptime) < SECOND;
            back += usize::from(uptime < before);
            back_within += usize::from(uptime < before && is_within);
            forward_within += usize::from(uptime > before && is_within);
            forward += usize::from(uptime > before && !is_within);
        }
    }
    let (back, forward) = (dates_back + back, dates_forward + forward);
    let is_most = |back: usize, forward: usize| forward * BACKWARD_PER_FORWARD <= back;
    let is_backward = dates_back > 0 && back >= MIN_BACKWARD;
    match is_backward && is_most(back, forward) && is_most(dates_back, dates_forward) {
        true if forward_within > back_within => NewestFirst::Seconds,
        true => NewestFirst::Lines,
        false => NewestFirst::No,
    }
}

/// Puts the parts of a log in the order of time if the newest one is the first in the file: each part ends shortly before
/// the part before it begins.
fn put_oldest_first(entries: &mut Vec<LogEntry>, modified: Option<NaiveDateTime>) {
    let parts = parts(entries);
    let ends = parts.iter().skip(1).map(|part| part.begin).chain([entries.len()]);
    let spans: Option<Vec<_>> =
        parts.iter().zip(ends).map(|(part, end)| span(&entries[part.begin..end])).collect();
    let Some(spans) = spans.filter(|spans| spans.len() > 1) else { return };
    let is_of_day = |date| modified.is_some_and(|modified| is_files_day(modified, date));
    let is_sure = is_of_day(spans[0].1);
    // If the file was changed on the day of its last line, an earlier part had a wrong clock.
    let is_in_order = spans.last().is_some_and(|(_, last)| is_of_day(*last));
    let is_newest_first = spans.windows(2).zip(&parts[1..]).all(|(pair, older)| {
        let [(first, last), (begin_of_older, end_of_older)] = [pair[0], pair[1]];
        let most = if is_sure && older.is_boot { MAX_DAYS_BETWEEN } else { MAX_DAYS_IF_UNSURE };
        let is_close = (0..=most).contains(&end_of_older.days_until(first)) && end_of_older <= first
            || is_over_new_year(end_of_older, first) && end_of_older.days_until(first) <= most - DAYS_OF_YEAR;
        // A clock that is put right soon after the start goes back, too.
        let is_long = first.milliseconds_until(last) > WRONG_AT_START || is_over_new_year(first, last);
        let may_be_next_year = last.days_until(begin_of_older) < -YEAR_TURNS;
        is_close && (older.is_boot || is_long) && (is_sure || !may_be_next_year)
    });
    if is_newest_first && (is_sure || !is_in_order) {
        *entries = parts.iter().rev().flat_map(|part| entries.split_off(part.begin)).collect();
    }
}

/// A part of a file, from the first line whose date is before that of the line before.
struct Part {
    /// The index of its first entry.
    begin: usize,
    /// It begins with a banner.
    is_boot: bool,
}

fn parts(entries: &[LogEntry]) -> Vec<Part> {
    let mut parts = vec![Part { begin: 0, is_boot: false }];
    let mut last: Option<(usize, Yearless)> = None;
    for (at, entry) in entries.iter().enumerate() {
        let Some(date) = set_date(entry) else { continue };
        if let Some((before, last)) = last
            && (last.milliseconds_until(date) < -MOST_BACK && !is_over_new_year(last, date)
                || is_over_new_year(date, last))
        {
            // The lines without a date from the last banner on are of the same boot as the date.
            let banner = entries[before + 1..=at].iter().rposition(LogEntry::is_banner);
            parts.push(Part { begin: before + 1 + banner.unwrap_or(0), is_boot: banner.is_some() });
        }
        last = Some((at, date));
    }
    parts
}

/// The date of a line, if it is not that of a clock that was never set.
fn set_date(entry: &LogEntry) -> Option<Yearless> {
    if has_set_date(entry) { entry.stamp?.yearless() } else { None }
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
        let date = entry.stamp?.yearless()?;
        let last = span.map(|(_, last)| last);
        let goes_on = |last| match is_default(date) {
            true => is_day_before(last, date) && !has_failed && !fails,
            false => is_over_new_year(last, date) || last.days_until(date) == 0,
        };
        let can_be_unset = has_failed && last.is_none() && can_be_silence(Yearless::new_year(), date);
        if (can_be_unset || !has_set_date(entry)) && !last.is_some_and(goes_on) {
            return None;
        }
        span = Some((span.map_or(date, |(first, _)| first), date));
        has_failed = false;
    }
    span
}
