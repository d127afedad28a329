//! `--group-by`: counts phones by what they have in common, worst group first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use super::findings::codes;
use super::shape::{AnswerSelection, Device, Problem, State, Status, Tool};
use super::{Overview, ScanReport};

/// How many phones of a group are named in formats for people.
const MAX_NAMED: usize = 10;

/// What phones can be counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// The codes active in a phone; a phone can be in several groups.
    Code,
    /// The model as the log names it.
    Model,
    /// The version of the phone's application.
    Software,
    /// The fingerprints of the phone's certificates; a phone can be in several groups.
    Fingerprint,
}

impl GroupBy {
    /// All, as `--help` lists them.
    pub const ALL: [Self; 4] = [Self::Code, Self::Model, Self::Software, Self::Fingerprint];

    /// The word on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Model => "model",
            Self::Software => "software",
            Self::Fingerprint => "fingerprint",
        }
    }

    /// The name of the group of phones without a key.
    pub const fn absence(self) -> &'static str {
        match self {
            Self::Code => "(no active diagnosis)",
            Self::Model | Self::Software => "(not known)",
            Self::Fingerprint => "(no certificate seen)",
        }
    }

    /// The groups that a phone is in, each once, with the rank that the phone gives them (lower comes first).
    fn keys(self, device: &Device) -> BTreeMap<Key, u8> {
        let mut keys: BTreeMap<Key, u8> = match self {
            Self::Code => codes(device)
                .into_iter()
                .filter(|known| known.state == State::Active)
                .map(|known| (Some(known.code.to_owned()), known.severity as u8))
                .collect(),
            Self::Model => [(device.model.clone(), 0)].into(),
            Self::Software => [(device.software.clone(), 0)].into(),
            Self::Fingerprint => device
                .certificates
                .iter()
                .filter_map(|certificate| Some((Some(certificate.fingerprint.clone()?), 0)))
                .collect(),
        };
        if keys.is_empty() {
            keys.insert(None, NOTHING);
        }
        keys
    }
}

/// What the phones of a group have in common; None for phones without.
type Key = Option<String>;

/// The rank of phones without a key.
const NOTHING: u8 = u8::MAX;

/// Phones by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// How many phones have the status `failed`.
    pub failed: u64,
    /// How many have the status `attention`.
    pub attention: u64,
    /// How many have the status `unknown`.
    pub unknown: u64,
    /// How many have the status `ok`.
    pub ok: u64,
    /// How many of these are `ok` only because active errors or warnings are left out.
    #[serde(skip)]
    pub ok_with_others: u64,
}

impl Counts {
    /// Adds a phone. `is_of_selected`: [`Device::is_ok_of_selected`].
    pub(super) fn add(&mut self, status: Status, is_of_selected: bool) {
        self.ok_with_others += u64::from(is_of_selected);
        *match status {
            Status::Failed => &mut self.failed,
            Status::Attention => &mut self.attention,
            Status::Unknown => &mut self.unknown,
            Status::Ok => &mut self.ok,
        } += 1;
    }

    /// In the order of [`Status::ALL`].
    pub(super) const fn all(&self) -> [u64; Status::ALL.len()] {
        [self.failed, self.attention, self.unknown, self.ok]
    }

    /// The same, without the phones that are `ok` only because something is left out.
    pub(super) const fn all_certain(&self) -> [u64; Status::ALL.len()] {
        [self.failed, self.attention, self.unknown, self.ok - self.ok_with_others]
    }

    /// How many phones have this status.
    pub(super) const fn with(&self, status: Status) -> u64 {
        self.all()[status as usize]
    }

    pub(super) fn total(&self) -> u64 {
        self.all().iter().sum()
    }

    /// The worst status that a phone has.
    pub(super) fn worst(&self) -> Status {
        Status::ALL.into_iter().find(|status| self.with(*status) > 0).unwrap_or(Status::Ok)
    }
}

