//! Reads the logs of one phone that were found by its name.

use super::collect::{HealthyFile, PhoneSink};
use super::phone_logs::{JoinedPhone, PhoneLogs};
use super::{PartialScan, ScanContext};
use crate::input::Buffers;
use crate::model::Mac;
use crate::phone::Phone;

impl ScanContext<'_> {
    /// Reads the logs of a phone. If nothing is wrong in any of them, the phone is ready; else its logs are still to
    /// be joined.
    pub(super) fn read_logs(
        &self,
        phone: usize,
        mac: Mac,
        buffers: &mut Buffers,
        part: &mut PartialScan,
    ) -> Result<Phone, PhoneLogs> {
        let clock = &self.options.clock;
        let is_simple = self.spool(Some(mac)).is_none()
            && self.listed(mac).is_none()
            && clock.window.is_open()
            && !self.pending.concerns(mac);
        if !is_simple {
            return Err(self.read_all_logs(mac, buffers, part));
        }
        let mut sink = self.read_into_sink(phone, mac, buffers, Some(Vec::new()));
        let logs = sink.healthy.iter_mut().flatten();
        let logs = logs.map(|file| (&file.name, std::mem::take(&mut file.log))).collect();
        let healthy = Phone::healthy(logs, clock);
        // Debug builds read all logs the general way as well, to compare.
        if healthy.is_none() || cfg!(debug_assertions) {
            sink.read_healthy_generally();
        }
        let (phone_logs, of_others) = sink.finish(&mut part.problems);
        part.of_others.append(of_others);
        let Some((mut phone, counts, tls_level)) = healthy else { return Err(phone_logs) };
        if let Some(audit) = self.audit {
            audit.add_to_healthy(&mut phone, &counts, tls_level, &self.options.selection);
        }
        phone.select(&self.options.selection);
        debug_assert_eq!(Some(shown(&phone)), self.general(mac, phone_logs), "{mac}");
        Ok(phone)
    }

    /// The general way, what [`shown`] gives of a phone. None if that finds a problem.
    fn general(&self, mac: Mac, phone_logs: PhoneLogs) -> Option<String> {
        let mut problems = Vec::new();
        let JoinedPhone { joined, is_mixed, .. } =
            phone_logs.join(Some(mac), &self.options.clock, &mut problems);
        problems.is_empty().then(|| shown(&self.phone(Some(mac), &joined, is_mixed, false)))
    }

    /// Reads the logs that were found by the phone's name, if there are any, and adds those in `pending`.
    pub(super) fn read_all_logs(&self, mac: Mac, buffers: &mut Buffers, part: &mut PartialScan) -> PhoneLogs {
        let Some(phone) = self.found.phone_of(mac) else { return self.pending.of(mac) };
        let sink = self.read_into_sink(phone, mac, buffers, None);
        let (mut phone_logs, of_others) = sink.finish(&mut part.problems);
        part.of_others.append(of_others);
        phone_logs.append(self.pending.of(mac));
        phone_logs
    }

    fn read_into_sink(
        &self,
        phone: usize,
        mac: Mac,
        buffers: &mut Buffers,
        healthy: Option<Vec<HealthyFile>>,
    ) -> PhoneSink<'_> {
        let spool = self.spool(Some(mac));
        let mut sink = PhoneSink::new(Some(mac), &self.options.clock.window, self.progress, spool);
        sink.healthy = healthy;
        for log in self.found.logs(phone) {
            self.found.read(log, buffers, &mut sink);
        }
        sink
    }
}

/// All that is known of a phone, to compare.
fn shown(phone: &Phone) -> String {
    format!("{phone:?}")
}
