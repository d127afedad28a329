//! Logs whose lines are not in the order of time: to which several logs of one phone were joined, such as by
//! `cat 0004f2a1b2c3-app.log*` (their names are lost, and a shell sorts the newest log first), or that a log collector
//! exported with the newest line first.

use chrono::NaiveDateTime;

use super::calendar::{WRONG_AT_START, goes_back, is_over_new_year};
use super::disorder::{self, SECOND, are_of_one_boot};
use super::unset::{
    self, AHEAD_HOURS, YEAR_TURNS, can_be_silence, has_set_date, is_day_before, is_default, is_files_day,
};
use crate::digest::LogEntry;
use crate::event::Event;
use crate::stamp::Yearless;

/// The end of a rotated log and the beginning of the next one are at most this many days apart, if the time of the file
/// shows that the first part is the newest. Else a boot with a wrong clock looks the same.
const MAX_DAYS_BETWEEN: i64 = 31;

/// The same if it does not: a phone writes each day.
const MAX_DAYS_IF_UNSURE: i64 = 1;

/// A clock that is set to its time zone goes back by no more, in milliseconds.
const MOST_BACK: i64 = AHEAD_HOURS * 3_600_000;

/// Dates that go back by less are of lines out of order, in milliseconds.
const SHORTEST_STEP: i64 = 60_000;

/// Where a clock that was set could explain that the dates go back, the end of the older part and the beginning of the
/// newer one are at most this far apart, in milliseconds, or one in this many parts of the time that the file covers.
const NEAR: i64 = 600_000;
const PARTS_PER_GAP: i64 = 16;

/// While it starts, a phone writes lines at most this far apart, in milliseconds.
const START_PAUSE: u64 = 10_000;

/// This many lines that are each earlier than the line before are no single lines out of order, or starts of the phone.
const MIN_BACKWARD: usize = 4;

/// Of the lines of an export with the newest line first, at most one in this many is later than the line before: the
/// first line of each boot, or lines of several processes.
const BACKWARD_PER_FORWARD: usize = 4;

/// Dates without a year go back by this at New Year.
const DAYS_OF_YEAR: i64 = 365;

/// Puts the entries of a log in the order of time. `modified` is when its file was last changed, if that is known.
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
    // Where a clock was set to its time zone, a part has that inside.
    let steps = [SHORTEST_STEP, MOST_BACK];
    let newest_first = steps.iter().find_map(|step| newest_first_parts(entries, *step, modified));
    if let Some(begins) = newest_first {
        *entries = begins.into_iter().rev().flat_map(|begin| entries.split_off(begin)).collect();
    }
}

/// The first entries of the parts of a file, if the newest part comes first. The dates go back by more than `step` from
/// one part to the next.
fn newest_first_parts(
    entries: &[LogEntry],
    step: i64,
    modified: Option<NaiveDateTime>,
) -> Option<Vec<usize>> {
    let parts = parts(entries, step)?;
    let (newest, oldest) = (parts.first()?.span, parts.last()?.span);
    let is_of_day = |date| modified.is_some_and(|modified| is_files_day(modified, date));
    let is_sure = is_of_day(newest.1);
    // If the file was changed on the day of its last line, an earlier part had a wrong clock.
    let is_in_order = is_of_day(oldest.1);
    let all = oldest.0.milliseconds_until(newest.1);
    let is_newest_first = parts.windows(2).all(|pair| {
        let [newer, older] = [&pair[0], &pair[1]];
        let ((first, last), (begin_of_older, end_of_older)) = (newer.span, older.span);
        let most = if is_sure && older.is_boot() { MAX_DAYS_BETWEEN } else { MAX_DAYS_IF_UNSURE };
        let is_close = (0..=most).contains(&end_of_older.days_until(first)) && end_of_older <= first
            || is_over_new_year(end_of_older, first) && end_of_older.days_until(first) <= most - DAYS_OF_YEAR;
        if (-MOST_BACK..0).contains(&last.milliseconds_until(begin_of_older)) {
            let gap = end_of_older.milliseconds_until(first);
            let is_near = gap <= NEAR || gap * PARTS_PER_GAP <= all;
            return is_close && is_near && fits(newer, older);
        }
        // A clock that is put right soon after the start goes back, too.
        let is_long = first.milliseconds_until(last) > WRONG_AT_START || is_over_new_year(first, last);
        let may_be_next_year = last.days_until(begin_of_older) < -YEAR_TURNS;
        is_close && (older.is_boot() || is_long) && (is_sure || !may_be_next_year)
    });
    let begins = parts.iter().map(|part| part.begin);
    (parts.len() > 1 && is_newest_first && (is_sure || !is_in_order)).then(|| begins.collect())
}

