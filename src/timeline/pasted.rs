//! Logs whose lines are not in the order of time: to which several logs of one phone were joined, such as by
//! `cat 0004f2a1b2c3-app.log*` (their names are lost, and a shell sorts the newest log first), or that a log collector
//! exported with the newest line first.

mod joined;
mod newest_first;
mod parts;
mod starts;

use chrono::NaiveDateTime;

use self::joined::ConcatenatedLogs;
use self::newest_first::NewestFirst;
pub(super) use self::parts::SHORTEST_STEP;
use self::starts::{continues_start, since_start};
use super::disorder;
use super::unset::{AHEAD_MS, has_set_date};
use crate::digest::LogEntry;

/// Puts the entries of a log in the order of time. `modified` is when its file was last changed, if that is known.
pub(super) fn put_in_order(entries: &mut Vec<LogEntry>, modified: Option<NaiveDateTime>) {
    match NewestFirst::of(entries) {
        NewestFirst::No => {}
        NewestFirst::Lines => entries.reverse(),
        NewestFirst::Seconds => {
            entries.reverse();
            entries.chunk_by_mut(|a, b| a.stamp == b.stamp).for_each(<[_]>::reverse);
        }
    }
    disorder::mend(entries);
    put_oldest_first(entries, modified);
}

/// Puts the parts of a log in the order of their dates.
fn put_oldest_first(entries: &mut Vec<LogEntry>, modified: Option<NaiveDateTime>) {
    // Where a clock was set to its time zone, a part has that inside.
    let steps = [SHORTEST_STEP, AHEAD_MS];
    let Some(ConcatenatedLogs { begins, order }) =
        steps.iter().find_map(|step| ConcatenatedLogs::find(entries, *step, modified))
    else {
        return;
    };
    let mut parts: Vec<_> = begins.iter().rev().map(|begin| entries.split_off(*begin)).collect();
    parts.reverse();
    if order.first() == Some(&(parts.len() - 1)) {
        parts.last_mut().into_iter().for_each(|oldest| put_start_first(oldest));
    }
    order.into_iter().for_each(|part| entries.append(&mut parts[part]));
}

/// Puts the beginning of a start, which was a log of its own at the end of the file, before the rest of that start.
fn put_start_first(entries: &mut [LogEntry]) {
    let behind_dates = entries.iter().rposition(has_set_date).map_or(0, |last| last + 1);
    let Some(banner) = entries[behind_dates..].iter().rposition(LogEntry::is_banner) else { return };
    let is_of_start = |at: &usize| since_start(&entries[*at]) <= since_start(&entries[at + 1]);
    let banner = behind_dates + banner;
    let begin = (behind_dates..banner).rev().take_while(is_of_start).last().unwrap_or(banner);
    let (rest, start) = entries.split_at(begin);
    if continues_start(start, rest) {
        entries.rotate_left(begin);
    }
}
