//! Folds a long digest: repeated failures become one entry with a count.

use super::{LogDigest, LogEntry, Repeat, shown_text};
use crate::event::Event;
use crate::stamp::Stamp;
use crate::window::Window;

/// Beside the first occurrence, the first two and the last three repeats are kept to be shown.
const FIRST: usize = 2;
const LAST: usize = 3;

/// Folds repeated failures between two entries of another kind (an installation, a line of an inventory, an
/// ordinary line), so that the order of failures relative to these is kept.
pub(super) fn fold(digest: &mut LogDigest, window: &Window) {
    remove_odd_lines(&mut digest.entries);
    let entries = std::mem::take(&mut digest.entries);
    let mut kept: Vec<LogEntry> = Vec::with_capacity(entries.len());
    // Index of the first entry after the last such entry.
    let mut group = 0;
    for entry in entries {
        if !entry.event.as_ref().is_some_and(Event::is_failure) {
            kept.push(entry);
            group = kept.len();
            continue;
        }
        let sides =
            |entry: &LogEntry| entry.stamp.map(|stamp| (stamp.is_uptime(), window.bound_bits(&stamp)));
        let like = |known: &LogEntry| {
            known.event == entry.event && sides(known) == sides(&entry) && known.missed == entry.missed
        };
        let month = |stamp: Option<Stamp>| {
            stamp.and_then(|stamp| stamp.digits().map(|digits| [digits[0], digits[1]]))
        };
        let newest = kept[group..].iter().rposition(like);
        match newest.filter(|place| month(kept[group + place].last_line().1) == month(entry.stamp)) {
            Some(place) => {
                let text = shown_text(digest.text(&entry));
                append(&mut kept[group + place], entry, text);
            }
            None => kept.push(entry),
        }
    }
    digest.entries = kept;
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
fn remove_odd_lines(entries: &mut Vec<LogEntry>) {
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
    let mut place = 0..;
    entries.retain(|_| place.next().is_none_or(|place| keep[place]));
}
