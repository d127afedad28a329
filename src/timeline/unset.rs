//! What a clock that was not set shows: January 1 after each start, and days that go on from there. A real date can be
//! the same; the time of the file tells them apart.

use chrono::{Datelike, NaiveDateTime, TimeDelta};

use crate::digest::LogEntry;
pub(super) use crate::digest::OUT_OF_ORDER_MS;
use crate::event::Event;
use crate::stamp::{MILLISECONDS_PER_HOUR, MILLISECONDS_PER_YEAR, Stamp, Yearless};

/// The phone's default date after a start is January 1, within this many seconds after midnight.
pub(super) const DEFAULT_START: u32 = 3_600;

/// A clock that was not set counts on from its default date. A phone writes nothing for at most this many days, as far
/// as its lines before show how often it writes.
pub(super) const DEFAULT_GAP_DAYS: i64 = 7;

/// A clock that jumps by more days than this was set, unless the phone wrote nothing meanwhile.
pub(super) const JUMP_DAYS: i64 = 1;

/// The last day that a file's lines show is at most this many days before its modification time.
pub(super) const MAX_FILE_DAY_LAG: i64 = 2;

/// The same for a copy of a file, whose modification time can be that of the copy: used where a clock jumped from the
/// first hour of January 1 to another day. That it was set is then more likely than that the phone wrote nothing for
/// days; for a clock that failed and showed only one date, for more than [`DEFAULT_GAP_DAYS`].
const MAX_COPY_DAY_LAG: i64 = 31;

/// Dates that go back by more days than this are of the next year; by less, they are out of order.
pub(super) const YEAR_TURNS: i64 = 31;

/// No phone's local time is further ahead of UTC, in milliseconds.
pub(super) const AHEAD_MS: i64 = 14 * HOUR;

/// An hour, in milliseconds.
const HOUR: i64 = MILLISECONDS_PER_HOUR.cast_signed();

/// Days from January 1 to December 31 of a leap year, in which dates without a year are counted.
pub(super) const NEW_YEARS_EVE: i64 = 365;

/// A clock that jumps by more than this from the first hour of January 1 to a later one was set, in milliseconds: a phone
/// usually writes more often.
const NEW_YEARS_JUMP: i64 = 6 * HOUR;

/// Lines of several processes are out of order at midnight by at most this much, in milliseconds.
const MIDNIGHT: i64 = HOUR;

/// Whether a clock that was never set shows this date right after a start.
pub(super) fn is_default(date: Yearless) -> bool {
    date.is_january_1() && date.seconds_of_day() < DEFAULT_START
}

/// The date of a clock that was not set.
pub(super) fn unset_date(stamp: &Stamp) -> Option<Yearless> {
    if stamp.is_unset() { Some(Yearless::new_year()) } else { stamp.yearless() }
}

/// The date of a line, if a clock that was never set shows it right after a start: the day 00 or a default date.
pub(super) fn default_date(entry: &LogEntry) -> Option<Yearless> {
    unset_date(&entry.stamp?).filter(|date| is_default(*date))
}

/// Whether the clock shows its default date again in the first two of these lines, after the date `last`: then the phone
/// has started again. A single such line shows nothing. `modified` is when the file was last changed.
pub(super) fn falls_back<'a>(
    last: Yearless,
    lines: impl Iterator<Item = &'a LogEntry> + Clone,
    modified: Option<NaiveDateTime>,
) -> bool {
    let mut first = lines.clone().map(default_date);
    let (Some(Some(date)), Some(Some(next))) = (first.next(), first.next()) else { return false };
    let is_back = |date: Yearless| date.milliseconds_until(last) > OUT_OF_ORDER_MS as i64;
    let has_day_0 = lines.clone().next().and_then(|entry| entry.stamp).is_some_and(|stamp| stamp.is_unset());
    let is_real = !has_day_0 && is_day_before(last, date);
    if !is_back(date) || !is_back(next) || is_real || next < date {
        return false;
    }
    let mut of_default = lines.clone().take_while(|entry| default_date(entry).is_some() || !entry.is_dated());
    let has_failed = of_default.any(has_failed);
    // A clock that failed goes on from its default date.
    let goes_on = |date: Yearless| has_failed && can_be_unset(date) && date < last;
    let is_set = |date: &Yearless| !(date.is_january_1() || goes_on(*date));
    last.is_january_1()
        || has_day_0
        || match lines.filter_map(LogEntry::yearless).find(is_set) {
            Some(set) => last <= set,
            None => !can_be_new_year(last, date, modified),
        }
}

