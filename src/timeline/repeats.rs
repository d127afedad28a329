//! Logs that hold nothing of their own: earlier uploads, copies, excerpts beside the whole log.

use std::collections::HashSet;

use super::calendar::{End, Span, tells_date};
use super::order::{chain_of, is_files_own};
use super::{Calendar, Log};
use crate::digest::{Entry, LogDigest};
use crate::stamp::Stamp;

/// The entries of a log; of one that was written twice, each once.
pub(super) fn once_each(digest: &LogDigest) -> impl Iterator<Item = &Entry> {
    let mut before: Option<(u64, u64)> = None;
    digest.entries.iter().filter(move |entry| {
        let is_second = digest.is_doubled && before == Some((entry.hash, entry.line - 1));
        before = if is_second { None } else { Some((entry.hash, entry.line)) };
        !is_second
    })
}

/// The known messages of a log by what identifies their lines. A cut first or last line is none.
fn messages(digest: &LogDigest) -> Vec<&Entry> {
    // Where a log begins within a message, the rest of it can look like another one.
    let is_rest = |entry: &Entry| entry.line == 1 && entry.stamp.is_none() && digest.counts.events > 1;
    once_each(digest).filter(|entry| entry.event.is_some() && !entry.is_cut && !is_rest(entry)).collect()
}

/// Leaves out logs whose lines all stand in another one, in that order: earlier uploads, copies, excerpts.
pub(super) fn without_repeats(logs: Vec<(Log, Calendar)>) -> Vec<(Log, Calendar)> {
    let all: Vec<Vec<&Entry>> = logs.iter().map(|(log, _)| messages(&log.digest)).collect();
    let hashes: Vec<HashSet<u64>> =
        all.iter().map(|messages| messages.iter().map(|entry| entry.hash).collect()).collect();
    let mut keep = vec![true; logs.len()];
    for part in 0..logs.len() {
        let is_repeat = (0..logs.len()).any(|whole| {
            let (part_log, whole_log) = (&logs[part].0, &logs[whole].0);
            if part == whole || !keep[whole] || !is_longer(whole_log, part_log, whole < part) {
                return false;
            }
            let is_same_chain = chain_of(part_log) == chain_of(whole_log);
            match all[part].first() {
                _ if part < whole && is_same_chain && goes_on_behind(&part_log.digest, &whole_log.digest) => {
                    false
                }
                Some(first) => {
                    hashes[whole].contains(&first.hash)
                        && stands_in(&all[part], &all[whole])
                        && tells_no_other_time(&part_log.digest, &whole_log.digest)
                        && (!is_same_chain
                            || all[part].iter().any(|entry| tells_date(entry))
                            || (part < whole && is_long_run(&all[part], &all[whole]))
                            || are_equal(&part_log.digest, &whole_log.digest))
                }
                None => says_nothing_more((part_log, logs[part].1), (whole_log, logs[whole].1)),
            }
        });
        keep[part] = !is_repeat;
    }
    let mut place = 0..;
    let mut logs = logs;
    logs.retain(|_| place.next().is_none_or(|place| keep[place]));
    logs
}

/// Whether a log of a chain ends in a line that is cut, and that is not known to stand in the next one: then it
/// goes on there, if that begins with the rest of a line.
fn goes_on_behind(part: &LogDigest, whole: &LogDigest) -> bool {
    let Some(last) = part.entries.last().filter(|entry| entry.is_cut) else {
        return part.tail.is_cut() && !whole.head.bytes.is_empty();
    };
    let text = part.text(last);
    !whole.entries.iter().any(|entry| entry.stamp == last.stamp && whole.text(entry).starts_with(text))
}

/// Which of two logs holds the other if both hold the same messages: the longer, else the earlier one.
fn is_longer(whole: &Log, part: &Log, is_earlier: bool) -> bool {
    let length = |log: &Log| (log.digest.counts.events, log.digest.counts.lines);
    length(whole) > length(part) || (length(whole) == length(part) && is_earlier)
}

fn stands_in(part: &[&Entry], whole: &[&Entry]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|entry| rest.any(|other| other.hash == entry.hash && other.count() >= entry.count()))
}

