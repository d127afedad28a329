//! Lines that one file has twice: an excerpt before or after the whole log, the last lines once more, an earlier upload.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use chrono::NaiveDateTime;

use super::dates::goes_back;
use super::repeats::LONG_RUN;
use super::unset::{
    can_be_silence, default_date, falls_back_without_banner, has_set_date, is_day_before, is_default,
    set_date, unset_date,
};
use crate::digest::{LogDigest, LogEntry};
use crate::stamp::Yearless;

/// This many equal lines in a row are the same lines, also if it can't be seen where a copy begins or ends.
const MIN_REPEATED: usize = 4;

/// This many ordinary lines at the beginning and at the end of a piece are kept because it begins or ends there; the same
/// lines in the whole log are not.
const KEPT_AT_BEGIN: usize = 2;
const KEPT_AT_END: usize = 1;

/// Drops lines that the file has a second time. Each has the same date both times, and the clock went back or the phone
/// started between them; so messages that a phone repeats within a second stay.
/// Only the `is_newest` log of a chain ends with lines that somebody added. `modified` is when the file was last changed.
pub(super) fn drop_repeats(digest: &mut LogDigest, is_newest: bool, modified: Option<NaiveDateTime>) {
    while let Some(RepeatedLines { entries, newer, end_of_older }) = find_repeat(digest, is_newest, modified)
    {
        digest.entries[entries.end..end_of_older].rotate_left(newer);
        digest.remove(entries);
    }
}

/// Lines that the file has a second time.
struct RepeatedLines {
    entries: Range<usize>,
    /// How many entries after them are the rest of a newer log, which begins with the last lines of an older one after it
    /// in the file.
    newer: usize,
    end_of_older: usize,
}

fn find_repeat(
    digest: &LogDigest,
    is_newest: bool,
    modified: Option<NaiveDateTime>,
) -> Option<RepeatedLines> {
    let entries = &digest.entries;
    let gaps = Gaps::of(entries, modified)?;
    let mut last: HashMap<u64, usize> = HashMap::new();
    // By distance, up to which entry it was looked for equal lines; those of a clock that was not set for themselves.
    let mut searched: HashMap<(u64, bool), usize> = HashMap::new();
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.is_dated()) {
        let Some(before) = last.insert(entry.hash, at) else { continue };
        let distance = entry.line.abs_diff(entries[before].line);
        let is_repeated = gaps.is_repeated(entries, before, at);
        if searched.get(&(distance, is_repeated)).is_some_and(|end| before < *end) {
            continue;
        }
        let run = EqualLines::around(digest, before, at);
        searched.insert((distance, is_repeated), run.one.end);
        // After two starts, a clock that was not set shows the same dates, but not in the same milliseconds.
        if !is_repeated && run.of_start < LONG_RUN {
            if is_newest && is_start_again(entries, &run, modified) {
                let end = run.other.end;
                return Some(RepeatedLines { entries: run.other, newer: 0, end_of_older: end });
            }
            continue;
        }
        if let Some(repeat) = run.repeat(entries, &gaps) {
            return Some(repeat);
        }
    }
    None
}

/// Whether many lines at the end of the file, which it also has before, begin with the default date without a banner:
/// rather than by another start, they are there since somebody added them.
fn is_start_again(entries: &[LogEntry], run: &EqualLines, modified: Option<NaiveDateTime>) -> bool {
    let (before, lines) = entries.split_at(run.other.start);
    let last = before.iter().rev().find_map(|entry| unset_date(&entry.stamp?));
    run.equal >= LONG_RUN
        && run.other.end == entries.len()
        && last.is_some_and(|last| falls_back_without_banner(last, lines.iter(), modified))
}

/// What lies before an entry of a file.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    /// How often the phone has started, with a banner or the default date.
    starts: usize,
    /// How often the dates have gone back.
    dates_back: usize,
    /// The entry does not continue from the one before it: it is of another copy, or the clock was set.
    is_break: bool,
    /// It is the first with a date that goes back, after lines of a start that can be of its boot.
    is_behind_start: bool,
    /// The dates go back there, and not to those of a clock that was not set.
    is_back: bool,
    /// Its boot began with the default date, and the clock has run on from there.
    is_unset: bool,
}

