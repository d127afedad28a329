//! The order of one phone's logs. The signs count in the order of their certainty: the numbers of a rotation chain and
//! lines that two logs share, dated lines, modification times, names.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use super::calendar::{self, Calendar};
use super::dates::{day_after, is_plausible};
use super::overlaps::overlaps;
use super::span::{End, Span};
use super::{Clock, Log, unset};
use crate::digest::{Digits, LogDigest};
use crate::input::{Rotation, chain, is_backup, natural_order};
use crate::stamp::{Stamp, Yearless};

/// The longest time that a chain of rotated logs covers, in years.
const MAX_CHAIN_LENGTH: i32 = 100;

/// The file of a log whose dates go on from a log without a date may have been changed earlier than these dates say, by at
/// most this much, in hours.
const MAX_FILE_TIME_BEFORE_DATES_HOURS: i64 = 1;

/// The most days that the common lines of a rotated log and the next one span, if these lines were not kept.
const OVERLAP_DAYS: i64 = 2;

/// A log usually begins within this many days after the date in the name of the one before.
const CONTINUATION_DAYS: i64 = 7;

/// The clocks of a phone and of a server can show times that are this many hours apart. So can a phone's clock before and
/// after it is corrected, as from GMT to its time zone: such dates are of one year, not of two.
const MOST_APART_HOURS: i64 = 26;

/// Files that get the time of their copying are copied within this many hours.
const COPYING_HOURS: i64 = 12;

/// One log with what is known of its time.
struct TimedLog {
    log: Log,
    calendar: Calendar,
    /// Its first date.
    first: Option<NaiveDateTime>,
    /// The sort key among the logs of other chains: the last date, if it has one.
    key: Option<NaiveDateTime>,
}

/// The logs from the oldest to the newest, each with the meaning of its stamps.
pub(super) fn in_order(mut logs: Vec<Log>, clock: &Clock) -> Vec<(Log, Calendar)> {
    logs.sort_by(|a, b| a.chain_path().cmp(b.chain_path()));
    let mut chains: BTreeMap<String, Vec<Log>> = BTreeMap::new();
    for log in logs {
        chains.entry(chain_of(&log)).or_default().push(log);
    }
    let copies: Vec<Log> = chains.values_mut().flat_map(extract_copies).collect();
    // An archive can have two copies under one path.
    for copy in copies {
        chains.entry(chain_of(&copy)).or_default().push(copy);
    }
    let unset_ends: Vec<_> =
        if chains.len() > 1 { chains.values().flatten().filter_map(unset_end).collect() } else { Vec::new() };
    let mut chains: Vec<_> =
        chains.into_values().map(|chain| sorted_chain(chain, &unset_ends, clock)).collect();
    set_times_of_undated(&mut chains);
    let mut overlapped = if chains.len() > 1 { overlapped_logs(&chains) } else { HashMap::new() };
    let mut chains: Vec<_> = chains.into_iter().map(|chain| chain.into_iter().peekable()).collect();
    let mut sorted: Vec<(Log, Calendar)> = Vec::new();
    let mut last = None;
    while let Some(next) = next_of(&mut chains, &overlapped, last.as_ref()) {
        if let Some((last, _)) = last.replace((next.log.number, next.key)) {
            overlapped.values_mut().for_each(|earlier| _ = earlier.remove(&last));
        }
        sorted.push((next.log, next.calendar));
    }
    sorted
}

/// By the number of a log: the numbers of the logs with whose last lines it begins.
fn overlapped_logs(chains: &[Vec<TimedLog>]) -> HashMap<usize, BTreeSet<usize>> {
    let logs: Vec<&Log> = chains.iter().flatten().map(|timed| &timed.log).collect();
    let mut overlapped: HashMap<usize, BTreeSet<usize>> = HashMap::new();
    for (earlier, later) in overlaps(&logs) {
        overlapped.entry(logs[later].number).or_default().insert(logs[earlier].number);
    }
    overlapped
}

/// Gives the logs of chains without dates a time, by which they are sorted among the others.
fn set_times_of_undated(chains: &mut [Vec<TimedLog>]) {
    let dated = chains.iter().flatten();
    let dated: Vec<_> =
        dated.filter_map(|TimedLog { log, key, .. }| Some((log.file_time()?, log, (*key)?))).collect();
    let undated = chains.iter().flatten().filter(|log| log.key.is_none());
    let keys: Vec<_> = undated.map(|undated| time_of_undated(&undated.log, &dated)).collect();
    let undated = chains.iter_mut().flatten().filter(|log| log.key.is_none());
    undated.zip(keys).for_each(|(undated, key)| undated.key = key);
}