/// The same where the start has no banner.
pub(super) fn falls_back_without_banner<'a>(
    last: Yearless,
    lines: impl Iterator<Item = &'a LogEntry> + Clone,
    modified: Option<NaiveDateTime>,
) -> bool {
    let is_of_start = |entry: &&LogEntry| default_date(entry).is_some() || !entry.is_dated();
    falls_back(last, lines.clone(), modified) && !lines.take_while(is_of_start).any(LogEntry::is_banner)
}

/// Whether the first hour of January can be the date of a phone that wrote nothing for a day or more, if no other date
/// follows: after December unless the file was last changed before its end, else if the file is of that January.
fn can_be_new_year(last: Yearless, date: Yearless, modified: Option<NaiveDateTime>) -> bool {
    if last.month() != 12 {
        return modified.is_some_and(|modified| time_within(MAX_COPY_DAY_LAG, modified, date).is_some());
    }
    let latest =
        modified.and_then(|modified| Yearless::from_time(modified + TimeDelta::milliseconds(AHEAD_MS)));
    latest.is_none_or(|latest| latest.month() != 12 || latest < last)
}

pub(super) fn has_failed(entry: &LogEntry) -> bool {
    matches!(entry.event, Some(Event::ClockFailed))
}

/// What the lines of a boot say of its clock before it was set.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClockFailure {
    /// It failed before the first date or, as a phone writes the default date before it gives up, at a default date.
    pub(super) is_logged: bool,
    /// The first date can be one of the clock that failed although the phone wrote nothing for an hour or more.
    was_quiet: bool,
}

/// What the lines of a boot from one of its dates on say of its clock.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LinesFromDate {
    /// How many lines there are up to the last failure at a default date; 0 without one.
    up_to_failure: usize,
    /// The first uptime, which shows how much time can have passed.
    uptime: Option<u64>,
}

impl LinesFromDate {
    /// The lines have their dates.
    pub(super) fn of<'a>(mut lines: impl Iterator<Item = (&'a LogEntry, Option<Yearless>)> + Clone) -> Self {
        let of_default = lines.clone().take_while(|(_, date)| date.is_none_or(is_default)).enumerate();
        let failures = of_default.filter(|(_, (entry, _))| has_failed(entry));
        Self {
            up_to_failure: failures.last().map_or(0, |(at, _)| at + 1),
            uptime: lines.find_map(|(entry, _)| entry.uptime()),
        }
    }

    /// The same from the next line on. The first two lines have default dates.
    pub(super) const fn next(self) -> Self {
        Self { up_to_failure: self.up_to_failure.saturating_sub(1), ..self }
    }
}

impl ClockFailure {
    /// `date` is the first one of the boot, in the line `first`; `has_failed_before` is what the lines before it say.
    pub(super) fn of(
        has_failed_before: bool,
        (first, date): (&LogEntry, Yearless),
        from: LinesFromDate,
    ) -> Self {
        let failed_before = has_failed_before || has_failed(first);
        let passed = Yearless::new_year().milliseconds_until(date).unsigned_abs();
        let can_have_passed = from.uptime.is_none_or(|uptime| passed <= uptime + OUT_OF_ORDER_MS);
        Self {
            is_logged: failed_before || from.up_to_failure > 0,
            was_quiet: failed_before && can_be_unset(date) && can_have_passed,
        }
    }

    /// Whether the first date of the boot is of a clock that was not set, unless something shows that it is real.
    /// `follows` says that real dates of a boot before are known, which a real date follows: without them, days of
    /// silence are no more likely than a real date.
    pub(super) fn explains(&self, date: Yearless, follows: bool, is_real: impl FnOnce() -> bool) -> bool {
        let is_default = is_default(date);
        let can_be_silence = self.was_quiet && (date.is_january_1() || follows);
        (is_default || can_be_silence) && (is_default && self.is_logged || !is_real())
    }
}

/// What can show that a date is real although a clock that was not set can show it.
pub(super) struct DateEvidence<'a, D> {
    /// The last real date of the boot before.
    pub(super) last_real: Option<Yearless>,
    /// When the file was last changed.
    pub(super) modified: Option<NaiveDateTime>,
    /// The lines of the log after the date.
    pub(super) later: &'a [LogEntry],
    /// The dates of the boot after the date, also those in the next log.
    pub(super) of_boot: D,
}

