//! What was found of one phone, in little room until the report is written.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::check::{CATALOGUE, Finding, Rule};
use crate::model::{Mac, Slot, SoftwareVersion};
use crate::packed::Packed;
use crate::timeline::{Content, Slots, Timeline};

/// All that a report tells of one phone, but for its status and what it shares with others; packed.
#[derive(Clone, Debug)]
pub(super) struct Row(Packed);

/// The same at large.
#[derive(Default)]
pub(super) struct Told {
    pub(super) mac: Option<Mac>,
    pub(super) model: Option<Box<str>>,
    pub(super) assembly: Option<Box<str>>,
    pub(super) assembly_revision: Option<Box<str>>,
    pub(super) software: Option<SoftwareVersion>,
    pub(super) files: Vec<Box<str>>,
    pub(super) boots: u64,
    pub(super) first_time: Option<NaiveDateTime>,
    pub(super) last_time: Option<NaiveDateTime>,
    pub(super) certificates: Vec<(Slot, Content)>,
    pub(super) findings: Vec<(&'static Rule, Finding)>,
}

/// What is packed of it. A rule stands as its place in the catalogue, times as seconds.
#[derive(Default, Serialize, Deserialize)]
struct InLittle {
    mac: Option<Mac>,
    model: Option<Box<str>>,
    assembly: Option<Box<str>>,
    assembly_revision: Option<Box<str>>,
    software: Option<SoftwareVersion>,
    files: Vec<Box<str>>,
    boots: u64,
    #[serde(with = "chrono::naive::serde::ts_seconds_option")]
    first_time: Option<NaiveDateTime>,
    #[serde(with = "chrono::naive::serde::ts_seconds_option")]
    last_time: Option<NaiveDateTime>,
    certificates: Vec<(Slot, Content)>,
    findings: Vec<(usize, Finding)>,
}

impl Row {
    /// What the logs tell of a phone, and what the checks found in it, in the report's order.
    pub(super) fn pack(timeline: Timeline, findings: Vec<(&'static Rule, Finding)>) -> Self {
        let place = |rule: &Rule| CATALOGUE.iter().position(|known| known.code == rule.code);
        let software = timeline.software().next_back().map(|(_, version, _)| version.clone());
        let in_little = InLittle {
            mac: timeline.mac,
            software,
            boots: timeline.boot_count(),
            first_time: timeline.times.map(|(first, _)| first),
            last_time: timeline.times.map(|(_, last)| last),
            model: timeline.model,
            assembly: timeline.assembly,
            assembly_revision: timeline.assembly_revision,
            files: timeline.files,
            certificates: timeline.slots.latest.into_iter().map(without_idle_line).collect(),
            findings: findings
                .into_iter()
                .filter_map(|(rule, finding)| Some((place(rule)?, finding)))
                .collect(),
        };
        // No value of these types is one that can't be packed.
        Self(Packed::of(&in_little).unwrap_or_default())
    }

    /// In bytes.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What was packed in this process can be unpacked in it.
    pub(super) fn unpack(&self) -> Told {
        let packed: InLittle = self.0.unpack().unwrap_or_default();
        let findings = packed.findings.into_iter();
        Told {
            mac: packed.mac,
            model: packed.model,
            assembly: packed.assembly,
            assembly_revision: packed.assembly_revision,
            software: packed.software,
            files: packed.files,
            boots: packed.boots,
            first_time: packed.first_time,
            last_time: packed.last_time,
            certificates: packed.certificates,
            findings: findings
                .filter_map(|(place, finding)| Some((*CATALOGUE.get(place)?, finding)))
                .collect(),
        }
    }
}

/// The line that shows a certificate is asked for again only where other phones may show it too.
fn without_idle_line((slot, mut content): (Slot, Content)) -> (Slot, Content) {
    content.place = content.place.filter(|_| content.fingerprint.is_some());
    (slot, content)
}

impl Told {
    /// A timeline of the slots' contents alone, which is what the fleet's rules look at.
    pub(super) fn slots_alone(&self) -> Timeline {
        let slots = Slots::holding(self.certificates.iter().cloned().collect());
        Timeline { mac: self.mac, files: self.files.clone(), slots, ..Timeline::default() }
    }
}