/// So many different lines in a row are not written again to the millisecond.
const LONG_RUN: usize = 8;

/// Whether many different messages of a log stand in another one in a row, as far apart: also of one rotation
/// chain, these are the same lines. Without dates, fewer can be another boot's.
fn is_long_run(part: &[&Entry], whole: &[&Entry]) -> bool {
    let different: HashSet<u64> = part.iter().map(|entry| entry.hash).collect();
    different.len() >= LONG_RUN
        && whole.windows(part.len()).any(|run| {
            let mut pairs = run.iter().zip(part);
            pairs.all(|(a, b)| a.hash == b.hash && a.line - run[0].line == b.line - part[0].line)
        })
}

/// Whether the dates of a log lie within those of another one, or its dated lines stand there.
fn tells_no_other_time(part: &LogDigest, whole: &LogDigest) -> bool {
    let Some((first, last)) = dates(part) else { return true };
    if dates(whole).is_some_and(|(from, to)| from <= first && last <= to) {
        return true;
    }
    let known: HashSet<u64> = whole.entries.iter().map(|entry| entry.hash).collect();
    part.entries
        .iter()
        .filter(|entry| entry.is_dated() && !entry.is_cut)
        .all(|entry| known.contains(&entry.hash))
}

/// Whether two logs hold the same lines, as far as they were kept.
fn are_equal(part: &LogDigest, whole: &LogDigest) -> bool {
    let hashes = |digest: &LogDigest| -> Vec<(u64, u64)> {
        digest.entries.iter().map(|entry| (entry.line, entry.hash)).collect()
    };
    part.counts.lines == whole.counts.lines && part.tail == whole.tail && hashes(part) == hashes(whole)
}

/// Whether a log without known messages can be left out beside another one: it has no dates, or none that
/// lie out of the other's time. Of one rotation chain each log is another time's.
fn says_nothing_more(part: (&Log, Calendar), whole: (&Log, Calendar)) -> bool {
    let times =
        |(log, calendar): (&Log, Calendar)| Span::of(&log.digest, &mut End::default())?.times(calendar);
    if part.0.digest.is_empty() {
        return part.0.digest.counts.bytes == 0;
    }
    match (times(part), times(whole)) {
        // Where it begins, an excerpt can have dates that only the lines before it show to be wrong.
        (Some((_, last)), Some((from, to))) => {
            from <= last && last <= to && chain_of(part.0) != chain_of(whole.0)
        }
        (None, _) => {
            // Dates that a clock made up are compared as they stand.
            let is_inside = match (dates(&part.0.digest), dates(&whole.0.digest)) {
                (None, _) => whole.0.digest.counts.events > 0,
                (Some((first, last)), Some((from, to))) => from <= first && last <= to,
                (Some(_), None) => false,
            };
            is_inside && chain_of(part.0) != chain_of(whole.0)
        }
        // Alone, a line of a clock that was not set can look like one of January.
        (Some(_), None) => {
            let is_made_up = |span: Span| {
                let last = span.last.yearless().filter(|_| span.can_be_unset());
                last.is_some_and(|last| is_files_own(part.0, last) == Some(false))
            };
            // Where the other file was changed about that day, its clock had been set.
            let is_real = |span: Span| {
                span.last.yearless().is_some_and(|last| is_files_own(whole.0, last) == Some(true))
            };
            let is_inside = match (dates(&part.0.digest), dates(&whole.0.digest)) {
                (Some((first, last)), Some((from, to))) => from <= first && last <= to,
                _ => false,
            };
            is_inside
                && Span::of(&part.0.digest, &mut End::default())
                    .is_some_and(|span| is_made_up(span) || is_real(span))
                && chain_of(part.0) != chain_of(whole.0)
        }
    }
}

/// The lowest and the highest date of a log, as digits.
fn dates(digest: &LogDigest) -> Option<(Stamp, Stamp)> {
    let dates = || digest.entries.iter().filter(|entry| entry.is_dated()).filter_map(|entry| entry.stamp);
    Some((dates().min()?, dates().max()?))
}
