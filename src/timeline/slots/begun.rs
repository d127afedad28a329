//! Installations of which it is not known what they saved.

use crate::model::Slot;
use crate::stamp::MILLISECONDS_PER_MINUTE;
use crate::timeline::{Record, Timeline};

/// An installation of which only the first line was read.
#[derive(Clone, Copy, Debug)]
pub(in crate::timeline) struct BegunInstallation {
    pub(super) slot: Slot,
    /// The index of its line among the records.
    pub(in crate::timeline) record: usize,
    /// All lines from there to the next start of the phone were read, so the start interrupted it.
    pub(super) is_interrupted: bool,
}

impl BegunInstallation {
    pub(super) fn new(timeline: &Timeline<'_>, (slot, record): (Slot, usize)) -> Self {
        let records = &timeline.records[record..];
        let of_boot = records.iter().take_while(|other| other.boot == records[0].boot).count();
        // Up to the first line of the next boot, no log is missing. No line was lost directly after it, where a blank line
        // can stand between, or within a minute.
        let is_joined = |(before, next): (&Record<'_>, &Record<'_>)| {
            before.file == next.file || timeline.logs[next.file].continues_previous
        };
        let begin = &records[0];
        let is_near = |next: &&Record<'_>| {
            next.elapsed.saturating_sub(begin.elapsed) <= MILLISECONDS_PER_MINUTE
                || next.line <= if next.file == begin.file { begin.line + 2 } else { 1 }
        };
        let near = records[..of_boot].iter().take_while(is_near);
        let has_all =
            near.filter_map(|record| record.entry.missed).is_sorted_by(|before, next| next <= before);
        let is_interrupted =
            records.len() > of_boot && records.iter().zip(&records[1..=of_boot]).all(is_joined) && has_all;
        Self { slot, record, is_interrupted }
    }
}
