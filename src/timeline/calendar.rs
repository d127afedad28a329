//! The meaning of the ten digits of a log's stamps: their type and their year.

use chrono::{Datelike, Days, NaiveDateTime};

use super::dates::{day_after, is_leap_year};
use super::span::Span;
use crate::digest::{Digits, LogDigest};
use crate::stamp::Stamp;

/// If the digits that are hours in type 2 have this many different values, and the minutes are below 24 in all of
/// them, they are days, not hours: the stamps have years. By chance this happens once in 60,000 logs: each of 12
/// independent minutes is below 24 in two of five cases. A phone that writes once an hour has the same minute in all
/// of them, so other signs come first. Stamps with years were never seen, so fewer values prove nothing.
const MIN_HOUR_VALUES: u32 = 12;

/// A file's last line was usually written within this many days before the file was last changed.
const NEAR_DAYS: u64 = 2;

/// How many years back a February 29 can be.
const LEAP_CYCLE: i32 = 8;

/// The meaning of one log's dated stamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Type 1, `YYMMDDhhmm`: the stamps have their years.
    WithYear,
    /// Type 2, `MMDDhhmmss`: the year of the log's newest dated line.
    Newest(i32),
}

impl Calendar {
    /// The time of a stamp in the year that is `years_before` years before that of the newest line. None if it is
    /// not a date.
    pub(crate) fn time(self, stamp: &Stamp, years_before: i32) -> Option<NaiveDateTime> {
        match self {
            Self::WithYear => stamp.with_year(),
            Self::Newest(year) => {
                let date = stamp.yearless()?;
                // A February 29 belongs to the latest leap year.
                (0..LEAP_CYCLE).find_map(|back| date.in_year(year - years_before - back))
            }
        }
    }

    /// Whether the year that is `years_before` years before that of the newest line has a February 29.
    pub(super) fn is_leap_year(self, years_before: i32) -> bool {
        match self {
            Self::WithYear => false,
            Self::Newest(year) => is_leap_year(year - years_before),
        }
    }

    /// The same for an earlier year that has a log's February 29, where the year is not in the stamps.
    pub(super) fn earlier(self, span: &Span) -> Self {
        let Self::Newest(year) = self else { return self };
        let mut years = (1..=LEAP_CYCLE).map(|back| year - back);
        Self::Newest(years.find(|year| span.fits(*year)).unwrap_or(year - 1))
    }

    /// The times of a log's first and last date.
    pub(super) fn times(self, span: &Span) -> Option<(NaiveDateTime, NaiveDateTime)> {
        Some((self.time(&span.first, span.years)?, self.time(&span.last, 0)?))
    }
}

/// The meaning of this log's stamps. The newest dated line is of `year`, or else of the latest year in which it is
/// at most a day after `modified` and in which the log's February 29 exists. If the file was changed about the date
/// of that line, the year of the change is used instead. `of_chain` are the digits of all logs of its chain.
pub(super) fn calendar(
    digest: &LogDigest,
    of_chain: &Digits,
    span: Option<&Span>,
    modified: NaiveDateTime,
    year: Option<i32>,
) -> Calendar {
    let newest = span.map(|span| span.last);
    let newest = newest.or_else(|| {
        digest.entries.iter().rev().filter(|entry| entry.is_dated()).find_map(|entry| entry.stamp)
    });
    match newest {
        Some(newest) => calendar_of([&digest.counts.digits, of_chain], &newest, span, modified, year),
        None => Calendar::Newest(modified.year()),
    }
}

/// The same, for a log with dates: its digits, and those of its chain.
pub(super) fn calendar_of(
    digits: [&Digits; 2],
    newest: &Stamp,
    span: Option<&Span>,
    modified: NaiveDateTime,
    year: Option<i32>,
) -> Calendar {
    if is_type_1(digits, newest, modified) {
        return Calendar::WithYear;
    }
    let latest = latest_year(newest, modified).map(|latest| {
        let is_own = || newest.yearless()?.in_year(latest).map(|time| is_near(time, modified));
        let fits = |year: &i32| span.is_none_or(|span| span.fits(*year)) || is_own() == Some(true);
        (latest - LEAP_CYCLE..=latest).rev().find(fits).unwrap_or(latest)
    });
    Calendar::Newest(year.or(latest).unwrap_or_else(|| modified.year()))
}

/// Whether a file was last changed about that time.
fn is_near(time: NaiveDateTime, modified: NaiveDateTime) -> bool {
    let earliest = modified.checked_sub_days(Days::new(NEAR_DAYS));
    earliest.is_some_and(|earliest| earliest <= time) && time <= day_after(modified)
}

/// Whether the digits of these stamps show that they have years. None if they can be of both types.
fn shown_type_1(digits: &Digits) -> Option<bool> {
    (digits.only_1 || digits.only_2).then_some(digits.only_1 && !digits.only_2)
}

fn is_type_1([digits, of_chain]: [&Digits; 2], newest: &Stamp, modified: NaiveDateTime) -> bool {
    if let Some(is_type_1) = shown_type_1(digits) {
        return is_type_1;
    }
    if !digits.dated_as_1 {
        return false;
    }
    let as_1 = newest.with_year().is_some_and(|time| is_near(time, modified));
    let as_2 = latest_year(newest, modified)
        .and_then(|year| newest.yearless()?.in_year(year))
        .is_some_and(|time| is_near(time, modified));
    if as_1 != as_2 {
        return as_1;
    }
    shown_type_1(of_chain).unwrap_or(digits.third_pair.count_ones() >= MIN_HOUR_VALUES)
}

fn latest_year(newest: &Stamp, modified: NaiveDateTime) -> Option<i32> {
    let date = newest.yearless()?;
    let mut years = (0..=LEAP_CYCLE).map(|back| modified.year() + 1 - back);
    years.find(|&year| date.in_year(year).is_some_and(|time| time <= day_after(modified)))
}