/// What lies before each entry.
struct Gaps(Vec<Before>);

impl Gaps {
    /// None if the file can have no line twice.
    fn of(entries: &[LogEntry], modified: Option<NaiveDateTime>) -> Option<Self> {
        let mut gaps: Vec<Before> = Vec::with_capacity(entries.len());
        let mut known = Before::default();
        // The last date, its entry, and how often the phone had started.
        let mut last: Option<(Yearless, usize, usize)> = None;
        let mut can_repeat = false;
        // The last date of the boot's clock, until it is set. None until its first date.
        let mut unset = None;
        let mut has_date = true;
        for (at, entry) in entries.iter().enumerate() {
            let begins = entry.is_banner()
                || last.is_some_and(|(last, ..)| {
                    // The file can have default dates twice.
                    !is_default(last) && falls_back_without_banner(last, entries[at..].iter(), modified)
                });
            known.starts += usize::from(begins);
            has_date &= !begins;
            (known.is_break, known.is_behind_start, known.is_back) = (false, false, false);
            let date = entry.yearless();
            if let Some(date) = date {
                let runs_on = match std::mem::replace(&mut has_date, true) {
                    true => unset.is_some_and(|last| can_be_silence(last, date)),
                    false => !has_set_date(entry),
                };
                unset = runs_on.then_some(date);
                known.is_unset = runs_on;
                if let Some((before, from, starts)) = last
                    && (goes_back(before, date, 0) || date == before && known.starts > starts)
                {
                    known.dates_back += usize::from(date != before);
                    // It can be anywhere between the two dates where a log can begin.
                    let is_set = has_set_date(entry);
                    (known.is_break, known.is_behind_start) = (at == from + 1, at > from + 1);
                    known.is_back = is_set;
                    for (between, gap) in gaps.iter_mut().enumerate().skip(from + 1) {
                        let is_break = between == from + 1 || entries[between].is_banner();
                        gap.is_break |= is_break;
                        gap.is_back |= is_break && is_set;
                    }
                    can_repeat = true;
                } else if let Some((_, from, _)) = last {
                    // A clock that was not set is set there, or a copy begins there or with a start before it.
                    known.is_break = !has_set_date(&entries[from]) && has_set_date(entry);
                    for (between, gap) in gaps.iter_mut().enumerate().skip(from + 1) {
                        gap.is_break |= known.is_break && entries[between].is_banner();
                    }
                }
                last = Some((date, at, known.starts));
            } else if at > 0 && restarts_between(&entries[at - 1], entry) {
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
            true => has_set_date(&entries[one]) && !before.is_unset,
            false => later.dates_back > before.dates_back,
        }
    }

    /// Whether nothing continues from the entry before this one.
    fn is_break(&self, at: usize) -> bool {
        at == 0 || self.0.get(at).is_none_or(|gap| gap.is_break)
    }

    /// The same if many lines are equal: lines of a start before this one would be equal too, if they were of its boot.
    fn is_break_of(&self, run: &EqualLines, at: usize) -> bool {
        self.is_break(at)
            || run.equal >= MIN_REPEATED && self.0.get(at).is_some_and(|gap| gap.is_behind_start)
    }

    /// How many ends of a piece are those of the file, or where the dates go back.
    fn count_back(&self, ends: [usize; 2]) -> usize {
        ends.iter().filter(|end| **end == 0 || self.0.get(**end).is_none_or(|gap| gap.is_back)).count()
    }
}

/// Whether the uptime of a line that is not a banner is less than that of the line before, or that had a date.
fn restarts_between(before: &LogEntry, entry: &LogEntry) -> bool {
    let (Some(before), Some(stamp)) = (before.stamp, entry.stamp) else { return false };
    !entry.is_banner() && stamp.restarts_after(before)
}

/// Lines that are twice in a file, as ranges of entries from the first to the last equal one.
struct EqualLines {
    one: Range<usize>,
    other: Range<usize>,
    /// How many lines are known to be equal. The same line several times in a row counts once.
    equal: usize,
    /// How many of them have the milliseconds since a start.
    of_start: usize,
    /// The lines beside one of them are equal too.
    has_neighbour: bool,
}

impl EqualLines {
    /// The runs around two equal entries.
    fn around(digest: &LogDigest, one: usize, other: usize) -> Self {
        let entries = &digest.entries;
        let mut run =
            Self { one: one..one + 1, other: other..other + 1, equal: 1, of_start: 0, has_neighbour: false };
        run.look_at(entries, one, other);
        let known = (one, other);
        let before = |end: usize, until: usize| (until..end).rev();
        for (one, other) in equal_entries(digest, known, before(one, 0), before(other, one + 1)) {
            (run.one.start, run.other.start) = (one, other);
            run.count(&entries[one], &entries[one + 1]);
            run.look_at(entries, one, other);
        }
        let behind = (one + 1..run.other.start, other + 1..entries.len());
        for (one, other) in equal_entries(digest, known, behind.0, behind.1) {
            (run.one.end, run.other.end) = (one + 1, other + 1);
            run.count(&entries[one], &entries[one - 1]);
            run.look_at(entries, one, other);
        }
        run
    }

