//! The phones of a scan, each built from its row.

use super::Scan;
use super::rows::Row;
use crate::model::{Mac, Status};
use crate::redact::Shown;
use crate::report::Devices;
use crate::report::shape::Device;

impl Scan {
    /// The addresses of all phones that were found, shown or not, unsorted.
    pub fn all_macs(&self) -> impl Iterator<Item = Mac> + '_ {
        self.rows.macs()
    }

    /// The addresses of the phones that are shown.
    pub fn macs(&self) -> impl Iterator<Item = Mac> + '_ {
        self.rows_shown().filter_map(|row| row.mac)
    }

    pub(super) fn rows_shown(&self) -> impl Iterator<Item = &Row> {
        self.order.iter().map(|at| self.rows.row(*at))
    }
}

impl Devices for Scan {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn status(&self, place: usize) -> Status {
        self.rows.row(self.order[place]).status
    }

    fn shown(&self, place: usize, shown: Shown<'_>) -> Device {
        let phone = self.rows.phone(self.rows.row(self.order[place]));
        let mut device = phone.device(shown);
        device.stale = phone.times.and_then(|(_, last)| {
            let age = self.now.and_utc().timestamp() - last;
            (age > self.stale.num_seconds()).then(|| u64::try_from(age / 86_400).unwrap_or(0))
        });
        device
    }
}
