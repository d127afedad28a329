//! The phones of a scan, each built from its row.

use rayon::prelude::*;

use super::overview::totals_of;
use super::rows::Row;
use super::{Scan, is_selected};
use crate::model::{Mac, Status};
use crate::redact::{Redactor, Shown};
use crate::report::Devices;
use crate::report::shape::{Device, ZtpReadiness};

impl Scan {
    /// The addresses of all phones that were found, shown or not: those with logs, sorted; then those with
    /// configuration files; then those of the inventory. Some can be repeated.
    pub fn all_macs(&self) -> Vec<Mac> {
        let (mut macs, mut listed) = self.rows.macs_by_logs(self.rows_with_logs);
        macs.sort_unstable();
        listed.sort_unstable();
        [macs, self.configured.clone(), listed].concat()
    }

    /// Redacts the paths of all logs, and the names in the certificates of all phones, shown or not, so that the
    /// redactor finds them.
    pub fn name_all(&self, redactor: &Redactor) {
        (0..self.rows_with_logs as u32).into_par_iter().for_each(|at| {
            let phone = self.rows.phone(self.rows.row(at));
            phone.files.iter().for_each(|path| _ = redactor.path(path));
            let names = phone.certificates.iter().filter_map(|content| content.details.common_name.as_ref());
            names.for_each(|name| _ = redactor.name(name));
        });
    }

    /// The results of `map` for the phones of `--device`, those too that `--status` leaves out.
    pub fn map_of_any_status<T: Send>(&self, map: impl Fn(&Device) -> T + Sync) -> Vec<T> {
        let rows = self.rows.in_order(|row| is_selected(&self.devices, row.mac));
        rows.into_par_iter().map(|row| map(&self.device_at(row, Shown::plain()))).collect()
    }

    /// How many of these phones of the report are ready for zero-touch provisioning: by their software, and because no
    /// diagnosis says that they lack a factory certificate of their own.
    pub fn ztp_of(&self, phones: impl Iterator<Item = usize>) -> ZtpReadiness {
        let rows: Vec<u32> = phones.map(|index| self.order[index]).collect();
        totals_of(&self.rows, &rows).ztp
    }

    /// The phones that have configuration files, listed or not; sorted.
    pub fn configured(&self) -> &[Mac] {
        &self.configured
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

    fn status(&self, index: usize) -> Status {
        self.rows.row(self.order[index]).status
    }

    fn mac(&self, index: usize) -> Option<Mac> {
        self.rows.row(self.order[index]).mac
    }

    fn shown(&self, index: usize, shown: Shown<'_>) -> Device {
        self.device_at(self.order[index], shown)
    }
}

impl Scan {
    /// The phone of the row at this index.
    fn device_at(&self, row: u32, shown: Shown<'_>) -> Device {
        let phone = self.rows.phone(self.rows.row(row));
        let times = phone.times;
        let mut device = phone.device(shown);
        device.stale = times.and_then(|(_, last)| {
            let age = self.now.and_utc().timestamp() - last;
            (age > self.stale.num_seconds()).then(|| u64::try_from(age / 86_400).unwrap_or(0))
        });
        device
    }
}
