//! Logs whose lines are all in other logs: earlier uploads, copies, excerpts.

mod index;

use std::borrow::Borrow;
use std::cell::LazyCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use self::index::{MAX_WITHOUT_INDEX, MessageIndex};
use super::covered::adds_nothing;
use super::dates::years_between;
use super::order::chain_of_content;
use super::overlaps::{DefaultDates, overlap};
use super::span::is_range_within;
use super::unset::{can_be_silence, default_date, has_set_date};
use super::{Calendar, Joined, LeftOut, Log};
use crate::digest::{LogDigest, LogEntry};
use crate::input::Rotation;
use crate::log::read_split;
use crate::model::widened;
use crate::stamp::Stamp;

/// Whether a log begins within this message. The rest of the message has no stamp, and can look like another
/// message.
fn is_rest(entry: &LogEntry) -> bool {
    entry.line == 1 && entry.stamp.is_none()
}

/// The known messages of a log. A cut first or last line is left out.
fn messages(digest: &LogDigest) -> Vec<&LogEntry> {
    let is_message = |entry: &LogEntry| {
        entry.event.is_some() && !entry.is_cut && (digest.counts.events == 1 || !is_rest(entry))
    };
    digest.entries.iter().filter(|entry| is_message(entry)).collect()
}

/// Leaves out logs whose lines are all in other logs, in the same order: earlier uploads, copies, excerpts.
pub(super) fn without_repeats(mut logs: Vec<(Log, Calendar)>) -> (Vec<(Log, Calendar)>, Vec<LeftOut>) {
    let mut chains: Vec<String> = logs.iter().map(|(log, _)| chain_of_content(log)).collect();
    let keep = without_excerpts(&logs, &chains);
    let mut left_out = leave_out(&mut logs, &keep);
    leave_out(&mut chains, &keep);
    let keep = without_copies(&logs, &chains);
    close_gaps_of_empty(&mut logs, &chains, &keep);
    left_out.append(&mut leave_out(&mut logs, &keep));
    let left_out = left_out.into_iter().map(|(log, _)| LeftOut {
        is_equal: logs.iter().any(|(kept, _)| are_equal(&log.digest, &kept.digest)),
        path: log.path,
    });
    let left_out = left_out.collect();
    (logs, left_out)
}

/// Numbers the logs of a chain anew without the empty ones that are not kept, so that no log seems to be missing where they
/// were.
fn close_gaps_of_empty(logs: &mut [(Log, Calendar)], chains: &[String], keep: &[bool]) {
    let mut empty: HashMap<&str, u32> = HashMap::new();
    for (((log, _), chain), keep) in logs.iter_mut().zip(chains).zip(keep).rev() {
        let later = empty.entry(chain).or_default();
        *later += u32::from(!keep && log.digest.counts.bytes == 0);
        if let Rotation::Number(number) = &mut log.rotation {
            *number = number.saturating_sub(*later);
        }
    }
}

/// Takes out the values that are not kept.
fn leave_out<T>(all: &mut Vec<T>, keep: &[bool]) -> Vec<T> {
    let mut keep = keep.iter();
    all.extract_if(.., |_| keep.next() == Some(&false)).collect()
}

