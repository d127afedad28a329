//! Exports of a log collector with the newest line first.

use super::super::dates::is_over_new_year;
use super::super::disorder::SECOND;
use crate::digest::LogEntry;
use crate::stamp::Yearless;

/// This many lines that are each earlier than the line before are no single lines out of order, or starts of the phone.
const MIN_BACKWARD: usize = 4;

/// Of the lines of an export with the newest line first, at most one in this many is later than the line before: the
/// first line of each boot, or lines of several processes.
const BACKWARD_PER_FORWARD: usize = 4;

/// Whether a log collector exported the log with the newest line first.
pub(super) enum NewestFirst {
    No,
    Lines,
    /// Lines of the same second are in the order in which the phone wrote them.
    Seconds,
}

impl NewestFirst {
    /// Whether the dates, and nearly all uptimes, go back from each line to the next one.
    pub(super) fn of(entries: &[LogEntry]) -> Self {
        let (mut dates_back, mut dates_forward, mut back, mut forward) = (0, 0, 0, 0);
        let (mut back_within, mut forward_within) = (0, 0);
        let mut date: Option<Yearless> = None;
        for (at, entry) in entries.iter().enumerate() {
            let Some(stamp) = entry.stamp else { continue };
            if let Some(next) = stamp.yearless() {
                if let Some(before) = date.replace(next) {
                    let turns = is_over_new_year(before, next) || is_over_new_year(next, before);
                    let order = if turns { next.cmp(&before) } else { before.cmp(&next) };
                    dates_back += usize::from(order.is_gt());
                    dates_forward += usize::from(order.is_lt());
                }
            } else if let Some(uptime) = stamp.uptime()
                && let Some(before) = at.checked_sub(1).and_then(|before| entries[before].uptime())
            {
                let is_within = before.abs_diff(uptime) < SECOND;
                back += usize::from(uptime < before);
                back_within += usize::from(uptime < before && is_within);
                forward_within += usize::from(uptime > before && is_within);
                forward += usize::from(uptime > before && !is_within);
            }
        }
        let (back, forward) = (dates_back + back, dates_forward + forward);
        let is_most = |back: usize, forward: usize| forward * BACKWARD_PER_FORWARD <= back;
        let is_backward = dates_back > 0 && back >= MIN_BACKWARD;
        match is_backward && is_most(back, forward) && is_most(dates_back, dates_forward) {
            true if forward_within > back_within => Self::Seconds,
            true => Self::Lines,
            false => Self::No,
        }
    }
}