    fn count(&mut self, entry: &LogEntry, beside: &LogEntry) {
        let is_different = entry.hash != beside.hash;
        self.equal += usize::from(is_different);
        self.of_start += usize::from(is_different && entry.uptime().is_some());
    }

    fn look_at(&mut self, entries: &[LogEntry], one: usize, other: usize) {
        let (one, other) = (&entries[one], &entries[other]);
        self.has_neighbour |= one.has_same_line_before(other) || one.has_same_line_after(other);
    }

    /// The run to be dropped, with the ordinary lines around it that only this copy has kept: the one that is a piece of
    /// its own at both ends, else at one end. None if the lines can be different ones.
    fn repeat(&self, entries: &[LogEntry], gaps: &Gaps) -> Option<RepeatedLines> {
        let (one, other) = (
            self.ends(entries, gaps, &self.one, &self.other),
            self.ends(entries, gaps, &self.other, &self.one),
        );
        let is_piece = one.0.or(other.0).and(one.1.or(other.1)).is_some();
        // A log that begins with a line of the end of another log.
        let is_overlap = one.0.and(other.1).or(one.1.and(other.0)).is_some()
            && entries[self.one.clone()].iter().any(has_set_date);
        let is_same = self.equal > 1 || self.has_neighbour || is_overlap;
        if self.equal < MIN_REPEATED && !(is_piece && is_same) {
            return None;
        }
        let is_whole =
            |ends: (Option<usize>, Option<usize>)| ends.0.zip(ends.1).map(|(begin, end)| [begin, end]);
        let is_first = match (is_whole(one), is_whole(other)) {
            // The other one is in the right order.
            (Some(one), Some(other)) => gaps.count_back(one) >= gaps.count_back(other),
            (whole, other_whole) => whole.is_some() || other_whole.is_none() && one.0.or(one.1).is_some(),
        };
        let (run, (begin, end)) = if is_first { (&self.one, one) } else { (&self.other, other) };
        let entries_of_run = begin.unwrap_or(run.start)..end.unwrap_or(run.end);
        // A log that begins with the last lines of the log after it in the file is the newer one.
        let newer = match (one, other) {
            ((Some(_), None), (None, Some(end_of_older))) => {
                self.end_of_newer(entries, gaps).map(|end| (end - entries_of_run.end, end_of_older))
            }
            _ => None,
        };
        let (newer, end_of_older) = newer.unwrap_or((0, entries_of_run.end));
        Some(RepeatedLines { entries: entries_of_run, newer, end_of_older })
    }

