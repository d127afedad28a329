//! What a clock that was not set shows: January 1 after each start, and days that go on from there. A real date can be
//! the same; the time of the file tells them apart.

use chrono::{Datelike, NaiveDateTime, TimeDelta};

use crate::digest::LogEntry;
use crate::event::Event;
use crate::stamp::Yearless;

/// The phone's default date after a start is January 1, within this many seconds after midnight.
pub(super) const DEFAULT_START: u32 = 3_600;

/// A clock that was not set counts on from its default date; lines of it are at most this many days apart, except
/// in January.
pub(super) const DEFAULT_GAP_DAYS: i64 = 7;

/// The last day that a file's lines show is at most this many days before its modification time.
pub(super) const MAX_FILE_DAY_LAG: i64 = 2;

/// The same for a copy of a file, whose modification time can be that of the copy: used where a clock jumped from the
/// first hour of January 1 to another day, and the log does not say that it failed. That it was set is then more
/// likely than that the phone wrote nothing for days.
const MAX_COPY_DAY_LAG: i64 = 31;

/// No phone's local time is further ahead of UTC, in hours.
pub(super) const AHEAD_HOURS: i64 = 14;

/// Lines of one boot are out of order by at most this much, in milliseconds.
pub(super) const DISORDER: u64 = 2_000;

/// Days from January 1 to December 31 of a leap year, in which dates without a year are counted.
pub(super) const NEW_YEARS_EVE: i64 = 365;

/// Whether it is the day on which a clock that was never set begins.
fn is_first_day(date: Yearless) -> bool {
    date.month() == 1 && date.day() == 1
}

/// Whether a clock that was never set shows this date right after a start.
pub(super) fn is_default(date: Yearless) -> bool {
    is_first_day(date) && date.seconds_of_day() < DEFAULT_START
}

pub(super) fn has_failed(entry: &LogEntry) -> bool {
    matches!(entry.event, Some(Event::ClockFailed))
}

/// Whether the first date of a boot can be the default date although nothing was written for an hour or more: the log
/// says before it that the clock failed, and no uptime `after` it shows that less time has passed.
pub(super) fn can_be_failed_clocks<'a>(
    mut before: impl Iterator<Item = &'a LogEntry>,
    date: Yearless,
    mut after: impl Iterator<Item = &'a LogEntry>,
) -> bool {
    let passed = u64::from(date.seconds_of_day()) * 1_000;
    let mut uptime = || after.find_map(|entry| entry.stamp?.uptime());
    is_first_day(date) && before.any(has_failed) && uptime().is_none_or(|uptime| passed <= uptime + DISORDER)
}

/// Whether a line has a date that a clock which was never set does not show on its first day.
pub(super) fn has_set_date(entry: &LogEntry) -> bool {
    let date = entry.stamp.filter(|stamp| entry.is_dated() && !stamp.is_unset());
    date.is_some_and(|stamp| !stamp.yearless().is_some_and(is_first_day))
}

/// Whether a file that was changed at `modified` was last changed about that time.
pub(super) fn is_files_time(modified: NaiveDateTime, time: NaiveDateTime) -> bool {
    is_within(MAX_FILE_DAY_LAG, modified, time)
}

/// Whether the time is at most `lag` days before the file was changed, and not after that.
fn is_within(lag: i64, modified: NaiveDateTime, time: NaiveDateTime) -> bool {
    (modified - TimeDelta::days(lag)..=modified + TimeDelta::hours(AHEAD_HOURS)).contains(&time)
}

/// Whether that file was last changed about that day of some year.
pub(super) fn is_files_day(modified: NaiveDateTime, date: Yearless) -> bool {
    is_day_within(MAX_FILE_DAY_LAG, modified, date)
}

/// Whether that day of some year is at most `lag` days before the file was changed, and not after that.
fn is_day_within(lag: i64, modified: NaiveDateTime, date: Yearless) -> bool {
    let years = [modified.year() - 1, modified.year(), modified.year() + 1];
    years.iter().filter_map(|year| date.in_year(*year)).any(|time| is_within(lag, modified, time))
}

/// Whether a date that can be a clock's default is real, because the file was last changed when the log says: the
/// `later` dates of its boot go on from it to the day of that change. A date of the first hour of a year must itself
/// be about that day, as all later dates. Lines of December 31 can be out of order, but are not the newest. Any other
/// day is at most `lag` days before the change.
pub(super) fn is_files_own(
    modified: Option<NaiveDateTime>,
    date: Yearless,
    later: &[LogEntry],
    lag: i64,
) -> bool {
    let is_strict = is_default(date);
    let mut last = date;
    let later = later.iter().take_while(|entry| is_strict || !entry.is_banner());
    let goes_on = later.filter_map(|entry| entry.stamp?.yearless()).all(|later| {
        let (before, most) = if is_strict { (date, MAX_FILE_DAY_LAG) } else { (last, DEFAULT_GAP_DAYS) };
        let days = before.days_until(later);
        last = later;
        days <= most || days == NEW_YEARS_EVE
    });
    let (day, lag) = if is_strict { (date, MAX_FILE_DAY_LAG) } else { (last, lag) };
    goes_on
        && date.days_until(last) != NEW_YEARS_EVE
        && modified.is_some_and(|modified| is_day_within(lag, modified, day))
}

/// How many days a log's last day can be before the change of its file, if the clock jumped to a date of January from
/// `unset`.
pub(super) fn day_lag(unset: Option<Yearless>, has_failed: bool) -> i64 {
    if unset.is_some_and(is_default) && !has_failed { MAX_COPY_DAY_LAG } else { MAX_FILE_DAY_LAG }
}

/// Whether `before`, the last date of a boot, is less than a day before `date`.
pub(super) fn is_day_before(before: Yearless, date: Yearless) -> bool {
    let days = before.days_until(date);
    days == 0 && before <= date || days <= -365 && before.month() == 12 && before.day() == 31
}

/// Whether a clock that was not set at `before` can show `date` without having been set: any day of January,
/// however long nothing was written, or a later day if it is not much later. Lines that are in two logs go back by
/// less than a day.
pub(super) fn stays_unset(before: Yearless, date: Yearless) -> bool {
    let days = before.days_until(date);
    days >= 0 && (date.month() == 1 || days <= DEFAULT_GAP_DAYS)
}
