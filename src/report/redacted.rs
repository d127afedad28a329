//! Redaction of a whole report.

use super::shape::{Device, Status};
use super::{Devices, Overview};
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

/// The phones of a report, redacted when they are asked for. They stay sorted, since pseudonyms are assigned
/// in the order of the addresses.
#[derive(Clone, Copy)]
pub struct Redacted<'a> {
    /// The phones as they are.
    pub devices: &'a dyn Devices,
    /// What redacts them.
    pub redactor: &'a Redactor,
}

impl Redacted<'_> {
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

    fn status(&self, place: usize) -> Status {
        self.devices.status(place)
    }

    fn shown(&self, place: usize, _: Shown<'_>) -> Device {
        self.devices.shown(place, Shown::redacted(self.redactor))
    }
}
