//! Logs to which several logs of one phone were joined, such as by `cat 0004f2a1b2c3-app.log*`: their names are lost, and
//! a shell sorts the newest log first.

use std::ops::Range;

use chrono::NaiveDateTime;

use super::calendar::{JUMP_DAYS, WRONG_AT_START, YEAR_TURNS, has_set_date, is_files_day};
use crate::digest::LogEntry;
use crate::stamp::Yearless;

/// This many equal lines in a row, a dated one among them, are the same lines.
const MIN_REPEATED: usize = 4;

/// The end of a rotated log and the beginning of the next one are at most this many days apart if that begins with a
/// boot.
const MAX_DAYS_BETWEEN: i64 = 31;

/// The same if it does not.
const MAX_DAYS_WITHIN_BOOT: i64 = 2;

/// Puts the entries of a log in the order of time, and drops those of earlier uploads. `modified` is when its file was
/// last changed, if that is known.
pub(super) fn put_in_order(entries: &mut Vec<LogEntry>, modified: Option<NaiveDateTime>) {
    drop_earlier_uploads(entries);
    put_oldest_first(entries, modified);
}

/// Drops an upload if the one beside it in the same file begins with the same lines and has more.
fn drop_earlier_uploads(entries: &mut Vec<LogEntry>) {
    while let Some(upload) = find_earlier_upload(entries) {
        entries.drain(upload);
    }
}

/// The entries of one upload: the next one repeats them all, or these are the last ones and repeat the first ones. The
/// last line of an upload was kept because the log ends there, or is cut.
fn find_earlier_upload(entries: &[LogEntry]) -> Option<Range<usize>> {
    let first = entries.first()?.hash;
    (1..entries.len()).filter(|begin| entries[*begin].hash == first).find_map(|begin| {
        let pairs = entries.iter().zip(&entries[begin..]);
        let equal = pairs.take_while(|(a, b)| a.hash == b.hash).count();
        let is_repeat = equal >= MIN_REPEATED && entries[..equal].iter().any(has_set_date);
        match is_repeat {
            true if equal + 1 >= begin => Some(0..begin),
            true if begin + equal + 1 >= entries.len() => Some(begin..entries.len()),
            _ => None,
        }
    })
}

/// Puts the parts of a log in the order of time if the newest one is the first in the file: each part ends shortly before
/// the part before it begins.
fn put_oldest_first(entries: &mut Vec<LogEntry>, modified: Option<NaiveDateTime>) {
    let mut begins = vec![(0, false)];
    let mut last: Option<(usize, Yearless)> = None;
    for (at, entry) in entries.iter().enumerate() {
        let Some(date) = set_date(entry) else { continue };
        if let Some((before, last)) = last
            && (date < last && last.days_until(date) <= -JUMP_DAYS
                || is_over_new_year(date, last, MAX_DAYS_BETWEEN))
        {
            // The lines without a date from the last banner on are of the same boot as the date.
            let banner = entries[before + 1..=at].iter().rposition(LogEntry::is_banner);
            begins.push((before + 1 + banner.unwrap_or(0), banner.is_some()));
        }
        last = Some((at, date));
    }
    let ends = begins.iter().skip(1).map(|(begin, _)| *begin).chain([entries.len()]);
    let spans: Vec<_> =
        begins.iter().zip(ends).map(|((begin, _), end)| span(&entries[*begin..end])).collect();
    let pairs = spans.windows(2).zip(begins.iter().skip(1));
    let is_newest_first = pairs.into_iter().all(|(pair, (_, is_boot))| match (pair[0], pair[1]) {
        (Some((first, last)), Some((begin_of_older, end_of_older))) => {
            let days = end_of_older.days_until(first);
            let most = if *is_boot { MAX_DAYS_BETWEEN } else { MAX_DAYS_WITHIN_BOOT };
            let is_close = (0..=most).contains(&days) && end_of_older <= first
                || is_over_new_year(end_of_older, first, most);
            // A clock that is put right soon after the start goes back, too; and the first part had a wrong clock if the
            // file was changed on the day on which the second one ends. Also, a year can have turned between them.
            let is_of_day = |date| modified.is_some_and(|modified| is_files_day(modified, date));
            let may_be_next_year = last.days_until(begin_of_older) < -YEAR_TURNS;
            is_close
                && (*is_boot || first.milliseconds_until(last) > WRONG_AT_START)
                && (is_of_day(last) || !may_be_next_year && !is_of_day(end_of_older))
        }
        _ => false,
    });
    if is_newest_first && begins.len() > 1 {
        *entries = begins.iter().rev().flat_map(|(begin, _)| entries.split_off(*begin)).collect();
    }
}

/// The date of a line, if it is not that of a clock that was never set.
fn set_date(entry: &LogEntry) -> Option<Yearless> {
    if has_set_date(entry) { entry.stamp?.yearless() } else { None }
}

/// The first and the last date. None if there is none, or if they can be those of a clock that was never set.
fn span(entries: &[LogEntry]) -> Option<(Yearless, Yearless)> {
    if entries.iter().any(|entry| entry.is_dated() && !has_set_date(entry)) {
        return None;
    }
    let mut dates = entries.iter().filter_map(set_date);
    let first = dates.next()?;
    Some((first, dates.next_back().unwrap_or(first)))
}

/// Whether the second date is at most so many days after the first one, in the next year.
fn is_over_new_year(before: Yearless, date: Yearless, most: i64) -> bool {
    (before.month(), date.month()) == (12, 1) && before.days_until(date) <= most - 365
}