/// Which logs to keep: not those whose lines are in the joined logs of another rotation chain. The longest chain comes first,
/// because a part of it may be stored elsewhere.
fn without_excerpts(logs: &[(Log, Calendar)], chain_of_each: &[String]) -> Vec<bool> {
    let mut chains: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, chain) in chain_of_each.iter().enumerate() {
        chains.entry(chain).or_default().push(index);
    }
    let mut keep = vec![true; logs.len()];
    if chains.len() == 1 {
        return keep;
    }
    let length = |chain: &Vec<usize>| -> (u64, u64) {
        let counts = || chain.iter().map(|log| logs[*log].0.digest.counts);
        (counts().map(|counts| counts.events).sum(), counts().map(|counts| counts.messages).sum())
    };
    let mut wholes: Vec<_> = chains.values().filter(|chain| chain.len() > 1).collect();
    wholes.sort_by_key(|chain| Reverse(length(chain)));
    for chain in wholes {
        let members: Vec<_> = chain.iter().filter(|log| keep[**log]).map(|log| &logs[*log]).collect();
        let others = (0..logs.len()).filter(|other| keep[*other] && chain.binary_search(other).is_err());
        let others: Vec<_> = others.collect();
        if members.len() < 2 || others.is_empty() {
            continue;
        }
        let default_dates = DefaultDates::of_all(members.iter().map(|(log, _)| log));
        let is_set = |entry: &LogEntry| {
            has_set_date(entry) && default_dates.iter().all(|dates| dates.are_not_of(entry))
        };
        let joined = Joined::of(members.iter().map(|log| (*log).clone()).collect());
        let entries: Vec<_> = joined.lines().map(|line| line.entry).collect();
        for part in others {
            let digest = &logs[part].0.digest;
            let part_messages = messages(digest);
            let lines = || {
                let lines = joined.lines().filter(|line| line.entry.event.is_some());
                lines.map(|line| ((line.file, line.line), line.entry, line.digest))
            };
            keep[part] = if part_messages.is_empty() {
                !adds_nothing(&logs[part], &members)
            } else {
                !is_contained_in(digest, &part_messages, lines)
                    || !adds_no_time(&digest.entries, &entries, is_set)
            };
        }
    }
    keep
}

/// Which logs to keep: not those whose messages are all in one other log, which also covers their dates.
///
/// Two boots can have equal messages, and a rotated log is usually from another boot than the next one. So within one
/// rotation chain one more sign is needed: a message with a real date; a long run of different messages; a piece with
/// which the other log begins; or two equal logs.
///
/// A log is also kept if it begins with the last lines of the other one and then has lines with uptimes: [`adds_no_time`]
/// compares only dates, and does not see that these are new.
fn without_copies(logs: &[(Log, Calendar)], chains: &[String]) -> Vec<bool> {
    let all: Vec<Vec<&LogEntry>> = logs.iter().map(|(log, _)| messages(&log.digest)).collect();
    let default_dates = LazyCell::new(|| DefaultDates::of_all(logs.iter().map(|(log, _)| log)));
    let lengths: Vec<_> = logs.iter().map(|(log, _)| length(&log.digest)).collect();
    // Whether the first log is kept if both have the same messages: the longer one is, else the earlier one.
    let is_longer = |whole: usize, part: usize| (lengths[whole], part) > (lengths[part], whole);
    let index = LazyCell::new(|| MessageIndex::of(logs, &all, chains));
    let goes_on_in = |log: usize, next: usize| {
        chains[next] == chains[log] && continues_in(&logs[log].0.digest, &logs[next].0.digest)
    };
    let mut keep = vec![true; logs.len()];
    for part in 0..logs.len() {
        // If a line of the log goes on in the next one of its chain, only dates show that the log is a repeat.
        let goes_on = part + 1 < logs.len() && goes_on_in(part, part + 1);
        // The message whose end is the beginning of the log.
        let begun = LazyCell::new(|| {
            let before = part.checked_sub(1).filter(|before| goes_on_in(*before, part))?;
            let (tail, head) = (&logs[before].0.digest.tail, &logs[part].0.digest.head);
            Some(read_split(&[tail.bytes.as_slice(), &head.bytes].concat()).0)
        });
        let has_all_of_part = |whole: usize| {
            let (part_log, whole_log) = (&logs[part].0, &logs[whole].0);
            if part == whole || !keep[whole] || !is_longer(whole, part) {
                return false;
            }
            let is_same_chain = chains[part] == chains[whole];
            let is_earlier_upload = part < whole && part_log.rotation == Rotation::Piece;
            if all[part].is_empty() {
                return (!is_same_chain || (part_log.digest.is_empty() && !goes_on))
                    && adds_nothing(&logs[part], &[&logs[whole]])
                    || (is_same_chain && !goes_on)
                        && is_earlier_upload
                        && is_beginning(&part_log.digest, &whole_log.digest);
            }
            let lines = || all[whole].iter().map(|entry| ((whole, entry.line), *entry, &whole_log.digest));
            let is_repeat_without_dates = || {
                (part < whole
                    && is_long_run(&all[part], &all[whole])
                    && has_dates_of(&whole_log.digest, &part_log.digest))
                    || (is_earlier_upload && begins(&all[part], &all[whole]))
                    || (part < whole && is_copied_beginning(&part_log.digest, &whole_log.digest))
                    || are_equal(&part_log.digest, &whole_log.digest)
            };
            let is_of_date =
                |entry: &&LogEntry| has_set_date(entry) && default_dates[whole].are_not_of(entry);
            is_contained_in(&part_log.digest, &all[part], lines)
                && begun.as_ref().is_none_or(|begun| has_messages_of(begun, lines()))
                && adds_no_time(&part_log.digest.entries, &whole_log.digest.entries, |entry| {
                    is_of_date(&entry)
                })
                && (!is_same_chain
                    || all[part].iter().any(is_of_date)
                    || (!goes_on && is_repeat_without_dates()))
                && !has_uptimes_after_overlap(whole_log, part_log)
        };
        let wholes = if logs.len() > MAX_WITHOUT_INDEX { index.wholes(part) } else { None };
        keep[part] = !match wholes {
            Some(wholes) => wholes.into_iter().any(has_all_of_part),
            None => (0..logs.len()).any(has_all_of_part),
        };
    }
    keep
}

