//! The meaning of the ten digits of a log's stamps: their type and their year.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};

use super::Log;
use super::unset::{
    AHEAD_HOURS, ClockFailure, JUMP_DAYS, NEW_YEARS_EVE, OUT_OF_ORDER_MS, Signs, UnsetClock, YEAR_TURNS,
    can_be_silence, is_default,
};
use crate::digest::{Digits, LogDigest, LogEntry};
use crate::model::widened;
use crate::stamp::{MILLISECONDS_PER_YEAR, Stamp, Yearless};

/// If the digits that are hours in type 2 have this many different values, and the minutes are below 24 in all of
/// them, they are days, not hours: the stamps have years. By chance this happens once in 60,000 logs: each of 12
/// independent minutes is below 24 in two of five cases. A phone that writes once an hour has the same minute in all
/// of them, so other signs come first. Stamps with years were never seen, so fewer values prove nothing.
const MIN_HOUR_VALUES: u32 = 12;

/// A file's last line was usually written within this many days before the file was last changed.
const NEAR_DAYS: u64 = 2;

/// No file of a phone is older than this year; an earlier modification time is ignored.
const EARLIEST_YEAR: i32 = 2000;

/// How many years back a February 29 can be.
const LEAP_CYCLE: i32 = 8;

/// A boot begins at most this many days after the one before, mostly within minutes.
const CLOSE_DAYS: i64 = 2;

/// A date after a start was wrong if a jump corrects it within this time, in milliseconds.
pub(super) const WRONG_AT_START: i64 = 3_600_000;

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
            Self::Newest(year) => has_leap_day(year - years_before),
        }
    }
}

fn has_leap_day(year: i32) -> bool {
    NaiveDate::from_ymd_opt(year, 2, 29).is_some()
}

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
    let can_be_unset = can_be_silence(Yearless::new_year(), earlier);
    earlier.month() == 1 && later.month() == 12 && (!can_be_unset || back <= AHEAD_HOURS * 3_600_000)
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

/// The last dates of a log, for the next one of its chain.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct End {
    /// The clock, if it was not set.
    pub(super) unset: UnsetClock,
    /// The last real date.
    pub(super) last: Option<Yearless>,
}

/// The lowest and the highest of some dates.
pub(super) type DateRange = Option<(Stamp, Stamp)>;

/// The first and the last real date of one log, as far as the log alone shows them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first: Stamp,
    pub(super) last: Stamp,
    /// How many years lie between them.
    pub(super) years: i32,
    /// How many of them had passed at the last February 29.
    leap_day: Option<i32>,
}

impl Span {
    /// Leaves out dates that can be a clock's default, and dates after a start that a later date shows to be wrong.
    /// `modified` is when the file was last changed, if that is known. `before` is the end of the log before; it is
    /// updated to the end of this log.
    pub(super) fn of(digest: &LogDigest, modified: Option<NaiveDateTime>, before: &mut End) -> Option<Self> {
        Self::with_unset(digest, &[], modified, before).0
    }

