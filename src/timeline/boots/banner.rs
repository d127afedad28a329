//! Where the boot of a banner begins: lines of its start can stand before it.

use super::super::Record;
use super::super::unset::{OUT_OF_ORDER_MS, default_date, is_day_before, is_default};
use crate::stamp::{Stamp, Yearless};

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
    if earlier.is_none() && is_slightly_late(&records[begin..], at - begin) {
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
    // A line that continues from the line before it is not a restart.
    let is_restarted = |line: usize, time: u64| {
        line == begin
            || since_start(line - 1).is_none_or(|before| before > time)
            || records[line - 1].entry.is_log_end()
    };
    for line in (begin..at).rev() {
        let entry = records[line].entry;
        // A phone writes lines about itself only after the banner.
        let ends = entry.is_log_end() || entry.is_banner() || entry.is_of_start();
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

/// Whether the banner comes after the first one or two lines of its own boot, as lines that are sent by UDP can: they
/// are a little later than the banner, and earlier than the line after it.
fn is_slightly_late(records: &[Record<'_>], banner: usize) -> bool {
    let next = records.get(banner + 1).and_then(Record::uptime);
    let (Some(own), Some(next)) = (records[banner].uptime(), next) else { return false };
    let before = &records[..banner];
    let is_between = |uptime: u64| own <= uptime && uptime <= own + OUT_OF_ORDER_MS && uptime < next;
    before.len() <= 2 && before.iter().all(|record| record.uptime().is_some_and(is_between))
}