/// Whether the later log begins with the last lines of the earlier one, at least one of which has a date, and then has lines
/// with uptimes.
fn has_uptimes_after_overlap(earlier: &Log, later: &Log) -> bool {
    let last = overlap(earlier, later);
    last > 0 && later.digest.entries.iter().any(|entry| entry.line > last && entry.uptime().is_some())
}

/// Whether other messages have those of this message, which was cut between two logs.
fn has_messages_of<'a>(message: &LogDigest, others: impl Iterator<Item = Message<'a>> + Clone) -> bool {
    messages(message).iter().all(|entry| {
        let is_it = |(_, other, digest): Message<'_>| is_same_message((entry, message), (other, digest));
        others.clone().any(is_it)
    })
}

/// Whether the last line of a log is cut and continues in the next log of its chain: the line is not completely in
/// the next log, and that begins with the rest of a line.
fn continues_in(part: &LogDigest, whole: &LogDigest) -> bool {
    let Some(last) = part.entries.last().filter(|entry| entry.is_cut) else {
        return part.tail.is_cut() && !whole.head.bytes.is_empty() && whole.whole_head().is_none();
    };
    let text = part.text(last);
    !whole.entries.iter().any(|entry| entry.stamp == last.stamp && whole.text(entry).starts_with(text))
}

/// How many known messages and how many messages a log has. An excerpt can have more lines than the log, where a mail
/// program wrapped them.
fn length(digest: &LogDigest) -> (u64, u64) {
    let times = if digest.is_doubled { 2 } else { 1 };
    (digest.counts.events.div_ceil(times), digest.counts.messages.div_ceil(times))
}

/// A message of one or several logs: its log and line there, the entry, and the digest that has it.
pub(super) type Message<'a> = ((usize, u64), &'a LogEntry, &'a LogDigest);

/// Whether the messages of a log are among others, in the same order: as they were put in order, or as they were
/// read. With fewer lines of a boot, other lines can seem to be out of order.
fn is_contained_in<'a, Messages: Iterator<Item = Message<'a>>>(
    digest: &LogDigest,
    part: &[&LogEntry],
    whole: impl Fn() -> Messages,
) -> bool {
    if are_in_order(digest, part, whole()) {
        return true;
    }
    if part.is_sorted_by_key(|entry| entry.line) && whole().is_sorted_by_key(|(location, ..)| location) {
        return false;
    }
    let (mut part, mut whole) = (part.to_vec(), whole().collect::<Vec<_>>());
    part.sort_by_key(|entry| entry.line);
    whole.sort_by_key(|(location, ..)| *location);
    are_in_order(digest, &part, whole)
}

/// Whether messages of a log are among others, in this order. A log that begins within a message has the end of that
/// message.
pub(super) fn are_in_order<'a>(
    digest: &LogDigest,
    part: &[&LogEntry],
    whole: impl IntoIterator<Item = Message<'a>>,
) -> bool {
    let mut whole = whole.into_iter();
    part.iter().all(|entry| {
        whole.any(|(_, other, other_digest)| {
            let is_same = is_same_message((entry, digest), (other, other_digest))
                || is_rest(entry) && other_digest.text(other).ends_with(digest.text(entry));
            is_same && other.count() >= entry.count()
        })
    })
}

