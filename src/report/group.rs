//! `--group-by`: counts phones by what they have in common, worst group first.

use std::collections::HashMap;

use serde::Serialize;

use super::Devices;
use super::shape::{Device, Severity, State, Status};

/// How many phones of a group are named.
const NAMED: usize = 10;

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
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Model => "model",
            Self::Software => "software",
            Self::Fingerprint => "fingerprint",
        }
    }

    /// The name of the group of phones without a key.
    #[must_use]
    pub const fn absence(self) -> &'static str {
        match self {
            Self::Code => "(no active diagnosis)",
            Self::Model | Self::Software => "(not known)",
            Self::Fingerprint => "(no certificate seen)",
        }
    }

    /// The groups that a phone is in, each once.
    fn keys(self, device: &Device) -> Vec<Key> {
        let mut keys: Vec<Key> = match self {
            Self::Code => device
                .diagnoses
                .iter()
                .filter(|diagnosis| diagnosis.state == State::Active)
                .map(|diagnosis| (rank(diagnosis.severity), Some(diagnosis.code.to_owned())))
                .collect(),
            Self::Model => vec![(0, device.model.clone())],
            Self::Software => vec![(0, device.software.clone())],
            Self::Fingerprint => device
                .certificates
                .iter()
                .filter_map(|certificate| Some((0, Some(certificate.fingerprint.clone()?))))
                .collect(),
        };
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            keys.push((NOTHING, None));
        }
        keys
    }
}

/// The rank of a key (lower comes first), and the key.
type Key = (u8, Option<String>);

/// The rank of phones without a key.
const NOTHING: u8 = u8::MAX;

/// Phones that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What they have in common: a code, a model, a version or a fingerprint; null for phones without.
    pub key: Option<String>,
    /// How many phones.
    pub phones: u64,
    /// How many of them have the status `failed`.
    pub failed: u64,
    /// How many have the status `attention`.
    pub attention: u64,
    /// How many have the status `unknown`.
    pub unknown: u64,
    /// How many have the status `ok`.
    pub ok: u64,
    /// The first ten phones, worst first: the MAC address, or the file where it is not known.
    pub devices: Vec<String>,
    #[serde(skip)]
    rank: u8,
}

impl Group {
    /// How many phones of the group have this status.
    #[must_use]
    pub const fn with(&self, status: Status) -> u64 {
        match status {
            Status::Failed => self.failed,
            Status::Attention => self.attention,
            Status::Unknown => self.unknown,
            Status::Ok => self.ok,
        }
    }

    /// The worst status in the group.
    #[must_use]
    pub fn worst(&self) -> Status {
        Status::ALL.into_iter().find(|status| self.with(*status) > 0).unwrap_or(Status::Ok)
    }

    fn add(&mut self, status: Status, name: &str) {
        self.phones += 1;
        match status {
            Status::Failed => self.failed += 1,
            Status::Attention => self.attention += 1,
            Status::Unknown => self.unknown += 1,
            Status::Ok => self.ok += 1,
        }
        if self.devices.len() < NAMED {
            self.devices.push(name.to_owned());
        }
    }
}

/// All groups of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// What the phones are counted by.
    pub by: GroupBy,
    /// The groups, worst first: codes by severity; then by phones failed, needing attention, unknown,
    /// healthy; then by key.
    pub list: Vec<Group>,
}

impl Groups {
    /// Counts the phones. Memory holds a short record per group.
    #[must_use]
    pub fn of(devices: &dyn Devices, by: GroupBy) -> Self {
        let mut groups: HashMap<Key, Group> = HashMap::new();
        for (status, name, keys) in
            devices.par_map(|_, device| (device.status, name(device), by.keys(device)))
        {
            for key in keys {
                let (rank, text) = key.clone();
                groups.entry(key).or_insert_with(|| Group::of(text, rank)).add(status, &name);
            }
        }
        let mut list: Vec<Group> = groups.into_values().collect();
        list.sort_unstable_by(|a, b| {
            let order = |group: &Group| (group.rank, group.worst());
            let counts = |group: &Group| [group.failed, group.attention, group.unknown, group.ok];
            order(a)
                .cmp(&order(b))
                .then_with(|| counts(b).cmp(&counts(a)))
                .then_with(|| a.key.is_none().cmp(&b.key.is_none()))
                .then_with(|| a.key.cmp(&b.key))
        });
        Self { by, list }
    }
}

impl Group {
    const fn of(key: Option<String>, rank: u8) -> Self {
        Self { key, phones: 0, failed: 0, attention: 0, unknown: 0, ok: 0, devices: Vec::new(), rank }
    }
}

/// The name of a phone: its MAC address, else its first file.
pub(super) fn name(device: &Device) -> String {
    match (&device.mac, device.files.first()) {
        (Some(mac), _) => mac.clone(),
        (None, Some(file)) => file.clone(),
        (None, None) => "(unnamed)".to_owned(),
    }
}

const fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Info => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn counts_agree_with_the_report() {
        let fleet = fixture::fleet();
        for by in GroupBy::ALL {
            let groups = Groups::of(&fleet.devices, by);
            for group in &groups.list {
                assert_eq!(group.phones, Status::ALL.map(|status| group.with(status)).iter().sum::<u64>());
                assert!(group.devices.len() <= NAMED && !group.devices.is_empty());
            }
            if matches!(by, GroupBy::Model | GroupBy::Software) {
                let phones: u64 = groups.list.iter().map(|group| group.phones).sum();
                assert_eq!(phones, fleet.devices.len() as u64);
            }
        }
        let codes = Groups::of(&fleet.devices, GroupBy::Code);
        let by_code: std::collections::BTreeMap<String, u64> =
            codes.list.iter().filter_map(|group| Some((group.key.clone()?, group.phones))).collect();
        assert_eq!(by_code, fleet.overview.summary.by_code);
        assert_eq!(codes.list.last().unwrap().key, None);
    }
}
