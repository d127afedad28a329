//! The phones of a report, as a reader of it sees them.

use std::io::{self, Write};

use super::shape::{Device, Status};
use super::{Devices, Overview, RenderDevice, Report};
use crate::model::Mac;
use crate::redact::{Redactor, Shown};

impl Redactor {
    /// A redactor for this report: makes all its phones once, on all threads, to find what they name. `phones`
    /// are all that were found, shown or not: so a phone has the same pseudonym in every report of the same logs.
    ///
    /// # Errors
    /// None that a report can cause.
    pub fn of_report(phones: impl IntoIterator<Item = Mac>, report: &Report<'_>) -> io::Result<Self> {
        Self::of(phones, |redactor| {
            redactor.overview(&mut report.overview.clone());
            Redacted { devices: report.devices, redactor }.render(&|_, _, _| {}, &mut io::sink())
        })
    }

    /// Redacts the head and the foot of a report; its problems are put in the order of their new paths.
    pub fn overview(&self, overview: &mut Overview) {
        for problem in &mut overview.problems {
            *problem = Shown::redacted(self).problem(problem);
        }
        overview.problems.sort();
        // Its paths and addresses can be in any notation.
        overview.command = "phonecert scan --redact, with paths and options that are not shown".to_owned();
    }
}

/// The phones of a report, redacted when they are asked for. Their order stays: the pseudonyms of
/// phones are in the order of their addresses.
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
