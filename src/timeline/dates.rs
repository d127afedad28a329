//! How two dates without a year are related: in order, in the next year, out of order, or bogus.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};

use super::unset::{AHEAD_MS, JUMP_DAYS, NEW_YEARS_EVE, YEAR_TURNS, can_be_unset};
use crate::digest::LogEntry;
use crate::stamp::{MILLISECONDS_PER_HOUR, MILLISECONDS_PER_YEAR, Yearless};

/// A date after a start was wrong if a jump corrects it within this time, in milliseconds.
pub(super) const WRONG_AT_START: i64 = MILLISECONDS_PER_HOUR.cast_signed();

/// A boot begins at most this many days after the one before, usually within minutes.
const CLOSE_DAYS: i64 = 2;

/// No file of a phone is older than this year; an earlier modification time is ignored.
const EARLIEST_YEAR: i32 = 2000;

/// The number of years between two dates that follow each other in a log: 1 if the year changes.
pub(super) fn years_between(earlier: Yearless, later: Yearless) -> i32 {
    match earlier.days_until(later) {
        days if days < -YEAR_TURNS => 1,
        _ if goes_back_over_new_year(earlier, later) => -1,
        _ => 0,
    }
}

/// Whether a date of January is of the year after the December that follows it: the newest lines of a file come first, or
/// lines of several processes are out of order at midnight of New Year, or a clock that was set to GMT goes back to its
/// time zone. The first days of January can be those of a clock that was not set.
fn goes_back_over_new_year(earlier: Yearless, later: Yearless) -> bool {
    let back = MILLISECONDS_PER_YEAR - earlier.milliseconds_until(later);
    earlier.month() == 1 && later.month() == 12 && (!can_be_unset(earlier) || back <= AHEAD_MS)
}

/// Whether the first date is in December, and the second one in January: the year changes between them if they follow
/// each other.
pub(super) fn is_over_new_year(before: Yearless, date: Yearless) -> bool {
    before.month() == 12 && date.month() == 1
}

/// Whether the second date is more than this many milliseconds before the first one, in one year or the year before.
pub(super) fn goes_back(before: Yearless, date: Yearless, milliseconds: i64) -> bool {
    before.milliseconds_until(date) < -milliseconds && !is_over_new_year(before, date)
        || is_over_new_year(date, before)
}

/// Whether the second date of a boot continues from the boot before, which ended at `last`, but the first date does
/// not: then the clock was corrected between them.
pub(super) fn continues_boot(last: Yearless, first: Yearless, second: Yearless) -> bool {
    let days = last.days_until(second);
    // No boot begins before the one before it has ended.
    let is_before = (-YEAR_TURNS..=-JUMP_DAYS).contains(&last.days_until(first));
    let is_between = last <= first && first <= second;
    last <= second && !is_between && (days <= CLOSE_DAYS || is_before)
}

/// Whether the second of three lines has a bogus date, perhaps of another process: it is more than a month before or
/// after the other two, which are less than a day apart. None of the lines shows a start.
pub(super) fn is_bogus([before, line, after]: [&LogEntry; 3]) -> bool {
    let (Some(first), Some(bogus), Some(last)) = (before.yearless(), line.yearless(), after.yearless())
    else {
        return false;
    };
    let is_start = before.is_log_end() || line.is_banner() || after.is_banner();
    let days = first.days_until(bogus).abs();
    !is_start
        && first <= last
        && first.days_until(last) < JUMP_DAYS
        && (YEAR_TURNS + 1..NEW_YEARS_EVE - YEAR_TURNS).contains(&days)
}

/// The same time one day later.
pub(super) fn day_after(time: NaiveDateTime) -> NaiveDateTime {
    time.checked_add_days(Days::new(1)).unwrap_or(time)
}

/// Whether a file can have been changed then.
pub(super) fn is_plausible(modified: &NaiveDateTime) -> bool {
    modified.year() >= EARLIEST_YEAR
}

/// Whether a year has a February 29.
pub(super) fn is_leap_year(year: i32) -> bool {
    NaiveDate::from_ymd_opt(year, 2, 29).is_some()
}
