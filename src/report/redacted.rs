//! Redaction of a whole report.

use super::shape::{Device, Status};
use super::{Devices, Overview};
use crate::model::Mac;
use crate::redact::{Redactor, Shown};

impl Redactor {
    /// Redacts the head and the foot of a report, and sorts its problems by their new paths.
    pub fn overview(&self, overview: &mut Overview) {
        for problem in &mut overview.problems {
            *problem = Shown::redacted(self).problem(problem);
        }
        overview.problems.sort();
        // The command line can have paths and addresses in any notation, so none of it is shown.
        overview.command = "phonecert scan --redact, with paths and options that are not shown".to_owned();
    }
}

/// The phones of a report, redacted when they are asked for, and sorted by their pseudonyms.
pub struct Redacted<'a> {
    devices: &'a dyn Devices,
    redactor: &'a Redactor,
    /// Their indexes in `devices`.
    order: Vec<usize>,
}

impl<'a> Redacted<'a> {
    /// The phones as `redactor` redacts them.
    pub fn new(devices: &'a dyn Devices, redactor: &'a Redactor) -> Self {
        let mut order: Vec<usize> = (0..devices.len()).collect();
        order.sort_by_cached_key(|index| {
            let mac = devices.mac(*index).map(|mac| redactor.mac(mac));
            (devices.status(*index), mac.is_none(), mac)
        });
        Self { devices, redactor, order }
    }

    /// Redacts all phones once, on all threads, so that the redactor finds the names in them.
    pub fn visit(&self) {
        let devices: &dyn Devices = self;
        devices.par_map(|_, _| ()).for_each(drop);
    }
}

impl Devices for Redacted<'_> {
    fn len(&self) -> usize {
        self.devices.len()
    }

    fn status(&self, index: usize) -> Status {
        self.devices.status(self.order[index])
    }

    fn mac(&self, index: usize) -> Option<Mac> {
        self.devices.mac(self.order[index]).map(|mac| self.redactor.mac(mac))
    }

    fn shown(&self, index: usize, _: Shown<'_>) -> Device {
        self.devices.shown(self.order[index], Shown::redacted(self.redactor))
    }
}