impl<D: Iterator<Item = Yearless> + Clone> DateEvidence<'_, D> {
    /// Whether the boot before was still writing less than a day earlier.
    fn follows_previous_boot(&self, date: Yearless) -> bool {
        self.last_real.is_some_and(|last| is_day_before(last, date)) && !self.is_taken_back(date)
    }

    /// Whether a later date of its boot shows that a date of January was not real: the dates go back to December. Lines
    /// of several processes can be out of order at midnight.
    fn is_taken_back(&self, date: Yearless) -> bool {
        self.of_boot.clone().find(|later| later.month() != 1).is_some_and(|other| goes_back_to(other, date))
    }

    /// Whether a later line of the log, also of another boot, is of the December before a date of January.
    fn is_before_december(&self, date: Yearless) -> bool {
        self.later.iter().filter_map(LogEntry::yearless).any(|later| goes_back_to(later, date))
    }

    /// Whether a date that can be a clock's default is real, because the file was last changed when the log says: the
    /// later dates of its boot go on from it to the day of that change. A date of the first hour of a year must itself
    /// be about that day, as all later dates of the file and the date to which the clock was set. Lines of December 31
    /// can be out of order, but are not the newest. Any other day is at most `lag` days before the change. The boot
    /// before did not end on a later day of that month or, before a date of the first hour, at any later time of it.
    fn agrees_with_file_time(&self, date: Yearless, lag: i64) -> bool {
        let is_strict = is_default(date);
        let mut last = date;
        let set = self.of_boot.clone().find(|later| !is_default(*later)).filter(|_| is_strict);
        let later = self.later.iter().take_while(|entry| is_strict || !entry.is_banner());
        let goes_on = set.into_iter().chain(later.filter_map(LogEntry::yearless)).all(|later| {
            let (before, most) = if is_strict { (date, MAX_FILE_DAY_LAG) } else { (last, DEFAULT_GAP_DAYS) };
            let days = before.days_until(later);
            last = later;
            days <= most || days == NEW_YEARS_EVE
        });
        let (day, lag) = if is_strict { (date, MAX_FILE_DAY_LAG) } else { (last, lag) };
        let least_back = if is_strict {
            TimeDelta::milliseconds(OUT_OF_ORDER_MS as i64 + 1)
        } else {
            TimeDelta::milliseconds(AHEAD_MS)
        };
        let has_passed = |year: i32, modified: NaiveDateTime| {
            let real = self.last_real.and_then(|real| real.in_year(year));
            let back = real.zip(date.in_year(year)).map(|(real, date)| real - date);
            real.is_some_and(|real| real <= modified + TimeDelta::milliseconds(AHEAD_MS))
                && back.is_some_and(|back| (least_back..=TimeDelta::days(YEAR_TURNS)).contains(&back))
        };
        goes_on
            && date.days_until(last) != NEW_YEARS_EVE
            && !(if is_strict { self.is_taken_back(date) } else { self.is_before_december(date) })
            && self.modified.is_some_and(|modified| {
                time_within(lag, modified, day).is_some_and(|time| !has_passed(time.year(), modified))
            })
    }
}

/// Whether a line of December that follows a date of January goes back to it, by more than disorder at midnight explains.
fn goes_back_to(december: Yearless, date: Yearless) -> bool {
    date.month() == 1
        && december.month() == 12
        && date.milliseconds_until(december) < MILLISECONDS_PER_YEAR - MIDNIGHT
}

/// The clock of a boot as long as it is not set.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UnsetClock {
    /// The first and the last date that it has shown; None if it is set.
    shown: Option<(Yearless, Yearless)>,
    /// The log says that it failed.
    has_failed: bool,
}

impl UnsetClock {
    /// Takes a stamp with the day 00, which old software writes before the clock is set.
    pub(super) const fn take_day_0(&mut self) {
        self.shown = Some((Yearless::new_year(), Yearless::new_year()));
    }

    /// The last date that it has shown, if it is not set.
    pub(super) fn last(&self) -> Option<Yearless> {
        self.shown.map(|(_, last)| last)
    }

    /// Takes the next date of the boot. Returns whether the clock is not set that shows it. `failure` is known at the
    /// first date after a start.
    pub(super) fn take(
        &mut self,
        date: Yearless,
        failure: Option<ClockFailure>,
        evidence: &DateEvidence<'_, impl Iterator<Item = Yearless> + Clone>,
    ) -> bool {
        self.has_failed |= failure.is_some_and(|failure| failure.is_logged);
        let is_unset = match self.shown {
            Some((first, last)) => self.goes_on((first, last), date, evidence),
            None => failure.is_some_and(|failure| {
                let is_real = || {
                    evidence.follows_previous_boot(date)
                        || evidence.agrees_with_file_time(date, MAX_FILE_DAY_LAG)
                };
                failure.explains(date, evidence.last_real.is_some(), is_real)
            }),
        };
        self.shown = is_unset.then(|| (self.shown.map_or(date, |(first, _)| first), date));
        is_unset
    }

