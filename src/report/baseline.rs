//! `--baseline`: marks each phone of a report by whether it has diagnoses that an earlier answer does not
//! have; with `--new`, keeps only those diagnoses.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rayon::prelude::*;

use super::fold::fold;
use super::shape::{Baseline as Mark, Device, Diagnosis, Severity, State, Status, Summary};
use super::{Devices, Overview, RenderDevice};
use crate::diff::Baseline;
use crate::redact::Shown;

/// The phones of a report, compared with an earlier answer.
pub struct Compared<'a> {
    devices: &'a dyn Devices,
    old: &'a Baseline,
    /// With `--new`: the status, and the index in `devices`, of each phone that is shown, in the order of
    /// this report.
    only: Option<Vec<(Status, usize)>>,
    /// Number of phones with a new error, and of phones with a new warning but no new error.
    pub newly: (u64, u64),
}

impl<'a> Compared<'a> {
    /// Compares all phones once, on all threads, to find what is new. With `only_new`, the summary of
    /// `overview` then counts only new diagnoses.
    ///
    /// # Errors
    /// Those of [`fold`].
    pub fn of(
        devices: &'a dyn Devices,
        old: &'a Baseline,
        only_new: bool,
        overview: &mut Overview,
    ) -> io::Result<Self> {
        let mut new_by_code: BTreeMap<String, u64> = BTreeMap::new();
        let (mut only, mut place, mut order) = (Vec::new(), 0, Vec::new());
        let new_of = |_: usize, device: &Device| -> (Status, bool, Vec<String>) {
            let mut codes: Vec<String> = new_diagnoses(old, device).map(|new| new.code.to_owned()).collect();
            codes.dedup();
            (status(old, device), device.mac.is_none(), codes)
        };
        fold(devices, new_of, |(status, is_unnamed, codes): (Status, bool, Vec<String>)| {
            if !codes.is_empty() {
                order.push((status, is_unnamed, place));
            }
            place += 1;
            codes.into_iter().for_each(|code| *new_by_code.entry(code).or_default() += 1);
            Ok(())
        })?;
        let with = |wanted| order.iter().filter(|(status, ..)| *status == wanted).count() as u64;
        let newly = (with(Status::Failed), with(Status::Attention));
        if only_new {
            // The status by new diagnoses can be another than the status in `devices`, so the phones are
            // sorted again: by status, then by address.
            order.sort_by_cached_key(|(status, is_unnamed, place)| {
                let mac = if *is_unnamed { None } else { devices.device(*place).mac };
                (*status, *is_unnamed, mac, *place)
            });
            only = order.into_iter().map(|(status, _, place)| (status, place)).collect();
            let with = |wanted| only.iter().filter(|(status, _)| *status == wanted).count() as u64;
            overview.summary = Summary {
                failed: with(Status::Failed),
                attention: with(Status::Attention),
                unknown: with(Status::Unknown),
                ok: with(Status::Ok),
                by_code: new_by_code,
            };
        }
        Ok(Self { devices, old, only: only_new.then_some(only), newly })
    }

    /// Marks what is new. `plain` is the phone without pseudonyms, as the earlier answer has it.
    fn mark(&self, device: &mut Device, plain: &Device) {
        let is_new = new_diagnoses(self.old, plain).next().is_some();
        device.baseline = Some(if is_new { Mark::New } else { Mark::Still });
        if self.only.is_some() {
            device.status = status(self.old, plain);
            let keep: Vec<bool> = plain
                .diagnoses
                .iter()
                .map(|diagnosis| is_new_diagnosis(self.old, plain, diagnosis))
                .collect();
            let mut keep = keep.into_iter();
            device.diagnoses.retain(|_| keep.next() == Some(true));
        }
    }
}

fn is_new_diagnosis(old: &Baseline, device: &Device, diagnosis: &Diagnosis) -> bool {
    diagnosis.state == State::Active && !old.has(device, diagnosis.code, diagnosis.slot.as_deref())
}

/// The active diagnoses that the earlier answer does not have.
fn new_diagnoses<'d>(old: &'d Baseline, device: &'d Device) -> impl Iterator<Item = &'d Diagnosis> {
    device.diagnoses.iter().filter(move |diagnosis| is_new_diagnosis(old, device, diagnosis))
}

/// A phone's status by its new diagnoses alone.
fn status(old: &Baseline, device: &Device) -> Status {
    match new_diagnoses(old, device).map(|diagnosis| diagnosis.severity).min() {
        Some(Severity::Error) => Status::Failed,
        Some(Severity::Warning) => Status::Attention,
        _ if device.status == Status::Unknown => Status::Unknown,
        _ => Status::Ok,
    }
}

/// How many phones are rendered at a time if only some are shown.
const AT_A_TIME: usize = 1024;

impl Devices for Compared<'_> {
    fn len(&self) -> usize {
        self.only.as_ref().map_or_else(|| self.devices.len(), Vec::len)
    }

    fn status(&self, place: usize) -> Status {
        self.only.as_ref().map_or_else(|| self.devices.status(place), |only| only[place].0)
    }

    fn shown(&self, place: usize, shown: Shown<'_>) -> Device {
        let place = self.only.as_ref().map_or(place, |only| only[place].1);
        let mut device = self.devices.shown(place, shown);
        self.mark(&mut device, &self.devices.device(place));
        device
    }

    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()> {
        if self.only.is_none() {
            let marked = |place: usize, device: &Device, bytes: &mut Vec<u8>| {
                let mut marked = device.clone();
                self.mark(&mut marked, device);
                render(place, &marked, bytes);
            };
            return self.devices.render(&marked, out);
        }
        let places: Vec<usize> = (0..self.len()).collect();
        for some in places.chunks(AT_A_TIME) {
            let rendered = some.par_iter().map(|place| {
                let mut bytes = Vec::new();
                render(*place, &self.device(*place), &mut bytes);
                bytes
            });
            rendered.collect::<Vec<_>>().iter().try_for_each(|bytes| out.write_all(bytes))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