/// The time at which the file of a log without dates was changed, on the clock of the phone: the dates of its other logs
/// are of another time zone than the times of files. `dated` are these, each with the time of its file and its last date.
///
/// Of logs that were copied together, with dates from long before, the times of the files are compared, then their names:
/// the time is the last date of those that are earlier by these.
fn time_of_undated(log: &Log, dated: &[(NaiveDateTime, &Log, NaiveDateTime)]) -> Option<NaiveDateTime> {
    let time = log.file_time()?;
    let is_within = |time: TimeDelta, hours| time.abs() <= TimeDelta::hours(hours);
    let own = dated.iter().filter(|(changed, _, last)| is_within(*changed - *last, MOST_APART_HOURS));
    let nearest = own.min_by_key(|(changed, _, last)| ((*changed - time).abs(), *changed, *last));
    if let Some((changed, _, last)) = nearest {
        return Some(time + (*last - *changed));
    }
    let copied = || dated.iter().filter(|(changed, ..)| is_within(*changed - time, COPYING_HOURS));
    let earlier =
        copied().filter(|(changed, other, _)| (*changed, name_order(other)) < (time, name_order(log)));
    let last = |(_, _, last): &(_, _, NaiveDateTime)| *last;
    earlier.map(last).max().or_else(|| copied().map(last).min()).or(Some(time))
}

/// The order of logs by their names alone. A backup is older than the log itself.
fn name_order(log: &Log) -> (bool, &str) {
    (!is_backup(log.chain_path()), log.chain_path())
}

/// Identifies the rotation chain of a log. The name of a copy does not show its age, so a copy is a chain of its
/// own.
fn chain_of(log: &Log) -> String {
    match log.rotation {
        Rotation::Copy | Rotation::Gone => log.chain_path().to_owned(),
        _ => chain(log.chain_path()),
    }
}

/// The same to find logs whose lines are in others: a log that is gone is not a copy of the one that has its path now.
pub(super) fn chain_of_content(log: &Log) -> String {
    if log.rotation == Rotation::Gone { chain(log.chain_path()) } else { chain_of(log) }
}

/// Takes out logs that have the same position in a chain by their names, such as `-app.log` and `-app.log.txt`, except
/// the one with the shortest name: names do not show which is older.
fn extract_copies(chain: &mut Vec<Log>) -> Vec<Log> {
    if chain.len() < 2 {
        return Vec::new();
    }
    // A date in the name is better evidence of a log's year than its file's time.
    let tells_day = |log: &Log| matches!(log.rotation, Rotation::Dated { .. } | Rotation::Piece);
    let name = |log: &Log| (log.chain_path().len(), Reverse(log.chain_path().to_owned()));
    chain.sort_by_key(name);
    let mut shortest = HashMap::new();
    let is_copy = |log: &mut Log| {
        !tells_day(log) && *shortest.entry(log.rotation).or_insert_with(|| name(log)) != name(log)
    };
    chain.extract_if(.., is_copy).map(|log| Log { rotation: Rotation::Copy, ..log }).collect()
}

/// Takes the oldest of the chains' oldest logs: not one that begins with the last lines of another log before that one,
/// and directly after it, but for logs that go on from before its end and end earlier: these are other copies of the same
/// lines. A log without any time comes first: otherwise the logs after it in its chain would wait for it.
fn next_of(
    chains: &mut [std::iter::Peekable<std::vec::IntoIter<TimedLog>>],
    overlapped: &HashMap<usize, BTreeSet<usize>>,
    last: Option<&(usize, Option<NaiveDateTime>)>,
) -> Option<TimedLog> {
    let is_last = |number: &usize| last.is_some_and(|(last, _)| last == number);
    let last_date = last.and_then(|(_, date)| *date);
    let earlier = |log: &TimedLog| overlapped.get(&log.log.number).into_iter().flatten();
    let is_too_early = |log: &TimedLog| earlier(log).any(|earlier| !is_last(earlier));
    let continues_last = |log: &TimedLog| earlier(log).next().is_some() && !is_too_early(log);
    let goes_over_end = |log: &TimedLog| log.first.is_some() && log.first <= last_date && last_date < log.key;
    let has_next = chains.iter_mut().filter_map(|logs| logs.peek()).any(continues_last);
    let oldest = chains.iter_mut().enumerate().filter_map(|(chain, logs)| {
        let log = logs.peek()?;
        let is_next = has_next && (continues_last(log) || goes_over_end(log));
        Some(((is_too_early(log), !is_next, log.key, log.log.file_time()), &log.log, chain))
    });
    let by_name = |a: &Log, b: &Log| name_order(a).cmp(&name_order(b));
    let (.., chain) =
        oldest.min_by(|(a, log, _), (b, other, _)| a.cmp(b).then_with(|| by_name(log, other)))?;
    chains[chain].next()
}

