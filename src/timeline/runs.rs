//! Lines that one file has twice: an excerpt before or after the whole log, the last lines once more, an earlier upload.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use super::calendar::goes_back;
use super::unset::has_set_date;
use crate::digest::{LogDigest, LogEntry};
use crate::stamp::Yearless;

/// This many equal lines in a row are the same lines, also if it can't be seen where a copy begins or ends.
const MIN_REPEATED: usize = 4;

/// So many ordinary lines at the beginning and at the end of a piece are kept because it begins or ends there; the same
/// lines in the whole log are not.
const KEPT_AT_BEGIN: usize = 2;
const KEPT_AT_END: usize = 1;

/// Drops lines that the file has a second time. Each has the same date in both places, and the clock went back or the phone
/// started between them; so messages that a phone repeats within a second stay.
pub(super) fn drop_repeats(digest: &mut LogDigest) {
    while let Some(Repeat { entries, newer }) = find_repeat(&digest.entries) {
        let dropped = digest.entries.drain(entries).filter(|entry| entry.event.is_some()).count() as u64;
        digest.counts.events = digest.counts.events.saturating_sub(dropped);
        digest.entries.rotate_left(newer);
    }
}

/// Lines that stand in the file once more.
struct Repeat {
    entries: Range<usize>,
    /// How many of the other entries are the rest of a newer log, which comes before the older one in the file.
    newer: usize,
}

fn find_repeat(entries: &[LogEntry]) -> Option<Repeat> {
    let gaps = Gaps::of(entries)?;
    let mut last: HashMap<u64, usize> = HashMap::new();
    // By distance, up to which entry it was looked for equal lines.
    let mut searched: HashMap<u64, usize> = HashMap::new();
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.is_dated()) {
        let Some(before) = last.insert(entry.hash, at) else { continue };
        let distance = entry.line.abs_diff(entries[before].line);
        if searched.get(&distance).is_some_and(|end| before < *end) || !gaps.is_repeated(entries, before, at)
        {
            continue;
        }
        let run = Run::around(entries, before, at);
        searched.insert(distance, run.one.end);
        if let Some(repeat) = run.repeat(entries, &gaps) {
            return Some(repeat);
        }
    }
    None
}

/// What lies before an entry of a file.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    /// How often the phone has started, with a banner.
    starts: usize,
    /// How often the dates have gone back.
    dates_back: usize,
    /// The entry does not continue from the one before it: it is of another copy, or the clock was set.
    is_break: bool,
}

/// What lies before each entry.
struct Gaps(Vec<Before>);

impl Gaps {
    /// None if no line of the file can stand there twice.
    fn of(entries: &[LogEntry]) -> Option<Self> {
        let mut gaps: Vec<Before> = Vec::with_capacity(entries.len());
        let mut known = Before::default();
        // The last date, its entry, and how often the phone had started.
        let mut last: Option<(Yearless, usize, usize)> = None;
        let mut can_repeat = false;
        for (at, entry) in entries.iter().enumerate() {
            known.starts += usize::from(entry.is_banner());
            known.is_break = false;
            let date = entry.stamp.and_then(|stamp| stamp.yearless());
            if let Some(date) = date {
                if let Some((before, from, starts)) = last
                    && (goes_back(before, date, 0) || date == before && known.starts > starts)
                {
                    known.dates_back += usize::from(date != before);
                    // It can be anywhere between the two dates where a log can begin.
                    known.is_break = at == from + 1;
                    for (between, gap) in gaps.iter_mut().enumerate().skip(from + 1) {
                        gap.is_break |= between == from + 1 || entries[between].is_banner();
                    }
                    can_repeat = true;
                }
                last = Some((date, at, known.starts));
            } else if at > 0 && begins_again(&entries[at - 1], entry) {
                known.is_break = true;
            }
            gaps.push(known);
        }
        can_repeat.then_some(Self(gaps))
    }

    /// Whether an equal dated line is the same line: the clock does not show a second again, unless it was set or shows
    /// its default date after each start.
    fn is_repeated(&self, entries: &[LogEntry], one: usize, other: usize) -> bool {
        let (before, later) = (self.0[one], self.0[other]);
        match later.starts > before.starts {
            true => has_set_date(&entries[one]),
            false => later.dates_back > before.dates_back,
        }
    }

    /// Whether nothing continues from the entry before this one.
    fn is_break(&self, at: usize) -> bool {
        at == 0 || self.0.get(at).is_none_or(|gap| gap.is_break)
    }
}

/// Whether the uptime of a line that is no banner is less than that of the line before, or that had a date.
fn begins_again(before: &LogEntry, entry: &LogEntry) -> bool {
    let (Some(before), Some(stamp)) = (before.stamp, entry.stamp) else { return false };
    let uptime = stamp.uptime().filter(|_| !entry.is_banner());
    uptime.is_some_and(|uptime| before.uptime().is_none_or(|before| uptime < before))
}

/// The same lines at two places of a file, as ranges of entries from the first to the last equal one.
struct Run {
    one: Range<usize>,
    other: Range<usize>,
    /// How many lines are known to be equal. The same line several times in a row counts once.
    equal: usize,
    /// The lines beside one of them are equal too.
    has_neighbour: bool,
}