/// Messages of one kind whose first letters are the same, this many, are in the same words.
const SAME_WORDING_LENGTH: usize = 8;

/// Whether two lines are one message, also if one of them was wrapped or has other quotation marks or blanks. The first
/// one can be cut if its log ends within a line.
pub(super) fn is_same_message(
    (entry, digest): (&LogEntry, &LogDigest),
    (other, other_digest): (&LogEntry, &LogDigest),
) -> bool {
    let is_of_same_time = entry.stamp.is_some() && entry.stamp == other.stamp;
    let letters = |digest: &LogDigest, entry: &LogEntry| -> Vec<u8> {
        digest.text(entry).iter().copied().filter(u8::is_ascii_alphanumeric).collect()
    };
    let is_same_text = || {
        let (text, other_text) = (letters(digest, entry), letters(other_digest, other));
        // Two messages of one second can be the same event in other words. An excerpt can leave out a function's name.
        let mut begins = text.iter().zip(&other_text).take(SAME_WORDING_LENGTH);
        let is_same_wording = begins.all(|(letter, other)| letter == other)
            || text.ends_with(&other_text)
            || other_text.ends_with(&text);
        entry.event == other.event && is_same_wording
            || text == other_text
            || (digest.tail.is_cut() && entry.line >= digest.tail.line && other_text.starts_with(&text))
    };
    entry.hash == other.hash || is_of_same_time && entry.event.is_some() && is_same_text()
}

/// This many different lines in a row do not occur again with the same milliseconds.
pub(super) const LONG_RUN: usize = 8;

/// This many lines, an hour or more after their starts, are not in the same seconds of two boots.
const MIN_LATER: usize = 4;

/// Whether many different messages of a log are in another one, in a row and with the same distances: then they are
/// the same lines, even in one rotation chain. Fewer messages without dates may be from another boot, and so may those
/// of a start that have the default date of old software instead of milliseconds.
fn is_long_run(part: &[&LogEntry], whole: &[&LogEntry]) -> bool {
    let different: HashSet<u64> =
        part.iter().filter(|entry| !entry.is_dated()).map(|entry| entry.hash).collect();
    different.len() >= LONG_RUN && is_run(part, whole, |entry, other| entry.hash == other.hash)
}

/// Whether the messages of a part are among others, in a row and with the same distances.
pub(super) fn is_run(
    part: &[&LogEntry],
    whole: &[&LogEntry],
    is_same: impl Fn(&LogEntry, &LogEntry) -> bool,
) -> bool {
    whole.windows(part.len()).any(|run| {
        let mut pairs = part.iter().zip(run);
        pairs.all(|(a, b)| a.line - part[0].line == b.line - run[0].line && is_same(a, b))
    })
}

/// Whether the dated lines of a part are in the whole log, as far as they were kept: two boots can be equal to the
/// millisecond, but then the following lines differ.
fn has_dates_of(whole: &LogDigest, part: &LogDigest) -> bool {
    let is_whole = |entry: &&LogEntry| !part.tail.is_cut() || entry.line < part.tail.line;
    are_among(part.entries.iter().filter(|entry| entry.is_dated()).filter(is_whole), &whole.entries)
}

/// Whether lines are among others, in any order.
fn are_among<'a>(
    mut lines: impl Iterator<Item = &'a LogEntry>,
    others: impl IntoIterator<Item = &'a LogEntry>,
) -> bool {
    let known: HashSet<u64> = others.into_iter().map(|entry| entry.hash).collect();
    lines.all(|line| known.contains(&line.hash))
}

/// Whether another log begins with the same messages with stamps, line by line: if a server keeps each upload, the
/// next one contains the earlier one and more.
fn begins(part: &[&LogEntry], whole: &[&LogEntry]) -> bool {
    let mut pairs = part.iter().zip(whole);
    pairs.all(|(a, b)| a.hash == b.hash && a.line == b.line && a.stamp.is_some())
}

