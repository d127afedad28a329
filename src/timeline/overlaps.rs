//! Logs that begin with the last lines of another log.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::Log;
use super::span::{Span, is_range_within};
use crate::digest::{EntriesByLine, LogDigest, LogEntry};
use crate::stamp::Stamp;

/// A dated line that is in more logs than this is not used to find logs that overlap, so that many uploads of one log are
/// not all compared with each other.
const MAX_LOGS_OF_LINE: usize = 32;

/// Which logs overlap, as pairs of their indexes: the later log begins with the last lines of the earlier one. Only logs that
/// have a dated line in common are compared.
pub(super) fn overlaps(all: &[&Log]) -> BTreeSet<(usize, usize)> {
    let mut logs_of_line: HashMap<u64, Vec<usize>> = HashMap::new();
    for (log, Log { digest, .. }) in all.iter().enumerate() {
        for entry in digest.entries.iter().filter(|entry| entry.is_dated()) {
            let logs = logs_of_line.entry(entry.hash).or_default();
            if logs.last() != Some(&log) {
                logs.push(log);
            }
        }
    }
    let pairs = |logs: Vec<usize>| {
        let all = logs.clone();
        logs.into_iter().flat_map(move |one| all.clone().into_iter().map(move |other| (one, other)))
    };
    let shared = logs_of_line.into_values().filter(|logs| logs.len() <= MAX_LOGS_OF_LINE);
    let compared: HashSet<(usize, usize)> =
        shared.flat_map(pairs).filter(|(one, other)| one < other).collect();
    let overlapping = compared.into_iter().filter_map(|(one, other)| {
        let is_before = |earlier: usize, later: usize| overlap(all[earlier], all[later]) > 0;
        // Two logs of which each seems to begin in the other one show no order.
        match (is_before(one, other), is_before(other, one)) {
            (true, false) => Some((one, other)),
            (false, true) => Some((other, one)),
            _ => None,
        }
    });
    overlapping.collect()
}

/// The lowest and the highest date that a clock which was not set shows in a log. A phone can write the same lines with
/// such dates after each start.
#[derive(Clone, Copy)]
pub(super) struct DefaultDates(Option<(Stamp, Stamp)>);

impl DefaultDates {
    /// The default dates of each of these logs, which are in order.
    pub(super) fn of_all<'a>(logs: impl IntoIterator<Item = &'a Log>) -> Vec<Self> {
        Span::of_all(logs).into_iter().map(|dates| Self(dates.unset)).collect()
    }

    /// Whether a line of the log has another date.
    pub(super) fn are_not_of(self, entry: &LogEntry) -> bool {
        let date = entry.stamp.filter(|stamp| entry.is_dated() && !stamp.is_unset());
        date.is_some_and(|date| !self.0.is_some_and(|made_up| is_range_within((date, date), made_up)))
    }
}

/// The number of the last line of the later log that is also in the earlier one, at its end: of the longest run of
/// equal lines with at least one dated line. 0 if there is none.
pub(super) fn overlap(earlier: &Log, later: &Log) -> u64 {
    // A log that begins within a boot goes on with the lines of that boot, also if its clock was not set. A start without
    // milliseconds can be another one.
    let begins_with_start =
        later.digest.entries.first().is_some_and(|entry| entry.is_banner() && entry.is_dated());
    let of_earlier = begins_with_start.then(|| DefaultDates::of_all([earlier])[0]);
    let default_dates = of_earlier.unwrap_or(DefaultDates(None));
    let (earlier, later) = (&earlier.digest, &later.digest);
    // Of equal dated lines, the first and the last.
    let mut known: HashMap<u64, (u64, u64)> = HashMap::new();
    for entry in earlier.entries.iter().filter(|entry| default_dates.are_not_of(entry)) {
        known.entry(entry.hash).or_insert((entry.line, entry.line)).1 = entry.line;
    }
    // A line that is in both logs shows where the run begins in the earlier log.
    let begins: BTreeSet<u64> = later
        .entries
        .iter()
        .filter(|entry| entry.is_dated())
        .filter_map(|entry| {
            known.get(&entry.hash).map(|(first, last)| [*first, *last].map(|same| (same, entry)))
        })
        .flatten()
        .filter_map(|(same, entry)| same.checked_sub(entry.line))
        .collect();
    let anchors = anchors(earlier, later, default_dates);
    let by_line = LazyCell::new(|| [earlier.by_line(), later.by_line()]);
    let is_overlap = |begin: &u64| is_run([earlier, later], &by_line, *begin, anchors.contains(begin));
    begins.union(&anchors).find(|begin| is_overlap(begin)).map_or(0, |begin| whole_lines(earlier) - begin)
}

