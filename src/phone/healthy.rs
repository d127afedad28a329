//! A phone whose only log is one in which nothing is wrong.

use chrono::DateTime;

use super::{Phone, ShownLine, SlotContent, Tally, is_ready};
use crate::digest::Counts;
use crate::input::LogName;
use crate::log::{HealthyLog, HealthySlot};
use crate::model::{CertificateState, Mac, Slot, Status};
use crate::reference::{Readiness, ztp_readiness};
use crate::timeline::{Calendar, Clock, SourceLine, calendar_of};

impl Phone {
    /// The phone with this log alone. None where the log's name, or what the tables say of the
    /// phone, makes a finding of what the log shows.
    #[must_use]
    pub fn healthy(name: &LogName, log: HealthyLog, clock: &Clock) -> Option<Self> {
        let mac = name.mac?;
        let Counts { bytes, lines, events, .. } = log.counts;
        let modified = name.modified.and_then(|time| Some(DateTime::from_timestamp(time, 0)?.naive_utc()));
        let (first, last) = log.dates?;
        let calendar = calendar_of(&log.counts.digits, &last, name.rotation, modified, clock);
        let readiness = log
            .model
            .as_deref()
            .zip(log.software.as_ref())
            .map(|(model, software)| ztp_readiness(model, software));
        let is_fine = matches!(calendar, Calendar::Newest(_))
            && log.mac.is_none_or(|named| named == mac)
            && log.slots.iter().all(|slot| slot.slot != Slot::BuiltIn || is_of_phone(slot, mac))
            && !matches!(readiness, Some(Readiness::TooOld { .. } | Readiness::LetterUnclear { .. }));
        if !is_fine {
            return None;
        }
        let seconds = |stamp| Some(calendar.time(&stamp, 0)?.and_utc().timestamp());
        Some(Self {
            mac: Some(mac),
            status: Status::Ok,
            model: log.model,
            assembly: log.assembly,
            assembly_revision: log.assembly_revision,
            software: log.software.map(|version| version.to_string().into()),
            files: vec![name.path.clone()],
            counts: Tally { files: 1, bytes, lines, unrecognized: 0, events },
            boots: 1,
            times: Some((seconds(first)?, seconds(last)?)),
            ztp: is_ready(readiness),
            certificates: log.slots.into_iter().map(content).collect(),
            findings: Vec::new(),
            is_unknown: false,
            keys: Vec::new(),
            common: None,
            configuration: 0,
        })
    }
}

/// Whether the name on the certificate is the phone's address.
fn is_of_phone(slot: &HealthySlot, mac: Mac) -> bool {
    slot.common_name.as_deref().and_then(|name| name.parse().ok()) == Some(mac)
}

fn content(slot: HealthySlot) -> SlotContent {
    let line = slot.line.map(|(line, stamp)| {
        let (stamp, text) = (Some(stamp), Box::default());
        let line = SourceLine { file: 0, line, stamp, time: None, text, is_message: true };
        ShownLine { line, is_plain: true }
    });
    SlotContent {
        slot: slot.slot,
        state: if line.is_some() { CertificateState::Installed } else { CertificateState::NotAvailable },
        common_name: slot.common_name,
        fingerprint: slot.fingerprint,
        certificate_length: slot.certificate_length,
        key_length: slot.key_length,
        is_compared: true,
        configuration: None,
        line,
    }
}
