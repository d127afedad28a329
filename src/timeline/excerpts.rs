//! Excerpts before or after the whole log in one file: the lines that a search found, or a quotation in a mail.

use std::collections::HashSet;
use std::ops::Range;

use super::dates;
use super::pasted::SHORTEST_STEP;
use super::repeats::{LONG_RUN, adds_no_time, are_in_order, is_run, is_same_message};
use super::unset::{has_set_date, set_date};
use crate::digest::{LogDigest, LogEntry};

/// Which excerpts to drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excerpts {
    /// Those that lack lines which are between theirs in the log. If repeated runs were dropped before, lines of the log
    /// would be dropped instead, and their messages would be left where the excerpt has them.
    WithGaps,
    /// Also those with too few lines, or without the dates, by which repeated runs are found. If they were dropped before,
    /// the order of logs that overlap would be lost.
    All,
}

/// Drops lines at either end of a file whose messages are all in the rest of it, in the same order.
pub(super) fn drop_excerpts(digest: &mut LogDigest, which: Excerpts) {
    while let Some(excerpt) = find_excerpt(digest, which) {
        digest.remove(excerpt);
    }
}

fn find_excerpt(digest: &LogDigest, which: Excerpts) -> Option<Range<usize>> {
    let entries = &digest.entries;
    let begins = begins(entries);
    let dated = FirstAndLast::of(entries, |entry| is_message(entry) && has_set_date(entry));
    let banners = FirstAndLast::of(entries, LogEntry::is_banner);
    let largest = |parts: &mut dyn Iterator<Item = Range<usize>>| {
        let parts = parts.filter(|part| is_sure(entries, part, dated.are_in(part), banners.are_in(part)));
        // If a part is not in the rest, no larger part is.
        let parts = parts.take_while(|part| is_in_rest(digest, part));
        parts.filter(|part| is_excerpt(digest, part, which)).last()
    };
    largest(&mut begins.iter().rev().map(|begin| *begin..entries.len()))
        .or_else(|| largest(&mut begins.iter().map(|begin| 0..*begin)))
}

/// The first and the last entry of some kind.
struct FirstAndLast(Option<(usize, usize)>);

impl FirstAndLast {
    fn of(entries: &[LogEntry], is_one: impl Fn(&LogEntry) -> bool) -> Self {
        Self(entries.iter().position(&is_one).zip(entries.iter().rposition(is_one)))
    }

    /// Whether a part at one end of the entries has one of them.
    fn are_in(&self, part: &Range<usize>) -> bool {
        self.0
            .is_some_and(|(first, last)| if part.start == 0 { first < part.end } else { part.start <= last })
    }
}

/// Where an excerpt, or the log after one, can begin: the entries that do not continue from the one before. The start of a
/// boot is not taken apart.
fn begins(entries: &[LogEntry]) -> Vec<usize> {
    let mut last = None;
    // The phone has started since the last date of a clock that was set.
    let mut has_started = false;
    let mut begins = Vec::new();
    for (at, pair) in entries.windows(2).enumerate() {
        let (Some(before), Some(stamp)) = (pair[0].stamp, pair[1].stamp) else { continue };
        has_started = pair[0].is_banner() || has_started && !has_set_date(&pair[0]);
        last = before.yearless().or(last);
        let begins_again = match stamp.yearless() {
            Some(date) => {
                !has_started && last.is_some_and(|last| dates::goes_back(last, date, SHORTEST_STEP))
            }
            None => stamp.restarts_after(before),
        };
        if begins_again || pair[1].is_banner() {
            begins.push(at + 1);
        }
    }
    begins
}

/// Whether an entry is a known message. A cut line is left out.
fn is_message(entry: &LogEntry) -> bool {
    entry.event.is_some() && !entry.is_cut
}

fn messages(entries: &[LogEntry]) -> impl Iterator<Item = &LogEntry> {
    entries.iter().filter(|entry| is_message(entry))
}

/// The entries before and after a part. One of the two is empty.
fn rest<'a>(entries: &'a [LogEntry], part: &Range<usize>) -> &'a [LogEntry] {
    if part.start == 0 { &entries[part.end..] } else { &entries[..part.start] }
}

fn is_in_rest(digest: &LogDigest, part: &Range<usize>) -> bool {
    let own: Vec<&LogEntry> = messages(&digest.entries[part.clone()]).collect();
    let others = messages(rest(&digest.entries, part));
    are_in_order(digest, &own, others.map(|entry| ((0, entry.line), entry, digest)))
}

/// Whether the messages of a part, if they are all in the rest, are no others: two boots can have equal messages.
fn is_sure(entries: &[LogEntry], part: &Range<usize>, has_dates: bool, has_banners: bool) -> bool {
    let (own, rest) = (&entries[part.clone()], rest(entries, part));
    match (has_dates, part.start) {
        (true, 0) => goes_back(own, rest),
        // The rest can end with dates of a clock that was not set.
        (true, _) => first_boot(own).iter().any(has_set_date),
        (false, _) => {
            !has_banners && {
                // Without milliseconds, two boots have equal messages.
                let with_uptime = messages(own).filter(|entry| entry.uptime().is_some());
                let different: HashSet<u64> = with_uptime.map(|entry| entry.hash).collect();
                different.len() >= LONG_RUN
            }
        }
    }
}

/// Whether a part, whose messages are all in the rest, is an excerpt of this kind.
fn is_excerpt(digest: &LogDigest, part: &Range<usize>, which: Excerpts) -> bool {
    let (own, rest) = (&digest.entries[part.clone()], rest(&digest.entries, part));
    let has_gaps = || {
        // Two copies of the same lines have a gap between them.
        if begins(own).iter().any(|begin| goes_back(&own[..*begin], &own[*begin..])) {
            return false;
        }
        let (own, others): (Vec<_>, Vec<_>) = (messages(own).collect(), messages(rest).collect());
        !is_run(&own, &others, |entry, other| is_same_message((entry, digest), (other, digest)))
    };
    (which == Excerpts::All || has_gaps()) && adds_no_time(own, rest, has_set_date)
}

/// The entries up to the next start of the phone after a date.
fn first_boot(entries: &[LogEntry]) -> &[LogEntry] {
    let first = entries.iter().position(LogEntry::is_dated).unwrap_or(entries.len());
    let banner = entries[first..].iter().position(LogEntry::is_banner);
    &entries[..banner.map_or(entries.len(), |banner| first + banner)]
}

/// Whether the last date of some entries is not before the first one of those after them.
fn goes_back(before: &[LogEntry], behind: &[LogEntry]) -> bool {
    let dates = before.iter().rev().find_map(set_date).zip(behind.iter().find_map(set_date));
    dates.is_some_and(|(last, first)| last == first || dates::goes_back(last, first, 0))
}