    /// The same of logs in order, each with the lowest and the highest of the dates that can be a clock's default.
    pub(super) fn of_all<'a>(logs: impl IntoIterator<Item = &'a Log>) -> Vec<(Option<Self>, DateRange)> {
        let logs: Vec<&Log> = logs.into_iter().collect();
        let mut end = End::default();
        let of = |(at, log): (usize, &&Log)| {
            Self::with_unset(&log.digest, &logs[at + 1..], file_time(log), &mut end)
        };
        logs.iter().enumerate().map(of).collect()
    }

    /// `next` are the logs after this one: a boot can begin in one log, and have its banner in the next.
    fn with_unset(
        digest: &LogDigest,
        next: &[&Log],
        modified: Option<NaiveDateTime>,
        before: &mut End,
    ) -> (Option<Self>, DateRange) {
        let mut made_up: DateRange = None;
        let mut span: Option<Self> = None;
        // The start can be in the log before.
        let mut is_start = true;
        let (mut uptimes, mut is_start_read, mut has_ended) = (0, false, false);
        // The highest uptime of the boot.
        let mut uptime: Option<u64> = None;
        // The last dated line, and how far behind it the banner of its default dates is.
        let mut banner_before: Option<(usize, Option<usize>)> = None;
        // The dates of a boot from its first one, until they are known to be right.
        let mut start_of_boot: Option<(Stamp, Stamp)> = None;
        for (at, entry) in digest.entries.iter().enumerate() {
            let Some(stamp) = entry.stamp else { continue };
            uptimes = if entry.is_dated() { 0 } else { uptimes + 1 };
            is_start_read |= uptimes > 0;
            // A single line with uptime is from another process, and so are several where uptime continues.
            let continues_uptime =
                stamp.uptime().zip(uptime).is_some_and(|(now, highest)| now + OUT_OF_ORDER_MS >= highest);
            if entry.is_banner() || (uptimes > 1 && (!continues_uptime || entry.is_of_start())) {
                (is_start, before.unset, uptime) = (true, UnsetClock::default(), None);
                if let Some((first, last)) = start_of_boot.take() {
                    span = Some(Self::with(span, first, last));
                }
            }
            uptime = uptime.max(stamp.uptime());
            if stamp.is_unset() {
                before.unset.take_day_0();
            }
            let around = at
                .checked_sub(1)
                .and_then(|before| digest.entries.get(before))
                .zip(digest.entries.get(at + 1));
            if around.is_some_and(|(before, after)| is_bogus([before, entry, after])) {
                continue;
            }
            // A line after the end of a log can be the next start.
            let is_behind_end = std::mem::replace(&mut has_ended, entry.is_log_end());
            let Some(date) = stamp.yearless() else { continue };
            let lines = digest.entries[at..].iter().chain(next.iter().flat_map(|log| &log.digest.entries));
            // Looking for it anew at each of 8,000 failures in the first hour doubles the time of such a log.
            let banner = match banner_before {
                Some((line, Some(distance))) if line + 1 == at && distance > 0 => Some(distance - 1),
                Some((line, None)) if line + 1 == at && are_default(&digest.entries[line], entry) => None,
                _ => banner_of(lines.clone()),
            };
            banner_before = Some((at, banner));
            let after_start = std::mem::take(&mut is_start) || banner.is_some();
            let boot = lines_of_boot(lines.clone(), banner);
            let own_last = span.and_then(|span| span.last.yearless());
            // A log without a start can go on from one of another directory.
            let is_state_known = is_start_read || before.unset.last().is_some();
            let signs = Signs {
                last_real: own_last.or(before.last),
                modified: modified.filter(|_| is_state_known),
                later: &digest.entries[at + 1..],
                of_boot: boot.clone().skip(1).filter_map(LogEntry::yearless),
            };
            let failure = (after_start || is_behind_end).then(|| {
                let from = up_to_last_date(lines, boot).map(|entry| (entry, entry.yearless()));
                ClockFailure::of(undated_before(&digest.entries, at), date, from)
            });
            let is_unset = before.unset.take(date, failure, &signs);
            if is_unset {
                made_up = widened(made_up, Some((stamp, stamp)));
                continue;
            }
            let last = entry.last_line().1.unwrap_or(stamp);
            if let Some((first, known_last)) = start_of_boot.take() {
                if is_soon_after(&first, date) {
                    start_of_boot = Some((first, last));
                    continue;
                }
                // A single wrong first date does not change the year of a log, whatever the end of the log before.
                let boot_before = own_last.or(before.last.filter(|_| first != known_last));
                if !is_corrected(boot_before, (&first, &known_last), date) {
                    span = Some(Self::with(span, first, known_last));
                }
            }
            if after_start && is_start_read {
                start_of_boot = Some((stamp, last));
            } else {
                span = Some(Self::with(span, stamp, last));
            }
        }
        if let Some((first, last)) = start_of_boot {
            span = Some(Self::with(span, first, last));
        }
        before.last = span.map_or(before.last, |span| span.last.yearless());
        (span, made_up)
    }

    fn with(span: Option<Self>, stamp: Stamp, last: Stamp) -> Self {
        let known = span.unwrap_or(Self { first: stamp, last: stamp, years: 0, leap_day: None });
        let turns = known.last.yearless().zip(stamp.yearless());
        let years = known.years + turns.map_or(0, |(before, date)| years_between(before, date));
        let is_leap_day = |date: Yearless| (date.month(), date.day()) == (2, 29);
        let has_leap_day = [stamp, last].iter().any(|stamp| stamp.yearless().is_some_and(is_leap_day));
        Self { last, years, leap_day: if has_leap_day { Some(years) } else { known.leap_day }, ..known }
    }

    /// Whether the log's last February 29 is a date, if the newest line is of this year.
    fn fits(&self, year: i32) -> bool {
        self.leap_day.is_none_or(|leap_day| has_leap_day(year - (self.years - leap_day)))
    }

    /// The same calendar of an earlier year, where the year is not in the stamps.
    pub(super) fn earlier(&self, calendar: Calendar) -> Calendar {
        let Calendar::Newest(year) = calendar else { return calendar };
        let mut years = (1..=LEAP_CYCLE).map(|back| year - back);
        Calendar::Newest(years.find(|year| self.fits(*year)).unwrap_or(year - 1))
    }

    /// The first and the last date, where all are of one January.
    pub(super) fn dates_of_january(&self) -> Option<(Yearless, Yearless)> {
        let dates = self.first.yearless().zip(self.last.yearless());
        dates.filter(|(first, last)| self.years == 0 && first.month() == 1 && last.month() == 1)
    }

    /// The times of both dates with the log's calendar.
    pub(super) fn times(&self, calendar: Calendar) -> Option<(NaiveDateTime, NaiveDateTime)> {
        Some((calendar.time(&self.first, self.years)?, calendar.time(&self.last, 0)?))
    }
}

