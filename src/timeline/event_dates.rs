//! The boot and the time of every known message, for lists of all events: also of messages that were folded into
//! one entry.

use chrono::{Datelike, NaiveDateTime};

use super::dates::years_between;
use super::{Clock, Joined, Record, clock, dated_records};
use crate::event::Event;
use crate::stamp::{Stamp, Yearless};

/// The known messages of a phone's logs, with boot and time.
pub struct EventDates<'a> {
    /// All records, also those outside the window.
    records: Vec<Record<'a>>,
    is_within: Vec<bool>,
    /// The first date of each boot's lines within the window.
    first_dates: Vec<Option<NaiveDateTime>>,
    clock: Clock,
}

/// A known message that was kept.
#[derive(Clone, Copy, Debug)]
pub struct DatedEvent<'a> {
    /// 1-based number of its header line among those of its log.
    pub line: u64,
    /// How many lines of other logs are before that line in the file.
    pub skipped: u64,
    /// What it says.
    pub event: &'a Event,
    /// Local time of the phone, if its date is real.
    pub time: Option<NaiveDateTime>,
    /// The boot, from 0.
    pub boot: usize,
}

impl<'a> EventDates<'a> {
    /// Dates all messages of these logs.
    pub fn new(joined: &'a Joined, clock: &Clock) -> Self {
        let records = dated_records(joined);
        let is_within = clock::are_within(&records, &clock.window);
        let mut first_dates: Vec<Option<NaiveDateTime>> = Vec::new();
        for (record, _) in records.iter().zip(&is_within).filter(|(_, is_within)| **is_within) {
            if first_dates.len() <= record.boot {
                first_dates.resize(record.boot + 1, None);
            }
            let first = &mut first_dates[record.boot];
            *first = first.or(record.time);
        }
        Self { records, is_within, first_dates, clock: *clock }
    }

    /// The first date of any line of this boot that was kept, known message or not.
    pub fn first_date(&self, boot: usize) -> Option<NaiveDateTime> {
        self.first_dates.get(boot).copied().flatten()
    }

    /// The messages of one log that were kept and are within the window, by line.
    pub fn of_file(&self, file: usize) -> impl Iterator<Item = DatedEvent<'a>> + '_ {
        let records = self.records.iter().zip(&self.is_within);
        records.filter(move |(record, is_within)| record.file == file && **is_within).filter_map(
            |(record, _)| {
                let event = record.event()?;
                let Record { line, skipped, time, boot, .. } = *record;
                Some(DatedEvent { line, skipped, event, time, boot })
            },
        )
    }

    /// Time and boot of a message that was folded or dropped; None if the message is not used.
    pub fn of_folded(
        &self,
        joined: &Joined,
        file: usize,
        line: u64,
        stamp: Option<Stamp>,
    ) -> Option<(Option<NaiveDateTime>, usize)> {
        if !joined.is_folded(file) || !joined.counts(file, line) {
            return None;
        }
        let of_file = || self.records.iter().filter(|record| record.file == file);
        // Dropped messages are older than all kept ones.
        let near = of_file().rev().find(|record| record.line < line).or_else(|| of_file().next())?;
        let date = stamp.and_then(|stamp| stamp.yearless()).filter(|_| !near.is_unset);
        let time = near.time.or(near.last_time).zip(date).and_then(|(known, date)| {
            let other = Yearless::from_time(known)?;
            let years =
                if near.line < line { years_between(other, date) } else { -years_between(date, other) };
            date.in_year(known.year() + years)
        });
        time.or(near.time).is_none_or(|time| self.clock.window.contains(time)).then_some((time, near.boot))
    }
}
