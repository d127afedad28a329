//! A phone with logs in which nothing is wrong.

use std::cmp::Reverse;

use super::{Phone, ShownLine, SlotContent, Tally, is_ready};
use crate::check::{LostEvents, RuleFinding};
use crate::digest::Counts;
use crate::input::{LogName, Rotation};
use crate::log::{HealthyLog, HealthySlot, MissedRise};
use crate::model::{CertificateState, Mac, Slot, Status};
use crate::reference::{Readiness, ztp_readiness};
use crate::timeline::{Calendar, Clock, Occurrences, SourceLine, calendar_of};

impl Phone {
    /// The phone with these logs: the newest one and its rotated ones, each from another boot. Also returns the
    /// counts of the newest log, and the level of TLS logging that it shows.
    ///
    /// None if the names of the logs, differences between them, or the tables of the guide make a finding possible:
    /// then the logs must be read in the general way.
    pub fn healthy(
        mut logs: Vec<(&LogName, HealthyLog)>,
        clock: &Clock,
    ) -> Option<(Self, Counts, Option<u8>)> {
        logs.sort_by_key(|(name, _)| match name.rotation {
            Rotation::Number(number) => Reverse(number),
            _ => Reverse(0),
        });
        let (newest, older) = logs.split_last()?;
        let calendar = year(newest, clock)?;
        let is_one_year = older.iter().all(|log| year(log, clock) == Some(calendar));
        if !is_one_year || !logs.windows(2).all(|two| continues_boots(&two[0], &two[1])) {
            return None;
        }
        let seconds = |stamp| Some(calendar.time(&stamp, 0)?.and_utc().timestamp());
        let first = seconds(logs.first()?.1.dates?.0)?;
        let mut counts = Tally::default();
        for (_, HealthyLog { counts: Counts { bytes, lines, events, .. }, .. }) in &logs {
            counts.add(&Tally { files: 1, bytes: *bytes, lines: *lines, unrecognized: 0, events: *events });
        }
        let found = lost_events(&logs, calendar);
        let files: Vec<_> = logs.iter().map(|(name, _)| name.path.clone()).collect();
        let (name, log) = logs.pop()?;
        let mac = name.mac?;
        let named = log.model.as_deref().zip(log.software.as_ref());
        let readiness = named.map(|(model, software)| ztp_readiness(model, software));
        let is_fine = log.mac.is_none_or(|named| named == mac)
            && log.slots.iter().all(|slot| slot.slot != Slot::BuiltIn || is_of_phone(slot, mac))
            && !matches!(readiness, Some(Readiness::TooOld { .. } | Readiness::LetterUnclear { .. }));
        if !is_fine {
            return None;
        }
        let newest_file = logs.len() as u32;
        let phone = Self {
            mac: Some(mac),
            status: Status::Ok,
            times: Some((first, seconds(log.dates?.1)?)),
            model: log.model,
            assembly: log.assembly,
            assembly_revision: log.assembly_revision,
            software: log.software.map(|version| version.to_string().into()),
            boots: files.len() as u64,
            files,
            counts,
            ztp: is_ready(readiness),
            certificates: log.slots.into_iter().map(|slot| content(slot, newest_file)).collect(),
            findings: found.into_iter().collect(),
            ..Self::default()
        };
        Some((phone, log.counts, log.tls_level))
    }
}

/// The events that the phone lost.
fn lost_events(logs: &[(&LogName, HealthyLog)], calendar: Calendar) -> Option<RuleFinding> {
    let mut lost = LostEvents::default();
    for (boot, (_, log)) in logs.iter().enumerate() {
        lost.take(boot, 0, Occurrences::default);
        for MissedRise { line, stamp, missed, text, is_message } in &log.rises {
            let (time, stamp) = (calendar.time(stamp, 0), Some(*stamp));
            let (file, line, text, is_message) = (boot as u32, *line, text.clone(), *is_message);
            let line = SourceLine { file, line, stamp, time, text, is_message };
            lost.take(boot, *missed, || Occurrences::of_line(line));
        }
    }
    lost.finding()
}

/// The year of a log's dates. None if its stamps have years.
fn year((name, log): &(&LogName, HealthyLog), clock: &Clock) -> Option<Calendar> {
    let calendar = calendar_of(&log.counts.digits, &log.dates?.1, name.rotation, name.modified_time(), clock);
    matches!(calendar, Calendar::Newest(_)).then_some(calendar)
}

/// Whether the later of two logs of one year shows the next boot of the same phone with nothing changed.
fn continues_boots((older, before): &(&LogName, HealthyLog), (newer, log): &(&LogName, HealthyLog)) -> bool {
    let is_chain = match (older.rotation, newer.rotation) {
        (Rotation::Number(older), Rotation::Number(newer)) => older > newer,
        (Rotation::Number(_), Rotation::Newest) => true,
        _ => false,
    };
    // The later log may begin in the second in which the other one ends, but neither is a part of the other.
    let is_later = before
        .dates
        .zip(log.dates)
        .is_some_and(|(before, dates)| before.0 < dates.0 && before.1 <= dates.0 && before.1 < dates.1);
    is_chain
        && base_of(older) == base_of(newer)
        && (is_later && log.has_banner)
        // Dates that jump after a start can be wrong.
        && !log.has_jump
        && before.shows_same(log)
}

/// The path without the number that rotation adds: `…-app.log`.
fn base_of(name: &LogName) -> &str {
    let path = &*name.path;
    match (name.rotation, path.rsplit_once('.')) {
        (Rotation::Number(_), Some((base, number))) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            base
        }
        _ => path,
    }
}

/// Whether the name on the certificate is the phone's address.
fn is_of_phone(slot: &HealthySlot, mac: Mac) -> bool {
    slot.details.common_name.as_deref().and_then(|name| name.parse().ok()) == Some(mac)
}

fn content(slot: HealthySlot, file: u32) -> SlotContent {
    let line = slot.line.map(|(line, stamp)| {
        let (stamp, text) = (Some(stamp), Box::default());
        let line = SourceLine { file, line, stamp, time: None, text, is_message: true };
        ShownLine { line, is_plain: true }
    });
    SlotContent {
        slot: slot.slot,
        state: if line.is_some() { CertificateState::Installed } else { CertificateState::NotAvailable },
        details: slot.details,
        is_faulty: false,
        is_contradicted: false,
        is_compared: true,
        configuration: Vec::new(),
        line,
    }
}
