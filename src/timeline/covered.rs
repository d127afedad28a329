//! Logs without known messages whose lines other logs can have.

use chrono::NaiveDateTime;

use super::Log;
use super::calendar::{self, Calendar};
use super::order::is_file_day_of;
use super::span::{DateRange, End, Span, is_range_within};
use crate::digest::{CLOCK_SET_BACK_S, Digits, LogDigest, LogEntry};
use crate::model::widened;
use crate::stamp::Stamp;

/// Whether a log without known messages can be left out beside other logs: if these can have all its lines, and it has
/// no dates, or its last date is between the first and the last date of the others.
///
/// The year of its dates is a guess if its file was changed on another day than its last date; then earlier years are
/// tried too. For example, an excerpt with lines of May 30, saved in 2016, is left out beside a log from April to June
/// 2013.
///
/// Dates within the default dates of the others, such as January 1, are taken for default dates too, unless the file
/// was changed on the day of its last date and that is one of them.
pub(super) fn adds_nothing((part, calendar): &(Log, Calendar), whole: &[&(Log, Calendar)]) -> bool {
    if part.digest.is_empty() {
        return part.digest.counts.bytes == 0;
    }
    let digests = || whole.iter().map(|(log, _)| &log.digest);
    // If this log counts more lost events than the others, it has lines that these don't have.
    let lost = |digest: &LogDigest| digest.entries.iter().filter_map(|entry| entry.missed).max();
    if lost(&part.digest) > digests().filter_map(lost).max() {
        return false;
    }
    if has_own_lines(&part.digest, digests()) {
        return false;
    }
    let Some(own) = dates(&part.digest.entries) else {
        return digests().any(|digest| digest.counts.events > 0);
    };
    let (mut times, mut made_up) = (None, None);
    for ((_, calendar), dates) in whole.iter().zip(Span::of_all(whole.iter().map(|(log, _)| log))) {
        times = widened(times, dates.span.and_then(|span| calendar.times(&span)));
        made_up = widened(made_up, dates.unset);
    }
    let Some((span, calendar)) = without_default_dates(part, *calendar, made_up, times) else { return true };
    let Some(span) = span else {
        // Default dates are compared as they are.
        return dates(digests().flat_map(|digest| &digest.entries))
            .is_some_and(|dates| is_range_within(own, dates));
    };
    let has_its_day = || whole.iter().any(|(log, _)| ends_on_file_day(log, span.last));
    match (times, made_up) {
        (Some(times), _) => ends_between(part, &span, calendar, times),
        (None, Some(made_up)) => is_range_within(own, made_up) && has_its_day(),
        (None, None) => false,
    }
}

/// Whether the log's file was last changed on the day of its last date.
fn ends_on_file_day(log: &Log, last: Stamp) -> bool {
    last.yearless().and_then(|last| is_file_day_of(log, last)) == Some(true)
}

/// The span of a log and its calendar without the dates that are within the default dates of others. None if all are.
/// `times` are the first and the last real time of the others.
fn without_default_dates(
    part: &Log,
    calendar: Calendar,
    made_up: DateRange,
    times: Option<(NaiveDateTime, NaiveDateTime)>,
) -> Option<(Option<Span>, Calendar)> {
    let span_of = |digest: &LogDigest| Span::of(digest, part.file_time(), &mut End::default());
    let span = span_of(&part.digest);
    let (Some(Span { last, .. }), Some(made_up)) = (span, made_up) else { return Some((span, calendar)) };
    let is_made_up = |date: Stamp| is_range_within((date, date), made_up);
    if is_made_up(last) && ends_on_file_day(part, last) {
        return Some((span, calendar));
    }
    let mut set = part.digest.clone();
    set.entries.retain(|entry| !entry.is_dated() || !entry.stamp.is_some_and(is_made_up));
    dates(&set.entries)?;
    if set.entries.len() == part.digest.entries.len() {
        return Some((span, calendar));
    }
    let span = span_of(&set);
    let calendar = match (calendar, times) {
        (Calendar::Newest(_), Some((_, to))) => {
            let modified = part.file_time().unwrap_or(to);
            let yearless = Digits { only_2: true, ..Digits::default() };
            calendar::calendar(&set, &yearless, span.as_ref(), modified, None)
        }
        _ => calendar,
    };
    Some((span, calendar))
}

/// Whether the last date of a log is between two times, perhaps in an earlier year than that of its calendar.
fn ends_between(
    part: &Log,
    span: &Span,
    mut calendar: Calendar,
    (from, to): (NaiveDateTime, NaiveDateTime),
) -> bool {
    let is_guess = !ends_on_file_day(part, span.last);
    loop {
        // At its beginning, an excerpt may have dates that only the lines before it show to be wrong.
        let Some((_, last)) = calendar.times(span).filter(|(_, last)| *last >= from) else { return false };
        let earlier = calendar.earlier(span);
        if last <= to || !is_guess || earlier == calendar {
            return last <= to;
        }
        calendar = earlier;
    }
}

/// Whether the stamps of a log show lines that no other log has. A log keeps the lines at both sides of a change of the
/// day or of the type of stamp, and where the uptime starts over; so its other lines are between two of the kept ones.
fn has_own_lines<'a>(part: &LogDigest, others: impl Iterator<Item = &'a LogDigest>) -> bool {
    let mut ranges = Vec::new();
    for digest in others {
        if digest.is_folded() {
            return false;
        }
        let stamps: Vec<_> = digest.entries.iter().filter_map(number_of).collect();
        // A line that is not kept can be slightly later than the one after it.
        let later = CLOCK_SET_BACK_S.unsigned_abs();
        let latest = |(is_date, day, number)| (is_date, day, number + if is_date { later } else { 0 });
        ranges.extend(stamps.iter().map(|stamp| (*stamp, latest(*stamp))));
        let is_run = |(a, b): (Number, Number)| a <= b && (a.0, a.1) == (b.0, b.1);
        ranges.extend(stamps.windows(2).map(|pair| (pair[0], pair[1])).filter(|pair| is_run(*pair)));
    }
    ranges.sort_unstable();
    // The highest end of a range so far.
    let mut end = None;
    for range in &mut ranges {
        end = end.max(Some(range.1));
        range.1 = end.unwrap_or(range.1);
    }
    let is_own = |stamp| {
        let begun = ranges.partition_point(|range| range.0 <= stamp);
        begun.checked_sub(1).is_none_or(|range| ranges[range].1 < stamp)
    };
    part.entries.iter().filter_map(number_of).any(is_own)
}

/// A stamp as a number: whether it is a date, its first four digits (the month and the day), all its digits; or 0 and
/// the uptime.
type Number = (bool, u64, u64);

fn number_of(entry: &LogEntry) -> Option<Number> {
    let stamp = entry.stamp?;
    match stamp.digits() {
        Some(digits) => {
            let number = crate::line::value(digits);
            Some((true, number / 1_000_000, number))
        }
        None => Some((false, 0, stamp.uptime()?)),
    }
}

/// The lowest and the highest date, as digits.
fn dates<'a>(entries: impl IntoIterator<Item = &'a LogEntry>) -> Option<(Stamp, Stamp)> {
    let dated = entries.into_iter().filter(|entry| entry.is_dated());
    dated.filter_map(|entry| entry.stamp).fold(None, |range, date| widened(range, Some((date, date))))
}
