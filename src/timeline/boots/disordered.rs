//! Lines with a lower or a higher uptime than their boot: of other processes, written late, or once more. They begin no
//! boot.

use super::super::Record;
use super::super::passed::{is_repeated, milliseconds_between};
use super::super::unset::{OUT_OF_ORDER_MS, is_default};
use super::BootState;
use crate::event::Event;
use crate::stamp::{MILLISECONDS_PER_MINUTE, Stamp};

/// A line of another process is at most this many lines after the last one that is kept: a phone that has written more has
/// run as long as the line says.
const MOST_BEFORE_ODD: u64 = 4;

/// Among this many lines of a boot that are kept, one is of those that a phone writes once when it starts.
const LINES_OF_START: usize = 8;

/// Lines before this uptime, in milliseconds, can be the first ones of a start.
const CERTAINLY_START_MS: u64 = 10_000;

/// In the result of a search, the first lines of a start can be missing. So lines before this uptime can be of a start too,
/// unless they are late by at most [`MAX_DELAY_MS`].
const PERHAPS_START_MS: u64 = 60_000;

/// A process writes a line late by at most this much, in milliseconds.
const MAX_DELAY_MS: u64 = 5_000;

/// Whether the uptime of the record before this one is odd: an ordinary line in a boot that began with its banner and has no
/// date yet, ahead of the lines before and directly after it, which go on from each other. A process that does not start
/// again with the phone writes such lines.
pub(super) fn is_odd_before(records: &[Record<'_>], begin: usize, at: usize, before: &BootState) -> bool {
    let [.., last, odd] = &records[begin..at] else { return false };
    let next = &records[at];
    let is_near = |a: &Record<'_>, b: &Record<'_>, lines| a.file == b.file && b.line <= a.line + lines;
    let (Some(known), Some(uptime), Some(own)) = (before.uptime, odd.uptime(), next.uptime()) else {
        return false;
    };
    let is_ahead = |other: u64| other + OUT_OF_ORDER_MS < uptime;
    let after_next = records.get(at + 1).and_then(Record::uptime);
    before.banner.is_some()
        && before.date.is_none()
        && odd.event().is_none()
        && is_near(last, odd, MOST_BEFORE_ODD)
        && is_near(odd, next, 1)
        && known <= own
        && is_ahead(own)
        && after_next.is_none_or(is_ahead)
        && !shows_another_start(&records[begin..at], &records[at..])
}

/// Whether the first of the later lines show that the phone has started again: by a banner, or by what it writes once when
/// it starts. After the boot's first date, or in another log, these are lines of a later start.
fn shows_another_start(boot: &[Record<'_>], later: &[Record<'_>]) -> bool {
    let is_repeated = |record: &Record<'_>| {
        record.entry.is_of_start() && boot.iter().any(|other| other.event() == record.event())
    };
    let is_before_date = |record: &&Record<'_>| {
        record.file == later[0].file && (!record.entry.is_dated() || record.entry.is_banner())
    };
    let mut first = later.iter().take(LINES_OF_START).take_while(is_before_date);
    first.any(|record| record.entry.is_banner() || is_repeated(record))
}

/// Whether the later lines begin with some that are only written late, or once more: the boot goes on after them. Lines that
/// a phone can write when it starts are taken for a start, unless the boot has the same ones, to the millisecond.
pub(super) fn is_out_of_order(boot: &[Record<'_>], later: &[Record<'_>], state: &BootState) -> bool {
    let Some(first) = later[0].uptime() else { return false };
    let is_late = |record: &&Record<'_>| {
        record.uptime().is_some_and(|uptime| {
            state.is_restarted(uptime)
                && uptime.abs_diff(first) <= OUT_OF_ORDER_MS
                && !record.entry.is_banner()
        })
    };
    let late = &later[..later.iter().take_while(is_late).count()];
    let highest = late.iter().filter_map(Record::uptime).max();
    let (Some(highest), Some(last), Some(next)) = (highest, late.last(), later.get(late.len())) else {
        return false;
    };
    // Between lines that are kept, the uptime of a boot can have risen. A log can be rotated when the phone starts.
    let is_next_line = last.file == next.file && last.line + 1 == next.line;
    let is_of_one_log = boot.last().is_some_and(|before| before.file == next.file);
    let known = state.since_start();
    let goes_on = match next.uptime() {
        // A boot that has just begun would not be as old, with no line in between, as the one before.
        Some(next) => {
            !state.is_restarted(next) && next.saturating_sub(known) <= known.saturating_sub(highest)
        }
        None => passed_until(next, state).is_some_and(|passed| passed + OUT_OF_ORDER_MS < highest),
    };
    let is_repeated =
        |record: &Record<'_>| boot.iter().rev().any(|other| other.entry.hash == record.entry.hash);
    // Each process writes the beginning of its own log, not only when the phone starts.
    let is_ordinary = |record: &Record<'_>| matches!(record.event(), None | Some(Event::LogStart { .. }));
    let is_early = first < CERTAINLY_START_MS || first < PERHAPS_START_MS && known - first > MAX_DELAY_MS;
    is_next_line
        && is_of_one_log
        && goes_on
        && !next.entry.is_of_start()
        && late.iter().all(|record| !is_early && is_ordinary(record) || is_repeated(record))
}

/// How long after the last date a line was written, in milliseconds, as both dates show it.
fn passed_until(next: &Record<'_>, state: &BootState) -> Option<u64> {
    let is_set = |stamp: &Stamp| !stamp.is_unset() && !stamp.yearless().is_some_and(is_default);
    let (before, date) = state.date.filter(is_set).zip(next.entry.stamp.filter(is_set))?;
    match before.with_year().zip(date.with_year()) {
        // These dates have no seconds.
        Some((before, date)) if state.time.is_some() => u64::try_from((date - before).num_milliseconds())
            .ok()
            .map(|passed| passed + MILLISECONDS_PER_MINUTE),
        _ if is_repeated(&before, &date) => None,
        _ => Some(milliseconds_between(&before, &date, state.is_leap_year)),
    }
}

/// Whether lines of lower uptime are another process's, which counts from its own start, or whose uptime did not follow
/// a change of the clock: the uptime goes on if the dates so far contain the change to a time zone, or the dates before
/// and after the lines are closer to each other than a restart allows.
pub(super) fn is_of_other_process(records: &[Record<'_>], state: &BootState) -> bool {
    let end = records.iter().position(|record| record.entry.is_dated());
    let lines = &records[..end.unwrap_or(records.len())];
    if lines.iter().any(|record| record.entry.is_banner() || record.entry.is_of_start()) {
        return false;
    }
    let goes_on = lines[0].uptime().is_some_and(|uptime| !state.is_restarted_in_any_zone(uptime));
    if goes_on && lines[0].file == state.file {
        return true;
    }
    let passed = end.and_then(|end| passed_until(&records[end], state));
    let highest = lines.iter().filter_map(|record| record.uptime()).max().unwrap_or(0);
    passed.is_some_and(|passed| passed + OUT_OF_ORDER_MS < highest)
}
