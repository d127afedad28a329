//! Where a phone's boots begin, by the stamps alone.
//!
//! A boot begins with the banner, or if uptime starts again and the elapsed time does not explain that. A weak sign
//! alone (a single odd line, an inventory written again, lines out of order) does not begin a boot.

mod banner;
mod disordered;
mod inventory;

use chrono::{NaiveDateTime, TimeDelta};

use self::banner::banner_start;
use self::disordered::{is_odd_before, is_of_other_process, is_out_of_order};
use self::inventory::{InventoryLine, early_inventory};
use super::calendar::Calendar;
use super::dates::{is_over_new_year, years_between};
use super::passed::{is_repeated, milliseconds_between, milliseconds_of_unset, milliseconds_since_new_year};
use super::unset::{
    AHEAD_MS, OUT_OF_ORDER_MS, default_date, falls_back, is_day_before, is_default, unset_date,
};
use super::{Joined, Record};
use crate::digest::LogEntry;
use crate::stamp::{MILLISECONDS_PER_DAY, MILLISECONDS_PER_HOUR, MILLISECONDS_PER_MINUTE, Stamp, Yearless};

/// A phone that starts writes its inventory before this uptime, in milliseconds. Later it is an inventory that is written
/// again.
const LATEST_INVENTORY: u64 = 10 * MILLISECONDS_PER_MINUTE;

/// Uptime and the clock drift apart by at most one part in this many.
const DRIFT: u64 = 1_000;

/// A phone that gets the right time has it within an hour after its start. In milliseconds.
const CLOCK_IS_SET_WITHIN: u64 = MILLISECONDS_PER_HOUR;

/// Time zones differ from GMT by multiples of this, in milliseconds.
const ZONE_STEP: u64 = 900_000;

/// Lines are out of order by at most this much, in milliseconds; a clock goes back by more.
const SLIGHTLY_BACK: i64 = MILLISECONDS_PER_MINUTE.cast_signed();

/// Numbers the records' boots, from 0, and computes how long after the boot's first line each was written.
pub(super) fn number(records: &mut [Record<'_>], joined: &Joined) {
    let leap_years = leap_years(records, joined);
    // Most dates have no time yet, but those with their year need no other line.
    let time = |record: &Record<'_>| match joined.logs[record.file].calendar {
        Calendar::WithYear => record.entry.stamp?.with_year(),
        Calendar::Newest(_) => None,
    };
    let mut state = BootState::default();
    // The state before the last record.
    let mut before = state;
    let mut boot = 0;
    let mut begin = 0;
    for at in 0..records.len() {
        if at > begin && is_odd_before(records, begin, at, &before) {
            records[at - 1].has_odd_uptime = true;
            records[at - 1].elapsed = before.elapsed;
            state = before;
        }
        if let Some(start) = start(records, joined, begin, at, &state).filter(|start| *start > begin) {
            boot += 1;
            begin = start;
            state = BootState::default();
            for earlier in &mut records[start..at] {
                state.take(earlier, time(earlier));
                earlier.boot = boot;
            }
        }
        state.is_leap_year = leap_years[at];
        let time = time(&records[at]);
        before = state;
        state.take(&mut records[at], time);
        records[at].boot = boot;
    }
}

