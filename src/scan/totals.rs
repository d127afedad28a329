//! What comes together over phones: the head and the foot of a report.

use rayon::prelude::*;

use super::rows::{Row, Rows};
use crate::check::CATALOGUE;
use crate::phone::{Phone, Tally, shown_time};
use crate::problem::Problem;
use crate::report::Overview;
use crate::report::shape::{Scanned, Summary, ZtpReadiness};

/// What comes together over phones.
#[derive(Clone, Default)]
pub(super) struct Totals {
    tally: Tally,
    statuses: [u64; 4],
    /// Phones with an active diagnosis, by its place in the catalogue.
    codes: Vec<u64>,
    ztp: ZtpReadiness,
    times: Option<(i64, i64)>,
    pub(super) devices: u64,
}

impl Totals {
    pub(super) fn add(&mut self, phone: &Phone) {
        self.devices += 1;
        self.tally.add(&phone.counts);
        self.statuses[phone.status as usize] += 1;
        let codes = phone.active_rules();
        self.codes.resize(CATALOGUE.len(), 0);
        self.codes.iter_mut().enumerate().for_each(|(place, phones)| *phones += codes >> place & 1);
        let of_readiness = match phone.ztp {
            Some(true) => &mut self.ztp.ready,
            Some(false) => &mut self.ztp.not_ready,
            None => &mut self.ztp.unknown,
        };
        *of_readiness += 1;
        self.times = wider(self.times, phone.times);
    }

    pub(super) fn append(&mut self, other: Self) {
        let Self { tally, statuses, codes, ztp, times, devices } = other;
        self.devices += devices;
        self.tally.add(&tally);
        self.statuses.iter_mut().zip(statuses).for_each(|(phones, more)| *phones += more);
        self.codes.resize(CATALOGUE.len(), 0);
        self.codes.iter_mut().zip(codes).for_each(|(phones, more)| *phones += more);
        self.ztp.ready += ztp.ready;
        self.ztp.not_ready += ztp.not_ready;
        self.ztp.unknown += ztp.unknown;
        self.times = wider(self.times, times);
    }
}

fn wider(times: Option<(i64, i64)>, more: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (times, more) {
        (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
        (times, more) => times.or(more),
    }
}

/// Head and foot of a report of these rows.
pub(super) fn overview(rows: &Rows, order: &[Row], problems: Vec<Problem>) -> Overview {
    let made_anew = || {
        let parts = order.par_chunks(1024).map(|part| {
            let mut totals = Totals::default();
            part.iter().for_each(|row| totals.add(&rows.phone(row)));
            totals
        });
        parts.reduce(Totals::default, |mut totals, more| {
            totals.append(more);
            totals
        })
    };
    let totals =
        rows.totals().filter(|totals| totals.devices == order.len() as u64).unwrap_or_else(made_anew);
    let time =
        |seconds| chrono::DateTime::from_timestamp(seconds, 0).map(|time| shown_time(time.naive_utc()));
    let Tally { files, bytes, lines, unrecognized, events } = totals.tally;
    let [failed, attention, unknown, ok] = totals.statuses;
    let codes = CATALOGUE.iter().zip(totals.codes).filter(|(_, phones)| *phones > 0);
    Overview {
        scanned: Scanned {
            files,
            bytes,
            lines,
            unrecognized_lines: unrecognized,
            events,
            devices: totals.devices,
            first_time: totals.times.and_then(|(first, _)| time(first)),
            last_time: totals.times.and_then(|(_, last)| time(last)),
        },
        summary: Summary {
            failed,
            attention,
            unknown,
            ok,
            by_code: codes.map(|(rule, phones)| (rule.code.to_owned(), phones)).collect(),
        },
        problems,
        ztp: Some(totals.ztp),
        ..Overview::default()
    }
}
