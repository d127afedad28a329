//! Redaction of a whole report.

use std::io::{self, Write};

use super::shape::{Device, Status};
use super::{Devices, Overview, RenderDevice, Report};
use crate::model::Mac;
use crate::redact::{Redactor, Shown};

impl Redactor {
    /// A redactor for this report. It renders all phones once, on all threads, to find the names in them.
    /// `phones` are all phones that were found, shown or not, so that a phone has the same pseudonym in every
    /// report of the same logs.
    ///
    /// # Errors
    /// Packing fails; not expected to happen.
    pub fn of_report(phones: impl IntoIterator<Item = Mac>, report: &Report<'_>) -> io::Result<Self> {
        Self::of(phones, |redactor| {
            redactor.overview(&mut report.overview.clone());
            Redacted { devices: report.devices, redactor }.render(&|_, _, _| {}, &mut io::sink())
        })
    }

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

    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()> {
        let redacted =
            |place: usize, _: &Device, bytes: &mut Vec<u8>| render(place, &self.device(place), bytes);
        self.devices.render(&redacted, out)
    }
}