/// Whether the log's file was last changed about that day of some year. None if its modification time is unusable.
pub(super) fn is_file_day_of(log: &Log, date: Yearless) -> Option<bool> {
    log.file_time().map(|modified| unset::is_file_day(modified, date))
}

/// A log that ends while the clock is not set.
struct UnsetEnd {
    /// The number of the log.
    log: usize,
    /// When it was last changed.
    changed: NaiveDateTime,
    /// The date that the clock shows then.
    shown: Yearless,
    /// It shows none: the log says that the clock failed, after its last date.
    is_undated: bool,
}

fn unset_end(log: &Log) -> Option<UnsetEnd> {
    let mut end = End::default();
    Span::of(&log.digest, log.file_time(), &mut end);
    let (changed, shown) = (log.file_time()?, end.unset.last());
    let is_undated = shown.is_none() && end.has_failed;
    let shown = shown.or_else(|| is_undated.then(Yearless::new_year))?;
    Some(UnsetEnd { log: log.number, changed, shown, is_undated })
}

/// Whether the dates of a log continue those of a log of another chain that ended while the clock was not set: they are
/// as much later as its file was changed later. After a log that shows no date, the clock has just begun to count, so they
/// are of January 1; and files that were copied together are changed at one time, so the file must not be changed earlier
/// than its dates say.
fn continues_unset(log: &Log, span: &Span, unset_ends: &[UnsetEnd]) -> bool {
    let (Some(modified), Some((first, last))) = (log.file_time(), span.dates_of_january()) else {
        return false;
    };
    let lag = TimeDelta::days(unset::MAX_FILE_DAY_LAG);
    unset_ends.iter().any(|end| {
        let apart = modified - end.changed - TimeDelta::milliseconds(end.shown.milliseconds_until(last));
        let least = if end.is_undated { TimeDelta::hours(-MAX_FILE_TIME_BEFORE_DATES_HOURS) } else { -lag };
        (!end.is_undated || end.log != log.number && first.is_january_1())
            && end.shown.days_until(first) >= 0
            && (least..=lag).contains(&apart)
    })
}

/// Sorts a chain from the oldest to the newest log, and decides the year of each log's dates.
///
/// The names give the order. The years are decided from the newest log to the oldest: a log whose guessed year puts it
/// after the next newer one is set back, year by year. In detail:
///
/// - `span` is the log's first and last date. It is None if these can be dates of a clock that was not set, unless
///   they are of the days before the file's modification time.
/// - `day_before` is the date in the name of the log before. A log usually begins in the days after it; that year is
///   used if it is earlier than the one by the modification time, and the log's own name has no date.
/// - `newer` is the first and the last time of the next newer log with dates.
/// - `overlaps` means that the next newer log repeats lines of this log. Then only the last dates are compared.
/// - A log without dates gets the sort key of the log before it in the chain, else of the one after it.
fn sorted_chain(mut chain: Vec<Log>, unset_ends: &[UnsetEnd], clock: &Clock) -> Vec<TimedLog> {
    chain.sort_by(by_rotation);
    // A clock that is not set at the end of a log is not set at the beginning of the next one.
    let spans: Vec<_> = Span::of_all(&chain).into_iter().map(|dates| dates.span).collect();
    let mut digits = Digits::default();
    chain.iter().for_each(|log| digits.merge(&log.digest.counts.digits));
    let lasts: Vec<_> = spans.iter().map(|span| span.as_ref()?.last.yearless()).collect();
    let lasts = [None].into_iter().chain(lasts);
    let days: Vec<_> = [None].into_iter().chain(chain.iter().map(day_of_name)).collect();
    let mut newer: Option<(NaiveDateTime, NaiveDateTime)> = None;
    let mut timed: Vec<TimedLog> = Vec::with_capacity(chain.len());
    let logs = chain.into_iter().zip(spans).zip(days).zip(lasts);
    for (((log, span), day_before), last_before) in logs.collect::<Vec<_>>().into_iter().rev() {
        // Default dates of a clock that was not set show no order.
        let is_own = |date| is_file_day_of(&log, date) != Some(false);
        let continues_previous = |span: &Span| {
            let dates = last_before.zip(span.first.yearless());
            dates.is_some_and(|(last, first)| unset::is_day_before(last, first))
        };
        let is_kept = |span: &Span| {
            continues_previous(span)
                || !continues_unset(&log, span, unset_ends)
                || span.last.yearless().is_some_and(is_own)
        };
        let span = span.filter(is_kept);
        let latest = latest_time(log.rotation, log.modified, clock);
        let mut calendar = calendar::calendar(&log.digest, &digits, span.as_ref(), latest, clock.year);
        if let (Some(span), Some(day), None, None) = (&span, day_before, day_of_name(&log), clock.year)
            && span.last.yearless().is_some_and(|last| is_file_day_of(&log, last) != Some(true))
            && let Some(year) = year_after(span, day)
            && matches!(calendar, Calendar::Newest(latest) if year < latest)
        {
            calendar = Calendar::Newest(year);
        }
        if let (Some(span), Some(newer)) = (&span, newer) {
            let overlaps = timed.last().is_some_and(|newer| share_lines(&log.digest, &newer.log.digest));
            calendar = not_after(newer, span, calendar, overlaps);
        }
        let times = span.as_ref().and_then(|span| calendar.times(span));
        newer = times.or(newer);
        timed.push(TimedLog {
            log,
            calendar,
            first: times.map(|(first, _)| first),
            key: times.map(|(_, last)| last),
        });
    }
    timed.reverse();
    let mut before = timed.iter().find_map(|log| log.key);
    for log in &mut timed {
        log.key = log.key.or(before);
        before = log.key;
    }
    timed
}

