//! Logs whose lines are not in the order of time: to which several logs of one phone were joined, such as by
//! `cat 0004f2a1b2c3-app.log*` (their names are lost, and a shell sorts the newest log first), or that a log collector
//! exported with the newest line first.

use chrono::NaiveDateTime;

use super::dates::{WRONG_AT_START, goes_back, is_over_new_year};
use super::disorder::{self, SECOND, are_of_one_boot};
use super::passed::milliseconds_since_new_year;
use super::runs::begin_between;
use super::unset::{
    self, AHEAD_HOURS, YEAR_TURNS, can_be_silence, default_date, has_set_date, is_after_file_time,
    is_day_before, is_default, is_files_day, set_date,
};
use crate::digest::LogEntry;
use crate::stamp::Yearless;

/// The end of a rotated log and the beginning of the next one are at most this many days apart, if the time of the file
/// shows that the first part is the newest. Else a boot with a wrong clock looks the same.
const MAX_DAYS_BETWEEN: i64 = 31;

/// The same if it does not: a phone writes each day.
const MAX_DAYS_IF_UNSURE: i64 = 1;

/// A clock that is set to its time zone goes back by no more, in milliseconds.
const MOST_BACK: i64 = AHEAD_HOURS * 3_600_000;

/// Dates that go back by less are of lines out of order, in milliseconds.
pub(super) const SHORTEST_STEP: i64 = 60_000;

/// Where a clock that was set could explain that the dates go back, the end of the older part and the beginning of the
/// newer one are at most this far apart, in milliseconds, or one in this many parts of the time that the file covers.
const NEAR: i64 = 600_000;
const PARTS_PER_GAP: i64 = 16;

/// While it starts, a phone writes lines at most this far apart, in milliseconds.
const START_PAUSE: u64 = 10_000;

/// This many lines that are each earlier than the line before are no single lines out of order, or starts of the phone.
const MIN_BACKWARD: usize = 4;

/// Of the lines of an export with the newest line first, at most one in this many is later than the line before: the
/// first line of each boot, or lines of several processes.
const BACKWARD_PER_FORWARD: usize = 4;

/// Dates without a year go back by this at New Year.
const DAYS_OF_YEAR: i64 = 365;