/// Whether a date of a boot can be as wrong as the boot's first one: it is less than an hour later.
fn is_soon_after(first: &Stamp, date: Yearless) -> bool {
    let passed = first.yearless().map(|first| first.milliseconds_until(date));
    passed.is_some_and(|passed| (0..WRONG_AT_START).contains(&passed))
}

/// Whether a later date of a boot shows that its dates so far, from the first to the last, were wrong. The boot
/// before ended at `known`.
fn is_corrected(known: Option<Yearless>, (first, last): (&Stamp, &Stamp), date: Yearless) -> bool {
    let Some(wrong) = last.yearless() else { return false };
    if wrong.days_until(date).abs() < JUMP_DAYS {
        return false;
    }
    let Some(known) = known else { return first == last };
    continues_boot(known, wrong, date) && known.days_until(wrong).abs() >= JUMP_DAYS
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

/// The entries before the one at `at`, back to the last valid date.
fn undated_before(entries: &[LogEntry], at: usize) -> impl Iterator<Item = &LogEntry> {
    entries[..at].iter().rev().take_while(|entry| entry.yearless().is_none())
}

/// How many lines with default dates are before the banner of their boot. None if these lines do not begin so, or with
/// the banner. The banner itself can have an uptime.
fn banner_of<'a>(lines: impl Iterator<Item = &'a LogEntry> + Clone) -> Option<usize> {
    if lines.clone().next()?.is_banner() {
        return Some(0);
    }
    let pairs = lines.clone().zip(lines.skip(1));
    let mut pairs = pairs.take_while(|(before, after)| are_default(before, after));
    Some(pairs.position(|(_, after)| after.is_banner())? + 1)
}

/// Whether two lines have default dates in order, or the second one is the banner with an uptime.
fn are_default(before: &LogEntry, after: &LogEntry) -> bool {
    let date = |entry: &LogEntry| entry.yearless().filter(|date| is_default(*date));
    let is_undated_banner = after.is_banner() && !after.is_dated();
    date(before).is_some_and(|first| is_undated_banner || Some(first) <= date(after))
}

/// The lines up to the next start, of the boot whose first date is that of the first line. Its own `banner` can follow,
/// with lines of the start that have uptimes.
fn lines_of_boot<'a>(
    lines: impl Iterator<Item = &'a LogEntry> + Clone,
    banner: Option<usize>,
) -> impl Iterator<Item = &'a LogEntry> + Clone {
    let mut own = banner;
    let lines = lines.enumerate().take_while(move |(at, entry)| {
        let is_of_start = !entry.is_dated() && entry.is_of_start();
        match own {
            Some(banner) if *at > banner && !is_of_start => own = None,
            _ => {}
        }
        own.is_some() || !entry.is_banner() && !is_of_start
    });
    lines.map(|(_, entry)| entry)
}

/// The lines of a boot, without those directly before the next start that have no date: they are of that start. The boot is
/// the first of these `lines`.
fn up_to_last_date<'a>(
    mut lines: impl Iterator<Item = &'a LogEntry>,
    boot: impl Iterator<Item = &'a LogEntry> + Clone,
) -> impl Iterator<Item = &'a LogEntry> + Clone {
    let length = boot.clone().count();
    let last = boot.clone().enumerate().filter(|(_, entry)| entry.is_dated()).last();
    let last = last.filter(|_| lines.nth(length).is_some());
    boot.take(last.map_or(length, |(last, _)| last + 1))
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

pub(super) fn day_after(time: NaiveDateTime) -> NaiveDateTime {
    time.checked_add_days(Days::new(1)).unwrap_or(time)
}

/// When a log's file was last changed, if that time can be right.
pub(super) fn file_time(log: &Log) -> Option<NaiveDateTime> {
    log.modified.filter(is_plausible)
}

pub(super) fn is_plausible(modified: &NaiveDateTime) -> bool {
    modified.year() >= EARLIEST_YEAR
}

pub(super) fn is_range_within<T: Ord>((first, last): (T, T), (from, to): (T, T)) -> bool {
    from <= first && last <= to
}
