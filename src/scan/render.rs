//! The phones of a scan, each built from its row.

use super::Scan;
use crate::model::Status;
use crate::redact::Shown;
use crate::report::Devices;
use crate::report::shape::Device;

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