/// Whether another log begins with the lines of this one, as far as both were kept. The last line may be cut.
fn is_beginning(part: &LogDigest, whole: &LogDigest) -> bool {
    let begins_whole = part.entries.first().is_some_and(|entry| entry.line == 1 && entry.stamp.is_some());
    if !begins_whole || part.counts.lines > whole.counts.lines {
        return false;
    }
    let lines = whole.by_line();
    part.entries.iter().all(|entry| {
        let is_cut = part.tail.is_cut() && entry.line == part.counts.lines;
        let mut there = lines.of_line(entry.line).peekable();
        // A line that the other log did not keep is an ordinary one. It keeps its first line.
        there.peek().is_none() && entry.line > 1
            || there.any(|other| {
                let is_begun =
                    || other.stamp == entry.stamp && whole.text(other).starts_with(part.text(entry));
                entry.hash == other.hash || is_cut && is_begun()
            })
    })
}

/// Whether a log is a copy of the beginning of another one, although the clock was never set: it has several starts, and
/// lines long after them. A phone that starts again and again can write equal lines soon after each start.
fn is_copied_beginning(part: &LogDigest, whole: &LogDigest) -> bool {
    let starts = part.entries.iter().filter(|entry| entry.is_banner()).count();
    let later = part.entries.iter().filter(|entry| entry.is_dated() && default_date(entry).is_none());
    let later: HashSet<u64> = later.map(|entry| entry.hash).collect();
    starts > 1 && later.len() >= MIN_LATER && is_beginning(part, whole)
}

/// Whether each date of a part lies within those of other entries, or its dated lines are among them.
///
/// `is_set` tells which dates are not those of a clock that was not set: where such a date goes back, it would seem to
/// begin another year, and the dates up to the next real one would seem to lie within it.
pub(super) fn adds_no_time<E: Borrow<LogEntry>>(
    part: &[LogEntry],
    whole: &[E],
    is_set: impl Fn(&LogEntry) -> bool,
) -> bool {
    let whole = || whole.iter().map(Borrow::borrow);
    // The dates of an excerpt are not grouped by year: without a clock's default date, fewer of them go back.
    let set = dates_by_year(whole(), &is_set);
    let all = LazyCell::new(|| dates_by_year(whole(), |_| true));
    let is_there = |entry: &LogEntry| {
        let years = if is_set(entry) { &set } else { &*all };
        entry.stamp.is_some_and(|date| years.iter().any(|year| is_range_within((date, date), *year)))
    };
    let dated = || part.iter().filter(|entry| entry.is_dated());
    dated().all(is_there) || are_among(dated().filter(|entry| !entry.is_cut), whole())
}

/// The lowest and the highest date of each year, as digits, without those of a clock that was not set: of these, only the
/// last one counts, if the first date of the set clock goes on from it.
fn dates_by_year<'a>(
    entries: impl IntoIterator<Item = &'a LogEntry>,
    is_set: impl Fn(&LogEntry) -> bool,
) -> Vec<(Stamp, Stamp)> {
    let mut years: Vec<(Stamp, Stamp)> = Vec::new();
    let (mut last, mut last_unset) = (None, None);
    for entry in entries.into_iter().filter(|entry| entry.is_dated()) {
        let Some(stamp) = entry.stamp else { continue };
        if !is_set(entry) {
            last_unset = Some(stamp);
            continue;
        }
        let date = stamp.yearless();
        let goes_on = |unset: &Stamp| unset.yearless().zip(date).is_some_and(|(a, b)| can_be_silence(a, b));
        let first = last_unset.take().filter(goes_on).unwrap_or(stamp);
        let is_new_year = last.zip(date).is_some_and(|(last, date)| years_between(last, date) > 0);
        last = date.or(last);
        let year = if is_new_year { None } else { years.pop() };
        years.extend(widened(year, Some((first, stamp))));
    }
    years
}

/// Whether two logs have the same lines, as far as they were kept.
fn are_equal(part: &LogDigest, whole: &LogDigest) -> bool {
    let hashes = |digest: &LogDigest| -> Vec<(u64, u64)> {
        digest.entries.iter().map(|entry| (entry.line, entry.hash)).collect()
    };
    part.counts.lines == whole.counts.lines && part.tail == whole.tail && hashes(part) == hashes(whole)
}
