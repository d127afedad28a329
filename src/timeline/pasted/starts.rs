//! Starts of a phone that are cut between two logs.

use super::super::disorder::are_of_one_boot;
use super::super::passed::milliseconds_since_new_year;
use super::super::unset::{default_date, has_set_date};
use crate::digest::LogEntry;

/// While it starts, a phone writes lines at most this far apart, in milliseconds.
const START_PAUSE: u64 = 10_000;

/// Whether the start with which the lines of a part end goes on in the first line of another part.
pub(super) fn continues_start(older: &[LogEntry], newer: &[LogEntry]) -> bool {
    let behind_dates = older.iter().rposition(has_set_date).map_or(0, |last| last + 1);
    let start = &older[behind_dates..];
    let start = &start[start.iter().rposition(LogEntry::is_banner).unwrap_or(0)..];
    let rest = newer.iter().take_while(|entry| !has_set_date(entry));
    let times = start.last().and_then(since_start).zip(newer.first().and_then(since_start));
    times.is_some_and(|(before, time)| (before..=before + START_PAUSE).contains(&time))
        && are_of_one_boot(start.iter().chain(rest))
}

/// Milliseconds since the phone started, by a line's uptime or default date.
pub(super) fn since_start(entry: &LogEntry) -> Option<u64> {
    entry.uptime().or_else(|| default_date(entry).map(milliseconds_since_new_year))
}
