//! What the ten digits of a log's stamps mean: which type they are, and in which year.

use chrono::{Datelike, Days, NaiveDateTime};

use crate::digest::Digest;
use crate::reader::Digits;
use crate::stamp::Stamp;

/// A log that goes through this many hours of the day, and shows no minute above 23 in any of them,
/// shows days, not hours.
const TELLING_HOURS: u32 = 5;

/// A file's last line is mostly written within this many days before the file was last changed.
const NEAR_DAYS: u64 = 2;

/// How many years back a February 29 can be.
const LEAP_CYCLE: i32 = 8;

/// The meaning of one log's dated stamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Type 1, `YYMMDDhhmm`: the stamps have their years.
    WithYear,
    /// Type 2, `MMDDhhmmss`: the year at the log's beginning.
    Yearless(i32),
}

impl Calendar {
    /// The meaning of this log's stamps. The newest dated line is of `year`, or else of the latest
    /// year that does not put it more than a day after `modified`.
    #[must_use]
    pub fn of(digest: &Digest, modified: NaiveDateTime, year: Option<i32>) -> Self {
        let newest = digest.segments.iter().rev().find_map(|segment| Some((segment.dates?.1, segment.year)));
        let Some((newest, changes)) = newest else { return Self::Yearless(modified.year()) };
        if is_type_1(&digest.counts.digits, &newest, modified) {
            return Self::WithYear;
        }
        let newest_year = year.or_else(|| latest_year(&newest, modified)).unwrap_or_else(|| modified.year());
        Self::Yearless(newest_year - changes)
    }

    /// The time of a stamp, after the year has changed `changes` times since the log's beginning.
    /// None for a stamp that is no date.
    #[must_use]
    pub fn time(&self, stamp: &Stamp, changes: i32) -> Option<NaiveDateTime> {
        match self {
            Self::WithYear => stamp.with_year(),
            Self::Yearless(first) => stamp.yearless()?.in_year(first + changes),
        }
    }

    /// The same a year earlier, where the year is not in the stamps.
    #[must_use]
    pub const fn a_year_earlier(self) -> Self {
        match self {
            Self::WithYear => self,
            Self::Yearless(first) => Self::Yearless(first - 1),
        }
    }
}

fn is_type_1(digits: &Digits, newest: &Stamp, modified: NaiveDateTime) -> bool {
    if digits.only_1 || digits.only_2 {
        return digits.only_1 && !digits.only_2;
    }
    if !digits.dated_as_1 {
        return false;
    }
    if digits.third_pair.count_ones() >= TELLING_HOURS {
        return true;
    }
    let is_near = |time: NaiveDateTime| {
        let earliest = modified.checked_sub_days(Days::new(NEAR_DAYS));
        earliest.is_some_and(|earliest| earliest <= time) && time <= day_after(modified)
    };
    let as_1 = newest.with_year().is_some_and(is_near);
    let as_2 =
        latest_year(newest, modified).and_then(|year| newest.yearless()?.in_year(year)).is_some_and(is_near);
    as_1 && !as_2
}

fn latest_year(newest: &Stamp, modified: NaiveDateTime) -> Option<i32> {
    let date = newest.yearless()?;
    let years = (0..=LEAP_CYCLE).map(|back| modified.year() + 1 - back);
    years.into_iter().find(|&year| date.in_year(year).is_some_and(|time| time <= day_after(modified)))
}

fn day_after(time: NaiveDateTime) -> NaiveDateTime {
    time.checked_add_days(Days::new(1)).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Fold;
    use crate::reader::Reader;
    use crate::window::Window;

    fn calendar(stamps: &[&str], modified: &str, year: Option<i32>) -> (Calendar, String) {
        let log: String = stamps.iter().map(|stamp| format!("{stamp}|so   |4|00|text\n")).collect();
        let mut reader = Reader::new(Fold::new(Window::default()), false);
        reader.feed(log.as_bytes());
        let (fold, counts) = reader.finish();
        let digest = fold.finish(counts);
        let calendar = Calendar::of(&digest, modified.parse().unwrap(), year);
        let last = digest.segments.last().unwrap();
        (calendar, calendar.time(&last.dates.unwrap().1, last.year).unwrap().to_string())
    }

    #[test]
    fn the_year_is_the_latest_that_fits_the_file() {
        let newest = |stamp, modified| calendar(&[stamp], modified, None).1;
        assert_eq!(newest("0531131822", "2013-06-01T00:00:00"), "2013-05-31 13:18:22");
        assert_eq!(
            newest("0531131822", "2013-05-30T13:18:22"),
            "2013-05-31 13:18:22",
            "a day after the file's"
        );
        assert_eq!(newest("0531131822", "2013-05-30T13:18:21"), "2012-05-31 13:18:22", "more than a day");
        assert_eq!(newest("0101000500", "2013-12-31T23:59:00"), "2014-01-01 00:05:00");
        assert_eq!(newest("0229120000", "2015-06-01T00:00:00"), "2012-02-29 12:00:00");
    }

    #[test]
    fn december_before_january_is_the_year_before() {
        let (calendar, newest) =
            calendar(&["1230101500", "1231235959", "0102000003"], "2014-01-02T00:00:10", None);
        assert_eq!(calendar, Calendar::Yearless(2013));
        assert_eq!(newest, "2014-01-02 00:00:03");
    }

    #[test]
    fn lines_in_disorder_at_midnight_are_no_further_year() {
        let stamps = ["1231235958", "0101000000", "1231235959", "0101000001"];
        assert_eq!(calendar(&stamps, "2014-01-02T00:00:00", None).0, Calendar::Yearless(2013));
    }

    #[test]
    fn the_types_are_told_apart_by_the_log_as_a_whole() {
        let modified = "2013-06-01T00:00:00";
        let (type_1, newest) = calendar(&["1012101112", "1012281716"], modified, None);
        assert_eq!((type_1, newest.as_str()), (Calendar::WithYear, "2010-12-28 17:16:00"));
        let (type_2, newest) = calendar(&["1012101112", "1012105916"], modified, None);
        assert_eq!((type_2, newest.as_str()), (Calendar::Yearless(2012), "2012-10-12 10:59:16"));
        let near = calendar(&["1210051430"], "2012-10-05T15:00:00", None);
        assert_eq!(near.0, Calendar::WithYear, "as type 2 the line would be ten months old");
    }

    #[test]
    fn the_user_knows_the_year() {
        let (calendar, _) = calendar(&["1231235959", "0102000003"], "2020-01-01T00:00:00", Some(2009));
        assert_eq!(calendar, Calendar::Yearless(2008));
    }
}