/// For each record, whether its year has a February 29, as far as the dates of its log show the year.
fn leap_years(records: &[Record<'_>], joined: &Joined) -> Vec<bool> {
    let mut leap_years = Vec::with_capacity(records.len());
    for log in records.chunk_by(|a, b| a.file == b.file).rev() {
        let calendar = joined.logs[log[0].file].calendar;
        let mut years_before = 0;
        let mut after: Option<Yearless> = None;
        for record in log.iter().rev() {
            let date = record.entry.yearless();
            if let Some((date, after)) = date.zip(after) {
                years_before += years_between(date, after);
            }
            after = date.or(after);
            leap_years.push(calendar.is_leap_year(years_before));
        }
    }
    leap_years.reverse();
    leap_years
}

/// Computes again how long after its boot's start each record was written, once the default dates are known: no time
/// is counted from a default date to a real one. The start is the banner, or the first line if there is none.
pub(super) fn measure(records: &mut [Record<'_>]) {
    // By boot, the first date in it or after it.
    let mut next_dates: Vec<Option<NaiveDateTime>> = Vec::new();
    for boot in records.chunk_by(|a, b| a.boot == b.boot).rev() {
        let next = next_dates.last().copied().flatten();
        next_dates.push(boot.iter().find_map(|record| record.time).or(next));
    }
    let mut last: Option<NaiveDateTime> = None;
    for boot in records.chunk_by_mut(|a, b| a.boot == b.boot) {
        let first = boot.iter().find_map(|record| record.time);
        let began_right = last.zip(first).is_some_and(|(last, first)| {
            last <= first && first - last <= TimeDelta::milliseconds(MILLISECONDS_PER_DAY as i64)
        });
        let between = last.zip(next_dates.pop().flatten());
        let between = between.and_then(|(last, next)| u64::try_from((next - last).num_milliseconds()).ok());
        let longest = between.map(|passed| passed + MILLISECONDS_PER_MINUTE);
        let mut state = BootState { dates_are_judged: true, began_right, longest, ..BootState::default() };
        boot.iter_mut().for_each(|record| state.take(record, record.time));
        let start = boot.iter().find(|record| record.entry.is_banner()).map_or(0, |record| record.elapsed);
        let first_real = boot.iter().position(|record| record.time.is_some()).unwrap_or(boot.len());
        let mut most = u64::MAX;
        let mut next_real = 0;
        for (at, record) in boot.iter_mut().enumerate().rev() {
            record.elapsed = record.elapsed.saturating_sub(start);
            record.elapsed_at_last = record.elapsed_at_last.saturating_sub(start);
            // A line with a wrong date may have been written as late as the next real date.
            if record.time.is_some() {
                next_real = record.elapsed;
            } else if at > first_real && (record.is_unset || record.is_wrong) {
                record.elapsed_at_last = record.elapsed_at_last.max(next_real);
            }
            // The uptime of a later line shows how much had passed at most.
            most = most.min(record.elapsed_at_least.saturating_sub(start));
            record.elapsed_at_least = most;
        }
        set_unmeasured(boot, last);
        last = boot.iter().rev().find_map(|record| record.last_time).or(last);
    }
}

/// Sets how much more time than the stamps show can have passed in a boot before the lines with its first date: the boot
/// began after `last`, the end of the boot before. For later lines, the first date is taken for that of the start. So it is
/// for a cut first line of a log: the start was not read.
fn set_unmeasured(boot: &mut [Record<'_>], last: Option<NaiveDateTime>) {
    let is_cut = |entry: &LogEntry| entry.line == 1 && entry.stamp.is_none() && !entry.is_banner();
    let is_read = |first: &usize| *first > 1 || *first == 1 && !is_cut(boot[0].entry);
    let Some(first) = boot.iter().position(|record| record.time.is_some()).filter(is_read) else {
        return;
    };
    let passed = last.and_then(|last| u64::try_from((boot[first].time? - last).num_milliseconds()).ok());
    let (time, elapsed) = (boot[first].time, boot[first].elapsed);
    let most = passed.unwrap_or(u64::MAX).saturating_sub(elapsed);
    let of_first_date =
        boot[first..].iter_mut().take_while(|record| record.time.is_none() || record.time == time);
    of_first_date.for_each(|record| record.unmeasured = most);
}

/// What is known of the boot so far. It is used twice: [`number`] finds the boots, when no date is known to be a
/// default date, and [`measure`] computes the elapsed times again, when `is_unset`, `is_wrong` and `time` of the
/// records are known.
#[derive(Clone, Copy, Debug, Default)]
struct BootState {
    /// The highest uptime so far, in milliseconds.
    uptime: Option<u64>,
    /// The last date.
    date: Option<Stamp>,
    /// The log of that line.
    file: usize,
    /// Milliseconds since the boot's first line, as far as the stamps show.
    elapsed: u64,
    /// What has passed since `uptime` is `elapsed` minus this.
    elapsed_at_uptime: u64,
    /// How much `elapsed` may be too high because the clock was put forward: the last uptime shows less.
    put_forward: u64,
    /// The part of the time since the last date that a later uptime has already shown.
    shown_since_date: u64,
    /// How much of `elapsed` can be a time zone, which some phones apply only after they have got the time as GMT.
    zone: u64,
    /// The log and the last line of failures that were folded: no boot begins with a line before it.
    folded_to: (usize, u64),
    /// None before the banner; then the stamp of the banner, if it has one.
    banner: Option<Option<Stamp>>,
    /// The first line of the boot's inventory that has an uptime.
    inventory: Option<InventoryLine>,
    /// A line says that the log ends. After it, weaker signs suffice for another boot: a single line with a lower
    /// uptime, or a default date.
    ended: bool,
    /// True in [`measure`]: it is known which dates are default dates.
    dates_are_judged: bool,
    /// The clock was set, and it is not known how much time passed with that.
    was_set: bool,
    /// Only in [`measure`]: the first real date is at most a day after the boot before, so the clock was right from
    /// the start, and a jump of the dates is elapsed time.
    began_right: bool,
    /// Only in [`measure`]: no uptime before the first date is higher, in milliseconds. The boot began after the last
    /// date of the boot before. An ordinary line with a higher one is taken for another process's.
    longest: Option<u64>,
    /// Only in [`measure`]: `date` is a default or a wrong date. No time is counted from it to a real one.
    is_made_up: bool,
    /// Only in [`measure`]: the last real date, and its local time.
    real_date: Option<Stamp>,
    time: Option<NaiveDateTime>,
    /// Only in [`number`]: the last line's date is of a year with a February 29. In [`measure`], `time` says that.
    is_leap_year: bool,
}

impl BootState {
    /// Milliseconds since the phone started, at the last line. If only dates are known, at least the time that they
    /// span.
    fn since_start(&self) -> u64 {
        self.uptime.unwrap_or(0) + (self.elapsed - self.elapsed_at_uptime)
    }

    /// Takes a stamp of the record, with its time.
    fn take_stamp(&mut self, stamp: &Stamp, time: Option<NaiveDateTime>, record: &Record<'_>) {
        if let Some(uptime) = stamp.uptime() {
            if self.date.is_none()
                && self.longest.is_some_and(|longest| longest < uptime)
                && record.event().is_none()
            {
                return;
            }
            let before = self.since_start();
            // A line with a lower uptime than before is another process's, and shows nothing.
            if self.uptime.is_none_or(|highest| highest <= uptime) {
                // A line after the end of a log is of another process, or of the next boot.
                let is_less = !self.ended && self.is_restarted(uptime);
                // Without an uptime before the dates, it is not known how much of this uptime passed between the dates.
                self.put_forward = match self.uptime {
                    _ if !is_less => 0,
                    Some(_) => before - uptime,
                    None => self.elapsed,
                };
            }
            if self.uptime.is_none() && self.date.is_none() {
                self.uptime = Some(uptime);
            } else if uptime > before {
                // Once there are dates, they determine the elapsed time; if the start of the boot was not read,
                // uptime shows more.
                let passed = uptime - before;
                self.elapsed += if self.date.is_none() { passed } else { 0 };
                self.shown_since_date += if self.date.is_none() { 0 } else { passed };
                (self.uptime, self.elapsed_at_uptime) = (Some(uptime), self.elapsed);
            }
        } else if stamp.digits().is_some() {
            self.take_date(stamp, time, record);
        }
    }

    /// Milliseconds that have passed since the last line, if a clock that was not set shows this date first: it began
    /// to count when the phone started. If the boot's start was not read, that is not known.
    fn passed_by_unset(&self, stamp: &Stamp) -> u64 {
        if self.uptime.is_none() && self.date.is_none() {
            return 0;
        }
        unset_date(stamp)
            .map_or(0, |date| milliseconds_since_new_year(date).saturating_sub(self.since_start()))
    }

    /// Whether the clock was set back: a phone that has the time as GMT first, and then its time zone.
    fn is_zone_applied(&self, stamp: &Stamp, file: usize) -> bool {
        let dates = self.date.and_then(|date| date.yearless()).zip(stamp.yearless());
        let is_far = dates.is_some_and(|(before, date)| date.milliseconds_until(before) > SLIGHTLY_BACK);
        is_far && self.file == file && self.elapsed < CLOCK_IS_SET_WITHIN
    }

    fn take_date(&mut self, stamp: &Stamp, time: Option<NaiveDateTime>, record: &Record<'_>) {
        let is_made_up = record.is_unset || record.is_wrong;
        if self.dates_are_judged && !is_made_up && time.is_none() {
            // Not a date in any year.
            return;
        }
        let was_made_up = std::mem::replace(&mut self.is_made_up, is_made_up);
        let times = self.time.zip(time);
        let before = match (self.dates_are_judged, is_made_up) {
            (false, _) => self.date,
            (true, true) => self.date.filter(|_| was_made_up),
            // Soon after the start, the clock may have been set in between.
            (true, false) => self.real_date.filter(|_| !was_made_up || self.elapsed >= CLOCK_IS_SET_WITHIN),
        };
        // For lines that are in two logs or out of order, no time is counted again.
        let is_repeated = before.is_some_and(|before| match times {
            Some((before, time)) => time < before,
            None => is_repeated(&before, stamp),
        });
        let is_zone_applied = is_repeated && self.is_zone_applied(stamp, record.file);
        if is_repeated && !is_zone_applied {
            return;
        }
        // A clock that was not set counts from the start.
        let begins_unset = record.is_unset && before.is_none() && self.real_date.is_none();
        let passed_unset = begins_unset.then(|| self.passed_by_unset(stamp));
        (self.date, self.file) = (Some(*stamp), record.file);
        if !is_made_up {
            (self.real_date, self.time) = (self.date, time);
        }
        if is_zone_applied {
            return;
        }
        self.elapsed += passed_unset.unwrap_or(0);
        let Some(before) = before else { return };
        let passed = match times {
            Some((before, time)) => (time - before).num_milliseconds().unsigned_abs(),
            None if record.is_unset => milliseconds_of_unset(&before, stamp),
            None => milliseconds_between(&before, stamp, self.is_leap_year),
        };
        // Soon after a start, a jump means that the clock was set: also a jump back, once the default dates are
        // known.
        let is_jump =
            passed > MILLISECONDS_PER_DAY && self.elapsed < CLOCK_IS_SET_WITHIN && !self.began_right;
        let dates = before.yearless().zip(stamp.yearless());
        let is_back = dates.is_some_and(|(before, date)| date < before && !is_over_new_year(before, date));
        let was_set = is_jump && (!self.dates_are_judged || is_back);
        self.was_set |= was_set;
        let passed = if was_set { 0 } else { passed };
        if self.since_start() < CLOCK_IS_SET_WITHIN {
            self.zone = self.zone.max((passed - passed % ZONE_STEP).min(AHEAD_MS.unsigned_abs()));
        }
        // The time between the two dates that an uptime has already shown does not count twice.
        self.elapsed_at_uptime += passed.min(std::mem::take(&mut self.shown_since_date));
        self.elapsed += passed;
    }

    fn take(&mut self, record: &mut Record<'_>, time: Option<NaiveDateTime>) {
        let last = record.entry.repeats.as_ref().and_then(|_| record.entry.last_line().1);
        if let Some(stamp) = record.entry.stamp.as_ref().filter(|_| !record.has_odd_uptime) {
            self.take_stamp(stamp, time, record);
        }
        record.elapsed = self.elapsed;
        if let Some(last) = last {
            self.take_stamp(&last, record.last_time, record);
            self.folded_to = self.folded_to.max((record.file, record.entry.last_line().0));
        }
        record.elapsed_at_last = self.elapsed;
        record.elapsed_at_least = self.elapsed - self.put_forward;
        self.inventory = self.inventory.or_else(|| early_inventory(record));
        if record.entry.is_banner() {
            self.banner = Some(record.entry.stamp);
        }
        self.ended |= record.entry.is_log_end();
    }

    /// Whether the phone has started again after the end of a log: the clock shows its default date, or a phone that wrote
    /// only dates writes about its start at an uptime.
    fn is_reset(&self, record: &Record<'_>) -> bool {
        let before = self.date.and_then(|date| date.yearless());
        let default = before.zip(default_date(record.entry));
        default.is_some_and(|(before, date)| !is_day_before(before, date))
            || self.uptime.is_none() && record.uptime().is_some() && record.entry.is_of_start()
    }

    /// Whether an inventory that begins with this line, at this uptime, is that of another boot: this boot has written
    /// dates since its own inventory, which began with the same line, or only dates.
    fn has_inventory_before(&self, line: InventoryLine, uptime: u64) -> bool {
        let is_known = self.uptime.is_some() && !self.was_set;
        let goes_on = is_known && uptime > LATEST_INVENTORY && !self.is_restarted(uptime);
        self.date.is_some() && !goes_on && (self.uptime.is_none() || self.inventory == Some(line))
    }

    /// Whether a line with this uptime can't be from this boot: the uptime is lower than known, by more than
    /// disorder and drift explain.
    fn is_restarted(&self, uptime: u64) -> bool {
        self.is_before(uptime, self.since_start())
    }

    /// The same, where the clock may have been put forward to its time zone in this boot.
    fn is_restarted_in_any_zone(&self, uptime: u64) -> bool {
        self.is_before(uptime, self.since_start().saturating_sub(self.zone))
    }

    fn is_before(&self, uptime: u64, known: u64) -> bool {
        let drift = if self.date.is_some() { known / DRIFT } else { 0 };
        uptime + OUT_OF_ORDER_MS + drift < known
    }
}

/// The first of the lines with rising uptimes that end with this one.
fn first_of_uptimes(records: &[Record<'_>], begin: usize, at: usize) -> usize {
    let pairs = records[begin..=at].windows(2).rev();
    let rises = |pair: &&[Record<'_>]| {
        pair[0]
            .uptime()
            .zip(pair[1].uptime())
            .is_some_and(|(before, after)| before <= after + OUT_OF_ORDER_MS)
    };
    at - pairs.take_while(rises).count()
}

/// The first record of the boot whose beginning the record at `at` shows; None if it shows none.
fn start(
    records: &[Record<'_>],
    joined: &Joined,
    begin: usize,
    at: usize,
    state: &BootState,
) -> Option<usize> {
    let entry = records[at].entry;
    if entry.is_banner() {
        return banner_start(records, begin, at, state.banner);
    }
    if state.ended && state.is_reset(&records[at]) {
        return Some(at);
    }
    let next = records.get(at + 1)?;
    // Two logs can have the same default dates.
    let is_of_log = |last: &Yearless| !is_default(*last) || state.file == records[at].file;
    let last = state.date.as_ref().and_then(unset_date).filter(is_of_log);
    let falls_back_from = |last| {
        let modified = joined.logs[records[at].file].log.file_time();
        falls_back(last, records[at..].iter().map(|record| record.entry), modified)
    };
    if last.is_some_and(falls_back_from) {
        return Some(at);
    }
    let restarted = records[at].uptime().filter(|uptime| state.is_restarted(*uptime));
    if restarted.is_some() && !state.ended && is_out_of_order(&records[begin..at], &records[at..], state) {
        return None;
    }
    let is_inventory_of_another_boot = early_inventory(&records[at])
        .zip(records[at].uptime())
        .is_some_and(|(line, uptime)| state.has_inventory_before(line, uptime));
    if is_inventory_of_another_boot && early_inventory(next).is_some() {
        return Some(first_of_uptimes(records, begin, at));
    }
    let uptime = restarted?;
    if (records[at].file, records[at].line_in_file()) < state.folded_to {
        return None;
    }
    if next.entry.is_banner() {
        // The banner determines which lines before it are from its boot.
        return None;
    }
    let continues_previous =
        next.uptime().is_some_and(|next| next + OUT_OF_ORDER_MS >= uptime && state.is_restarted(next));
    (state.ended || (continues_previous && !is_of_other_process(&records[at..], state))).then_some(at)
}
