//! A whole report: the first pass over its phones, and the phones as a reader of it sees them.

use std::io::{self, Write};

use super::{Names, Redactor};
use crate::report::fold::fold;
use crate::report::shape::{Device, Status};
use crate::report::{Devices, RenderDevice, Report};

impl Redactor {
    /// A redactor for this report: makes all its phones once, on all threads, to find what they name.
    ///
    /// # Errors
    /// None that a report can cause; those of [`fold`].
    pub fn of(report: &Report<'_>) -> io::Result<Self> {
        let mut names = Names::default();
        report.overview.problems.iter().for_each(|problem| names.problem(problem));
        let of_phone = |_: usize, device: &Device| {
            let mut names = Names::default();
            names.device(device);
            names
        };
        fold(report.devices, of_phone, |found| {
            names.join(found);
            Ok(())
        })?;
        Ok(Self::new(names))
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

    fn device(&self, place: usize) -> Device {
        let mut device = self.devices.device(place);
        self.redactor.device(&mut device);
        device
    }

    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()> {
        let redacted = |place: usize, device: &Device, bytes: &mut Vec<u8>| {
            let mut device = device.clone();
            self.redactor.device(&mut device);
            render(place, &device, bytes);
        };
        self.devices.render(&redacted, out)
    }
}
