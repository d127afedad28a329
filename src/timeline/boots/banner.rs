//! Where the boot of a banner begins: lines of its start can come before it.

use super::super::Record;
use super::super::unset::{OUT_OF_ORDER_MS, default_date, is_day_before, is_default};
use super::inventory::inventory_line;
use crate::event::Event;
use crate::stamp::{MILLISECONDS_PER_MINUTE, Stamp, Yearless};

/// A phone writes about itself in at most this many lines that are kept, when it starts.
const MAX_LINES_OF_START: usize = 64;

/// The second copy of a line follows within this many lines.
const DOUBLED: usize = 4;

/// How long, at most, a phone writes about itself after its first date, in milliseconds.
const MAX_START_MS: i64 = 2 * MILLISECONDS_PER_MINUTE as i64;

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
    let end = at + 1 + lines_of_start(&records[at + 1..]);
    // A line that continues from the line before it is not a restart.
    let is_restarted = |line: usize, time: u64| {
        line == begin
            || since_start(line - 1).is_none_or(|before| before > time)
            || records[line - 1].entry.is_log_end()
    };
    for line in (begin..at).rev() {
        let entry = records[line].entry;
        let ends = entry.is_log_end()
            || entry.is_banner()
            || is_of_other_start(&records[line], &records[line + 1..end]);
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

/// How many of these lines, which begin after a banner, are of its start: up to the next banner, to a lower uptime, or to
/// a date some minutes later.
fn lines_of_start(records: &[Record<'_>]) -> usize {
    let mut uptime = 0;
    let mut first: Option<Yearless> = None;
    let is_of_start = |record: &&Record<'_>| {
        let own = record.uptime().unwrap_or(uptime);
        let date = record.entry.yearless();
        first = first.or(date);
        let is_soon =
            first.zip(date).is_none_or(|(first, date)| first.milliseconds_until(date) <= MAX_START_MS);
        let goes_on = uptime <= own + OUT_OF_ORDER_MS;
        uptime = own;
        !record.entry.is_banner() && goes_on && is_soon
    };
    records.iter().take(MAX_LINES_OF_START).take_while(is_of_start).count()
}

/// Whether a line that a phone writes once when it starts, before or after its banner, occurs again among the later ones:
/// then it is of the start before.
fn is_of_other_start(line: &Record<'_>, later: &[Record<'_>]) -> bool {
    let own = inventory_line(line);
    let is_unavailable =
        |record: &Record<'_>| matches!(record.event(), Some(Event::CertificateUnavailable { .. }));
    let is_key = |record: &Record<'_>| matches!(record.event(), Some(Event::KeyLength { .. }));
    let says_the_same = |other: &Record<'_>| match (own, inventory_line(other)) {
        (Some((kind, Some(slot))), Some((other_kind, Some(other_slot)))) if slot == other_slot => {
            kind == other_kind
                // A slot is empty or has a certificate.
                || is_unavailable(other) != is_unavailable(line) && !is_key(other) && !is_key(line)
        }
        _ => other.event() == line.event(),
    };
    let is_again = |(at, other): (usize, &Record<'_>)| {
        // A server can write a line twice.
        let is_doubled = at < DOUBLED && other.entry.stamp == line.entry.stamp;
        !is_doubled && says_the_same(other)
    };
    line.entry.is_of_start() && later.iter().take(2 * MAX_LINES_OF_START).enumerate().any(is_again)
}

/// Whether the clock of a boot was set and shows a default date now, which is not that of the new year.
fn fell_back_to_default(records: &[Record<'_>], date: Yearless) -> bool {
    let mut dates = records.iter().rev().filter_map(|record| record.entry.yearless());
    dates.find(|last| !is_default(*last)).is_some_and(|last| !is_day_before(last, date))
}