impl Run {
    /// The runs around two equal entries.
    fn around(entries: &[LogEntry], one: usize, other: usize) -> Self {
        let mut run = Self { one: one..one + 1, other: other..other + 1, equal: 1, has_neighbour: false };
        run.look_at(entries, one, other);
        let known = (one, other);
        let before = |end: usize, until: usize| (until..end).rev();
        for (one, other) in equal_entries(entries, known, before(one, 0), before(other, one + 1)) {
            (run.one.start, run.other.start) = (one, other);
            run.equal += usize::from(entries[one].hash != entries[one + 1].hash);
            run.look_at(entries, one, other);
        }
        let behind = (one + 1..run.other.start, other + 1..entries.len());
        for (one, other) in equal_entries(entries, known, behind.0, behind.1) {
            (run.one.end, run.other.end) = (one + 1, other + 1);
            run.equal += usize::from(entries[one].hash != entries[one - 1].hash);
            run.look_at(entries, one, other);
        }
        run
    }

    fn look_at(&mut self, entries: &[LogEntry], one: usize, other: usize) {
        let (one, other) = (&entries[one], &entries[other]);
        self.has_neighbour |= one.hash_before != 0 && one.hash_before == other.hash_before
            || one.hash_after != 0 && one.hash_after == other.hash_after;
    }

    /// The run to be dropped, with the ordinary lines around it that only this copy has kept: the one that is a piece of
    /// its own at both ends, else at one end. None if the lines can be different ones.
    fn repeat(&self, entries: &[LogEntry], gaps: &Gaps) -> Option<Repeat> {
        let (one, other) =
            (ends(entries, gaps, &self.one, &self.other), ends(entries, gaps, &self.other, &self.one));
        let is_piece = one.0.or(other.0).and(one.1.or(other.1)).is_some();
        let is_same = self.equal > 1 || self.has_neighbour;
        if self.equal < MIN_REPEATED && !(is_piece && is_same) {
            return None;
        }
        let is_whole = |ends: (Option<usize>, Option<usize>)| ends.0.and(ends.1).is_some();
        let is_first = is_whole(one) || !is_whole(other) && one.0.or(one.1).is_some();
        let (run, (begin, end)) = if is_first { (&self.one, one) } else { (&self.other, other) };
        // A log that begins with the last lines of the log after it in the file is the newer one.
        let overlaps = end.is_none() && self.one.start == run.start && begin == Some(0);
        let mut breaks = (run.end + 1..self.other.start).filter(|at| gaps.is_break(*at));
        let newer = match (overlaps && other == (None, Some(entries.len())), breaks.next(), breaks.next()) {
            (true, Some(begin_of_older), None) => begin_of_older - run.end,
            _ => 0,
        };
        Some(Repeat { entries: begin.unwrap_or(run.start)..end.unwrap_or(run.end), newer })
    }
}

/// Where the piece begins and ends that has this run, if it does not go on. The lines beside the run are not kept in the
/// twin, but have their place there.
fn ends(
    entries: &[LogEntry],
    gaps: &Gaps,
    run: &Range<usize>,
    twin: &Range<usize>,
) -> (Option<usize>, Option<usize>) {
    let line = |at: usize| entries.get(at).map(|entry| entry.line);
    let before_twin = twin.start.checked_sub(1).and_then(line).unwrap_or(0);
    let behind_twin = line(twin.end).or(line(entries.len() - 1).map(|last| last + 1));
    let place =
        |entry: &LogEntry| (entry.line + entries[twin.start].line).checked_sub(entries[run.start].line);
    let is_before = |entry: &&LogEntry| entry.event.is_none() && place(entry) > Some(before_twin);
    let is_behind = |entry: &&LogEntry| entry.event.is_none() && place(entry) < behind_twin;
    let first = entries[..run.start].iter().rev().take(KEPT_AT_BEGIN).take_while(is_before).count();
    let last = entries[run.end..].iter().take(KEPT_AT_END).take_while(is_behind).count();
    let begin = (run.start - first..=run.start).rev().find(|at| gaps.is_break(*at));
    let end = (run.end..=run.end + last).find(|at| gaps.is_break(*at));
    (begin, end)
}

/// The entries with equal lines, as far as the lines are equal from those of `known` on. A line that one copy did not
/// keep is an ordinary one.
fn equal_entries(
    entries: &[LogEntry],
    known: (usize, usize),
    one: impl Iterator<Item = usize>,
    other: impl Iterator<Item = usize>,
) -> Vec<(usize, usize)> {
    let away = |at: usize, known: usize| entries[at].line.abs_diff(entries[known].line);
    let (mut one, mut other) = (one.peekable(), other.peekable());
    let mut equal = Vec::new();
    loop {
        let order = match (one.peek(), other.peek()) {
            (Some(a), Some(b)) => away(*a, known.0).cmp(&away(*b, known.1)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return equal,
        };
        let alone = match order {
            Ordering::Less => one.next(),
            Ordering::Greater => other.next(),
            Ordering::Equal => {
                let Some((a, b)) = one.next().zip(other.next()) else { return equal };
                let is_equal = entries[a].hash == entries[b].hash;
                // The last line of a copy can be cut.
                if is_equal || entries[a].stamp.is_some() && entries[a].stamp == entries[b].stamp {
                    equal.push((a, b));
                }
                if !is_equal {
                    return equal;
                }
                continue;
            }
        };
        if alone.is_some_and(|alone| entries[alone].event.is_some()) {
            return equal;
        }
    }
}