/// Where the later log can begin in the earlier one, by a dated message of which one of them has only the part up to the
/// cut: the whole message is in the other, beside the same line.
fn anchors(earlier: &LogDigest, later: &LogDigest, default_dates: DefaultDates) -> BTreeSet<u64> {
    let end = whole_lines(earlier);
    let is_message = |entry: &&LogEntry| entry.event.is_some();
    let is_cut_at_end = |entry: &LogEntry, other: &LogEntry| {
        entry.stamp == other.stamp
            && entry.has_same_line_before(other)
            && later.text(other).starts_with(earlier.text(entry))
    };
    let is_cut_at_begin = |entry: &LogEntry, other: &LogEntry| {
        entry.has_same_line_after(other) && earlier.text(entry).ends_with(later.text(other))
    };
    let mut anchors = BTreeSet::new();
    for entry in earlier.entries.iter().rev().take_while(|entry| entry.line > end).filter(is_message) {
        let others = later.entries.iter().filter(is_message).filter(|other| is_cut_at_end(entry, other));
        anchors.extend(
            others
                .filter(|_| default_dates.are_not_of(entry))
                .filter_map(|other| entry.line.checked_sub(other.line)),
        );
    }
    let begins_cut = |other: &&LogEntry| other.line == 1 && later.head.lines > 0;
    for other in later.entries.iter().take_while(begins_cut).filter(is_message) {
        let entries = earlier.entries.iter().filter(is_message).filter(|entry| is_cut_at_begin(entry, other));
        anchors.extend(entries.filter(|entry| default_dates.are_not_of(entry)).map(|entry| entry.line - 1));
    }
    anchors
}

/// The number of a log's last line that is not cut, nor a part of a message that can go on in the cut line.
pub(super) fn whole_lines(digest: &LogDigest) -> u64 {
    let is_complete =
        |entry: &LogEntry| entry.line == digest.tail.line && entry.event.is_some() && !entry.is_cut;
    match digest.tail.is_cut() {
        false => digest.counts.lines,
        true if digest.entries.iter().rev().any(is_complete) => digest.counts.lines.saturating_sub(1),
        true => digest.tail.line.saturating_sub(1),
    }
}

/// Whether the later log begins with the lines of the earlier one after line `begin`, as far as both were kept. A cut
/// line at the end of the earlier log is the beginning of the next line.
fn is_run(
    [earlier, later]: [&LogDigest; 2],
    [earlier_lines, later_lines]: &[EntriesByLine<'_>; 2],
    begin: u64,
    is_anchor: bool,
) -> bool {
    let end = whole_lines(earlier);
    let length = end.saturating_sub(begin);
    // Two messages are in one line if the line feed between them was lost.
    let is_at = |lines: &EntriesByLine<'_>, line: u64, hash: u64| {
        let mut there = lines.of_line(line).peekable();
        there.peek()?;
        Some(there.any(|entry| entry.hash == hash))
    };
    let mut equal = 0;
    let mut has_neighbour = false;
    // The later log can begin within a line, unless the whole line is in the earlier one.
    let is_whole = |entry: &LogEntry| is_at(earlier_lines, begin + 1, entry.hash) == Some(true);
    let is_cut = later.head.lines > 0 && !later_lines.of_line(1).any(is_whole);
    let begins_cut = |line: u64| line == 1 && is_cut;
    for entry in later_lines.up_to(length) {
        if begins_cut(entry.line) {
            continue;
        }
        match is_at(earlier_lines, entry.line + begin, entry.hash) {
            Some(true) => equal += 1,
            // A line that the earlier log did not keep is an ordinary one.
            None if entry.event.is_none() => {}
            _ => return false,
        }
    }
    let in_both = |entry: &&LogEntry| {
        (begin + 1..=end).contains(&entry.line) && !entry.is_cut && !begins_cut(entry.line - begin)
    };
    for entry in earlier.entries.iter().filter(in_both) {
        match is_at(later_lines, entry.line - begin, entry.hash) {
            Some(true) => {
                let same = later.entries.iter().find(|other| other.hash == entry.hash);
                has_neighbour |= same
                    .is_some_and(|same| entry.has_same_line_before(same) || entry.has_same_line_after(same));
            }
            None if entry.event.is_none() => {}
            _ => return false,
        }
    }
    let mut begun = earlier.entries.iter().filter(|entry| entry.line > end && entry.event.is_some());
    let goes_on = |entry: &LogEntry| {
        let mut there = entry.line.checked_sub(begin).into_iter().flat_map(|line| later_lines.of_line(line));
        there.any(|other| other.stamp == entry.stamp && later.text(other).starts_with(earlier.text(entry)))
    };
    let has_all = length <= later.counts.lines;
    if length == 0 || !has_all || !begun.all(goes_on) {
        return false;
    }
    // A single equal line may be a different message of the same second; with an equal neighbour, it is the same
    // one.
    is_anchor || equal > 1 || has_neighbour || (equal == 1 && length == 1 + u64::from(is_cut))
}
