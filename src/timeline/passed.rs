//! How much time passes from one stamp to the next.

use super::dates::is_over_new_year;
use super::unset::{YEAR_TURNS, is_default, unset_date};
use crate::stamp::{MILLISECONDS_PER_DAY, MILLISECONDS_PER_YEAR, Stamp, Yearless};

/// Whether a date is a little before the last one, but not so much that the year changed.
pub(super) fn is_repeated(before: &Stamp, stamp: &Stamp) -> bool {
    let dates = before.yearless().zip(stamp.yearless());
    dates.is_some_and(|(before, date)| date < before && before.days_until(date) >= -YEAR_TURNS)
}

/// Whether a February 29 is between two dates, if their year has one.
fn crosses_leap_day(before: Yearless, date: Yearless) -> bool {
    before.month() <= 2 && date.month() > 2
}

pub(super) fn milliseconds_since_new_year(date: Yearless) -> u64 {
    Yearless::new_year().milliseconds_until(date).unsigned_abs()
}

/// Milliseconds between two dates of a clock that was not set.
pub(super) fn milliseconds_of_unset(before: &Stamp, stamp: &Stamp) -> u64 {
    let dates = unset_date(before).zip(unset_date(stamp));
    dates.map_or(0, |(before, date)| u64::try_from(before.milliseconds_until(date)).unwrap_or(0))
}

/// Milliseconds from one date to a later one; 0 if the clock was set in between.
pub(super) fn milliseconds_between(before: &Stamp, stamp: &Stamp, is_leap_year: bool) -> u64 {
    let (Some(earlier), Some(later)) = (before.yearless(), stamp.yearless()) else { return 0 };
    let mut milliseconds = earlier.milliseconds_until(later);
    if is_over_new_year(earlier, later) {
        milliseconds += MILLISECONDS_PER_YEAR;
    }
    if !is_leap_year && crosses_leap_day(earlier, later) {
        milliseconds -= MILLISECONDS_PER_DAY as i64;
    }
    // A clock that was never set begins on January 1; a date a day or more later was set.
    let was_default = is_default(earlier) && milliseconds > MILLISECONDS_PER_DAY as i64;
    if milliseconds >= 0 && !was_default { milliseconds.unsigned_abs() } else { 0 }
}