/// Puts the entries of a log in the order of time. `modified` is when its file was last changed, if that is known.
pub(super) fn put_in_order(entries: &mut Vec<LogEntry>, modified: Option<NaiveDateTime>) {
    match newest_first(entries) {
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

/// Whether a log collector exported the log with the newest line first.
enum NewestFirst {
    No,
    Lines,
    /// Lines of the same second are in the order in which the phone wrote them.
    Seconds,
}

/// Whether the dates, and nearly all uptimes, go back from each line to the next one.
fn newest_first(entries: &[LogEntry]) -> NewestFirst {
    let (mut dates_back, mut dates_forward, mut back, mut forward) = (0, 0, 0, 0);
    let (mut back_within, mut forward_within) = (0, 0);
    let mut date: Option<Yearless> = None;
    for (at, entry) in entries.iter().enumerate() {
        let Some(stamp) = entry.stamp else { continue };
        if let Some(next) = stamp.yearless() {
            if let Some(before) = date.replace(next) {
                let turns = is_over_new_year(before, next) || is_over_new_year(next, before);
                let order = if turns { next.cmp(&before) } else { before.cmp(&next) };
                dates_back += usize::from(order.is_gt());
                dates_forward += usize::from(order.is_lt());
            }
        } else if let Some(uptime) = stamp.uptime()
            && let Some(before) = at.checked_sub(1).and_then(|before| entries[before].uptime())
        {
            let is_within = before.abs_diff(uptime) < SECOND;
            back += usize::from(uptime < before);
            back_within += usize::from(uptime < before && is_within);
            forward_within += usize::from(uptime > before && is_within);
            forward += usize::from(uptime > before && !is_within);
        }
    }
    let (back, forward) = (dates_back + back, dates_forward + forward);
    let is_most = |back: usize, forward: usize| forward * BACKWARD_PER_FORWARD <= back;
    let is_backward = dates_back > 0 && back >= MIN_BACKWARD;
    match is_backward && is_most(back, forward) && is_most(dates_back, dates_forward) {
        true if forward_within > back_within => NewestFirst::Seconds,
        true => NewestFirst::Lines,
        false => NewestFirst::No,
    }
}

/// Puts the parts of a log in the order of their dates.
fn put_oldest_first(entries: &mut Vec<LogEntry>, modified: Option<NaiveDateTime>) {
    // Where a clock was set to its time zone, a part has that inside.
    let steps = [SHORTEST_STEP, MOST_BACK];
    let Some((begins, order)) = steps.iter().find_map(|step| order_of_parts(entries, *step, modified)) else {
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

/// The first entries of the parts of a file, and the order of the parts if it is not that of the file. The dates go back
/// by more than `step` from one part to the next.
fn order_of_parts(
    entries: &[LogEntry],
    step: i64,
    modified: Option<NaiveDateTime>,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let dates = Dates::of(entries);
    let parts = parts(entries, &dates, step)?;
    let is_zone = |pair: &[PastedPart<'_>]| {
        (-MOST_BACK..0).contains(&pair[0].span.1.milliseconds_until(pair[1].span.0))
    };
    if parts.len() < 2 {
        return None;
    }
    let parts = split_at_gaps(entries, &dates, parts, is_zone)?;
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|part| dates.key(parts[*part].span.0));
    let [oldest, newest] = [parts[*order.first()?].span, parts[*order.last()?].span];
    let is_of_day = |date| modified.is_some_and(|modified| is_files_day(modified, date));
    let is_sure = is_of_day(newest.1);
    // If the file was changed on the day of its last line, an earlier part had a wrong clock.
    let is_in_order = is_of_day(parts.last()?.span.1);
    let all = oldest.0.milliseconds_until(newest.1);
    let goes_back = |pair: &&[PastedPart<'_>]| dates.key(pair[1].span.0) < dates.key(pair[0].span.0);
    let mut seams = parts.windows(2).filter(goes_back);
    let can_be_zone = seams.clone().any(is_zone);
    // Any other order is less certain.
    let is_newest_first = order.iter().rev().is_sorted();
    let shows_age = is_sure && !is_in_order;
    let can_all_be_zones = seams.clone().all(is_zone);
    let are_logs =
        seams.clone().count() > 1 && !can_all_be_zones && parts.iter().all(|part| part.span.0 != part.span.1);
    // A joined file is changed after its newest line.
    let is_ahead = modified.is_some_and(|modified| is_after_file_time(modified, newest.1));
    let is_certain = is_newest_first
        && !is_ahead
        && (are_logs || seams.clone().any(|pair| is_certainly_older(&pair[1], &pair[0], shows_age)));
    let are_parts = seams.all(|pair| {
        let may_be_next_year = pair[0].span.1.days_until(pair[1].span.0) < -YEAR_TURNS;
        // A clock that is put right soon after the start goes back, too.
        let is_part = is_certain || pair[1].is_boot() || pair[0].is_long();
        is_zone(pair) || is_part && (is_sure || !may_be_next_year)
    });
    let moved = order.windows(2).filter(|pair| pair[1] != pair[0] + 1);
    let meet = moved.map(|pair| [pair[1], pair[0]]).all(|[at, at_older]| {
        let [newer, older] = [&parts[at], &parts[at_older]];
        let can_be_zone = if at + 1 == at_older { is_zone(&parts[at..=at_older]) } else { can_be_zone };
        let (first, end_of_older) = (newer.span.0, older.span.1);
        let most = if is_newest_first && is_sure { MAX_DAYS_BETWEEN } else { MAX_DAYS_IF_UNSURE };
        let is_close = (0..=most).contains(&end_of_older.days_until(first)) && end_of_older <= first
            || is_over_new_year(end_of_older, first) && end_of_older.days_until(first) <= most - DAYS_OF_YEAR
            || !can_be_zone && can_overlap(&dates, older, newer);
        let gap = end_of_older.milliseconds_until(first);
        let is_near = gap <= NEAR || gap * PARTS_PER_GAP <= all;
        let is_other = !can_be_zone || is_certain && !can_all_be_zones;
        is_close && (is_other || is_near && fits(newer, older))
    });
    (!order.is_sorted() && are_parts && meet && (is_sure || !is_in_order))
        .then(|| (parts.iter().map(|part| part.begin).collect(), order))
}

/// The parts, each split where all dates of another part lie between two dates of it: a log in the order of its names
/// can have a newer one before an older one.
fn split_at_gaps<'a>(
    entries: &'a [LogEntry],
    dates: &Dates,
    parts: Vec<PastedPart<'a>>,
    is_zone: impl Fn(&[PastedPart<'_>]) -> bool,
) -> Option<Vec<PastedPart<'a>>> {
    let can_be_zone = parts.windows(2).any(is_zone);
    let mut spans: Vec<_> =
        parts.iter().map(|part| [part.span.0, part.span.1].map(|date| dates.key(date))).collect();
    spans.sort_unstable();
    let mut begins = Vec::new();
    for part in &parts {
        begins.push(part.begin);
        let end = part.begin + part.entries.len();
        let dated: Vec<_> =
            (part.begin..end).filter_map(|at| Some((at, dates.key(dates.of_entry(&entries[at])?)))).collect();
        for pair in dated.windows(2) {
            let [(before, from), (at, to)] = [pair[0], pair[1]];
            let own = [part.span.0, part.span.1].map(|date| dates.key(date));
            let is_between = |span: &[Key; 2]| from <= span[0] && span[1] <= to && *span != own;
            let next = spans.partition_point(|span| span[0] < from);
            // Ordinary lines that were not kept can be between.
            let has_all = entries[at].line == entries[before].line + (at - before) as u64;
            if (has_all || !can_be_zone) && spans.get(next).is_some_and(is_between) {
                begins.push(begin_between(entries, before, at));
            }
        }
    }
    parts_from(entries, dates, begins)
}

/// A part of a file, from the first line whose date is before that of the line before.
struct PastedPart<'a> {
    /// The index of its first entry.
    begin: usize,
    entries: &'a [LogEntry],
    /// Its first and its last date.
    span: (Yearless, Yearless),
}

impl PastedPart<'_> {
    fn is_boot(&self) -> bool {
        self.entries.iter().take_while(|entry| !has_set_date(entry)).any(LogEntry::is_banner)
    }

    /// Whether it begins with a dated line within a boot, also if the banner of a start was lost.
    fn begins_within_boot(&self) -> bool {
        let is_within = |entry: &LogEntry| has_set_date(entry) && !entry.is_banner() && !entry.is_of_start();
        self.entries.first().is_some_and(is_within)
    }

    /// Whether no dates of the same boot can follow that go back: the log ends, or its clock was set long before.
    fn is_settled(&self) -> bool {
        self.entries.last().is_some_and(LogEntry::is_log_end) || self.is_long() && !self.ends_after_start()
    }

    /// Whether its dates cover more time than a clock with a wrong date takes to be set after a start.
    fn is_long(&self) -> bool {
        let (first, last) = self.span;
        first.milliseconds_until(last) > WRONG_AT_START || is_over_new_year(first, last)
    }

    /// Whether its last line was written so soon after a start of the phone that the clock can have been set next.
    fn ends_after_start(&self) -> bool {
        let banner = self.entries.iter().rposition(LogEntry::is_banner);
        let begins_in_start = self.entries.first().is_some_and(|entry| !entry.is_dated());
        let Some(start) = banner.or(begins_in_start.then_some(0)) else { return false };
        let mut dates = self.entries[start..].iter().filter_map(set_date);
        let first = dates.next();
        let soon = first.zip(dates.next_back().or(first));
        soon.is_none_or(|(first, last)| first.milliseconds_until(last) <= WRONG_AT_START)
    }
}

/// Whether no clock that was set explains that the dates of a part are before those of the part in front of it: the part
/// begins within a boot, or with the rest of a start, and the clock of the one in front was right, by the time of the file
/// or since it was set long before.
fn is_certainly_older(older: &PastedPart<'_>, newer: &PastedPart<'_>, shows_age: bool) -> bool {
    let begins_within = older.begins_within_boot() || continues_start(older.entries, newer.entries);
    begins_within && (shows_age || newer.is_settled())
}

/// Whether the end of one part and the beginning of another can be the same ordinary lines, which are not kept: events
/// would be in both.
fn can_overlap(dates: &Dates, older: &PastedPart<'_>, newer: &PastedPart<'_>) -> bool {
    let [begin, first, end, last] =
        [older.span.0, newer.span.0, older.span.1, newer.span.1].map(|date| dates.key(date));
    let is_common = |entry: &&LogEntry| {
        dates.of_entry(entry).is_some_and(|date| (first..=end).contains(&dates.key(date)))
    };
    let mut common = older.entries.iter().chain(newer.entries).filter(is_common);
    begin < first && first < end && end < last && common.all(|entry| entry.event.is_none())
}

/// Whether one part can be the rest of a log that begins with another, by the lines where they meet, and no clock that
/// was set explains that the dates go back between them.
fn fits(newer: &PastedPart<'_>, older: &PastedPart<'_>) -> bool {
    let (Some(end), Some(begin)) = (older.entries.last(), newer.entries.first()) else { return false };
    let has_ended = end.is_log_end();
    let is_sure = match (newer.is_boot(), has_set_date(begin)) {
        (true, _) => has_ended,
        (false, true) if has_ended => return false,
        (false, true) => false,
        (false, false) if !continues_start(older.entries, newer.entries) => return false,
        (false, false) => true,
    };
    // Uptime does not begin again without a banner.
    let begins_in_start = older.entries.first().is_some_and(|entry| !entry.is_dated());
    is_sure || begins_in_start || !newer.ends_after_start()
}

/// Whether the start with which the lines of a part end goes on in the first line of another part.
fn continues_start(older: &[LogEntry], newer: &[LogEntry]) -> bool {
    let behind_dates = older.iter().rposition(has_set_date).map_or(0, |last| last + 1);
    let start = &older[behind_dates..];
    let start = &start[start.iter().rposition(LogEntry::is_banner).unwrap_or(0)..];
    let rest = newer.iter().take_while(|entry| !has_set_date(entry));
    let times = start.last().and_then(since_start).zip(newer.first().and_then(since_start));
    times.is_some_and(|(before, time)| (before..=before + START_PAUSE).contains(&time))
        && are_of_one_boot(start.iter().chain(rest))
}

/// Milliseconds since the phone started, by a line's uptime or default date.
fn since_start(entry: &LogEntry) -> Option<u64> {
    entry.uptime().or_else(|| default_date(entry).map(milliseconds_since_new_year))
}

/// A date of a file in the order of time: those of the first half of a year follow those of the second half if the file
/// goes on over New Year.
type Key = (bool, Yearless);

/// What the dates of a file are.
struct Dates {
    /// The file has lines of December and of January.
    has_new_year: bool,
    /// Its dates of January are those of a clock that was never set: no other date is of the weeks around New Year.
    has_unset: bool,
    /// Some of its dates are of the days after January 1 that a clock which was never set can show.
    has_doubtful: bool,
}

impl Dates {
    fn of(entries: &[LogEntry]) -> Self {
        let dates = || entries.iter().filter_map(set_date);
        let has = |month| dates().any(|date| date.month() == month);
        let can_be_unset = |date: Yearless| can_be_silence(Yearless::new_year(), date);
        let is_unset = |date: Yearless| date.month() != 1 || can_be_unset(date);
        let has_other = dates().any(|date| date.month() != 1);
        let has_unset = !has(12) && has_other && dates().all(is_unset);
        Self { has_new_year: has(12) && has(1), has_unset, has_doubtful: dates().any(can_be_unset) }
    }

    fn key(&self, date: Yearless) -> Key {
        (self.has_new_year && date.month() <= 6, date)
    }

    /// The date of a line, if it is not that of a clock that was never set.
    fn of_entry(&self, entry: &LogEntry) -> Option<Yearless> {
        set_date(entry).filter(|date| !self.has_unset || date.month() != 1)
    }
}

/// The parts of a file. None if the dates of one can be those of a clock that was never set.
fn parts<'a>(entries: &'a [LogEntry], dates: &Dates, step: i64) -> Option<Vec<PastedPart<'a>>> {
    let mut begins = vec![0];
    let mut last: Option<(usize, Yearless)> = None;
    for (at, entry) in entries.iter().enumerate() {
        let Some(date) = dates.of_entry(entry) else { continue };
        if let Some((before, last)) = last
            && goes_back(last, date, step)
        {
            // With the newest part first, a start at the end of a part goes on in the part before.
            let newer = begins.len().checked_sub(2).map(|newer| &entries[begins[newer]..begins[newer + 1]]);
            let goes_on = newer.is_some_and(|newer| continues_start(&entries[before + 1..at], newer));
            begins.push(if goes_on { at } else { begin_between(entries, before, at) });
        }
        last = Some((at, date));
    }
    parts_from(entries, dates, begins)
}