/// Phones that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Group {
    /// What they have in common: a code, a model, a version or a fingerprint; null for phones without.
    pub key: Option<String>,
    /// How many phones.
    pub phones: u64,
    /// How many of each status.
    #[serde(flatten)]
    pub counts: Counts,
    /// The phones, worst first: the MAC address, or the file if that is not known.
    pub devices: Vec<String>,
}

impl Group {
    /// The first ten phones, for formats that say how many more there are.
    pub fn named(&self) -> &[String] {
        &self.devices[..self.devices.len().min(MAX_NAMED)]
    }
}

/// The whole answer of `scan --group-by … --format json`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GroupsDocument<'g> {
    /// The version of this shape: a field never changes its meaning within one version.
    pub schema_version: u32,
    /// The program.
    pub tool: Tool,
    /// `code`, `model`, `software` or `fingerprint`.
    pub group_by: &'static str,
    /// What the options of the scan leave out; null if they leave nothing out.
    pub selection: Option<&'g AnswerSelection>,
    /// Worst first.
    pub groups: &'g [Group],
    /// What could not be read.
    pub problems: &'g [Problem],
}

/// All groups of a report.
#[derive(Clone, Debug)]
pub struct Groups<'o> {
    /// What the phones are counted by.
    pub by: GroupBy,
    /// The groups, worst first: codes by their highest severity in a phone; then by phones failed, needing attention, unknown,
    /// healthy; then by key.
    pub list: Vec<Group>,
    /// Of all phones.
    pub overview: &'o Overview,
}

impl<'o> Groups<'o> {
    /// What `ok` means if some of these phones are `ok` only because active errors or warnings are left out.
    pub(super) fn ok_note(&self) -> Option<&'static str> {
        let note = "A phone is counted as ok if it has none of the diagnoses that are counted.";
        (self.overview.ok_with_others() > 0).then_some(note)
    }

    /// Counts the phones. Memory has a name per phone and group.
    pub fn new(report: &ScanReport<'o>, by: GroupBy) -> Self {
        let mut groups: HashMap<Key, (u8, Counts, Vec<String>)> = HashMap::new();
        let phones = report.devices.par_map(|_, device| {
            ((device.status, device.is_ok_of_selected()), device.name().to_owned(), by.keys(device))
        });
        for ((status, is_of_selected), name, keys) in phones {
            for (key, rank) in keys {
                let group = groups.entry(key).or_insert_with(|| (rank, Counts::default(), Vec::new()));
                let (highest, counts, devices) = group;
                *highest = rank.min(*highest);
                counts.add(status, is_of_selected);
                devices.push(name.clone());
            }
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_unstable_by_key(|(key, (rank, counts, _))| {
            (*rank, counts.worst(), Reverse(counts.all()), key.is_none(), key.clone())
        });
        let group = |(key, (_, counts, devices)): (Key, (u8, Counts, _))| Group {
            key,
            phones: counts.total(),
            counts,
            devices,
        };
        Self { by, list: groups.into_iter().map(group).collect(), overview: report.overview }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn counts_agree_with_the_report() {
        let fleet = fixture::fleet();
        let report = ScanReport { overview: &fleet.overview, devices: &fleet.devices };
        let of = |by| Groups::new(&report, by);
        for by in GroupBy::ALL {
            let groups = of(by);
            for group in &groups.list {
                assert_eq!(
                    group.phones,
                    Status::ALL.map(|status| group.counts.with(status)).iter().sum::<u64>()
                );
                assert_eq!(group.devices.len() as u64, group.phones);
                assert_eq!(group.named().len(), group.devices.len().min(10));
            }
            if matches!(by, GroupBy::Model | GroupBy::Software) {
                let phones: u64 = groups.list.iter().map(|group| group.phones).sum();
                assert_eq!(phones, fleet.devices.len() as u64);
            }
        }
        let codes = of(GroupBy::Code);
        let by_code: std::collections::BTreeMap<String, u64> =
            codes.list.iter().filter_map(|group| Some((group.key.clone()?, group.phones))).collect();
        assert_eq!(by_code, fleet.overview.summary.by_code);
        assert_eq!(codes.list.last().unwrap().key, None);
    }
}
