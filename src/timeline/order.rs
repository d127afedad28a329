//! The order of one phone's logs: by their times, and by their names where times cannot tell.

use chrono::NaiveDateTime;

use super::{Calendar, Clock, Record};

/// The logs in time order, each with the meaning of its stamps.
pub(super) fn in_time_order(mut records: Vec<Record>, clock: &Clock) -> Vec<(Record, Calendar)> {
    records.sort_by(|a, b| (&a.rotation, &a.path).cmp(&(&b.rotation, &b.path)));
    let mut logs: Vec<_> = records
        .into_iter()
        .map(|record| {
            let calendar = Calendar::of(&record.digest, record.modified.unwrap_or(clock.now), clock.year);
            (record, calendar)
        })
        .collect();
    if logs.len() > 1 {
        if clock.year.is_some() {
            respect_rotation(&mut logs);
        }
        sort_dated(&mut logs);
    }
    logs
}

/// `--year` is the year of the newest log. One that is older by its name, but would be later by that
/// year, is of the year before.
fn respect_rotation(logs: &mut [(Record, Calendar)]) {
    let mut newer: Option<NaiveDateTime> = None;
    for (record, calendar) in logs.iter_mut().rev() {
        if let (Some(newer), Some((_, last))) = (newer, dates(record, calendar))
            && last > newer
        {
            *calendar = calendar.a_year_earlier();
        }
        newer = dates(record, calendar).map(|(first, _)| first).or(newer);
    }
}

/// Sorts the dated logs by time among their own places; a log without a date stays where its name
/// puts it.
fn sort_dated(logs: &mut Vec<(Record, Calendar)>) {
    let mut dated = Vec::new();
    let mut places = Vec::new();
    for (place, (record, calendar)) in logs.iter().enumerate() {
        if let Some(dates) = dates(record, calendar) {
            dated.push((dates, place));
            places.push(place);
        }
    }
    dated.sort();
    let mut taken: Vec<_> = std::mem::take(logs).into_iter().map(Some).collect();
    let mut sources: Vec<_> = (0..taken.len()).collect();
    for (place, (_, source)) in places.into_iter().zip(dated) {
        sources[place] = source;
    }
    logs.extend(sources.into_iter().filter_map(|source| taken[source].take()));
}

fn dates(record: &Record, calendar: &Calendar) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let segments = &record.digest.segments;
    let first = segments.iter().find_map(|segment| calendar.time(&segment.dates?.0, segment.year))?;
    let last = segments.iter().rev().find_map(|segment| calendar.time(&segment.dates?.1, segment.year))?;
    Some((first, last))
}