/// A part of a file, from the first line whose date is before that of the line before.
struct Part<'a> {
    /// The index of its first entry.
    begin: usize,
    entries: &'a [LogEntry],
    /// Its first and its last date.
    span: (Yearless, Yearless),
}

impl Part<'_> {
    fn is_boot(&self) -> bool {
        self.entries.first().is_some_and(LogEntry::is_banner)
    }

    /// Whether its last line was written so soon after a start of the phone that the clock can have been set next.
    fn ends_after_start(&self) -> bool {
        let banner = self.entries.iter().rposition(LogEntry::is_banner);
        let begins_in_start = self.entries.first().is_some_and(|entry| !entry.is_dated());
        let Some(start) = banner.or(begins_in_start.then_some(0)) else { return false };
        let mut dates = self.entries[start..].iter().filter_map(set_date);
        let first = dates.next();
        let soon = first.zip(dates.next_back().or(first));
        soon.is_none_or(|(first, last)| first.milliseconds_until(last) <= WRONG_AT_START)
    }
}

/// Whether one part can be the rest of a log that begins with another, by the lines where they meet, and no clock that
/// was set explains that the dates go back between them.
fn fits(newer: &Part<'_>, older: &Part<'_>) -> bool {
    let (Some(end), Some(begin)) = (older.entries.last(), newer.entries.first()) else { return false };
    let has_ended = is_log_end(end);
    let is_sure = match (begin.is_banner(), begin.is_dated()) {
        (true, _) => has_ended,
        (false, true) if has_ended => return false,
        (false, true) => false,
        (false, false) if !continues_start(older, newer) => return false,
        (false, false) => true,
    };
    // Uptime does not begin again without a banner.
    let begins_in_start = older.entries.first().is_some_and(|entry| !entry.is_dated());
    is_sure || begins_in_start || !newer.ends_after_start()
}

fn is_log_end(entry: &LogEntry) -> bool {
    matches!(entry.event, Some(Event::LogEnd))
}

/// Whether the start with which a part ends goes on in the first line of another part.
fn continues_start(older: &Part<'_>, newer: &Part<'_>) -> bool {
    let uptime = |entry: Option<&LogEntry>| entry?.stamp?.uptime();
    let uptimes = uptime(older.entries.last()).zip(uptime(newer.entries.first()));
    let begin = older.entries.iter().rposition(LogEntry::is_banner).unwrap_or(0);
    let rest = newer.entries.iter().take_while(|entry| !entry.is_dated());
    uptimes.is_some_and(|(before, uptime)| (before..=before + START_PAUSE).contains(&uptime))
        && are_of_one_boot(older.entries[begin..].iter().chain(rest))
}

/// The parts of a file. None if the dates of one can be those of a clock that was never set.
fn parts(entries: &[LogEntry], step: i64) -> Option<Vec<Part<'_>>> {
    let mut begins = vec![0];
    let mut last: Option<(usize, Yearless)> = None;
    for (at, entry) in entries.iter().enumerate() {
        let Some(date) = set_date(entry) else { continue };
        if let Some((before, last)) = last
            && goes_back(last, date, step)
        {
            // The lines without a date from the last banner on are of the same boot as the date.
            let banner = entries[before + 1..=at].iter().rposition(LogEntry::is_banner);
            begins.push(before + 1 + banner.unwrap_or(0));
        }
        last = Some((at, date));
    }
    let ends = begins.iter().skip(1).copied().chain([entries.len()]);
    let part = |(begin, end): (&usize, usize)| {
        let entries = &entries[*begin..end];
        Some(Part { begin: *begin, entries, span: span(entries)? })
    };
    begins.iter().zip(ends).map(part).collect()
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
