//! `--baseline`: marks each phone of a report by whether it has diagnoses that an earlier answer does not
//! have; with `--new`, keeps only those diagnoses.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::shape::{Baseline as Mark, Device, Diagnosis, Severity, State, Status, Summary};
use super::{Devices, Overview};
use crate::diff::{PhoneName, ScanAnswer};
use crate::model::{Mac, Slot};
use crate::redact::Shown;

/// The phones of a report, compared with an earlier answer.
pub struct Compared<'a> {
    devices: &'a dyn Devices,
    /// The phones that have new diagnoses, by their index in `devices`: the indexes of these diagnoses.
    new: HashMap<usize, Vec<usize>>,
    /// With `--new`: the status, and the index in `devices`, of each phone that is shown, in the order of
    /// this report.
    only: Option<Vec<(Status, usize)>>,
    /// Number of phones with a new error, and of phones with a new warning but no new error.
    pub newly: (u64, u64),
}

impl<'a> Compared<'a> {
    /// Compares all phones once, on all threads, to find what is new. With `only_new`, the summary of
    /// `overview` then counts only new diagnoses.
    pub fn new(devices: &'a dyn Devices, old: &ScanAnswer, only_new: bool, overview: &mut Overview) -> Self {
        let (mut statuses, mut by_code) = ([0; Status::ALL.len()], BTreeMap::new());
        let (mut new, mut shown) = (HashMap::new(), Vec::new());
        let (mut with_others, mut ok_with_others) = (0, 0);
        for phone in devices.par_map(|index, device| NewInPhone::of(old, index, device)).flatten() {
            let NewInPhone { status, mac, index, diagnoses, codes, has_others } = phone;
            with_others += u64::from(has_others);
            ok_with_others += u64::from(has_others && status == Status::Ok);
            statuses[status as usize] += 1;
            codes.into_iter().for_each(|code| *by_code.entry(code.to_owned()).or_default() += 1);
            new.insert(index, diagnoses);
            shown.push((status, mac.is_none(), mac, index));
        }
        let [failed, attention, unknown, ok] = statuses;
        let newly = (failed, attention);
        let only = only_new.then(|| {
            overview.fleet.retain(|day| by_code.contains_key(&day.code));
            overview.summary = Summary { failed, attention, unknown, ok, by_code };
            let mut selection = overview.selection.take().unwrap_or_default();
            selection.new = true;
            selection.phones_left_out += (devices.len() - shown.len()) as u64;
            (selection.phones_with_others, selection.ok_with_others) = (with_others, ok_with_others);
            overview.selection = Some(selection);
            // The status by new diagnoses can be another than the status in `devices`, so the phones are
            // sorted again: by status, then by address.
            shown.sort_unstable();
            shown.into_iter().map(|(status, .., index)| (status, index)).collect()
        });
        Self { devices, new, only, newly }
    }

    /// With `--new`, the phones that are shown, by their index in the report that was compared.
    pub fn only(&self) -> Option<impl Iterator<Item = usize>> {
        self.only.as_ref().map(|only| only.iter().map(|(_, index)| *index))
    }
}

/// What a phone has that the earlier answer does not have.
struct NewInPhone {
    /// The phone's status by its new diagnoses alone.
    status: Status,
    mac: Option<String>,
    /// Its index in the report.
    index: usize,
    /// The indexes of the new diagnoses.
    diagnoses: Vec<usize>,
    /// Their codes, each once.
    codes: BTreeSet<&'static str>,
    /// Whether it has active errors or warnings that are not new, or were not selected.
    has_others: bool,
}

/// Leaves only the diagnoses of these indexes.
fn keep_only(new: &[usize], device: &mut Device) {
    let (new, others): (Vec<_>, Vec<_>) =
        std::mem::take(&mut device.diagnoses).into_iter().enumerate().partition(|(at, _)| new.contains(at));
    let others = others.iter().filter(|(_, other)| other.state == State::Active);
    device.left_out = others.map(|(_, other)| other.severity).chain(device.left_out).min();
    device.diagnoses = new.into_iter().map(|(_, diagnosis)| diagnosis).collect();
}

impl NewInPhone {
    /// None if nothing is new.
    fn of(old: &ScanAnswer, index: usize, device: &Device) -> Option<Self> {
        let name = PhoneName::of_device(device);
        let is_new = |at: &usize| {
            let diagnosis = &device.diagnoses[*at];
            diagnosis.state == State::Active
                && !old.has(
                    &name,
                    diagnosis.code,
                    diagnosis.slot.map(Slot::name).as_deref(),
                    diagnosis.severity,
                )
        };
        let diagnoses: Vec<usize> = (0..device.diagnoses.len()).filter(is_new).collect();
        let new = || diagnoses.iter().map(|at| &device.diagnoses[*at]);
        let worst = new().map(|diagnosis| diagnosis.severity).min()?;
        let status = Status::from_severity(worst, device.status == Status::Unknown);
        let codes = new().map(|diagnosis| diagnosis.code).collect();
        let is_old = |(at, diagnosis): (usize, &Diagnosis)| {
            diagnosis.state == State::Active
                && diagnosis.severity < Severity::Info
                && !diagnoses.contains(&at)
        };
        let has_others = device.has_others() || device.diagnoses.iter().enumerate().any(is_old);
        Some(Self { status, mac: device.mac.clone(), index, codes, diagnoses, has_others })
    }
}

impl Devices for Compared<'_> {
    fn len(&self) -> usize {
        self.only.as_ref().map_or_else(|| self.devices.len(), Vec::len)
    }

    fn status(&self, index: usize) -> Status {
        self.only.as_ref().map_or_else(|| self.devices.status(index), |only| only[index].0)
    }

    fn mac(&self, index: usize) -> Option<Mac> {
        self.devices.mac(self.only.as_ref().map_or(index, |only| only[index].1))
    }

    fn shown(&self, index: usize, shown: Shown<'_>) -> Device {
        let status = self.status(index);
        let index = self.only.as_ref().map_or(index, |only| only[index].1);
        let mut device = self.devices.shown(index, shown);
        let new = self.new.get(&index);
        device.baseline = Some(if new.is_some() { Mark::New } else { Mark::Still });
        if let (Some(_), Some(new)) = (&self.only, new) {
            device.status = status;
            keep_only(new, &mut device);
        }
        device
    }
}

#[cfg(test)]
mod tests;