    /// Where the piece begins and ends that has this run, if it does not go on. The lines beside the run are not kept in the
    /// twin, but their line numbers are free there.
    fn ends(
        &self,
        entries: &[LogEntry],
        gaps: &Gaps,
        run: &Range<usize>,
        twin: &Range<usize>,
    ) -> (Option<usize>, Option<usize>) {
        let line = |at: usize| entries.get(at).map(|entry| entry.line);
        let before_twin = twin.start.checked_sub(1).and_then(line).unwrap_or(0);
        let behind_twin = line(twin.end).or(line(entries.len() - 1).map(|last| last + 1));
        let line_in_twin =
            |entry: &LogEntry| (entry.line + entries[twin.start].line).checked_sub(entries[run.start].line);
        let is_before = |entry: &&LogEntry| entry.event.is_none() && line_in_twin(entry) > Some(before_twin);
        let is_behind = |entry: &&LogEntry| entry.event.is_none() && line_in_twin(entry) < behind_twin;
        let first = entries[..run.start].iter().rev().take(KEPT_AT_BEGIN).take_while(is_before).count();
        let last = entries[run.end..].iter().take(KEPT_AT_END).take_while(is_behind).count();
        // Before the first lines of a log nothing could be equal.
        let goes_on_before = !gaps.is_break(twin.start);
        let begins = |at: &usize| gaps.is_break(*at) || goes_on_before && gaps.is_break_of(self, *at);
        let begin = (run.start - first..=run.start).rev().find(begins);
        let end = (run.end..=run.end + last).find(|at| gaps.is_break_of(self, *at));
        (begin, end)
    }

    /// Where a newer log ends that begins with these lines: its dates are not before theirs.
    fn end_of_newer(&self, entries: &[LogEntry], gaps: &Gaps) -> Option<usize> {
        let date = |at: &usize| set_date(&entries[*at]);
        let between = self.one.end..self.other.start;
        let first = self.one.clone().find_map(|at| date(&at));
        let older = first.and_then(|first| {
            between.clone().find(|at| date(at).is_some_and(|date| goes_back(first, date, 0)))
        });
        if let Some(older) = older {
            let newest = (self.one.start..older).rfind(|at| date(at).is_some())?;
            return Some(begin_between(entries, newest, older).max(self.one.end));
        }
        let mut breaks = between.skip(1).filter(|at| gaps.is_break(*at));
        breaks.next().filter(|_| breaks.next().is_none())
    }
}

/// Where a log begins whose first date is at `date`, after the last line of another one with the date at `end`: the
/// lines without a date from the last banner on are of the same boot as the date, and so are lines directly before it.
/// Boots between them whose clock was not set are taken for older, since the newest log usually ends with the date of its
/// file.
pub(super) fn begin_between(entries: &[LogEntry], end: usize, date: usize) -> usize {
    // January 1 goes on from December 31.
    let goes_on = |next: Yearless| entries[end].yearless().is_some_and(|last| is_day_before(last, next));
    let is_unset = |entry: &LogEntry| entry.is_dated() && !entry.yearless().is_some_and(goes_on);
    let has_unset = entries[end + 1..date].iter().any(is_unset);
    let mut between = entries[end + 1..=date].iter();
    let start = if has_unset {
        let is_start = |entry: &LogEntry| default_date(entry).is_some() && is_unset(entry);
        between.position(|entry| entry.is_banner() || is_start(entry))
    } else {
        between.rposition(LogEntry::is_banner)
    };
    let begin = end + 1 + start.unwrap_or(0);
    let is_before = |at: &usize| {
        let [before, next] = [&entries[*at], &entries[at + 1]];
        before.event.is_none()
            && before.uptime().zip(next.uptime()).is_some_and(|(before, next)| before <= next)
    };
    (end + 1..begin).rev().take_while(is_before).last().unwrap_or(begin)
}

/// The entries with equal lines, as far as the lines are equal from those of `known` on. A line that one copy did not
/// keep is an ordinary one.
fn equal_entries(
    digest: &LogDigest,
    known: (usize, usize),
    one: impl Iterator<Item = usize>,
    other: impl Iterator<Item = usize>,
) -> Vec<(usize, usize)> {
    let entries = &digest.entries;
    // The last line of a copy can be cut.
    let begins_same = |a: &LogEntry, b: &LogEntry| {
        let (one, other) = (digest.text(a), digest.text(b));
        a.stamp.is_some() && a.stamp == b.stamp && (one.starts_with(other) || other.starts_with(one))
    };
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
                if is_equal || begins_same(&entries[a], &entries[b]) {
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
