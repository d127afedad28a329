//! Installations of which it is not known what they saved.

use crate::model::Slot;
use crate::timeline::{Record, Timeline};

/// An installation of which only the first line was read.
#[derive(Clone, Copy, Debug)]
pub(in crate::timeline) struct Begun {
    pub(super) slot: Slot,
    /// The index of its line among the records.
    pub(in crate::timeline) record: usize,
    /// All lines from there to the next start of the phone were read, so the start interrupted it.
    pub(super) is_interrupted: bool,
}

impl Begun {
    pub(super) fn new(timeline: &Timeline<'_>, (slot, record): (Slot, usize)) -> Self {
        let records = &timeline.records[record..];
        let of_boot = records.iter().take_while(|other| other.boot == records[0].boot).count();
        // Up to the first line of the next boot, no log is missing; within the boot, no line is.
        let is_joined = |(before, next): (&Record<'_>, &Record<'_>)| {
            before.file == next.file || timeline.logs[next.file].continues_previous
        };
        let has_all = |(before, next): (&Record<'_>, &Record<'_>)| next.entry.missed <= before.entry.missed;
        let is_interrupted = records.len() > of_boot
            && records.iter().zip(&records[1..=of_boot]).all(is_joined)
            && records.iter().zip(&records[1..of_boot]).all(has_all);
        Self { slot, record, is_interrupted }
    }
}
