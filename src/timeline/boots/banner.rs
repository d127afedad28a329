//! Where the boot of a banner begins: lines of its start can stand before it.

use super::super::Record;
use super::super::unset::{OUT_OF_ORDER_MS, default_date, is_day_before, is_default};
use crate::stamp::{Stamp, Yearless};

/// A phone writes about itself in at most this many lines that are kept, when it starts.
const LINES_OF_START: usize = 64;

/// The banner's boot begins with the lines of restarted uptime directly before it.
///
/// `earlier` is the stamp of a banner that the boot so far has: None without one.
pub(super) fn banner_start(
    records: &[Record<'_>],
    begin: usize,
    at: usize,
    earlier: Option<Option<Stamp>>,
) -> Option<usize> {
    let stamp = records[at].entry.stamp;
    // The same line twice, as a server can write it.
    if earlier == Some(stamp) && records[at - 1].entry.hash == records[at].entry.hash {
        return None;
    }
    // A clock that is not set shows its default date also before the banner.
    let banner = default_date(records[at].entry);
    let is_before_banner = |record: &Record<'_>| {
        let dates = default_date(record.entry).zip(banner);
        dates.is_some_and(|(date, banner)| banner.milliseconds_until(date) <= OUT_OF_ORDER_MS as i64)
    };
    if earlier.is_none() && records[begin..at].iter().all(is_before_banner) {
        return None;
    }
    // The time since the start. Before the clock is set, some software shows it as the time of January 1.
    let since_start = |line: usize| {
        let is_default = |date: &Yearless| {
            records[at].uptime().is_none() || fell_back_to_default(&records[begin..line], *date)
        };
        let date = || default_date(records[line].entry).filter(is_default);
        records[line].uptime().or_else(|| Some(u64::from(date()?.seconds_of_day()) * 1_000))
    };
    let mut start = at;
    let mut after = since_start(at);
    let behind = records[at + 1..].iter().take(LINES_OF_START);
    let is_of_start = |record: &&Record<'_>| !record.entry.is_banner() && !record.entry.is_dated();
    let of_start = || behind.clone().take_while(is_of_start);
    // A line that continues from the line before it is not a restart.
    let is_restarted = |line: usize, time: u64| {
        line == begin
            || since_start(line - 1).is_none_or(|before| before > time)
            || records[line - 1].entry.is_log_end()
    };
    for line in (begin..at).rev() {
        let entry = records[line].entry;
        // Each start writes such lines once, before or behind its banner.
        let is_of_other_start =
            entry.is_of_start() && of_start().any(|behind| behind.event() == records[line].event());
        let ends = entry.is_log_end() || entry.is_banner() || is_of_other_start;
        let (Some(before), Some(later)) = (since_start(line), after) else { break };
        if ends || before > later + OUT_OF_ORDER_MS {
            break;
        }
        after = Some(before.min(later));
        if is_restarted(line, before) {
            start = line;
        }
    }
    Some(start)
}

/// Whether the clock of a boot was set and shows a default date now, which is not that of the new year.
fn fell_back_to_default(records: &[Record<'_>], date: Yearless) -> bool {
    let mut dates = records.iter().rev().filter_map(|record| record.entry.yearless());
    dates.find(|last| !is_default(*last)).is_some_and(|last| !is_day_before(last, date))
}