fn parts_from<'a>(entries: &'a [LogEntry], dates: &Dates, begins: Vec<usize>) -> Option<Vec<PastedPart<'a>>> {
    let ends = begins.iter().skip(1).copied().chain([entries.len()]);
    let part = |(begin, end): (&usize, usize)| {
        let entries = &entries[*begin..end];
        let dated = || entries.iter().filter_map(|entry| dates.of_entry(entry));
        let span = match dates.has_doubtful && !dates.has_unset {
            true => span(entries),
            false => dated().next().zip(dated().next_back()),
        };
        Some(PastedPart { begin: *begin, entries, span: span? })
    };
    begins.iter().zip(ends).map(part).collect()
}

/// The first and the last date. None if there is none, or if they can be those of a clock that was never set: a January
/// 1 is real if it goes on from December, in its first hour within a day and if the clock did not fail. A clock that
/// failed can show a later day first.
fn span(entries: &[LogEntry]) -> Option<(Yearless, Yearless)> {
    let mut span: Option<(Yearless, Yearless)> = None;
    // The clock failed after the last date.
    let mut has_failed = false;
    for entry in entries {
        let fails = unset::has_failed(entry);
        if !entry.is_dated() {
            has_failed |= fails;
            continue;
        }
        let date = entry.yearless()?;
        let last = span.map(|(_, last)| last);
        let goes_on = |last| match is_default(date) {
            true => is_day_before(last, date) && !has_failed && !fails,
            false => is_over_new_year(last, date) || last.days_until(date) == 0,
        };
        let can_be_unset = has_failed && last.is_none() && can_be_silence(Yearless::new_year(), date);
        if (can_be_unset || !has_set_date(entry)) && !last.is_some_and(goes_on) {
            return None;
        }
        span = Some((span.map_or(date, |(first, _)| first), date));
        has_failed = false;
    }
    span
}
