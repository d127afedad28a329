//! Folds a long digest: repeated failures become one entry with a count, and lines that only count lost events.

use std::collections::HashMap;

use super::{LogDigest, LogEntry, MAX_UNFOLDED, Repeat, shown_text};
use crate::event::Event;
use crate::stamp::Stamp;
use crate::window::Window;

/// Beside the first occurrence, the first two and the last three repeats are kept to be shown.
const FIRST: usize = 2;
const LAST: usize = 3;

/// A connection that fails this long after a server's certificate was refused failed for that, in milliseconds: in
/// every real log the lines are within the same second.
pub(crate) const MAX_EXPLAINED_DELAY: u64 = 3_000;

/// The key by which failures are folded into one entry: what they have in common.
#[derive(PartialEq, Eq, Hash)]
struct FoldKey {
    event: Event,
    missed: Option<u64>,
    /// Whether the stamp is a time since boot, and on which side of `--since` and `--until` it is. None if the line has
    /// no stamp.
    sides: Option<(bool, u8)>,
    is_explained: Option<bool>,
}

/// Folds repeated failures between two entries of another kind (an installation, a line of an inventory, an
/// ordinary line), so that the order of failures relative to these is kept, and ordinary lines between which only events
/// were lost. The newest entries stay as they are.
pub(super) fn fold(digest: &mut LogDigest, window: &Window) {
    remove_uptime_lines_among_dated_ones(&mut digest.entries);
    mark_explained(&mut digest.entries);
    let mut entries = std::mem::take(&mut digest.entries);
    let newest = entries.split_off(entries.len().saturating_sub(MAX_UNFOLDED));
    let mut kept: Vec<LogEntry> = Vec::with_capacity(entries.len() + newest.len());
    // The index of the last entry of each kind, among those after the last entry that is not a failure.
    let mut known: HashMap<FoldKey, usize> = HashMap::new();
    for entry in entries {
        let Some(event) = entry.event.clone().filter(Event::is_failure) else {
            known.clear();
            match kept.as_mut_slice() {
                [.., before, last] if before.missed < last.missed && only_counts_on(last, &entry, window) => {
                    let text = shown_text(digest.text(&entry));
                    append(last, entry, text);
                }
                _ => kept.push(entry),
            }
            continue;
        };
        if matches!(event, Event::TlsConnectionFailed { .. }) && entry.is_explained.is_none() {
            kept.push(entry);
            continue;
        }
        let sides = entry.stamp.map(|stamp| (stamp.is_uptime(), window.bound_bits(&stamp)));
        let key = FoldKey { event, missed: entry.missed, sides, is_explained: entry.is_explained };
        match known.get(&key).filter(|at| month(kept[**at].last_line().1) == month(entry.stamp)) {
            Some(at) => {
                let text = shown_text(digest.text(&entry));
                append(&mut kept[*at], entry, text);
            }
            None => {
                known.insert(key, kept.len());
                kept.push(entry);
            }
        }
    }
    kept.extend(newest);
    digest.entries = kept;
}

/// Whether an ordinary line was kept only because the phone lost events before it, as before the line `last`: it is of
/// the same day, or also has an uptime.
fn only_counts_on(last: &LogEntry, entry: &LogEntry, window: &Window) -> bool {
    let is_ordinary = |entry: &LogEntry| entry.event.is_none() && entry.missed.is_some();
    let Some((before, stamp)) = last.last_line().1.zip(entry.stamp) else { return false };
    let is_in_order = match (before.digits(), stamp.digits()) {
        (Some(before), Some(digits)) => before[..4] == digits[..4] && before <= digits,
        _ => before.uptime().zip(stamp.uptime()).is_some_and(|(before, uptime)| before <= uptime),
    };
    is_ordinary(last)
        && is_ordinary(entry)
        && last.missed < entry.missed
        && is_in_order
        && window.bound_bits(&before) == window.bound_bits(&stamp)
}

fn month(stamp: Option<Stamp>) -> Option<[u8; 2]> {
    stamp.and_then(|stamp| stamp.digits().map(|digits| [digits[0], digits[1]]))
}

/// Marks which failed connections the refusal of a server's certificate explains, while the entries still show it.
/// Those that a refusal before the first entry can explain, in the part of the log before this one, are not marked.
fn mark_explained(entries: &mut [LogEntry]) {
    let start = entries.first().map(|entry| entry.stamp);
    let mut is_start = true;
    let mut refusal = None;
    for entry in entries {
        match &entry.event {
            Some(Event::ServerCertificateUntrusted { .. }) => {
                (refusal, is_start) = (Some(entry.last_line().1), false);
            }
            Some(Event::LogStart { banner: true, .. }) => (refusal, is_start) = (None, false),
            Some(Event::TlsConnectionFailed { .. }) => {
                let is_soon_after = |before: Option<Stamp>| explains(before, entry.stamp);
                if !is_start || !start.is_some_and(is_soon_after) {
                    entry.is_explained.get_or_insert(refusal.is_some_and(is_soon_after));
                }
            }
            _ => {}
        }
    }
}

/// Whether a connection failed so soon after a refusal that it failed for that.
pub(crate) fn explains(refusal: Option<Stamp>, failure: Option<Stamp>) -> bool {
    let (Some(refusal), Some(failure)) = (refusal, failure) else { return refusal == failure };
    let uptimes = refusal.uptime().zip(failure.uptime());
    let dates = refusal.yearless().zip(failure.yearless());
    match (uptimes, dates) {
        (Some((refusal, failure)), _) => failure.abs_diff(refusal) <= MAX_EXPLAINED_DELAY,
        (None, Some((refusal, failure))) => {
            refusal.milliseconds_until(failure).unsigned_abs() <= MAX_EXPLAINED_DELAY
        }
        // Dates with a year have no seconds.
        (None, None) => refusal == failure,
    }
}
fn append(first: &mut LogEntry, later: LogEntry, text: Box<str>) {
    let repeats = first.repeats.get_or_insert_default();
    let line = later.line_in_file();
    let moved = later.repeats.map(|repeats| *repeats).unwrap_or_default();
    repeats.count += 1 + moved.count;
    repeats.shown.push(Repeat { line, stamp: later.stamp, text });
    repeats.shown.extend(moved.shown);
    let surplus = repeats.shown.len().saturating_sub(FIRST + LAST);
    if surplus > 0 {
        repeats.shown.drain(FIRST..FIRST + surplus);
    }
}

/// Removes single ordinary lines with an uptime stamp among dated lines, which some processes write
/// throughout a boot, and the ordinary dated lines that were kept only because of them.
fn remove_uptime_lines_among_dated_ones(entries: &mut Vec<LogEntry>) {
    let is_ordinary = |entry: &LogEntry| entry.event.is_none();
    let mut keep = vec![true; entries.len()];
    for at in 1..entries.len().saturating_sub(1) {
        let [before, odd, after] = [&entries[at - 1], &entries[at], &entries[at + 1]];
        let is_odd = is_ordinary(odd) && odd.stamp.is_some() && !odd.is_dated();
        let stands_alone = before.is_dated()
            && after.is_dated()
            && before.line + 1 == odd.line
            && odd.line + 1 == after.line
            && before.missed == odd.missed
            && odd.missed == after.missed
            && before.stamp <= after.stamp;
        if is_odd && stands_alone {
            keep[at] = false;
            // The dated line after it has nothing new compared with the one before it.
            keep[at + 1] = !is_ordinary(after);
        }
    }
    let mut indexes = 0..;
    entries.retain(|_| indexes.next().is_none_or(|index| keep[index]));
}