    /// Whether a clock that has shown two dates has not been set at a third one.
    fn goes_on(
        &self,
        (first, last): (Yearless, Yearless),
        date: Yearless,
        evidence: &DateEvidence<'_, impl Iterator<Item = Yearless> + Clone>,
    ) -> bool {
        // A date alone does not show how often the phone writes, nor do those of its start.
        let is_alone = first == last;
        let can_be_set = || {
            evidence
                .last_real
                .is_none_or(|real| real <= date || NEW_YEARS_EVE + real.days_until(date) < NEW_YEARS_EVE / 2)
                || evidence.of_boot.clone().any(|later| date.days_until(later) != 0)
        };
        let shows_no_pace = is_alone || self.has_failed && is_default(last) && !can_be_set();
        let can_be_silence = can_be_silence(last, date) || shows_no_pace && date.month() == 1 && last <= date;
        let is_long = last.days_until(date) > DEFAULT_GAP_DAYS;
        let can_be_copy = is_default(last) && (!is_alone || !self.has_failed || is_long);
        // The log says that the clock failed, and no line that this phone ever had the time.
        let had_no_time = self.has_failed && evidence.last_real.is_none() && !is_long;
        let lag = match can_be_copy {
            true if had_no_time => DEFAULT_GAP_DAYS,
            true => MAX_COPY_DAY_LAG,
            false => MAX_FILE_DAY_LAG,
        };
        let is_own = || evidence.agrees_with_file_time(date, lag);
        let is_real = || match last.days_until(date) < JUMP_DAYS {
            // If the boot before ended between the two dates, only the first one can't be real. After an end on December 31,
            // a jump shows that the clock was set.
            true => {
                let has_jumped = last.milliseconds_until(date) > NEW_YEARS_JUMP && !self.has_failed;
                let ended_between = |end: Yearless| match end.month() {
                    12 => is_default(last) && has_jumped,
                    _ => last < end && end <= date && is_own(),
                };
                evidence.last_real.is_some_and(ended_between) && evidence.follows_previous_boot(date)
            }
            false => evidence.follows_previous_boot(date) || is_own(),
        };
        can_be_silence && !is_real()
    }
}

/// Whether a line has a date that a clock which was never set does not show on its first day.
pub(super) fn has_set_date(entry: &LogEntry) -> bool {
    let date = entry.stamp.filter(|stamp| entry.is_dated() && !stamp.is_unset());
    date.is_some_and(|stamp| !stamp.yearless().is_some_and(Yearless::is_january_1))
}

/// The date of a line, if a clock which was never set does not show it on its first day.
pub(super) fn set_date(entry: &LogEntry) -> Option<Yearless> {
    entry.yearless().filter(|_| has_set_date(entry))
}

/// Whether the time is at most `lag` days before the file was changed, and not after that.
pub(super) fn is_before_file_time(lag: i64, modified: NaiveDateTime, time: NaiveDateTime) -> bool {
    (modified - TimeDelta::days(lag)..=modified + TimeDelta::milliseconds(AHEAD_MS)).contains(&time)
}

/// Whether a file that was changed at `modified` was last changed about that day of some year.
pub(super) fn is_file_day(modified: NaiveDateTime, date: Yearless) -> bool {
    time_within(MAX_FILE_DAY_LAG, modified, date).is_some()
}

/// Whether that date is in the half year after a file was changed.
pub(super) fn is_after_file_time(modified: NaiveDateTime, date: Yearless) -> bool {
    let mut times = [modified.year(), modified.year() + 1].into_iter().filter_map(|year| date.in_year(year));
    let (from, to) = (TimeDelta::milliseconds(AHEAD_MS), TimeDelta::days(NEW_YEARS_EVE / 2));
    times.any(|time| from < time - modified && time - modified <= to)
}

/// The time of that date in a year in which it is at most `lag` days before the file was changed, and not after that.
fn time_within(lag: i64, modified: NaiveDateTime, date: Yearless) -> Option<NaiveDateTime> {
    let years = [modified.year() - 1, modified.year(), modified.year() + 1];
    let mut times = years.iter().filter_map(|year| date.in_year(*year));
    times.find(|time| is_before_file_time(lag, modified, *time))
}

/// Whether `before`, the last date of a boot, is less than a day before `date`.
pub(super) fn is_day_before(before: Yearless, date: Yearless) -> bool {
    let days = before.days_until(date);
    days == 0 && before <= date || days <= -365 && before.month() == 12 && before.day() == 31
}

/// Whether a clock that was not set at `before` can show `date` because the phone wrote nothing meanwhile. Lines that are
/// in two logs go back by less than a day.
pub(super) fn can_be_silence(before: Yearless, date: Yearless) -> bool {
    (0..=DEFAULT_GAP_DAYS).contains(&before.days_until(date))
}

/// Whether a clock that was never set can show a date: it is of the days after January 1.
pub(super) fn can_be_unset(date: Yearless) -> bool {
    can_be_silence(Yearless::new_year(), date)
}