/// The latest calendar, from this one back, that does not put the dates of a log after those of the next newer one.
fn not_after(
    (newer_first, newer_last): (NaiveDateTime, NaiveDateTime),
    span: &Span,
    mut calendar: Calendar,
    overlaps: bool,
) -> Calendar {
    for _ in 0..MAX_CHAIN_LENGTH {
        let is_later = calendar.times(span).is_some_and(|(first, last)| {
            let slack = TimeDelta::hours(MOST_APART_HOURS);
            // If a log repeats lines of the one before, these are not necessarily its first lines.
            (first > newer_first + slack && !overlaps)
                || last > newer_last + slack
                || (last > newer_first + TimeDelta::days(OVERLAP_DAYS) && !overlaps)
        });
        if !is_later {
            break;
        }
        calendar = calendar.earlier(span);
    }
    calendar
}

/// The day on which a log was rotated, if its name contains it.
fn day_of_name(log: &Log) -> Option<NaiveDate> {
    match log.rotation {
        Rotation::Dated { date, .. } => Some(date),
        _ => None,
    }
}

/// The year of the newest line of a log that begins within days after the one before, which was rotated on `day`.
fn year_after(span: &Span, day: NaiveDate) -> Option<i32> {
    let first = span.first.yearless()?;
    let continues_previous = |year: &i32| {
        let begin = first.in_year(*year);
        begin.is_some_and(|begin| (begin.date() - day).num_days().abs() <= CONTINUATION_DAYS)
    };
    (day.year() - 1..=day.year() + 1).find(continues_previous).map(|year| year + span.years)
}

/// Whether a dated line of one log is also in the other one. A clock that was not set writes the same dates after
/// each start.
fn share_lines(one: &LogDigest, other: &LogDigest) -> bool {
    let dated = |digest: &LogDigest| -> HashSet<u64> {
        digest.entries.iter().filter(|entry| unset::has_set_date(entry)).map(|entry| entry.hash).collect()
    };
    !dated(one).is_disjoint(&dated(other))
}

/// The older log first. Numbers and dates of one chain are not compared: numbered logs come first.
fn by_rotation(a: &Log, b: &Log) -> Ordering {
    let rank = |log: &Log| match log.rotation {
        Rotation::Number(number) => (0, Reverse(number), None),
        Rotation::Dated { date, time } => (1, Reverse(0), Some((date, time))),
        Rotation::Piece | Rotation::Copy | Rotation::Gone => (2, Reverse(0), None),
        Rotation::Newest => (3, Reverse(0), None),
    };
    rank(a).cmp(&rank(b)).then_with(|| natural_order(a.chain_path().as_bytes(), b.chain_path().as_bytes()))
}

/// The time before which the newest line of a log was written.
fn latest_time(rotation: Rotation, modified: Option<NaiveDateTime>, clock: &Clock) -> NaiveDateTime {
    let file = modified.filter(is_plausible).unwrap_or(clock.now);
    match rotation {
        // The date in the name is the day on which the log was rotated.
        Rotation::Dated { date: day, .. } => {
            day.and_hms_opt(23, 59, 59).map_or(file, |day| day.min(day_after(file)))
        }
        _ => file,
    }
}

/// The meaning of the stamps of a log of one year, whose last date is `newest`, by its file.
pub fn calendar_of(
    digits: &Digits,
    newest: &Stamp,
    rotation: Rotation,
    modified: Option<NaiveDateTime>,
    clock: &Clock,
) -> Calendar {
    calendar::calendar_of([digits; 2], newest, None, latest_time(rotation, modified, clock), clock.year)
}
